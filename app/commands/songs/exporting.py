"""`torchaoke songs export`: a song in another program's format."""

from pathlib import Path
from typing import Annotated

import typer

from app import completing
from app.options import check_target, read_name
from assets import SONGS
from loop_core.errors import InputError
from loop_core.files import writing
from loop_core.song import find_song, load_chart, load_song


def export(
    song: Annotated[
        str,
        typer.Argument(
            metavar="NAME|FOLDER",
            help="A bundled song, or a song's folder.",
            autocompletion=completing.song,
        ),
    ],
    form: Annotated[
        str,
        typer.Option("--format", metavar="NAME", help="One of those above.", autocompletion=completing.form),
    ],
    to: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="The file. Default: the song's name, in this folder.", show_default=False
        ),
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace a file that is there already.")] = False,
) -> None:
    """Write a song's words and notes for other programs, and say what the format cannot hold.

    Read again, the times are what they were, as exactly as the format writes them:

    \b
    ultrastar  UltraStar TXT version 1: exact
    lrc        LRC with a stamp before each word: to the nearest 10 ms
    ass        ASS with \\kf: to the nearest 10 ms, each from the line's start on
    webvtt     WebVTT with stamps inside the cues: to the nearest 1 ms

    A word that is shorter than that is joined with the next. Only UltraStar keeps pitches and kinds of
    notes; all keep each line's operation and the headers.

    \b
    torchaoke songs export optimization_loop --format lrc
    torchaoke songs export songs/my_song --format ass --to my_song.ass
    """
    from loop_core.folder import lost_of, lyrics_of_song
    from loop_core.formats.table import WRITABLE

    forms = {known.name: known for known in WRITABLE}
    chosen = forms[read_name("--format", form, forms)]
    folder = find_song(song, SONGS)
    found = load_song(folder)
    target = to or Path(f"{found.name}{chosen.suffixes[0]}")
    check_target(target, "--to")
    if target.exists() and not replace:
        raise InputError("this is there already; expected another name with --to, or --replace", target)
    assert chosen.write is not None
    chart = load_chart(folder)
    written = chosen.write(lyrics_of_song(found, chart))
    with writing(target) as part:
        part.write_text(written.text, encoding="utf-8", newline="\n")
    typer.echo(f"{target}: {len(found.lines)} lines")
    for lost in (*written.lost, *lost_of(found, chart)):
        typer.echo(f"not kept: {lost}")
