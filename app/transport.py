"""Start, pause, seek, hold, loop, count in and vamp: the player and the song time that follows it."""

import math
from collections.abc import Callable

from app.count_in import Count, count_before
from app.pace import Pace
from app.playback import Playback
from app.player import Player
from app.vamp import CATCH_UP, TOLERANCE, Vamp
from loop_core.song import Song
from loop_core.timeline import LEAD, Loop, line_at, line_edges

SOON = 0.01
"""Seconds within which two times are the same."""


class Transport:
    """Where the song is, and whether it moves. Times in seconds of the song.

    awaits: says by how many real seconds what must be there at a time is expected late, None where it is
    there; the song then waits in a `Vamp`, unless it was moved just now.
    """

    def __init__(self, song: Song, player: Player, real: Callable[[], float]) -> None:
        self.song = song
        self.playing = False
        self.ended = False
        self.hold = False
        self.stops: tuple[float, ...] = ()  # further times at which it stops by itself
        self.loop: Loop | None = None
        self.tour: tuple[Loop, ...] = ()  # the parts that are played, one after the other; all without any
        self.count_in = False
        self.awaits: Callable[[float], float | None] = _nothing
        self.vamp: Vamp | None = None
        self._playback = Playback(player, real)
        self._real = real
        self._at = 0.0  # where it stands while nothing plays
        self._moved_to = -math.inf  # by a seek, a loop or a tour
        self._count: Count | None = None
        self._hold_at: float | None = None
        self._passed: float | None = None  # where it has stopped by itself, and goes on without another stop

    @property
    def player(self) -> Player:
        """What plays."""
        return self._playback.player

    @property
    def pace(self) -> Pace:
        """How fast and how high it plays."""
        return self._playback.pace

    @property
    def rate(self) -> float:
        """Song seconds per real second, while it plays."""
        return self._playback.rate

    @property
    def settled(self) -> bool:
        """Whether it plays at the pace that was asked for last."""
        return self._playback.settled

    @property
    def count(self) -> int | None:
        """Which tick of the count-in was heard last; None while none is."""
        return None if self._count is None else self._count.number(self._real())

    def now(self) -> float:
        """Song time; stops by itself at the song's end and, in hold mode, after each line."""
        if self._count is not None and self._real() >= self._count.ends:
            self._start(self._at)
        if self.vamp is not None:
            if not self.vamp.over(self.awaits(self.vamp.at) is not None):
                return self.vamp.at
            self._leave(self.vamp)
        now = self._playback.position()
        if now is None:
            return self._at
        if self._hold_at is not None and now >= self._hold_at:
            self._passed = self._hold_at
            self._stop(self._hold_at)
        elif self._must_wait(now):
            self._wait(now)
        elif self.loop is not None and now >= self.loop.end:
            self._jump(self.loop.start)
            return self.loop.start
        elif self.tour and now >= self.tour[0].end:
            self.tour = self.tour[1:]
            if self.tour:
                self._jump(self.tour[0].start)
                return self.tour[0].start
            self._end()
        elif now >= self.song.length:
            self._end()
        return now if self.playing else self._at

    def play(self) -> None:
        """Go on from where it stands; from the start after the end, of the loop where it is left."""
        at = 0.0 if self.ended else self._at
        if self.loop is not None and not _inside(self.loop, at):
            at = self.loop.start
        if at != self._at:
            self._moved_to = at
        self._begin(at)

    def pause(self) -> None:
        """Freeze the song time and be silent."""
        self._stop(self.now())

    def seek(self, to: float) -> None:
        """Go to a time; playing goes on if it was. Out of the loop ends it; a tour ends."""
        self.ended, self.tour, self._passed, self.vamp = False, (), None, None
        self._moved_to = to = min(max(to, 0.0), self.song.length)
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
        self._playback.set_player(player)

    def change_player(self, player: Player) -> None:
        """Go on with another player at the same moment and pace, which it has prepared."""
        now = self.now()
        self._playback.change_player(player)
        player.hush(self.vamp is not None)
        if self.playing:
            self._go_on(now)

    def set_backing(self, name: str) -> None:
        """Play another backing from where the song is; a pause stays a pause."""
        now = self.now()
        self.player.load(name)
        if self.playing:
            self._go_on(now)

    def set_pace(self, pace: Pace) -> None:
        """Have another pace prepared, for `take_up`; until then it goes on as it is."""
        self._playback.set_pace(pace)

    def take_up(self) -> None:
        """Go over to the wanted pace at the same moment of the song, once it is prepared.

        Raises InputError when it cannot be; then the present one stays.
        """
        if self._playback.prepared():
            now = self.now()
            self._playback.take_up()
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

    @property
    def _part(self) -> Loop | None:
        """What is played of the song, None while it is all of it."""
        return self.tour[0] if self.tour else self.loop

    def _go_on(self, at: float) -> None:
        """Play from there, or be about to, as before."""
        if self._count is not None:
            self._begin(at)
        elif self.vamp is None:
            self._start(at)
        else:
            self.vamp.resume()

    def _jump(self, to: float) -> None:
        """To where the loop or the tour goes on."""
        self._passed, self._moved_to = None, to
        self._begin(to)

    def _begin(self, at: float) -> None:
        if not self.count_in or self._next_hold(at) == at:
            self._start(at)
            return
        self._stop(at)
        self._count = count_before(self.song, at, self.rate, self._real())
        self.player.count(self._count.beats, self._count.apart)
        self.playing, self.ended = True, False

    def _start(self, at: float) -> None:
        self._count = self.vamp = None
        self.playing, self.ended = True, False
        self.player.hush(False)
        if self._must_wait(at):
            self._playback.stop()
            self._wait(at)
        else:
            self._playback.play(at)
        self._hold_at = self._next_hold(at)

    def _must_wait(self, at: float) -> bool:
        part = self._part
        late = self.awaits(at if part is None else min(at, part.end - SOON))
        return late is not None and late > TOLERANCE and at >= self._moved_to + CATCH_UP * self.rate

    def _wait(self, at: float) -> None:
        self._at, self.vamp = at, Vamp(self.song, at, self._playback, self._real)

    def _leave(self, vamp: Vamp) -> None:
        """What was waited for is there: the sound, if any, has come to where it goes on."""
        self.vamp = None
        self.player.hush(False)
        if self._playback.position() is None:
            self._playback.play(vamp.at)

    def _end(self) -> None:
        self._stop(self.song.length)
        self.ended = True

    def _stop(self, at: float) -> None:
        self._playback.stop()
        self.player.hush(False)
        self._at, self._count, self.vamp, self.playing = at, None, None, False

    def _look_ahead(self) -> None:
        at = self._playback.position() if self.vamp is None else self.vamp.at
        self._hold_at = None if at is None else self._next_hold(at)

    def _next_hold(self, now: float) -> float | None:
        """In hold mode each line ends in a stop, in a loop its last one too."""
        stops = [stop for stop in self.stops if stop >= now and stop != self._passed]
        part = self._part
        if part is not None:  # what comes just before the line after it is of a part that is not played
            stops = [stop for stop in stops if stop < part.end - SOON]
        if self.hold:
            edges = line_edges(self.song)[1:]
            ends = edges if self.loop is None else (*edges, self.loop.end)
            stops += [end for end in ends if end > now + SOON]
        return min(stops, default=None)


def _nothing(at: float) -> None:
    """Nothing is waited for."""


def _inside(loop: Loop, at: float) -> bool:
    return loop.start <= at < loop.end
