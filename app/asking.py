"""Say it before it is shown: before a line the music waits for what the learner expects of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from app.progress import Progress
from app.transport import HOLD_EARLY
from loop_core.errors import InputError
from loop_core.frame import Frame
from loop_core.operations import FAST
from loop_core.quiz import ASKED, Quiz, judge, question_for
from loop_core.snapshot import Snapshot
from loop_core.song import Song

ACTIVITY = "predict"
"""What the results are kept under."""
RIGHT, WRONG = 5, 1
"""Grades of the spacing rule."""
NOTHING = -1
"""What was chosen when the learner did not want to answer."""
CLOSE = 0.05


class Asking:
    """The questions of a song, and what was answered.

    A question is asked at one of `stops`; after the key the music goes on, and the answer comes with the
    snapshot that the line's operation leaves.
    """

    def __init__(self, song: Song, progress: Progress, today: Callable[[], date], say: Callable[[str], None]):
        """say: takes a short word to the learner, for example when results cannot be kept."""
        self._song = song
        self._today = today
        self._say = say
        self.progress = progress
        self.quiz: Quiz | None = None
        self._before: Snapshot | None = None
        self._cue = 0
        self._plan = _plan(song)

    @property
    def stops(self) -> tuple[float, ...]:
        """Times, in seconds of the song, at which there is something to ask."""
        return tuple(self._plan)

    def ask(self, frame: Frame, now: float) -> bool:
        """Whether there is a question where the music has stopped, ``now``; then the next key answers it."""
        at = next((stop for stop in self._plan if abs(stop - now) < CLOSE), None)
        if at is None or frame.snapshot is None or not frame.snapshot.params:
            return False
        cue, verse = self._plan[at]
        operation = self._song.cues[cue].operation
        question = question_for(operation, verse, frame.snapshot.params[0].name)
        if question is None:
            return False
        right, asked = (self.quiz.right, self.quiz.asked) if self.quiz else (0, 0)
        line = self._song.lines[self._song.cues[cue].line]
        self.quiz = Quiz(line.text, question, right=right, asked=asked)
        self._before, self._cue = frame.snapshot, cue
        self._keep()  # the music is silent now, and a file may take its time
        return True

    @property
    def waiting(self) -> bool:
        """Whether a question waits for its answer."""
        return self.quiz is not None and self.quiz.chosen is None

    def choose(self, index: int) -> bool:
        """Answer with the choice of this index, or with `NOTHING`; whether there was such a choice."""
        if self.quiz is None or not self.waiting:
            return False
        if index != NOTHING and index >= len(self.quiz.question.choices["en"]):
            return False
        self.quiz = replace(self.quiz, chosen=index)
        return True

    def tell(self, frame: Frame) -> None:
        """Judge the answer as soon as the operation has been shown."""
        quiz, after = self.quiz, frame.snapshot
        if quiz is None or quiz.chosen is None or quiz.answer is not None or after is None:
            return
        line = self._song.lines[self._song.cues[self._cue].line]
        done = after.number == self._cue and (after.operation not in FAST or frame.now >= line.end)
        if not done or self._before is None:
            return
        answer = judge(quiz.question, self._before, after)
        if answer is None:
            self.quiz = None
            return
        hit = quiz.chosen == answer.right
        self.quiz = replace(quiz, answer=answer, right=quiz.right + hit, asked=quiz.asked + 1)
        grade = RIGHT if hit else WRONG
        self.progress = self.progress.answered(
            ACTIVITY, f"{quiz.line}: {quiz.question.text['en']}", grade, self._today()
        )

    def forget(self) -> None:
        """The music was moved elsewhere: the question is no longer the one at hand."""
        self.quiz = None

    def close(self) -> None:
        """Keep what was answered."""
        self._keep()

    def _keep(self) -> None:
        if not self.progress.cards:
            return
        try:
            self.progress.save()
        except InputError as error:
            self._say(f"results not kept: {error}")


def _plan(song: Song) -> dict[float, tuple[int, int]]:
    """By the time of the stop: the cue that is asked about, and how often it has been sung before."""
    verses: dict[str, int] = {}
    plan = {}
    for index, cue in enumerate(song.cues):
        if cue.operation in ASKED:
            verse = verses.get(cue.operation, 0)
            verses[cue.operation] = verse + 1
            plan[song.lines[cue.line].start - HOLD_EARLY] = index, verse
    return plan
