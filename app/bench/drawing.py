"""How long the pictures of a whole song take to draw, in virtual time."""

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial

import numpy as np
import pygame

from app.bench.figures import FPS, SIZE, OpenConductor, Row, forget, milliseconds
from app.offscreen import OffScreen
from app.virtual import ticks
from loop_core.conductor import Conductor
from loop_core.frame import Controls, Frame
from loop_core.lessons import LESSONS, Lesson

TARGETS = {SIZE: 8.0, (3840, 2160): 16.0}
"""Milliseconds within which 99 of 100 pictures are to be drawn, by their size."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """Milliseconds per picture: half of them, 99 of 100, all of them; and which one was the slowest.

    Without the first picture, which is shown before the song begins.
    """

    p50: float
    p99: float
    worst: float
    slowest: str


def rows(
    open_conductor: OpenConductor,
    lessons: Sequence[Lesson] = LESSONS,
    targets: Mapping[tuple[int, int], float] = TARGETS,
    fps: int = FPS,
) -> Iterator[Row]:
    """Every lesson at every size; the reference copies one picture of that size."""
    for size, target in targets.items():
        surface, other = pygame.Surface(size, depth=32), pygame.Surface(size, depth=32)
        copy = milliseconds(partial(surface.blit, other, (0, 0)), 200)
        for lesson in lessons:
            with closing(open_conductor(None, lesson)) as conductor:
                drawn = draw_song(conductor, size, fps)
            yield Row(
                f"{lesson.name} at {size[1]}p, p50 / p99 / worst",
                f"{drawn.p50:.2f} / {drawn.p99:.2f} / {drawn.worst:.1f} ms ({drawn.slowest})",
                f"{copy:.2f} ms to copy one picture",
                f"{target:g} ms at p99",
                drawn.p99 <= target,
            )


def draw_song(conductor: Conductor, size: tuple[int, int], fps: int) -> Drawn:
    """Draw every picture once, as a process does that has drawn nothing before."""
    forget()
    screen = OffScreen(size, Controls())
    taken, moments = [], []
    for frame in ticks(conductor, (number / fps for number in range(math.ceil(conductor.song.length * fps)))):
        start = time.perf_counter()
        screen.draw(frame)
        taken.append(1000 * (time.perf_counter() - start))
        moments.append(_moment(frame))
    del taken[0], moments[0]
    p50, p99, worst = map(float, np.percentile(taken, (50, 99, 100)))
    return Drawn(p50, p99, worst, moments[taken.index(worst)])


def _moment(frame: Frame) -> str:
    operation = "before the first operation" if frame.snapshot is None else frame.snapshot.operation
    return f"at {frame.now:.2f} s, {operation}"
