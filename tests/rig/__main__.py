"""`python -m tests.rig`: a whole song, as it comes and calibrated, measured from outside."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from .accuracy import measure_accuracy
from .figures import figures_of, write_rows
from .load import Meter
from .performing import ROOT, STEP, perform, stage
from .report import Run, accuracy_line, figures_table
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
        first = measured(song, "as it comes", 0, 20.0)
        steps = round(first.apart(50) / 1000 / STEP)
        name = "calibrated, without a step" if steps == 0 else f"calibrated, {-1000 * STEP * steps:+.0f} ms"
        runs = (first, measured(song, name, steps, 10.0))
    console.print(figures_table(runs))
    if rows is not None:
        write_rows(rows, {run.name: run.figures for run in runs})


def measured(folder: Path, name: str, earlier: int, middle: float) -> Run:
    """A performance, the picture so many steps earlier."""
    song, meter = read_song(folder), Meter()
    seen, heard = perform(folder, song.length, earlier)
    load = meter.load()
    return Run(name, figures_of(song, seen, heard), load, middle)


if __name__ == "__main__":
    try:
        typer.run(main)
    except OSError as error:
        raise SystemExit(f"the rig: {error}") from None
