"""That neither a snapshot nor a picture costs more for a model with many parameters.

Two models of the same layers, which look the same on the stage: they differ in width only.
"""

import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from app.bench.drawing import Drawn, draw_song
from app.bench.figures import FPS, SIZE, Row, milliseconds
from app.bench.loop import step_epoch
from loop_core.conductor import Conductor
from loop_core.lessons import Lesson
from loop_core.listing import Listing, compile_listing, read_listing
from loop_core.operations import Operation
from loop_core.song import Song

if TYPE_CHECKING:  # they import torch
    from loop_core.run import Run
    from loop_core.stepper import Stepper

WIDTHS = 64, 7000
"""Units of each hidden layer: 13 thousand parameters, and 98 million, which take 0.8 GB with gradients."""
EPOCHS = 5
"""Epochs that are measured, after one that is not."""
FAST_EPOCHS = 2
TARGET = 8.0
"""Milliseconds within which 99 of 100 pictures are to be drawn."""

SOURCE = """\
import torch
from torch import nn

torch.manual_seed(42)
X_train, y_train = torch.randn(8, 64), torch.randn(8, 1)
X_test, y_test = torch.randn(8, 64), torch.randn(8, 1)

model = nn.Sequential(
    nn.Linear(64, {width}),
    nn.ReLU(),
    nn.Linear({width}, {width}),
    nn.ReLU(),
    nn.Linear({width}, {width}),
    nn.ReLU(),
    nn.Linear({width}, 1),
)
loss_fn = nn.MSELoss()
optimizer = torch.optim.SGD(
    model.parameters(), lr=0.001
)

for epoch in range({epochs}):
    model.train()
    y_pred = model(X_train)
    loss = loss_fn(y_pred, y_train)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

    # Testing
    model.eval()
    with torch.inference_mode():
        test_pred = model(X_test)
        test_loss = loss_fn(test_pred, y_test)

    print(f"{{epoch}}: {{loss}} {{test_loss}}")
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one model costs: how many parameters it has, and milliseconds.

    read: to add all of them up once.  snapshots: of each operation, more than the same operation plainly.
    """

    parameters: int
    read: float
    snapshots: dict[Operation, float]
    drawn: Drawn


def rows(
    song: Song,
    widths: tuple[int, int] = WIDTHS,
    epochs: int = EPOCHS,
    size: tuple[int, int] = SIZE,
    fps: int = FPS,
) -> Iterator[Row]:
    """The large model's figures; the small one's are the reference."""
    small, large = (_cost(song, width, epochs, size, fps) for width in widths)
    count = f"{large.parameters / 1e6:.0f} M parameters"
    reading = f"{large.read:.1f} ms to read all parameters once"
    kinds: tuple[tuple[str, Callable[[Iterable[float]], float], str, int], ...] = (
        ("median", median, "less than to read them", 1),
        ("slowest", max, "twice as long: it has the norm of all gradients", 2),
    )
    for what, pick, goal, reads in kinds:
        figure, reference = (pick(cost.snapshots.values()) for cost in (large, small))
        yield Row(
            f"snapshot of {count}, {what} of an epoch's operations",
            f"{figure:.2f} ms",
            f"{reference:.2f} ms for {small.parameters:,} parameters; {reading}",
            goal,
            figure < reads * large.read,
        )
    p50, p99, of_small = large.drawn.p50, large.drawn.p99, small.drawn
    yield Row(
        f"a picture with {count} at {size[1]}p, p50 / p99",
        f"{p50:.2f} / {p99:.2f} ms",
        f"{of_small.p50:.2f} / {of_small.p99:.2f} ms for {small.parameters:,} parameters",
        f"{TARGET:g} ms at p99",
        p99 <= TARGET,
    )


def _cost(song: Song, width: int, epochs: int, size: tuple[int, int], fps: int) -> Cost:
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # as the show has it
    with tempfile.TemporaryDirectory(prefix="torchaoke-") as folder:
        path = Path(folder) / "model.py"
        path.write_text(SOURCE.format(width=width, epochs=epochs + 1), encoding="utf-8")
        listing = read_listing(path)
        parameters, read, snapshots = _snapshots(listing, Path(folder), epochs)
        lesson = Lesson(listing.name, "Many parameters", "", epochs + 1, FAST_EPOCHS)
        with closing(_conductor(song, lesson, listing, Path(folder))) as conductor:
            drawn = draw_song(conductor, size, fps)
    return Cost(parameters, read, snapshots, drawn)


def _snapshots(listing: Listing, folder: Path, epochs: int) -> tuple[int, float, dict[Operation, float]]:
    """How many parameters, milliseconds to read them, and those that each operation's snapshot takes.

    Each epoch is run plainly, and then stepped through by a second run with the same numbers.
    """
    from loop_core.run import Run
    from loop_core.stepper import Stepper

    stepper = Stepper(listing, folder, FAST_EPOCHS)
    stepper.perform(0, Operation.SETUP)
    run = Run(listing, compile_listing(listing), folder, lambda site: None)
    while (probe := run.resume()) is not None and Operation.SETUP not in probe.operations:
        pass
    _pair(run, stepper)  # pays torch's first-time costs
    pairs = [_pair(run, stepper) for _ in range(epochs)]
    parameters = list(run.names["model"].parameters())
    read = milliseconds(lambda: [float(parameter.detach().sum()) for parameter in parameters], 5)
    stepper.close()
    run.close()
    more = {operation: 1000 * median(pair[operation] for pair in pairs) for operation in pairs[0]}
    return sum(parameter.numel() for parameter in parameters), read, more


def _pair(run: "Run", stepper: "Stepper") -> dict[Operation, float]:
    """Seconds that each operation of the next epoch takes longer stepped through than run plainly."""
    plain: dict[Operation, float] = {}
    start = time.perf_counter()
    while Operation.PRINT not in plain and (probe := run.resume()) is not None:
        if Operation.EPOCHS not in probe.operations:  # that belongs to the next one's beginning
            plain |= dict.fromkeys(probe.operations, time.perf_counter() - start)
            start = time.perf_counter()
    stepped = step_epoch(stepper, run.listing)
    return {operation: stepped[operation] - plain[operation] for operation in stepped}


def _conductor(song: Song, lesson: Lesson, listing: Listing, folder: Path) -> Conductor:
    """A conductor in virtual time for a lesson that is not among the bundled ones."""

    def open_stepper() -> "Stepper":
        from loop_core.stepper import Stepper

        return Stepper(listing, folder, lesson.epochs_per_fast_line)

    return Conductor(song, lesson, listing, open_stepper, None)
