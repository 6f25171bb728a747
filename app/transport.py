"""Start, pause, seek and hold: the player and the song time that follows it."""

from collections.abc import Callable

from app.audio import Player
from loop_core.clock import SmoothClock
from loop_core.song import Song
from loop_core.timeline import line_at

HOLD_EARLY = 0.15
"""Seconds before the next line at which hold mode stops: its first consonant has not begun."""


class Transport:
    """Where the song is, and whether it moves. Times in seconds of the song."""

    def __init__(self, song: Song, player: Player, real: Callable[[], float]) -> None:
        self.song = song
        self.player = player
        self.playing = False
        self.ended = False
        self.hold = False
        self.stops: tuple[float, ...] = ()  # further times at which it stops by itself
        self._real = real
        self._at = 0.0  # where it stands while nothing plays
        self._clock: SmoothClock | None = None
        self._hold_at: float | None = None

    @property
    def rate(self) -> float:
        """Song seconds per real second."""
        return self._clock.rate if self._clock is not None else 1.0

    def now(self) -> float:
        """Song time; stops by itself at the song's end and, in hold mode, after each line."""
        if self._clock is None:
            return self._at
        stalled = self._clock.stalled
        now = self._clock.now()
        if stalled and not self._clock.stalled:  # the sound is back: bring it to where the show is
            self._start(now)
        if now >= self.song.length:
            self._stop(self.song.length)
            self.ended = True
        elif self._hold_at is not None and now >= self._hold_at:
            self._stop(self._hold_at)
        return now if self._clock is not None else self._at

    def play(self) -> None:
        """Go on from where it stands; from the start after the end."""
        self._start(0.0 if self.ended else self._at)

    def pause(self) -> None:
        """Freeze the song time and be silent."""
        self._stop(self.now())

    def seek(self, to: float) -> None:
        """Go to a time; playing goes on if it was."""
        self.ended = False
        to = min(max(to, 0.0), self.song.length)
        if self.playing:
            self._start(to)
        else:
            self._at = to

    def seek_line(self, step: int) -> None:
        """Go ``step`` lines on or back; back within a line's first second goes to the line before it."""
        now = self.now()
        line = line_at(self.song, now)
        index = -1 if line is None else line
        if step < 0 and index >= 0 and now - self.song.lines[index].start > 1.0:
            index += 1
        index += step
        self.seek(0.0 if index < 0 else self.song.lines[min(index, len(self.song.lines) - 1)].start)

    def set_backing(self, name: str) -> None:
        """Play another backing from where the song is; a pause stays a pause."""
        self.player.load(name)
        now = self.now()
        if self.playing:
            self._start(now)

    def set_hold(self, hold: bool) -> None:
        """Stop after each line, or go on without stopping."""
        self.hold = hold
        self._look_ahead()

    def set_stops(self, stops: tuple[float, ...]) -> None:
        """Stop by itself at these times, whether in hold mode or not."""
        self.stops = stops
        self._look_ahead()

    def _start(self, at: float) -> None:
        self.player.play(at)
        self._clock = SmoothClock(self.player.position, self._real, at)
        self._hold_at = self._next_hold(at)
        self.playing, self.ended = True, False

    def _stop(self, at: float) -> None:
        self.player.stop()
        self._at, self._clock, self.playing = at, None, False

    def _look_ahead(self) -> None:
        self._hold_at = None if self._clock is None else self._next_hold(self._clock.now())

    def _next_hold(self, now: float) -> float | None:
        held = [line.start - HOLD_EARLY for line in self.song.lines[1:]] if self.hold else []
        return min((stop for stop in (*held, *self.stops) if stop > now + 0.01), default=None)
