"""`torchaoke calibrate`: sound and picture brought together."""

from dataclasses import asdict
from functools import partial

import typer

from app.options import (
    FullscreenOption,
    NoSettingsOption,
    SizeOption,
    SpeakOption,
    StillOption,
    ThemeOption,
    WindowLanguageOption,
    read_kept,
    read_language,
    read_size,
    read_theme,
)
from assets import SONGS
from loop_core.song import find_song, load_song


def calibrate(
    fullscreen: FullscreenOption = False,
    size: SizeOption = "1280x720",
    theme: ThemeOption = None,
    language: WindowLanguageOption = None,
    still: StillOption = False,
    speak_log: SpeakOption = False,
    no_settings: NoSettingsOption = False,
) -> None:
    """Measure by how much the picture must come later than the sound, on this sound device and display.

    Press Space to clicks, then to a light, twelve times each or more, then look at both together. What taps
    to the click come later than taps to the light is what the sound arrives later than the picture; your own
    delay is in both. It is kept for the sound device and the display, and `play`, `karaoke` and `sing` go by
    it.

    \b
    Space      tap
    Enter      go on, and at last keep it
    Backspace  again
    , .        the light earlier or later by 5 ms, at last
    Esc        leave, and keep nothing

    \b
    torchaoke calibrate
    torchaoke calibrate --fullscreen
    """
    kept, pixels = read_kept(no_settings), read_size(size)

    from app.audio import open_player
    from app.calibrating.session import Look
    from app.calibrating.window import calibrate as measure

    look = Look(read_theme(theme, kept.settings), read_language(language, kept.settings), still)
    song = load_song(find_song("optimization_loop", SONGS))
    backing = next(iter(song.backings))
    opening = partial(open_player, {backing: song.stems[backing]}, song.length, backing=backing)
    log = typer.echo if speak_log else _not_said
    session = measure(opening, song.length, kept, look, fullscreen=fullscreen, size=pixels, log=log)
    first, now = asdict(look), asdict(session.look)
    kept.keep_at_end(lambda settings: settings.with_changes(first, now))
    if session.change is None:
        typer.echo("nothing was kept")
    else:
        typer.echo(f"{session.sound}, {session.display}: picture {1000 * session.offset:+.0f} ms")


def _not_said(line: str) -> None:
    pass
