"""The parts of the bench: what they are called, and printing what they find."""

import os
import platform
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from app.bench import drawing, film, hours, loop, memory, model, realtime, start
from app.bench.figures import OpenConductor, Row
from loop_core.song import Song


@dataclass(frozen=True, slots=True)
class Part:
    """What a part is about, and how its rows are found; long: only when it is asked for."""

    title: str
    rows: Callable[[Song, OpenConductor], Iterator[Row]]
    long: bool = False


PARTS = {
    "start": Part("start", lambda song, opening: start.rows()),
    "loop": Part("the loop", lambda song, opening: loop.rows()),
    "drawing": Part("drawing, each lesson with empty caches", lambda song, opening: drawing.rows(opening)),
    "realtime": Part("in real time, drawn at 60 pictures a second", realtime.rows),
    "memory": Part("memory", lambda song, opening: memory.rows(opening)),
    "film": Part("film", film.rows),
    "model": Part("the size of the model", lambda song, opening: model.rows(song)),
    "day": Part("a day of songs", hours.day, long=True),
    "half-hour": Part("half an hour of songs", hours.half_hour, long=True),
}
USUAL = tuple(name for name, part in PARTS.items() if not part.long)
"""What is measured when nobody asks for anything else."""


def bench(song: Song, open_conductor: OpenConductor, console: Console, names: Collection[str]) -> None:
    """Measure these parts, printing each one's figures as they come."""
    console.print(
        f"Torchaoke on Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}"
    )
    for name, part in PARTS.items():
        if name in names:
            console.print()
            console.print(_table(part.title, part.rows(song, open_conductor)))


def _table(title: str, rows: Iterator[Row]) -> Table:
    table = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for heading in ("what", "figure", "reference", "target", ""):
        table.add_column(heading, overflow="fold")
    for row in rows:
        verdict = "" if row.met is None else "met" if row.met else "MISSED"
        table.add_row(row.what, row.value, row.reference, row.target, verdict)
    return table
