"""Whether the show lasts: a day of songs in virtual time, half an hour of them in real time."""

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import pygame

from app.bench.figures import DEFAULT_LESSON, SIZE, OpenConductor, Row, forget
from app.bench.held import Held, held
from app.bench.screen import environment
from app.player import SilentPlayer
from app.show import Show
from loop_core.clock import VirtualClock
from loop_core.conductor import Conductor
from loop_core.frame import Controls, Frame
from loop_core.lessons import Lesson
from loop_core.song import Song

DAY, HALF_HOUR = 86400.0, 1800.0
HOUR, MINUTES = 3600.0, 600.0
"""Seconds at the beginning and at the end that are compared: of a day, of half an hour."""
TICK = 1 / 8
"""Seconds between two pictures of virtual time: a power of two, so that sums of it are exact."""
MOST_DRIFT = 0.001
MOST_MEMORY = 5.0


@dataclass(slots=True)
class Watch:
    """What is seen of song after song; late: seconds since the start, and the mean lateness of its cues."""

    stretch: float
    late: list[tuple[float, float]] = field(default_factory=list)
    before: Held | None = None
    songs: int = 0

    def end(self, now: float, conductor: Conductor) -> None:
        """A song has ended, so many seconds after the start."""
        self.songs += 1
        self.late.append((now, float(np.mean([record.shown - record.onset for record in conductor.records]))))
        if self.before is None and now >= self.stretch:
            self.before = held()

    def rows(self, what: str) -> Iterator[Row]:
        """How the end differs from the beginning."""
        times, late = np.array(self.late).T
        first, last = (float(np.mean(late[part])) for part in self._parts(times))
        yield Row(
            f"{what}: cues shown late, mean of the last {self.stretch / 60:g} minutes",
            f"{1000 * last:.2f} ms",
            f"{1000 * first:.2f} ms in the first",
            f"{1000 * MOST_DRIFT:g} ms apart",
            abs(last - first) <= MOST_DRIFT,
        )
        before, after = self.before, held()
        if before is None or after is None:
            yield Row(f"{what}: what is held", "not measured: this system has no /proc/self")
            return
        more = after.memory - before.memory
        yield Row(
            f"{what}: more memory after {self.songs} songs",
            f"{more:.2f} MB",
            f"{before.memory:.0f} MB after {self.stretch / 60:g} minutes",
            f"{MOST_MEMORY:g} MB",
            more <= MOST_MEMORY,
        )
        yield Row(
            f"{what}: open files, threads",
            f"{after.files}, {after.threads}",
            f"{before.files}, {before.threads} after {self.stretch / 60:g} minutes",
            "no more",
            after.files <= before.files and after.threads <= before.threads,
        )

    def _parts(self, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return times <= max(self.stretch, times[0]), times >= min(times[-1] - self.stretch, times[-1])


def day(
    song: Song, open_conductor: OpenConductor, seconds: float = DAY, stretch: float = HOUR
) -> Iterator[Row]:
    """One show, begun again whenever the song is over."""
    real, watch = VirtualClock(), Watch(stretch)
    show = Show(
        song,
        DEFAULT_LESSON,
        lambda lesson: open_conductor(None, lesson),
        lambda backing, wanted: _Heard(song.length, real.now),
        real.now,
        start=True,
        beside=ThreadPoolExecutor(1, "sound"),
    )
    show.open()
    while real.now() < seconds:
        real.advance(TICK)
        if show.tick().now >= song.length:
            watch.end(real.now(), show.conductor)
            show.restart()
    yield from watch.rows(f"{seconds / 3600:g} h in virtual time")
    show.close()


def half_hour(
    song: Song,
    open_conductor: OpenConductor,
    seconds: float = HALF_HOUR,
    stretch: float = MINUTES,
    size: tuple[int, int] = SIZE,
) -> Iterator[Row]:
    """The window, with R pressed whenever the song is over."""
    from app import window

    os.environ.update(environment())
    forget()
    opened: list[Conductor] = []
    watch, start, ended = Watch(stretch), time.perf_counter(), False

    def open_and_keep(lesson: Lesson) -> Conductor:
        opened.append(open_conductor(time.perf_counter, lesson))
        return opened[-1]

    def look(frame: Frame) -> bool:
        nonlocal ended
        now = time.perf_counter() - start
        if frame.now >= song.length and not ended:
            watch.end(now, opened[-1])
            pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_r, unicode="r"))
        ended = frame.now >= song.length
        if now >= seconds and ended:
            found.extend(watch.rows(f"{seconds / 60:g} min in real time"))
            return True
        return False

    found: list[Row] = []
    controls = Controls(vamp=False)  # lateness is not to be waited out
    window.play(
        song,
        DEFAULT_LESSON,
        open_and_keep,
        start=True,
        fullscreen=False,
        size=size,
        controls=controls,
        watch=look,
    )
    yield from found


class _Heard(SilentPlayer):
    """Silence that counts as a device, so that none is looked for."""

    def __init__(self, length: float, real: Callable[[], float]) -> None:
        super().__init__(length, real)
        self.device = "none that is heard"
