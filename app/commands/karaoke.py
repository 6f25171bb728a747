"""`torchaoke karaoke`: the show, and something to answer at each line."""

import time
from functools import partial
from typing import Annotated

import typer

from app import completing
from app.options import (
    BackingOption,
    FullscreenOption,
    FunctionOption,
    GivenArgument,
    LanguageOption,
    LessonOption,
    NoSettingsOption,
    ScriptArgument,
    SongOption,
    SpeakOption,
    ThemeOption,
    read_controls,
    read_difficulty,
    read_kept,
    read_lesson,
    read_name,
    read_size,
)
from app.parts import conductor_for, saved_folder
from assets import SONGS
from loop_core.song import find_song, load_song


def karaoke(
    script: ScriptArgument = None,
    given: GivenArgument = None,
    lesson: LessonOption = None,
    function: FunctionOption = "",
    song: SongOption = "optimization_loop",
    exercise: Annotated[
        str,
        typer.Option(
            metavar="say|gap|type",
            help="What to do while it plays; V and W change it.",
            autocompletion=completing.exercise,
        ),
    ] = "say",
    due: Annotated[
        bool, typer.Option("--due", help="Begin with the lines that are to be repeated today.")
    ] = False,
    backing: BackingOption = None,
    fullscreen: FullscreenOption = False,
    theme: ThemeOption = None,
    language: LanguageOption = None,
    speak_log: SpeakOption = False,
    no_settings: NoSettingsOption = False,
) -> None:
    """Learn the loop by heart: the show, and something to answer at each line.

    With `say` the music waits before a line and asks what it will really do; with `gap` words vanish from
    lyric and code, more in each verse, and you pick them; with `type` you type them. What you answer is
    kept; see `torchaoke progress`.

    \b
    torchaoke karaoke
    torchaoke karaoke --exercise gap --lesson circles --language zh
    torchaoke karaoke --exercise type --due
    torchaoke karaoke my_train.py
    """
    kept = read_kept(no_settings)
    found = load_song(find_song(song, SONGS))
    chosen = read_lesson(lesson, script, function, given, kept.settings)
    controls = read_controls(found, backing, theme, language, kept.settings)

    from app import window
    from app.learning.learner import EXERCISES
    from app.speech import speaking

    status = window.play(
        found,
        chosen,
        partial(conductor_for, found, saved_folder(chosen), time.perf_counter),
        start=False,
        fullscreen=fullscreen,
        size=read_size("1280x720"),
        controls=controls,
        watch=speaking() if speak_log else None,
        exercise=read_name("--exercise", exercise, EXERCISES),
        due=due,
        difficulty=read_difficulty(None, kept.settings),
        kept=kept,
    )
    raise typer.Exit(status)
