"""`torchaoke songs time`: a recording and its words become a song, by tapping along."""

from pathlib import Path
from typing import Annotated

import typer

from app import completing
from app.commands.songs.importing import Encoding
from app.options import (
    FullscreenOption,
    NoSettingsOption,
    SizeOption,
    ThemeOption,
    WindowLanguageOption,
    own_folder,
    read_kept,
    read_language,
    read_latency,
    read_name,
    read_size,
    read_theme,
)
from app.parts import console
from loop_core.errors import InputError


def time(
    audio: Annotated[Path, typer.Argument(metavar="AUDIO", help="What is heard: any sound or video file.")],
    words: Annotated[
        Path, typer.Argument(metavar="LYRICS.txt", help="Its words: a line of the song on each line.")
    ],
    to: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where the song's folder goes, named after LYRICS.txt.")
    ] = Path(),
    by: Annotated[
        str,
        typer.Option(
            metavar="line|syllable",
            help="What a tap is on; syllables of a line by their letters.",
            autocompletion=completing.by,
        ),
    ] = "line",
    instrumental: Annotated[
        Path | None,
        typer.Option(metavar="REC", help="The song without its voice; AUDIO is then the voice alone."),
    ] = None,
    latency: Annotated[
        str | None,
        typer.Option(
            metavar="MS",
            help="By how much taps come late, in ms from -1000 to 1000. Default: what `torchaoke calibrate` "
            "has measured, "
            "else what the sound device is known to need.",
            show_default=False,
        ),
    ] = None,
    encoding: Encoding = "",
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace a song's folder that is there already.")
    ] = False,
    fullscreen: FullscreenOption = False,
    size: SizeOption = "1280x720",
    theme: ThemeOption = None,
    language: WindowLanguageOption = None,
    speak_log: Annotated[
        bool, typer.Option("--speak-log", help="Print each tap and each message when they come.")
    ] = False,
    no_settings: NoSettingsOption = False,
) -> None:
    """Make a song of a recording: press Space where each line, or each syllable, begins.

    LYRICS.txt has a line of the song on each line. Empty lines part sections, [Chorus] on a line of its own
    names one. A bar parts the syllables of a word (ep|och); without bars each word is one, and each Chinese
    character. [ti:TITLE], [ar:ARTIST] and, before a line, [op:backward] are read as in LRC.

    \b
    Space, J, K   the next line or syllable begins; while it stands still: play
    .             it ends here, before a pause
    Backspace     undo, and back to before the tap that goes
    Up, Down      choose a tap;  Left, Right  move it by 10 ms, with Shift by 50 ms
    Enter         hear it: from shortly before it, with a tick on each tap
    Delete        forget the chosen tap and all after it
    [ ]           slower, faster;  P  pause;  S  save;  Esc  leave

    The taps are kept beside the song's folder as they come: after whatever happens the same command goes on
    with them.

    \b
    torchaoke songs time my_song.mp3 my_song.txt
    torchaoke songs time voice.flac my_song.txt --instrumental band.flac --by syllable --to songs
    torchaoke play --song my_song
    """
    from loop_core.timing import WAYS

    way = read_name("--by", by, WAYS)
    kept, pixels = read_kept(no_settings), read_size(size)
    delay = None if latency is None else read_latency(latency)
    folder = own_folder(to, "--to") / words.stem
    if folder.exists() and not replace:
        raise InputError("this is there already; expected another place with --to, or --replace", folder)
    if folder.exists() and not (folder / "song.toml").is_file():
        raise InputError("--replace: this is no song's folder; expected another place with --to", folder)

    from app.importing_shown import hearing, show_import
    from app.tapping.keeping import Target
    from app.tapping.opening import Wish, ready
    from app.tapping.window import tap_along
    from loop_core.formats.sheet import read_sheet

    stems = {"backing": audio} if instrumental is None else {"vocals": audio, "backing": instrumental}
    wish = Wish(
        by=way,
        target=Target(folder, stems, words.stem),
        replace=replace,
        latency=delay,
        kept=kept,
        language=read_language(language, kept.settings),
        theme=read_theme(theme, kept.settings),
        log=_said if speak_log else _not_said,
    )
    if kept.message is not None:
        typer.echo(f"torchaoke: {kept.message.en}", err=True)
    sheet = read_sheet(words, encoding)
    with hearing() as heard, ready(sheet, wish, heard) as open_session:
        session = tap_along(open_session, fullscreen=fullscreen, size=pixels)
    first = {"theme": wish.theme, "language": wish.language}
    now = {"theme": session.theme, "language": session.language}
    kept.keep_at_end(lambda settings: settings.with_changes(first, now))
    if session.imported is not None:
        show_import(console(), session.imported, folder)
    count = len(session.tapping.taps)
    if count and not session.saved:
        typer.echo(f"{count} of {session.tapping.total} taps are kept in {wish.target.taps}")


def _said(line: str) -> None:
    typer.echo(line)


def _not_said(line: str) -> None:
    pass
