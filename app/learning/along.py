"""Singing along: who is at the microphone, what was sung so far, and what it is worth, line by line."""

from collections.abc import Callable

import numpy as np

from app.learning.results import AT_ONCE, LATER, MISSED, Results
from app.microphone import Singer
from app.transport import Transport
from loop_core.pitch import NOTHING, Track
from loop_core.scoring import Difficulty
from loop_core.singing import Singing, singing, taken
from loop_core.song import Song
from loop_core.timeline import line_at

ACTIVITY = "sing"
"""What the results are kept under."""
SETTLE = 0.6
"""Seconds after a line's end at which all of its voice has come in."""
AT_START = 0.05
"""Seconds after a line's start at which it can still be sung whole."""
GRADES = ((0.8, AT_ONCE), (0.5, LATER))
"""From which share of a line's perfection on it gets which grade."""


class SingAlong:
    """Listens while it is wanted; a line is graded when it was sung from its beginning to its end."""

    def __init__(
        self,
        song: Song,
        transport: Transport,
        results: Results,
        open_singer: Callable[[], Singer],
        difficulty: Difficulty,
    ) -> None:
        """open_singer: opens the microphone."""
        self.singer: Singer | None = None
        self._song = song
        self._transport = transport
        self._results = results
        self._open_singer = open_singer
        self.difficulty = difficulty
        self._voice = NOTHING
        self._sung_to = -np.inf  # all before it that still comes in was sung while song time stood still
        self._now = 0.0
        self._line: int | None = None
        self._begun: list[int] = []  # lines that are being sung, or have been and are not graded

    @property
    def over(self) -> bool:
        """Whether there are points to look at: somebody sang, and the song has ended."""
        return self.singer is not None and self.singer.heard and self._transport.ended

    def toggle(self) -> None:
        """Show the notes and listen to the microphone, or neither; what was sung so far is kept."""
        if self.singer is None:
            self.singer = self._open_singer()
            self._results.begin()
        else:
            self.close()

    def harder(self) -> Difficulty:
        """The next difficulty; after the hardest the easiest."""
        levels = list(Difficulty)
        self.difficulty = levels[(levels.index(self.difficulty) + 1) % len(levels)]
        return self.difficulty

    def listen(self, now: float, playing: bool) -> Singing | None:
        """How the singing stands at song time ``now``, where somebody wants to sing."""
        if self.singer is None:
            return None
        if now < self._now:
            self._sung_to = -np.inf
        if playing:
            heard = self._hear(self.singer, now)
            self._voice = taken(self._voice, heard.higher(-self._transport.pace.semitones), now)
        stands = singing(
            self._song, self._voice, self.difficulty, now, self.singer.description, self.singer.heard
        )
        if self.singer.heard:
            self._grade(stands, now, playing)
        return stands

    def _hear(self, singer: Singer, now: float) -> Track:
        """What has come in; nothing of what was sung while song time stood still."""
        vamp, rate = self._transport.vamp, self._transport.rate
        if vamp is None:
            return singer.sing(now, rate).part(self._sung_to, np.inf)
        self._sung_to = vamp.at
        return singer.sing(vamp.at + vamp.stood * rate, rate).part(-np.inf, vamp.at)

    def forget(self) -> None:
        """The song was moved: the line at hand has not been sung whole."""
        self._begun = []
        self._line = line_at(self._song, self._transport.now() - AT_START)

    def close(self) -> None:
        """Give the microphone back."""
        if self.singer is not None:
            self.singer.close()
            self.singer = None

    def _grade(self, stands: Singing, now: float, playing: bool) -> None:
        if now < self._now:
            self.forget()
        self._now, line = now, line_at(self._song, now)
        if playing and line is not None and line != self._line:
            self._begun.append(line)
        self._line = line
        done = [at for at in self._begun if stands.over or self._song.lines[at].end + SETTLE <= now]
        self._begun = [at for at in self._begun if at not in done]
        for at in done:
            score = stands.score.lines[at]
            if score is not None:
                grade = next((grade for share, grade in GRADES if score.perfection >= share), MISSED)
                self._results.add(ACTIVITY, self._song.lines[at].text, grade)
