"""Fill the gap: words vanish from lyric and code, and the learner picks or types them in rhythm."""

from collections.abc import Mapping
from dataclasses import replace

import pygame

from app.learning.exercise import CHOICE_KEYS, Reply
from app.learning.results import AT_ONCE, LATER, MISSED, Results
from loop_core.cloze import Cloze, gaps_of, timing
from loop_core.frame import Frame
from loop_core.song import Song
from loop_core.timeline import line_shown
from loop_core.words import Words

LETTERS = frozenset(range(pygame.K_a, pygame.K_z + 1))


class Filling:
    """The gaps of a song, and what was picked; an `app.learning.exercise.Exercise`. The music never waits."""

    activity = "cloze"
    name = Words("fill the gap", "填空")
    greeting = Words("words vanish: pick them with 1 to 3", "单词消失：按 1 到 3 选")
    typed: str | None = None
    """What is typed of a word as its gap opens: None where words are picked."""

    def __init__(self, song: Song, results: Results) -> None:
        self._song = song
        self._results = results
        self._singings = 0
        self._gaps = gaps_of(song)
        self._cloze: Cloze | None = None
        self._line: int | None = None
        self.stops: tuple[float, ...] = ()
        self.subjects: Mapping[int, str] = {index: song.lines[index].text for index in gaps_of(song, 1)}

    @property
    def open(self) -> bool:
        """The music never waits."""
        return False

    def waits(self, frame: Frame, now: float) -> bool:
        """Never."""
        return False

    def press(self, key: int, now: float) -> Reply:
        """A number picks a word, as often as it takes; when it was picked counts for the rhythm."""
        cloze, index = self._cloze, CHOICE_KEYS.get(key)
        if cloze is None or cloze.filled or index is None or index >= len(cloze.gap.choices):
            return "not mine"
        if index != cloze.gap.right:
            self._cloze = replace(cloze, wrong=cloze.wrong | {index})
        else:
            self._fill(cloze, timing(cloze.gap, now))
        return "taken"

    def show(self, frame: Frame) -> Frame:
        """The gaps of the line that is shown; those that were left open are not known."""
        line = line_shown(self._song, frame.now)
        if line != self._line:
            if self._cloze is not None and frame.controls.playing:
                for _ in self._cloze.open:
                    self._add(MISSED)
            self._line = line
            gaps = self._gaps.get(line)
            right, asked = self._results.right, self._results.asked
            self._cloze = None if gaps is None else Cloze(gaps, typed=self.typed, right=right, asked=asked)
        return replace(frame, cloze=self._cloze, missing=self._gaps.get(line + 1, ()))

    def forget(self) -> None:
        """The gap at hand is neither filled nor missed."""
        self._cloze, self._line = None, None

    def again(self, whole: bool) -> None:
        """More words vanish each time that the song is sung from the start."""
        self.forget()
        self._singings += whole
        self._gaps = gaps_of(self._song, self._singings)

    def _fill(self, cloze: Cloze, timing: str) -> None:
        """The word that is next is there."""
        self._add(self._grade(cloze))
        self._cloze = replace(
            cloze,
            done=cloze.done + 1,
            wrong=frozenset(),
            typed=self.typed,
            timing=timing,
            right=self._results.right,
            asked=self._results.asked,
        )

    def _grade(self, cloze: Cloze) -> int:
        """The last word that is left is not known: the choice is no longer one."""
        left = len(cloze.gap.choices) - len(cloze.wrong)
        return AT_ONCE if not cloze.wrong else LATER if left > 1 else MISSED

    def _add(self, grade: int) -> None:
        if self._line is not None:
            self._results.add(self.activity, self._song.lines[self._line].text, grade)


class Typing(Filling):
    """The same with the letters of the word instead of choices; the first of them counts for the rhythm."""

    name = Words("type the gap: Esc ends it", "打字填空：Esc 结束")
    greeting = Words("words vanish: type them; Esc ends it", "单词消失：打出来，Esc 结束")
    typed = ""

    def __init__(self, song: Song, results: Results) -> None:
        super().__init__(song, results)
        self._timing = ""

    def _grade(self, cloze: Cloze) -> int:
        """As many wrong letters as the word is long are tries, not slips."""
        gap = cloze.gap
        slips = len(cloze.wrong) < len(gap.choices[gap.right])
        return AT_ONCE if not cloze.wrong else LATER if slips else MISSED

    def press(self, key: int, now: float) -> Reply:
        """The next letter of the word is taken; any other one is only counted. Esc is for the show."""
        cloze = self._cloze
        if key not in LETTERS:
            return "not mine"
        if cloze is None or cloze.filled or cloze.typed is None:
            return "taken"  # one letter too many is no command
        gap = cloze.gap
        word = self._song.lines[gap.line].text[gap.first : gap.last]
        if chr(key) != word[len(cloze.typed)].lower():
            self._cloze = replace(cloze, wrong=cloze.wrong | {key})
            return "taken"
        if not cloze.typed:
            self._timing = timing(gap, now)
        typed = word[: len(cloze.typed) + 1]
        if word[len(typed) :].startswith("'"):  # which is another key on every keyboard
            typed += "'"
        if typed == word:
            self._fill(cloze, self._timing)
        else:
            self._cloze = replace(cloze, typed=typed)
        return "taken"
