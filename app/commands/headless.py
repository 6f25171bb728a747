"""`torchaoke headless`: every operation proved, without window and sound."""

import signal
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from app import completing
from app.options import (
    FunctionOption,
    GivenArgument,
    LanguageOption,
    LateOption,
    SaveOption,
    ScriptArgument,
    SongOption,
    ThemeOption,
    check_target,
    own_folder,
    read_controls,
    read_fps,
    read_lesson,
    read_size,
    saving_to,
)
from app.parts import conductor_for, console
from assets import SONGS
from loop_core.errors import InputError
from loop_core.lessons import LESSONS, Lesson
from loop_core.place import Place, place_here
from loop_core.song import find_song, load_song


def headless(
    script: ScriptArgument = None,
    given: GivenArgument = None,
    lesson: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|all",
            autocompletion=completing.lesson_or_all,
            help="The training loop that runs, or all of them in turn. Default: straight_line.",
            show_default=False,
        ),
    ] = None,
    function: FunctionOption = "",
    song: SongOption = "optimization_loop",
    fps: Annotated[
        str, typer.Option(metavar="NUMBER", help="Pictures per second of the song, from 1 to 1000.")
    ] = "60",
    trace: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.jsonl",
            help="Write what happened as JSON lines; with `--lesson all` one file each, FILE.LESSON.jsonl.",
        ),
    ] = None,
    frames: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Draw every picture as frame_NNNNNN.png; with `--lesson all` in a folder per lesson.",
        ),
    ] = None,
    size: Annotated[
        str, typer.Option(metavar="WIDTHxHEIGHT", help="The size of those pictures, in pixels.")
    ] = "1920x1080",
    theme: ThemeOption = None,
    language: LanguageOption = None,
    realtime: Annotated[
        bool, typer.Option("--realtime", help="Take the time that the song takes, and measure lateness.")
    ] = False,
    late: LateOption = False,
    save_to: SaveOption = None,
) -> None:
    """Run the song without window and sound, and print the proof of each operation.

    Exits with 0 when every operation is proved, with 1 when one is not, with 2 for unusable input. A script
    of your own runs to its end, and must end well; what the song sings and its loop lacks is no failure.

    \b
    torchaoke headless
    torchaoke headless --lesson all --trace run.jsonl
    torchaoke headless --realtime --late
    torchaoke headless --frames pictures --size 1280x720 --fps 30
    torchaoke headless my_train.py --trace run.jsonl -- --epochs 20
    """
    pictures_per_second, pixels = read_fps(fps), read_size(size)
    if realtime and frames is not None:
        raise InputError("--frames takes longer than the song; expected it without --realtime")
    if late and not realtime:
        raise InputError("--late changes nothing in virtual time; expected it with --realtime")
    found = load_song(find_song(song, SONGS))
    controls = replace(read_controls(found, None, theme, language), vamp=not late)
    chosen = (
        LESSONS if lesson == "all" and script is None else (read_lesson(lesson, script, function, given),)
    )
    if trace is not None:
        check_target(trace, "--trace")
    if frames is not None:
        own_folder(frames, "--frames")

    from app.headless import run_headless

    several = len(chosen) > 1
    place = place_here()
    if place is not None and realtime:
        raise InputError("--realtime in several processes; expected it in one")
    if place is not None:
        signal.signal(signal.SIGTERM, partial(_ended, place))
    first = place is None or place.rank == 0
    if not first:  # the first one shows
        trace = frames = None
    with saving_to(save_to if first else None, script is not None and first) as saved:
        right = [
            run_headless(
                one,
                partial(conductor_for, found, saved, place=place),
                console(quiet=not first),
                fps=pictures_per_second,
                realtime=realtime,
                trace=_of_lesson(trace, one) if trace is not None and several else trace,
                frames=frames / one.name if frames is not None and several else frames,
                size=pixels,
                controls=controls,
            )
            for one in chosen
        ]
    raise typer.Exit(0 if all(right) else 1)


def _ended(place: Place, number: int, frame: object) -> None:
    """The launcher ends all ranks as soon as one of them has died."""
    typer.echo(f"torchaoke: rank {place.rank} of {place.world}: ended, another rank is gone", err=True)
    raise typer.Exit(1)


def _of_lesson(path: Path, lesson: Lesson) -> Path:
    return path.with_name(f"{path.stem}.{lesson.name}{path.suffix}")
