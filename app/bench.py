"""Figures of this machine, each beside a reference measured in the same run and beside its target."""

import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console
from rich.table import Table

from assets import SONGS
from loop_core.conductor import Conductor
from loop_core.frame import Controls, Frame
from loop_core.lessons import LESSONS, Lesson, find_lesson
from loop_core.listing import Listing, read_listing
from loop_core.operations import FAST, Operation
from loop_core.song import Song, find_song, load_song

if TYPE_CHECKING:  # it imports torch
    from loop_core.stepper import Stepper

FPS = 60
SIZES = ((1920, 1080), (3840, 2160))
TIMES = 100
REPEATS = {False: 41, True: 11}
"""Pairs of a plain and a fast run, by whether the lesson has more than 100 epochs."""
DEFAULT_LESSON, DEFAULT_SONG = "straight_line", "optimization_loop"

OpenConductor = Callable[[Callable[[], float] | None, Lesson], Conductor]


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: what, its value, the reference and its value, the target and whether it is met."""

    what: str
    value: str
    reference: str = ""
    target: str = ""
    met: bool | None = None


def bench(song: Song, open_conductor: OpenConductor, console: Console) -> None:
    """Measure everything, printing each figure as it comes; about four minutes."""
    console.print(
        f"Torchaoke on Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}"
    )
    parts: tuple[tuple[str, Callable[[], Iterator[Row]]], ...] = (
        ("start", _start),
        ("the loop", _loop),
        ("drawing", lambda: _drawing(open_conductor)),
        ("in real time, drawn at 60 pictures a second", lambda: _real_time(song, open_conductor)),
        ("memory", lambda: _memory(open_conductor)),
    )
    for name, part in parts:
        table = Table(title=name, title_justify="left", box=None, padding=(0, 2, 0, 0), pad_edge=False)
        for heading in ("what", "figure", "reference", "target", ""):
            table.add_column(heading, overflow="fold")
        for row in part():
            verdict = "" if row.met is None else "met" if row.met else "MISSED"
            table.add_row(row.what, row.value, row.reference, row.target, verdict)
        console.print()
        console.print(table)


def _start() -> Iterator[Row]:
    """Each in processes of its own, median of three."""
    shown, ready = np.median([_start_once() for _ in range(3)], axis=0)
    window = (
        "import pygame; pygame.display.init(); pygame.display.set_mode((1280, 720)); pygame.display.flip()"
    )
    yield Row(
        "first picture after the command starts",
        f"{shown:.2f} s",
        f"{_seconds_of(window):.2f} s for an empty pygame window",
        "0.5 s",
        bool(shown <= 0.5),
    )
    torch = "import torch; torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)"
    yield Row(
        "ready to play", f"{ready:.2f} s", f"{_seconds_of(torch):.2f} s for torch and one optimizer alone"
    )


PROBE = "from app.bench import probe; probe()"


def probe() -> None:
    """Show the window until the lesson is warm; prints the times of the first picture and of that."""
    from app import parts, window

    song, lesson = load_song(find_song(DEFAULT_SONG, SONGS)), find_lesson(DEFAULT_LESSON)
    marks: list[float] = []

    def watch(frame: Frame) -> bool:
        if not marks or frame.ready:
            marks.append(time.time())
        return frame.ready

    with tempfile.TemporaryDirectory(prefix="torchaoke-") as saved:
        opening = partial(parts.conductor_for, song, Path(saved), time.perf_counter)
        window.play(song, lesson, opening, start=False, fullscreen=False, size=(1280, 720), watch=watch)
    print(*marks)


def _start_once() -> tuple[float, float]:
    began = time.time()
    done = subprocess.run(
        [sys.executable, "-c", PROBE],
        capture_output=True,
        text=True,
        check=True,
        env=_environment(),
        timeout=120,
    )
    first, ready = map(float, done.stdout.split()[-2:])
    return first - began, ready - began


def _seconds_of(code: str) -> float:
    taken = []
    for _ in range(3):
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, env=_environment(), timeout=120
        )
        taken.append(time.perf_counter() - began)
    return median(taken)


def _environment() -> dict[str, str]:
    """Without a screen SDL draws into memory, so that the figures exist everywhere."""
    quiet = {"PYGAME_HIDE_SUPPORT_PROMPT": "1"}
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        quiet |= {"SDL_VIDEODRIVER": "dummy"}
    return {**os.environ, **quiet}


def _loop() -> Iterator[Row]:
    from loop_core.plain import run_plainly
    from loop_core.stepper import Stepper

    for lesson in LESSONS:
        listing = read_listing(lesson.path, lesson.name)
        with tempfile.TemporaryDirectory(prefix="torchaoke-") as folder:
            stepper = Stepper(listing, Path(folder), lesson.epochs_per_fast_line)
            stepper.costs()
            plain, fast = [], []
            for _ in range(REPEATS[lesson.epochs > 100]):
                plain.append(run_plainly(listing, Path(folder)).seconds)
                fast.append(_fast_seconds(stepper))
            each = _stepped_seconds(stepper, listing)
            stepper.close()
        epoch = 1e6 * median(plain) / lesson.epochs
        ratio = median(f / p for f, p in zip(fast, plain, strict=True))
        reference = f"{epoch:.0f} µs an epoch, run plainly"
        yield Row(f"{lesson.name}: fast epochs", f"{ratio:.3f} of plain", reference, "1.10", ratio <= 1.10)
        whole, worst, name = sum(each.values()), max(each.values()), max(each, key=lambda o: each[o])
        yield Row(
            f"{lesson.name}: stepped epoch with snapshots", f"{1e6 * whole / epoch:.1f} of plain", reference
        )
        yield Row(
            f"{lesson.name}: slowest operation with its snapshot ({name})",
            f"{1000 * worst:.2f} ms",
            reference,
            "1 ms" if lesson.name == DEFAULT_LESSON else "",
            worst < 0.001 if lesson.name == DEFAULT_LESSON else None,
        )


def _fast_seconds(stepper: "Stepper") -> float:
    stepper.restart()
    stepper.perform(0, Operation.SETUP)
    start = time.perf_counter()
    stepper.run_epochs(1, Operation.REMAINING)
    return time.perf_counter() - start


def _stepped_seconds(stepper: "Stepper", listing: Listing) -> dict[Operation, float]:
    """Median seconds of each operation of an epoch, over twenty epochs."""
    stepper.restart()
    stepper.perform(0, Operation.SETUP)
    inside = [
        s.operation for s in listing.sites if s.operation not in FAST | {Operation.SETUP, Operation.SAVE}
    ]
    taken: dict[Operation, list[float]] = {operation: [] for operation in inside}
    for _ in range(20):
        for operation in inside:
            start = time.perf_counter()
            stepper.perform(1, operation)
            taken[operation].append(time.perf_counter() - start)
    return {operation: median(times) for operation, times in taken.items()}


def _drawing(open_conductor: OpenConductor) -> Iterator[Row]:
    """Every picture of the song drawn in virtual time; the reference copies a picture of that size."""
    os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
    import pygame

    from app.stage import Stage

    pygame.font.init()
    for size in SIZES:
        surface, other = pygame.Surface(size), pygame.Surface(size)
        copies = _milliseconds(partial(surface.blit, other, (0, 0)), 200)
        for lesson in LESSONS:
            stage = Stage(size)
            with closing(open_conductor(None, lesson)) as conductor:
                times, worst, at = [], 0.0, ""
                for frame in _frames(conductor):
                    start = time.perf_counter()
                    stage.draw(surface, frame)
                    taken = 1000 * (time.perf_counter() - start)
                    times.append(taken)
                    if taken > worst and frame.snapshot is not None:
                        worst, at = taken, f"{frame.now:.2f} s, {frame.snapshot.operation}"
            p50, p99 = np.percentile(times, (50, 99))
            target = 8.0 if size[1] == 1080 else None
            yield Row(
                f"{lesson.name} at {size[1]}p, p50 / p99 / worst",
                f"{p50:.2f} / {p99:.2f} / {worst:.1f} ms (at {at})",
                f"{copies:.2f} ms to copy one picture",
                "8 ms at p99" if target else "",
                bool(p99 <= target) if target else None,
            )


def _frames(conductor: Conductor) -> Iterator[Frame]:
    controls = Controls(started=True, playing=True)
    for number in range(int(conductor.song.length * FPS)):
        yield replace(conductor.tick(number / FPS), controls=controls)


def _milliseconds(work: Callable[[], object], times: int) -> float:
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return 1000 * median(taken)


def _real_time(song: Song, open_conductor: OpenConductor) -> Iterator[Row]:
    """One whole song in a window, or in memory where there is no screen, with a silent player."""
    for name, value in _environment().items():
        os.environ[name] = value
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

    lesson = find_lesson(DEFAULT_LESSON)
    window.play(song, lesson, open_and_keep, start=True, fullscreen=False, size=SIZES[0], watch=watch)
    records = opened[0].records
    sleeps = _sleep_lateness()
    late = 1000 * np.array([(r.started - r.due, r.shown - r.onset) for r in records])
    for name, column, target in (("operation started", 0, 5.0), ("result first shown", 1, 1000 / 60)):
        p50, p95, p99, most = np.percentile(late[:, column], (50, 95, 99, 100))
        yield Row(
            f"{name}, late by p50 / p95 / p99 / max",
            f"{p50:.1f} / {p95:.1f} / {p99:.1f} / {most:.1f} ms",
            f"{sleeps:.2f} ms late at p99: a bare sleep" if column == 0 else "16.7 ms between pictures",
            f"{target:.1f} ms at p99",
            bool(p99 <= target),
        )
    between = 1000 * np.diff(pictures)
    p50, p99, most = np.percentile(between, (50, 99, 100))
    yield Row("between two pictures, p50 / p99 / max", f"{p50:.1f} / {p99:.1f} / {most:.1f} ms", "16.7 ms")


def _sleep_lateness() -> float:
    late = []
    for _ in range(100):
        start = time.perf_counter()
        time.sleep(0.01)
        late.append(1000 * (time.perf_counter() - start - 0.01))
    return float(np.percentile(late, 99))


def _memory(open_conductor: OpenConductor) -> Iterator[Row]:
    """One conductor through a hundred songs; the reference is what the process held before them."""
    if _resident() is None:
        yield Row("memory", "not measured: this system has no /proc/self/statm")
        return
    with closing(open_conductor(None, find_lesson(DEFAULT_LESSON))) as conductor:
        for song in range(TIMES + 5):
            if song == 5:
                start = _resident() or 0.0
            for number in range(int(conductor.song.length * 10)):
                conductor.tick(number / 10)
        end = _resident() or 0.0
    yield Row(
        f"more after {TIMES} songs in virtual time",
        f"{end - start:.2f} MB",
        f"{start:.0f} MB before them",
        "2 MB",
        end - start < 2,
    )


def _resident() -> float | None:
    """Resident memory in MB, where Linux tells it."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return None
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
