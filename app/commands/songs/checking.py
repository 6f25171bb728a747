"""`torchaoke songs check`: what is wrong in a file, or was decided in reading it."""

from pathlib import Path
from typing import Annotated

import typer

from app.commands.songs.importing import Encoding
from loop_core.errors import InputError


def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Song files, or songs' folders.")],
    encoding: Encoding = "",
) -> None:
    """Say of each file what does not follow its format, how it is read instead, and who says so.

    One finding a line: FILE:LINE: finding [rule] how it is decided (source). Exits with 0 when there is
    nothing to say, with 1 when there is, with 2 when a file cannot be used at all.

    \b
    torchaoke songs check my_song.txt
    torchaoke songs check *.lrc
    """
    from loop_core.formats.rules import RULES
    from loop_core.formats.table import read_lyrics
    from loop_core.song import load_song

    status = 0
    for path in files:
        try:
            if path.is_dir():
                typer.echo(f"{path}: {len(load_song(path).lines)} lines, nothing to say")
                continue
            lyrics = read_lyrics(path, encoding)
        except InputError as error:
            typer.echo(f"torchaoke: {error}", err=True)
            status = 2
            continue
        for finding in lyrics.findings:
            where = f"{path}:{finding.line}" if finding.line else str(path)
            rule = RULES[finding.rule]
            typer.echo(f"{where}: {finding.text} [{finding.rule}] {rule.decision} ({rule.source})")
        if lyrics.findings:
            status = max(status, 1)
        else:
            typer.echo(f"{path}: {len(lyrics.lines)} lines, nothing to say")
    raise typer.Exit(status)
