"""`torchaoke songs new`: a song to start from."""

from pathlib import Path
from typing import Annotated

import typer

from app.options import own_folder
from app.parts import console


def new(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The new song's folder.")],
) -> None:
    """Make a folder to start a song from: a line for each operation, notes, and a click. It plays.

    Change its words and notes in `song.txt`, its operations in `song.toml`, and put your sound in the place
    of `backing.flac`.

    \b
    torchaoke songs new my_song
    torchaoke play --song my_song
    """
    own_folder(folder.parent, "FOLDER")

    from app.importing import import_song
    from app.importing_shown import hearing, show_import
    from loop_core.starter import starter

    with hearing() as heard:
        imported = import_song(starter(), folder, folder, None, False, heard)
    show_import(console(), imported, folder)
