"""`torchaoke sing`: notes, voice and points."""

import time
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from app import completing
from app.options import (
    BackingOption,
    FullscreenOption,
    FunctionOption,
    GivenArgument,
    LessonOption,
    NoSettingsOption,
    ScriptArgument,
    SongOption,
    read_controls,
    read_difficulty,
    read_kept,
    read_latency,
    read_lesson,
    read_size,
)
from app.parts import conductor_for, console, saved_folder
from assets import SONGS
from loop_core.errors import InputError
from loop_core.song import find_song, load_song


def sing(
    script: ScriptArgument = None,
    given: GivenArgument = None,
    lesson: LessonOption = None,
    function: FunctionOption = "",
    song: SongOption = "optimization_loop",
    difficulty: Annotated[
        str | None,
        typer.Option(
            metavar="easy|medium|hard",
            help="How near a pitch must be: by 2, 1 or 0 semitones. Default: what E chose last, else medium.",
            autocompletion=completing.difficulty,
            show_default=False,
        ),
    ] = None,
    recording: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Score this recording, which begins with the song; no window."),
    ] = None,
    latency: Annotated[
        str | None,
        typer.Option(
            metavar="MS",
            help="How much later the microphone hears than you sing, in ms from -1000 to 1000. "
            "Default: what --calibrate has measured, else what the sound device is known to need.",
            show_default=False,
        ),
    ] = None,
    calibrate: Annotated[
        bool, typer.Option("--calibrate", help="Play clicks to measure and keep the latency; no window.")
    ] = False,
    backing: BackingOption = None,
    fullscreen: FullscreenOption = False,
    no_settings: NoSettingsOption = False,
) -> None:
    """Sing along: the notes, your voice over them, and points by the rules of UltraStar.

    In a window the microphone is listened to; it needs `pip install ".[mic]"`. Wear headphones.

    \b
    torchaoke sing
    torchaoke sing --difficulty easy --latency 60
    torchaoke sing --recording me.ogg
    torchaoke sing --calibrate
    """
    if calibrate and no_settings:
        raise InputError("--calibrate and --no-settings; expected one of them: what is measured is a setting")
    kept = read_kept(no_settings)
    if calibrate:
        from app.calibration import calibrate as measure

        raise typer.Exit(0 if measure(console(), kept) else 1)
    found = load_song(find_song(song, SONGS))
    chosen = read_lesson(lesson, script, function, given, kept.settings)
    level = read_difficulty(difficulty, kept.settings)
    late = None if latency is None else read_latency(latency)
    controls = read_controls(found, backing, None, None, kept.settings)
    if recording is not None:
        from app.lists import show_score
        from app.microphone import hear_recording
        from loop_core.scoring import score

        voice = hear_recording(recording).later(-(late or 0.0))
        show_score(console(), found, score(found, voice, level), level)
        heard = float(voice.times[-1]) if len(voice) else 0.0
        if heard < found.lines[-1].end:
            typer.echo(f"the recording ends at {heard:.1f} s, the last line at {found.lines[-1].end:.1f} s")
        return

    from app import window

    open_conductor = partial(conductor_for, found, saved_folder(chosen), time.perf_counter)
    status = window.play(
        found,
        chosen,
        open_conductor,
        start=False,
        fullscreen=fullscreen,
        size=read_size("1280x720"),
        controls=controls,
        difficulty=level,
        sing=True,
        latency=late,
        kept=kept,
    )
    raise typer.Exit(status)
