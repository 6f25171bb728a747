"""Fill the gap: words vanish from lyric and code, and the learner picks them in rhythm."""

from dataclasses import replace

from app.exercise import AT_ONCE, CHOICE_KEYS, LATER, MISSED, Reply, Results
from loop_core.cloze import Cloze, gaps_of, timing
from loop_core.frame import Frame
from loop_core.song import Song
from loop_core.timeline import line_shown

ACTIVITY = "cloze"
"""What the results are kept under."""


class Filling:
    """The gaps of a song, and what was picked; an `app.exercise.Exercise`. The music never waits."""

    def __init__(self, song: Song, results: Results) -> None:
        self._song = song
        self._results = results
        self._gaps = {gap.line: gap for gap in gaps_of(song)}
        self._cloze: Cloze | None = None
        self._line: int | None = None
        self.stops: tuple[float, ...] = ()

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
            return "taken"
        self._add(AT_ONCE if not cloze.wrong else LATER)
        tally = self._results.right, self._results.asked
        self._cloze = replace(cloze, timing=timing(cloze.gap, now), right=tally[0], asked=tally[1])
        return "taken"

    def show(self, frame: Frame) -> Frame:
        """The gap of the line that is shown; one that was left open is not known."""
        line = line_shown(self._song, frame.now)
        if line != self._line:
            if self._cloze is not None and not self._cloze.filled and frame.controls.playing:
                self._add(MISSED)
            self._line = line
            gap = self._gaps.get(line)
            tally = self._results.right, self._results.asked
            self._cloze = None if gap is None else Cloze(gap, right=tally[0], asked=tally[1])
        return replace(frame, cloze=self._cloze, missing=self._gaps.get(line + 1))

    def forget(self) -> None:
        """The gap at hand is neither filled nor missed."""
        self._cloze, self._line = None, None

    def close(self) -> None:
        """Keep what was picked."""
        self._results.keep()

    def _add(self, grade: int) -> None:
        if self._line is not None:
            self._results.add(ACTIVITY, self._song.lines[self._line].text, grade)
