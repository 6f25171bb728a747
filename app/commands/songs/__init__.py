"""`torchaoke songs`: the songs, and what is done with song files."""

import typer

from app.commands.songs.checking import check
from app.commands.songs.exporting import export
from app.commands.songs.importing import import_files
from app.commands.songs.starting import new
from app.commands.songs.timing import time
from app.manual import MANUALS
from app.parts import console
from assets import SONGS

songs = typer.Typer(
    epilog=MANUALS["songs"], rich_markup_mode=None, context_settings={"help_option_names": ["-h", "--help"]}
)


@songs.callback(invoke_without_command=True)
def list_songs(context: typer.Context) -> None:
    """List the songs that come with Torchaoke; or make one of a file or by tapping, write one, check one.

    \b
    torchaoke songs
    torchaoke songs import my_song.txt
    torchaoke songs time my_song.mp3 my_song.txt
    torchaoke songs export optimization_loop --format lrc
    torchaoke songs check my_song.txt
    torchaoke songs new my_song
    """
    if context.invoked_subcommand is None:
        from app.lists import show_songs

        show_songs(console(), SONGS)


songs.command("import", epilog=MANUALS["songs import"])(import_files)
songs.command(epilog=MANUALS["songs export"])(export)
songs.command(epilog=MANUALS["songs check"])(check)
songs.command(epilog=MANUALS["songs new"])(new)
songs.command(epilog=MANUALS["songs time"])(time)
