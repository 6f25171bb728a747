"""How punctual the show is in a window, or in memory where there is no screen."""

import os
import time
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from app.bench.figures import DEFAULT_LESSON, FPS, SIZE, OpenConductor, Row, forget
from app.bench.screen import environment
from loop_core.conductor import Conductor
from loop_core.frame import Controls, Frame
from loop_core.lessons import Lesson
from loop_core.song import Song

PICTURE = 1000 / FPS
"""Milliseconds from one picture to the next."""
OTHER_SPEEDS = (50, 125)
"""Per cent: the whole song plays at its own speed, and at these as much of it as `STRETCH`."""
STRETCH = 20.0
"""Seconds of the song."""

Times = npt.NDArray[np.float64]


def rows(song: Song, open_conductor: OpenConductor, size: tuple[int, int] = SIZE) -> Iterator[Row]:
    """How late operations start and are shown, and how regularly pictures come; at several speeds."""
    os.environ.update(environment())
    for speed in (100, *OTHER_SPEEDS):
        forget()
        end = song.length if speed == 100 else min(song.length, STRETCH)
        late, pictures = _played(song, open_conductor, size, speed, end)
        yield from _rows("" if speed == 100 else f"at {speed}%: ", late, pictures)


def _played(
    song: Song, open_conductor: OpenConductor, size: tuple[int, int], speed: int, end: float
) -> tuple[Times, Times]:
    """Play from the song's start to ``end``.

    In real milliseconds: how late each operation started and was shown (cues, 2); between pictures.
    """
    from app import window

    opened: list[Conductor] = []
    pictures: list[float] = []

    def open_and_keep(lesson: Lesson) -> Conductor:
        opened.append(open_conductor(time.perf_counter, lesson))
        return opened[-1]

    def watch(frame: Frame) -> bool:
        if frame.controls.playing:
            pictures.append(time.perf_counter())
        return frame.now >= end

    window.play(
        song,
        DEFAULT_LESSON,
        open_and_keep,
        start=True,
        fullscreen=False,
        size=size,
        controls=Controls(speed=speed, vamp=False),  # lateness is not to be waited out
        watch=watch,
    )
    late = [(r.started - r.due, r.shown - r.onset) for r in opened[0].records]
    return 1000 * np.array(late) / (speed / 100), 1000 * np.diff(pictures)


def _rows(at: str, late: Times, between: Times) -> Iterator[Row]:
    sleeps = f"{_sleep_lateness():.2f} ms late at p99: a bare sleep"
    apart = f"{PICTURE:.1f} ms between pictures"
    for what, times, reference, target in (
        ("operation started, late by", late[:, 0], sleeps, 5.0),
        ("result first shown, late by", late[:, 1], apart, PICTURE),
        ("between two pictures,", between, apart, 1.5 * PICTURE),
    ):
        p50, p95, p99, most = np.percentile(times, (50, 95, 99, 100))
        yield Row(
            f"{at}{what} p50 / p95 / p99 / max",
            f"{p50:.1f} / {p95:.1f} / {p99:.1f} / {most:.1f} ms",
            reference,
            f"{target:.1f} ms at p99",
            bool(p99 <= target),
        )


def _sleep_lateness() -> float:
    late = []
    for _ in range(100):
        start = time.perf_counter()
        time.sleep(0.01)
        late.append(1000 * (time.perf_counter() - start - 0.01))
    return float(np.percentile(late, 99))
