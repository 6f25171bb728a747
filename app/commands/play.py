"""`torchaoke play`: the show in a window."""

import time
from dataclasses import replace
from functools import partial
from typing import Annotated

import typer

from app.options import (
    BackingOption,
    FullscreenOption,
    FunctionOption,
    GivenArgument,
    LanguageOption,
    LateOption,
    LessonOption,
    NoSettingsOption,
    SaveOption,
    ScriptArgument,
    SizeOption,
    SongOption,
    SpeakOption,
    StillOption,
    ThemeOption,
    own_folder,
    read_controls,
    read_difficulty,
    read_kept,
    read_lesson,
    read_size,
    read_speed,
    read_transpose,
)
from app.parts import conductor_for, saved_folder
from assets import SONGS
from loop_core.song import find_song, load_song


def play(
    script: ScriptArgument = None,
    given: GivenArgument = None,
    lesson: LessonOption = None,
    function: FunctionOption = "",
    song: SongOption = "optimization_loop",
    backing: BackingOption = None,
    start: Annotated[
        bool, typer.Option("--start", help="Begin the music by itself, without waiting for Space.")
    ] = False,
    fullscreen: FullscreenOption = False,
    size: SizeOption = "1280x720",
    theme: ThemeOption = None,
    language: LanguageOption = None,
    speed: Annotated[
        str,
        typer.Option(
            metavar="PERCENT", help="To practise slower or faster at the same pitch: from 50 to 125."
        ),
    ] = "100",
    transpose: Annotated[
        str,
        typer.Option(
            metavar="SEMITONES", help="To practise higher or lower at the same speed: from -6 to 6."
        ),
    ] = "0",
    still: StillOption = False,
    late: LateOption = False,
    speak_log: SpeakOption = False,
    save_to: SaveOption = None,
    no_settings: NoSettingsOption = False,
) -> None:
    """Play the song in a window while the lesson, or a script of your own, runs to it.

    \b
    torchaoke play --start --fullscreen
    torchaoke play --lesson dropout --size 1920x1080
    torchaoke play --backing quiet --theme light --language zh
    torchaoke play --speed 70 --transpose -2
    torchaoke play my_train.py --function train -- --epochs 20
    """
    kept = read_kept(no_settings)
    found, chosen, pixels = (
        load_song(find_song(song, SONGS)),
        read_lesson(lesson, script, function, given, kept.settings),
        read_size(size),
    )
    controls = replace(
        read_controls(found, backing, theme, language, kept.settings),
        still=still,
        vamp=not late,
        speed=read_speed(speed),
        transpose=read_transpose(transpose),
    )
    saved = saved_folder(chosen) if save_to is None else own_folder(save_to, "--save-to")

    from app import window
    from app.speech import speaking

    open_conductor = partial(conductor_for, found, saved, time.perf_counter)
    status = window.play(
        found,
        chosen,
        open_conductor,
        start=start,
        fullscreen=fullscreen,
        size=pixels,
        controls=controls,
        watch=speaking() if speak_log else None,
        difficulty=read_difficulty(None, kept.settings),
        kept=kept,
    )
    raise typer.Exit(status)
