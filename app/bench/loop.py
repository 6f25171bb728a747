"""What stepping through a lesson costs, against the same lesson run plainly in turn with it."""

import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from app.bench.figures import DEFAULT_LESSON, Row
from loop_core.lessons import LESSONS, Lesson
from loop_core.listing import Listing, read_listing
from loop_core.operations import FAST, Operation

if TYPE_CHECKING:  # it imports torch
    from loop_core.stepper import Stepper

EPOCHS = 10_000
"""About so many epochs of each lesson are run plainly, and as many fast; fewer when they take `SECONDS`."""
SECONDS = 8.0
STEPPED = 20
OUTSIDE = FAST | {Operation.SETUP, Operation.SAVE}
"""Operations that are not part of an epoch."""


def rows(lessons: Sequence[Lesson] = LESSONS, epochs: int = EPOCHS) -> Iterator[Row]:
    """Each lesson's fast epochs, stepped epochs and slowest operation."""
    for lesson in lessons:
        yield from _of_lesson(lesson, max(1, epochs // lesson.epochs))


def _of_lesson(lesson: Lesson, pairs: int) -> Iterator[Row]:
    from loop_core.plain import run_plainly
    from loop_core.stepper import Stepper

    listing = read_listing(lesson.path, lesson.name)
    with tempfile.TemporaryDirectory(prefix="torchaoke-") as folder:
        stepper = Stepper(listing, Path(folder), lesson.epochs_per_fast_line)
        stepper.costs()
        plain, fast = [], []
        for _ in range(pairs):
            plain.append(run_plainly(listing, Path(folder)).seconds)
            fast.append(_fast_seconds(stepper))
            if sum(plain) > SECONDS:
                break
        each = _stepped_seconds(stepper, listing)
        stepper.close()
    epoch = 1e6 * median(plain) / lesson.epochs
    ratio = median(f / p for f, p in zip(fast, plain, strict=True))
    reference = f"{epoch:.0f} µs an epoch, run plainly"
    yield Row(f"{lesson.name}: fast epochs", f"{ratio:.3f} of plain", reference, "1.10", ratio <= 1.10)
    whole, worst, name = sum(each.values()), max(each.values()), max(each, key=lambda o: each[o])
    stepped = f"{1e6 * whole / epoch:.1f} of plain"
    yield Row(f"{lesson.name}: stepped epoch with snapshots", stepped, reference)
    bound = lesson == DEFAULT_LESSON
    yield Row(
        f"{lesson.name}: slowest operation with its snapshot ({name})",
        f"{1000 * worst:.2f} ms",
        reference,
        "1 ms" if bound else "",
        worst <= 0.001 if bound else None,
    )


def _fast_seconds(stepper: "Stepper") -> float:
    stepper.restart()
    stepper.perform(0, Operation.SETUP)
    start = time.perf_counter()
    stepper.run_epochs(1, Operation.REMAINING)
    return time.perf_counter() - start


def _stepped_seconds(stepper: "Stepper", listing: Listing) -> dict[Operation, float]:
    """Median seconds of each operation of an epoch."""
    stepper.restart()
    stepper.perform(0, Operation.SETUP)
    epochs = [step_epoch(stepper, listing) for _ in range(STEPPED)]
    return {operation: median(epoch[operation] for epoch in epochs) for operation in epochs[0]}


def step_epoch(stepper: "Stepper", listing: Listing) -> dict[Operation, float]:
    """Seconds of each operation of the next epoch, with its snapshot."""
    taken = {}
    for operation in dict.fromkeys(site.operation for site in listing.sites):
        if operation not in OUTSIDE:
            start = time.perf_counter()
            stepper.perform(1, operation)
            taken[operation] = time.perf_counter() - start
    return taken
