"""Start, pause, seek, hold, loop and count in: the player and the song time that follows it."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from app.audio import Player
from app.pace import PLAIN, Pace
from loop_core.clock import SmoothClock
from loop_core.errors import InputError
from loop_core.song import Song
from loop_core.timeline import LEAD, Loop, line_at, line_edges

SOON = 0.01
"""Seconds within which two times are the same."""


@dataclass(frozen=True, slots=True)
class Count:
    """A bar of ticks before the music; in real seconds how far apart, when they begin, when it begins."""

    beats: int
    apart: float
    begins: float
    ends: float

    def number(self, now: float) -> int:
        """The tick that was heard last, counted from 1."""
        return min(self.beats, 1 + int((now - self.begins) / self.apart))


def count_before(song: Song, at: float, rate: float, now: float) -> Count:
    """The bar of ticks that leads to ``at``, if it begins now: each tick on one of the song's beats."""
    beat = 60 / song.tempo
    first = (math.ceil(at / beat - 0.01) - song.beats_per_bar) * beat
    return Count(song.beats_per_bar, beat / rate, now, now + (at - first) / rate)


class Transport:
    """Where the song is, and whether it moves. Times in seconds of the song."""

    def __init__(self, song: Song, player: Player, real: Callable[[], float]) -> None:
        self.song = song
        self.player = player
        self.playing = False
        self.ended = False
        self.hold = False
        self.stops: tuple[float, ...] = ()  # further times at which it stops by itself
        self.loop: Loop | None = None
        self.tour: tuple[Loop, ...] = ()  # the parts that are played, one after the other; all without any
        self.count_in = False
        self.pace = PLAIN
        self._wanted = PLAIN
        self._real = real
        self._at = 0.0  # where it stands while nothing plays
        self._clock: SmoothClock | None = None
        self._count: Count | None = None
        self._hold_at: float | None = None
        self._passed: float | None = None  # where it has stopped by itself, and goes on without another stop

    @property
    def rate(self) -> float:
        """Song seconds per real second, while it plays."""
        return self.pace.rate

    @property
    def settled(self) -> bool:
        """Whether it plays at the pace that was asked for last."""
        return self.pace == self._wanted

    @property
    def count(self) -> int | None:
        """Which tick of the count-in was heard last; None while none is."""
        return None if self._count is None else self._count.number(self._real())

    def now(self) -> float:
        """Song time; stops by itself at the song's end and, in hold mode, after each line."""
        if self._count is not None and self._real() >= self._count.ends:
            self._start(self._at)
        if self._clock is None:
            return self._at
        stalled = self._clock.stalled
        now = self._clock.now()
        if stalled and not self._clock.stalled:  # the sound is back: bring it to where the show is
            self._start(now)
        if self._hold_at is not None and now >= self._hold_at:
            self._passed = self._hold_at
            self._stop(self._hold_at)
        elif self.loop is not None and now >= self.loop.end:
            self._passed = None
            self._begin(self.loop.start)
            return self.loop.start
        elif self.tour and now >= self.tour[0].end:
            self.tour = self.tour[1:]
            if self.tour:
                self._passed = None
                self._begin(self.tour[0].start)
                return self.tour[0].start
            self._end()
        elif now >= self.song.length:
            self._end()
        return now if self._clock is not None else self._at

    def play(self) -> None:
        """Go on from where it stands; from the start after the end, of the loop where it is left."""
        at = 0.0 if self.ended else self._at
        if self.loop is not None and not _inside(self.loop, at):
            at = self.loop.start
        self._begin(at)

    def pause(self) -> None:
        """Freeze the song time and be silent."""
        self._stop(self.now())

    def seek(self, to: float) -> None:
        """Go to a time; playing goes on if it was. Out of the loop ends it; a tour ends."""
        self.ended, self.tour, self._passed = False, (), None
        to = min(max(to, 0.0), self.song.length)
        if self.loop is not None and not _inside(self.loop, to):
            self.loop = None
        if self.playing:
            self._go_on(to)
        else:
            self._at = to

    def seek_line(self, step: int) -> None:
        """Go ``step`` lines on or back; back within a line's first second goes to the line before it."""
        now = self.now()
        line = line_at(self.song, now + (LEAD + SOON if now in self.stops else 0.0))
        index = -1 if line is None else line
        if step < 0 and index >= 0 and now - self.song.lines[index].start > 1.0:
            index += 1
        index += step
        start = 0.0 if index < 0 else self.song.lines[min(index, len(self.song.lines) - 1)].start
        self.seek(next((stop for stop in self.stops if start - LEAD - SOON <= stop <= start), start))

    def set_player(self, player: Player) -> None:
        """Play on another device, at the pace that is wanted."""
        self.player, self.pace = player, PLAIN
        self.set_pace(self._wanted)

    def set_backing(self, name: str) -> None:
        """Play another backing from where the song is; a pause stays a pause."""
        now = self.now()
        self.player.load(name)
        if self.playing:
            self._go_on(now)

    def set_pace(self, pace: Pace) -> None:
        """Have another pace prepared, for `take_up`; until then it goes on as it is."""
        self._wanted = pace
        self.player.prepare(pace)

    def take_up(self) -> None:
        """Go over to the wanted pace at the same moment of the song, once it is prepared.

        Raises InputError when it cannot be; then the present one stays.
        """
        if self.settled:
            return
        try:
            prepared = self.player.prepared(self._wanted)
        except InputError:
            self._wanted = self.pace
            raise
        if prepared:
            now = self.now()
            self.pace = self._wanted
            if self.playing:
                self._go_on(now)

    def set_hold(self, hold: bool) -> None:
        """Stop after each line, or go on without stopping."""
        self.hold = hold
        self._look_ahead()

    def set_stops(self, stops: tuple[float, ...]) -> None:
        """Stop by itself at these times, whether in hold mode or not."""
        self.stops = stops
        self._look_ahead()

    def set_loop(self, loop: Loop | None) -> None:
        """Repeat a part of the song that it is in, or nothing."""
        self.loop = loop
        self.set_hold(self.hold)

    def set_tour(self, parts: tuple[Loop, ...]) -> None:
        """Go to the first of some parts of the song; played, they follow one another, and then it ends."""
        self.set_loop(None)
        self.seek(parts[0].start)
        self.tour = parts
        self._look_ahead()

    def _go_on(self, at: float) -> None:
        """Play from there, or be about to, as before."""
        if self._count is not None:
            self._begin(at)
        else:
            self._start(at)

    def _begin(self, at: float) -> None:
        if not self.count_in or self._next_hold(at) == at:
            self._start(at)
            return
        self._stop(at)
        self._count = count_before(self.song, at, self.rate, self._real())
        self.player.count(self._count.beats, self._count.apart)
        self.playing, self.ended = True, False

    def _start(self, at: float) -> None:
        self.player.play(at, self.pace)
        self._count = None
        self._clock = SmoothClock(self.player.position, self._real, at, self.rate)
        self._hold_at = self._next_hold(at)
        self.playing, self.ended = True, False

    def _end(self) -> None:
        self._stop(self.song.length)
        self.ended = True

    def _stop(self, at: float) -> None:
        self.player.stop()
        self._at, self._clock, self._count, self.playing = at, None, None, False

    def _look_ahead(self) -> None:
        self._hold_at = None if self._clock is None else self._next_hold(self._clock.now())

    def _next_hold(self, now: float) -> float | None:
        """In hold mode each line ends in a stop, in a loop its last one too."""
        stops = [stop for stop in self.stops if stop >= now and stop != self._passed]
        part = self.tour[0] if self.tour else self.loop
        if part is not None:  # what comes just before the line after it is of a part that is not played
            stops = [stop for stop in stops if stop < part.end - SOON]
        if self.hold:
            edges = line_edges(self.song)[1:]
            ends = edges if self.loop is None else (*edges, self.loop.end)
            stops += [end for end in ends if end > now + SOON]
        return min(stops, default=None)


def _inside(loop: Loop, at: float) -> bool:
    return loop.start <= at < loop.end
