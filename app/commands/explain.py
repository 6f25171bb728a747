"""`torchaoke explain`: what a training script is taken for."""

from pathlib import Path
from typing import Annotated

import typer

from app.options import FunctionOption, SongOption
from app.parts import console
from assets import SONGS
from loop_core.song import find_song, load_song


def explain(
    script: Annotated[Path, typer.Argument(metavar="SCRIPT.py", help="A training script.")],
    function: FunctionOption = "",
    song: SongOption = "optimization_loop",
) -> None:
    """Say what each line of a script is taken for, and what a song does with it. Nothing of it is run.

    A comment at the end of a line settles what is taken wrongly: `# torchaoke: backward`, or `none`.

    \b
    torchaoke explain my_train.py
    torchaoke explain my_train.py --function train
    """
    from app.explain import explain as show
    from loop_core.listing import read_listing

    show(console(), read_listing(script, function=function), load_song(find_song(song, SONGS)))
