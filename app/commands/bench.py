"""`torchaoke bench`: speed and memory, against references."""

import tempfile
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from app import completing
from app.options import SongOption, read_names
from app.parts import conductor_for, console
from assets import SONGS
from loop_core.song import find_song, load_song


def bench(
    song: SongOption = "optimization_loop",
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Only these of the parts above, one by one or with commas. Default: all but the last two.",
            autocompletion=completing.part,
            show_default=False,
        ),
    ] = None,
) -> None:
    """Measure this machine: each figure beside a reference from the same run, and beside its target.

    \b
    start      seconds to the first picture
    loop       stepping through the lessons, against the same loops run plainly
    drawing    every picture of the song
    realtime   how late operations and pictures are, at three speeds
    memory     what is still held after a hundred songs
    film       making a film, and its pictures against those of matplotlib's FuncAnimation
    model      a model of 98 million parameters against a small one
    day        24 hours of songs in virtual time: drift, memory, open files; only when asked for
    half-hour  the same of half an hour in a window

    \b
    torchaoke bench
    torchaoke bench --only start,loop
    torchaoke bench --only film --song optimization_loop
    """
    from app.bench.run import PARTS, USUAL
    from app.bench.run import bench as measure

    names = read_names("--only", only, PARTS) if only else USUAL
    found = load_song(find_song(song, SONGS))
    with tempfile.TemporaryDirectory(prefix="torchaoke-") as saved:
        measure(found, partial(conductor_for, found, Path(saved)), console(), names)
