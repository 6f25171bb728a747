"""`torchaoke video`: the show as a film."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.filesize import decimal

from app.options import (
    BackingOption,
    FunctionOption,
    GivenArgument,
    LanguageOption,
    LessonOption,
    ScriptArgument,
    SongOption,
    ThemeOption,
    check_output,
    check_target,
    read_controls,
    read_fps,
    read_lesson,
    read_size,
    saving_to,
)
from app.parts import conductor_for
from assets import SONGS
from loop_core.song import find_song, load_song

if TYPE_CHECKING:
    from loop_core.conductor import Conductor


def video(
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="The film: a name that ends with .mp4, .webm or .gif.")
    ],
    script: ScriptArgument = None,
    given: GivenArgument = None,
    lesson: LessonOption = None,
    function: FunctionOption = "",
    song: SongOption = "optimization_loop",
    backing: BackingOption = None,
    size: Annotated[
        str | None,
        typer.Option(
            metavar="WIDTHxHEIGHT",
            help="The film's size in pixels. Default: 1920x1080, of a .gif 960x540.",
            show_default=False,
        ),
    ] = None,
    fps: Annotated[
        str | None,
        typer.Option(
            metavar="NUMBER", help="Pictures per second. Default: 60, of a .gif 10.", show_default=False
        ),
    ] = None,
    theme: ThemeOption = None,
    language: LanguageOption = None,
) -> None:
    """Write the show as a film, with its sound, chapters and, beside it, captions (.vtt).

    The suffix decides: .mp4 has H.264 and AAC, .webm VP9 and Opus, .gif no sound. Exits with 1 when a script
    of your own has stopped on the way, as the film then shows.

    \b
    torchaoke video show.mp4
    torchaoke video show.mp4 --lesson circles --theme light --language zh
    torchaoke video clip.webm --backing quiet --size 1280x720 --fps 30
    torchaoke video loop.gif --size 640x360
    torchaoke video mine.mp4 my_train.py -- --epochs 20
    """
    from app import video as films

    check_output(out, films.FORMATS)
    check_target(out.with_suffix(".vtt"), "captions")
    form = films.FORMATS[out.suffix.lower()]
    pixels, rate = read_size(size or form.size), read_fps(fps or str(form.fps), form.most_fps)
    films.check_size(pixels, form)
    found, chosen = load_song(find_song(song, SONGS)), read_lesson(lesson, script, function, given)
    controls = read_controls(found, backing, theme, language)
    opened: list[Conductor] = []
    with saving_to(None, chosen.script is not None) as saved:

        def open_conductor() -> "Conductor":
            opened.append(conductor_for(found, saved, None, chosen))
            return opened[-1]

        written = films.render(out, open_conductor, controls, pixels, rate)
    for path in written:
        typer.echo(f"{path}: {decimal(path.stat().st_size)}")
    ending = opened[-1].ending
    if ending.failed:
        typer.echo(f"torchaoke: {chosen.path.name} {ending.words()}", err=True)
        raise typer.Exit(1)
