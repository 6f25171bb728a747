"""`torchaoke picture`: one moment of the show."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

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
    read_controls,
    read_lesson,
    read_moment,
    read_size,
    saving_to,
)
from app.parts import conductor_for
from assets import SONGS
from loop_core.song import find_song, load_song


def picture(
    out: Annotated[Path, typer.Argument(metavar="OUT.png", help="The picture's file.")],
    at: Annotated[str, typer.Option(metavar="SECONDS", help="The moment of the song, from 0 on.")],
    script: ScriptArgument = None,
    given: GivenArgument = None,
    lesson: LessonOption = None,
    function: FunctionOption = "",
    song: SongOption = "optimization_loop",
    backing: BackingOption = None,
    size: Annotated[
        str, typer.Option(metavar="WIDTHxHEIGHT", help="The picture's size in pixels.")
    ] = "1920x1080",
    theme: ThemeOption = None,
    language: LanguageOption = None,
) -> None:
    """Write what the window shows at one moment of the song.

    \b
    torchaoke picture backward.png --at 23.5
    torchaoke picture backward.png --at 23.5 --lesson circles --theme light --size 3840x2160
    torchaoke picture backward.png my_train.py --at 23.5
    """
    check_output(out, [".png"])
    found, chosen, pixels = (
        load_song(find_song(song, SONGS)),
        read_lesson(lesson, script, function, given),
        read_size(size),
    )
    moment, controls = read_moment(at, found.length), read_controls(found, backing, theme, language)

    from app.offscreen import draw_moment

    with saving_to(None, chosen.script is not None) as saved:
        draw_moment(out, partial(conductor_for, found, saved, None, chosen), moment, pixels, controls)
