"""How punctual the show is over a whole song in a window, or in memory where there is no screen."""

import os
import time
from collections.abc import Iterator

import numpy as np

from app.bench.figures import DEFAULT_LESSON, FPS, SIZE, OpenConductor, Row
from app.bench.screen import environment
from loop_core.conductor import Conductor
from loop_core.frame import Frame
from loop_core.lessons import Lesson
from loop_core.song import Song

PICTURE = 1000 / FPS
"""Milliseconds from one picture to the next."""


def rows(song: Song, open_conductor: OpenConductor, size: tuple[int, int] = SIZE) -> Iterator[Row]:
    """How late operations start and are shown, and how regularly pictures come."""
    os.environ.update(environment())
    from app import window

    opened: list[Conductor] = []
    pictures: list[float] = []

    def open_and_keep(lesson: Lesson) -> Conductor:
        opened.append(open_conductor(time.perf_counter, lesson))
        return opened[-1]

    def watch(frame: Frame) -> bool:
        if frame.controls.playing:
            pictures.append(time.perf_counter())
        return frame.now >= song.length

    window.play(song, DEFAULT_LESSON, open_and_keep, start=True, fullscreen=False, size=size, watch=watch)
    records = opened[0].records
    late = 1000 * np.array([(r.started - r.due, r.shown - r.onset) for r in records])
    sleeps = f"{_sleep_lateness():.2f} ms late at p99: a bare sleep"
    apart = f"{PICTURE:.1f} ms between pictures"
    for what, times, reference, target in (
        ("operation started, late by", late[:, 0], sleeps, 5.0),
        ("result first shown, late by", late[:, 1], apart, PICTURE),
        ("between two pictures,", 1000 * np.diff(pictures), apart, 1.5 * PICTURE),
    ):
        p50, p95, p99, most = np.percentile(times, (50, 95, 99, 100))
        yield Row(
            f"{what} p50 / p95 / p99 / max",
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
