"""`torchaoke songs import`: files of other programs become songs."""

from pathlib import Path
from typing import Annotated

import typer

from app import completing
from app.options import own_folder
from app.parts import console
from loop_core.errors import InputError

Encoding = Annotated[
    str, typer.Option("--encoding", metavar="NAME", help="Of the text, where a guess is wrong: cp1250, gbk.")
]


def import_files(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files of words and notes.")],
    audio: Annotated[
        Path | None,
        typer.Option(metavar="REC", help="The recording: any sound or video file. With one FILE."),
    ] = None,
    to: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where the songs' folders go, each named after its file.")
    ] = Path(),
    voice: Annotated[
        str,
        typer.Option(
            metavar="both|1|2",
            help="Of a duet: the lines of both voices or of one.",
            autocompletion=completing.voice,
        ),
    ] = "both",
    encoding: Encoding = "",
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace a song's folder that is there already.")
    ] = False,
) -> None:
    """Make songs of UltraStar, LRC, ASS, WebVTT and MIDI karaoke files, and say what was decided.

    Each line is given an operation: what the file says of it, else what its words name ("loss backward"),
    else the next one of the loop. `song.toml` in the new folder lists them to be changed.

    Without --audio the recording is the one that the file names, or one of the same name beside it; without
    any there is a click. Any kind of sound or video file will do.

    \b
    torchaoke songs import my_song.txt
    torchaoke songs import my_song.lrc --audio my_song.mp3 --to songs
    torchaoke play --song songs/my_song
    """
    if audio is not None and len(files) > 1:
        raise InputError(f"--audio {str(audio)!r} with {len(files)} files; expected one file with it")
    number = {"both": None, "1": 1, "2": 2}.get(voice, 0)
    if number == 0:
        raise InputError(f"--voice {voice!r}; expected one of: both, 1, 2")
    own_folder(to, "--to")

    from app.importing import import_song
    from app.importing_shown import hearing, show_import
    from loop_core.formats.table import read_lyrics

    for path in files:
        lyrics = read_lyrics(path, encoding, number)
        with hearing() as heard:
            imported = import_song(lyrics, path, to / path.stem, audio, replace, heard)
        show_import(console(), imported, to / path.stem)
