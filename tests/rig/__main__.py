"""`python -m tests.rig`: a whole song, as it comes and calibrated, measured from outside."""

import tempfile
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console

from .accuracy import measure_accuracy
from .figures import Figures, figures_of, write_rows
from .load import Load, Meter
from .performing import ROOT, STEP, perform, stage
from .report import accuracy_line, figures_table
from .room import missing
from .song import read_song, write_own_song

SHIPPED = ROOT / "assets" / "songs" / "optimization_loop"
PAIRS = 40
"""Known pairs that the rig is measured by."""


def main(
    song: Annotated[Path, typer.Argument(help="A song's folder.")] = SHIPPED,
    clicks: Annotated[
        bool, typer.Option("--clicks", help="Instead, the rig's own song of noise and clicks.")
    ] = False,
    rows: Annotated[Path | None, typer.Option(help="A CSV file, with a row for each line.")] = None,
) -> None:
    """Play a song as in a talk, as it comes and then calibrated; report how it was seen and heard."""
    if missing():
        raise SystemExit(f"the rig needs {missing()}")
    console = Console(width=110)
    with stage() as environment:
        console.print(accuracy_line(measure_accuracy(environment, PAIRS)))
    with tempfile.TemporaryDirectory(prefix="rig-") as folder:
        if clicks:
            song = Path(folder, "clicks")
            write_own_song(song, rounds=5)
        first = measured(song)
        steps = round(float(np.median(first[0].apart)) / STEP)
        runs = {"as it comes": first, f"moved by {-1000 * STEP * steps:+.0f} ms": measured(song, steps)}
    console.print(figures_table(runs))
    if rows is not None:
        write_rows(rows, {name: figures for name, (figures, _) in runs.items()})


def measured(folder: Path, earlier: int = 0) -> tuple[Figures, Load]:
    """A performance, the picture so many steps earlier."""
    song, meter = read_song(folder), Meter()
    seen, heard = perform(folder, song.length, earlier)
    load = meter.load()
    return figures_of(song, seen, heard), load


if __name__ == "__main__":
    typer.run(main)
