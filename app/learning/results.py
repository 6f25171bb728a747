"""What a learner answers, counted for the page at the end and kept for the days after."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from app.learning.progress import WEAK, Progress, load_progress
from loop_core.errors import InputError
from loop_core.report import Report, Tally
from loop_core.words import Words

AT_ONCE, LATER, MISSED = 5, 3, 1
"""Grades of the spacing rule: right at once, right after a wrong one, not known."""
Key = tuple[str, str]
"""An activity, and the subject that is asked for there."""


class Results:
    """Answers as they come, kept when there is time; right, asked: since the exercise began."""

    def __init__(
        self,
        path: Callable[[], Path],
        say: Callable[[Words | str], None],
        today: Callable[[], date] = date.today,
    ) -> None:
        """path: of the file that they are kept in.  say: takes a short word to the learner."""
        self._path = path
        self._say = say
        self._today = today
        self._progress: Progress | None = None
        self._unsaved = False
        self._asked: dict[Key, list[bool]] = {}

    @property
    def right(self) -> int:
        """Answers that were right at once."""
        return sum(map(sum, self._asked.values()))

    @property
    def asked(self) -> int:
        """All answers."""
        return sum(map(len, self._asked.values()))

    def begin(self) -> None:
        """Count anew; the first time what is kept is read, and said if it is damaged."""
        self._asked = {}
        if self._progress is None:
            self._progress, message = load_progress(self._path())
            if message:
                self._say(message)

    def add(self, activity: str, subject: str, grade: int) -> None:
        """One more answer; grade: of `loop_core.spacing.reviewed`."""
        self._asked.setdefault((activity, subject), []).append(grade == AT_ONCE)
        self._progress = self._kept().answered(activity, subject, grade, self._today())
        self._unsaved = True

    def tried(self, activity: str, subject: str) -> None:
        """Something was looked at that has no right or wrong answer."""
        self._progress = self._kept().tried(activity, subject)
        self._unsaved = True

    def report(self, activity: str) -> Report:
        """What was asked of an activity since it began."""
        return Report(
            tuple(
                Tally(subject, sum(answers), len(answers), self.weak(activity, subject))
                for (of, subject), answers in self._asked.items()
                if of == activity
            )
        )

    def weak(self, activity: str, subject: str) -> bool:
        """Whether it needs work: it was not known at once just now, or mostly not before, or it is due."""
        if not all(self._asked.get((activity, subject), (True,))):
            return True
        card = self._kept().cards.get((activity, subject))
        return card is not None and (card.share < WEAK or self.due(activity, subject))

    def due(self, activity: str, subject: str) -> bool:
        """Whether it is to be repeated today."""
        card = self._kept().cards.get((activity, subject))
        return card is not None and card.due is not None and card.due <= self._today()

    def keep(self) -> None:
        """Write them down, where there are any."""
        if not self._unsaved:
            return
        try:
            self._kept().save()
            self._unsaved = False
        except InputError as error:
            self._say(Words(f"results not kept: {error}", f"成绩没有保存：{error}"))

    def _kept(self) -> Progress:
        if self._progress is None:
            self.begin()
        assert self._progress is not None
        return self._progress
