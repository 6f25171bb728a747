"""The figures in words and as a table, beside what is aimed at."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from rich.table import Table

from .accuracy import Accuracy
from .figures import Figures
from .load import Load
from .room import RATE

FARTHEST = 45.0
"""Milliseconds: from there on ITU-R BT.1359 has it noticed that sound comes first; ATSC IS-191 allows no more
where it comes last."""


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """A performance.  name: what sets it apart.  middle: milliseconds within which its median is to be."""

    name: str
    figures: Figures
    load: Load
    middle: float

    def apart(self, share: float) -> float:
        """A percentile of picture minus sound, in milliseconds."""
        return float(1000 * np.percentile(self.figures.apart, share))

    @property
    def farthest(self) -> float:
        """The 99th percentile of how far apart they are, whichever comes first, in milliseconds."""
        return float(1000 * np.percentile(np.abs(self.figures.apart), 99))


@dataclass(frozen=True, slots=True)
class Row:
    """A figure.  value: what is shown of it.  target: in words, '' for none.  met: whether it is."""

    what: str
    value: Callable[[Run], str]
    target: str = ""
    met: Callable[[Run], bool] = lambda run: True


ROWS = (
    Row("lines seen", lambda run: f"{len(run.figures.apart)} of {len(run.figures.lines)}"),
    Row(
        "picture minus sound: median",
        lambda run: f"{run.apart(50):+.1f} ms",
        "within 20 ms, calibrated 10 ms",
        lambda run: abs(run.apart(50)) <= run.middle,
    ),
    Row("    p5", lambda run: f"{run.apart(5):+.1f} ms"),
    Row("    p95", lambda run: f"{run.apart(95):+.1f} ms"),
    Row("    p99", lambda run: f"{run.apart(99):+.1f} ms"),
    Row(
        "    p99 of its size",
        lambda run: f"{run.farthest:.1f} ms",
        f"{FARTHEST:.0f} ms",
        lambda run: run.farthest <= FARTHEST,
    ),
    Row("pictures a second while words fill", lambda run: f"{run.figures.rate:.1f}"),
    Row("    between two: p99", lambda run: f"{1000 * np.percentile(run.figures.between, 99):.0f} ms"),
    Row("    between two: longest", lambda run: f"{1000 * run.figures.between.max():.0f} ms"),
    Row(
        "gaps in the sound",
        lambda run: str(len(run.figures.match.gaps)),
        "none",
        lambda run: not run.figures.match.gaps,
    ),
    Row("    at", lambda run: ", ".join(f"{gap.at:.1f}" for gap in run.figures.match.gaps[:5]) or "-"),
    Row("    longest", lambda run: f"{1000 * run.figures.longest_gap:.1f} ms"),
    Row("voice minus backing", lambda run: f"{1000 * run.figures.match.shift / RATE:+.1f} ms"),
    Row("cores kept busy: by this, by others", lambda run: f"{run.load.own:.2f}, {run.load.others:.2f}"),
)


def accuracy_line(accuracy: Accuracy) -> str:
    """What the rig finds of known pairs."""
    p5, p50, p95 = np.percentile(1000 * accuracy.between, (5, 50, 95))
    return (
        f"The rig's own error, of {len(accuracy.between)} known pairs: median {p50:+.1f} ms, "
        f"p5 {p5:+.1f} ms, p95 {p95:+.1f} ms"
    )


def figures_table(runs: Sequence[Run]) -> Table:
    """A column for each performance."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for heading in ("what", *(run.name for run in runs), "target"):
        table.add_column(heading)
    for row in ROWS:
        values = (f"{row.value(run)}{'' if row.met(run) else '  MISSED'}" for run in runs)
        table.add_row(row.what, *values, row.target)
    return table
