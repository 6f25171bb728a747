"""The figures in words and as a table, beside what is aimed at."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from rich.table import Table

from .accuracy import Accuracy
from .figures import Figures
from .load import Load

Run = tuple[Figures, Load]


@dataclass(frozen=True, slots=True)
class Row:
    """A figure.  value: what is shown of it.  target: in words, '' for none.  met: whether it is."""

    what: str
    value: Callable[[Run], str]
    target: str = ""
    met: Callable[[Run], bool] = lambda run: True


def _percentile(share: float) -> Callable[[Run], str]:
    return lambda run: f"{1000 * np.percentile(run[0].apart, share):+.1f} ms"


def _farthest(run: Run) -> float:
    """The 99th percentile of how far picture and sound are apart, whichever comes first."""
    return float(np.percentile(np.abs(run[0].apart), 99))


ROWS = (
    Row("lines seen", lambda run: f"{len(run[0].apart)} of {len(run[0].lines)}"),
    Row(
        "picture minus sound: median",
        _percentile(50),
        "within 20 ms; calibrated 10 ms",
        lambda run: abs(float(np.median(run[0].apart))) <= 0.02,
    ),
    Row("    p5", _percentile(5)),
    Row("    p95", _percentile(95)),
    Row(
        "    p99 of its size",
        lambda run: f"{1000 * _farthest(run):.1f} ms",
        "45 ms",
        lambda run: _farthest(run) <= 0.045,
    ),
    Row("pictures a second while words fill", lambda run: f"{run[0].rate:.1f}"),
    Row("    between two: p99", lambda run: f"{1000 * np.percentile(run[0].between, 99):.0f} ms"),
    Row("    between two: longest", lambda run: f"{1000 * run[0].between.max():.0f} ms"),
    Row(
        "gaps in the sound",
        lambda run: str(len(run[0].match.gaps)),
        "none",
        lambda run: not run[0].match.gaps,
    ),
    Row("    longest", lambda run: f"{1000 * run[0].longest_gap:.0f} ms"),
    Row("voice minus backing", lambda run: f"{1000 * run[0].match.shift / 44_100:+.1f} ms"),
    Row("cores kept busy: by this, by others", lambda run: f"{run[1].own:.2f}, {run[1].others:.2f}"),
)


def accuracy_line(accuracy: Accuracy) -> str:
    """What the rig finds of known pairs."""
    p5, p50, p95 = np.percentile(1000 * accuracy.between, (5, 50, 95))
    return (
        f"The rig's own error, of {len(accuracy.between)} known pairs: median {p50:+.1f} ms, "
        f"p5 {p5:+.1f} ms, p95 {p95:+.1f} ms"
    )


def figures_table(runs: Mapping[str, Run]) -> Table:
    """A column for each performance."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for heading in ("what", *runs, "target"):
        table.add_column(heading)
    for row in ROWS:
        values = (f"{row.value(run)}{'' if row.met(run) else '  MISSED'}" for run in runs.values())
        table.add_row(row.what, *values, row.target)
    return table
