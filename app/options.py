"""The options that several commands share: what they say of themselves, and what their values may be."""

import difflib
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app import completing
from app.pace import FASTEST, MOST_SEMITONES, SLOWEST
from app.settings import NEW, NOTHING_KEPT, Kept, Settings, load_settings, settings_path
from loop_core.errors import InputError
from loop_core.lessons import LESSONS, Lesson, Script, find_lesson, lesson_of
from loop_core.song import Song

if TYPE_CHECKING:  # a first picture and an error message need no numpy
    from loop_core.frame import Controls
    from loop_core.scoring import Difficulty

SMALLEST, LARGEST = (320, 180), (7680, 4320)
MOST_FPS = 1000
DEFAULT_LESSON = "straight_line"

LessonOption = Annotated[
    str | None,
    typer.Option(
        "--lesson",
        metavar="NAME",
        autocompletion=completing.lesson,
        help="The training loop that runs; see `torchaoke lessons`. Default: straight_line, in a window the "
        "last one.",
        show_default=False,
    ),
]
ScriptArgument = Annotated[
    Path | None,
    typer.Argument(
        metavar="[SCRIPT.py]",
        help="Your own training script in the lesson's place; its code is run.",
        show_default=False,
    ),
]
GivenArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="[-- ARGUMENTS]", help="What the script finds in sys.argv.", show_default=False),
]
FunctionOption = Annotated[
    str,
    typer.Option(
        "--function",
        metavar="NAME",
        help="The function of the script whose loop is meant. Default: the first with a loop.",
        show_default=False,
    ),
]
SongOption = Annotated[
    str,
    typer.Option(
        "--song",
        metavar="NAME|FOLDER",
        help="A bundled song, or a song's folder.",
        autocompletion=completing.song,
    ),
]
BackingOption = Annotated[
    str | None,
    typer.Option(
        "--backing",
        metavar="NAME",
        autocompletion=completing.backing,
        help="What plays behind the voice. Default: the song's first, in a window what N chose last.",
        show_default=False,
    ),
]
SaveOption = Annotated[
    Path | None,
    typer.Option(
        "--save-to",
        metavar="FOLDER",
        help="Where torch.save of the lesson writes to. Default: see Files below.",
        show_default=False,
    ),
]
ThemeOption = Annotated[
    str | None,
    typer.Option(
        "--theme",
        metavar="dark|light",
        autocompletion=completing.theme,
        help="The colours of the pictures. Default: dark, in a window what T chose last.",
        show_default=False,
    ),
]
LanguageOption = Annotated[
    str | None,
    typer.Option(
        "--language",
        metavar="en|zh",
        autocompletion=completing.language,
        help="Of the window and the subtitles. Default: English, in a window what L chose last.",
        show_default=False,
    ),
]
WindowLanguageOption = Annotated[
    str | None,
    typer.Option(
        "--language",
        metavar="en|zh",
        autocompletion=completing.language,
        help="Of the window's own words. Default: what L chose last, else English.",
        show_default=False,
    ),
]
FullscreenOption = Annotated[bool, typer.Option("--fullscreen", help="Fill the screen.")]
SizeOption = Annotated[
    str, typer.Option("--size", metavar="WIDTHxHEIGHT", help="The window's size in pixels.")
]
StillOption = Annotated[
    bool, typer.Option("--still", help="Reduced motion: what changes is there at once, without movement.")
]
NoSettingsOption = Annotated[
    bool,
    typer.Option(
        "--no-settings",
        help="Neither use nor keep settings: theme, language, volumes, last lesson, what was calibrated.",
    ),
]
SpeakOption = Annotated[
    bool, typer.Option("--speak-log", help="Print each line, its operation and its result when they come.")
]
LateOption = Annotated[
    bool,
    typer.Option(
        "--late",
        help="Let slow operations run late while the music goes on, which otherwise waits for them: "
        "it repeats the bar.",
    ),
]


def read_kept(no_settings: bool) -> Kept:
    """The user's settings; none, which are not kept either, where none are wanted."""
    return NOTHING_KEPT if no_settings else load_settings(settings_path())


def read_lesson(
    name: str | None,
    script: Path | None,
    function: str = "",
    given: Iterable[str] | None = None,
    settings: Settings = NEW,
) -> Lesson:
    """The lesson of that name, else the last one; or the user's own script.

    InputError when both are asked for.
    """
    if script is None:
        if function:
            raise InputError(f"--function {function!r} without a script; expected SCRIPT.py before it")
        last = _known(settings.lesson, (lesson.name for lesson in LESSONS))
        return find_lesson(name or last or DEFAULT_LESSON)
    if name is not None:
        raise InputError(f"--lesson {name!r} and a script of your own; expected one of them", script)
    return lesson_of(Script(script, function, tuple(given or ())))


def read_size(text: str) -> tuple[int, int]:
    """Width and height in pixels; InputError when they are none or out of bounds."""
    match = re.fullmatch(r"(\d{1,5})[xX×](\d{1,5})", text.strip())
    size = (int(match[1]), int(match[2])) if match else (0, 0)
    if not all(low <= side <= high for low, side, high in zip(SMALLEST, size, LARGEST, strict=True)):
        low, high = ("x".join(map(str, bound)) for bound in (SMALLEST, LARGEST))
        raise InputError(f"--size {text!r}; expected WIDTHxHEIGHT from {low} to {high}, as in 1920x1080")
    return size


def read_fps(text: str, most: int = MOST_FPS) -> int:
    """Pictures per second; InputError when it is no whole number from 1 to ``most``."""
    fps = int(text) if re.fullmatch(r"\d{1,9}", text.strip()) else 0
    if not 1 <= fps <= most:
        raise InputError(f"--fps {text!r}; expected a whole number from 1 to {most}")
    return fps


def read_moment(text: str, length: float) -> float:
    """Seconds of a song of ``length`` seconds; InputError when they are outside."""
    number = re.fullmatch(r"\d{1,9}(\.\d*)?|\.\d+", text.strip())
    if number is None or float(number[0]) > round(length + 0.005, 2):
        raise InputError(f"--at {text!r}; expected seconds from 0 to {length:.2f}, the song's length")
    return min(float(number[0]), length)


def read_speed(text: str) -> int:
    """Per cent of a song's own speed; InputError when they are out of bounds."""
    number = re.fullmatch(r"(\d{1,4}) ?%?", text.strip())
    if number is None or not SLOWEST <= int(number[1]) <= FASTEST:
        raise InputError(f"--speed {text!r}; expected per cent from {SLOWEST} to {FASTEST}, as in 70")
    return int(number[1])


def read_transpose(text: str) -> int:
    """Semitones; InputError when they are out of bounds."""
    number = re.fullmatch(r"[+-]?\d{1,2}", text.strip())
    if number is None or abs(int(number[0])) > MOST_SEMITONES:
        most = MOST_SEMITONES
        raise InputError(f"--transpose {text!r}; expected semitones from -{most} to +{most}, as in -2")
    return int(number[0])


def read_difficulty(name: str | None, settings: Settings = NEW) -> "Difficulty":
    """How near a sung pitch must be, without a name as last time; InputError with those that there are."""
    from loop_core.scoring import Difficulty

    if name is None:
        return Difficulty(_known(settings.difficulty, map(str, Difficulty)) or Difficulty.MEDIUM)
    return Difficulty(read_name("--difficulty", name, map(str, Difficulty)))


def read_latency(text: str) -> float:
    """A microphone's delay in seconds; InputError unless it is from -1000 to 1000 milliseconds."""
    number = re.fullmatch(r"[-+]?(\d{1,4}(\.\d*)?|\.\d+)", text.strip())
    if number is None or abs(float(number[0])) > 1000:
        raise InputError(f"--latency {text!r}; expected milliseconds from -1000 to 1000, as in 60")
    return float(number[0]) / 1000


def read_backing(name: str | None, song: Song) -> str:
    """A backing of the song, its first one without a name; InputError with those that it has."""
    if name is None:
        return next(iter(song.backings), "")
    if name not in song.backings:
        raise InputError(f"--backing {name!r}; {song.name} has: {', '.join(song.backings)}")
    return name


def read_controls(
    song: Song, backing: str | None, theme: str | None, language: str | None, settings: Settings = NEW
) -> "Controls":
    """How a show is set at first: as asked for, else as last time; InputError for a name of nothing."""
    from loop_core.frame import Controls
    from loop_core.words import LANGUAGES

    if backing is None:
        backing = _known(settings.backing, song.backings)
    languages = dict.fromkeys((*LANGUAGES, *(name for line in song.lines for name in line.subtitles)))
    return Controls(
        backing=read_backing(backing, song),
        theme=read_theme(theme, settings),
        language=_name_or_last("--language", language, settings.language, languages),
        volume=1.0 if settings.volume is None else settings.volume,
        voice=1.0 if settings.voice is None else settings.voice,
    )


def read_theme(name: str | None, settings: Settings = NEW) -> str:
    """The theme asked for, else the last one, else the dark one; InputError for one that there is not."""
    from app.theme import THEMES

    return _name_or_last("--theme", name, settings.theme, THEMES)


def read_language(name: str | None, settings: Settings = NEW) -> str:
    """The language of a window asked for, else the last one, else English; InputError for another one."""
    from loop_core.words import LANGUAGES

    return _name_or_last("--language", name, settings.language, LANGUAGES)


def _name_or_last(option: str, name: str | None, last: str | None, names: Iterable[str]) -> str:
    """What was asked for, else the last one where there still is such a one, else the first."""
    known = list(names)
    return read_name(option, name, known) if name is not None else _known(last, known) or known[0]


def _known(name: str | None, names: Iterable[str]) -> str | None:
    """A name that is kept, where there still is such a one."""
    return name if name in list(names) else None


def read_name(option: str, name: str, names: Iterable[str]) -> str:
    """The name, where it is one of ``names``; else InputError with the nearest or all of them."""
    known = list(names)
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"expected one of: {', '.join(known)}"
        raise InputError(f"{option} {name!r}; {hint}")
    return name


def read_names(option: str, given: Iterable[str] | None, known: Iterable[str]) -> tuple[str, ...]:
    """Names given one by one or with commas, all of ``known`` without any; InputError for another name."""
    names = tuple(known)
    if not given:
        return names
    return tuple(read_name(option, name.strip(), names) for text in given for name in text.split(","))


@contextmanager
def saving_to(folder: Path | None, own: bool = False) -> Iterator[Path]:
    """The folder asked for, or one that is gone afterwards; of a user's own script the one it runs in."""
    if folder is not None:
        yield own_folder(folder, "--save-to")
        return
    if own:
        yield Path.cwd()
        return
    with tempfile.TemporaryDirectory(prefix="torchaoke-") as temporary:
        yield Path(temporary)


def own_folder(folder: Path, option: str) -> Path:
    """A folder that can be written to, made where it is missing; else InputError."""
    try:
        probe(folder)
    except OSError as error:
        raise InputError(
            f"{option}: {error.strerror}; expected a folder that can be written to", folder
        ) from None
    return folder


def check_target(path: Path, option: str) -> None:
    """InputError unless a file can be written there; makes its folder where that is missing."""
    if path.exists() and not path.is_file():
        raise InputError(f"{option}: this is no regular file; expected the name of a file to write", path)
    own_folder(path.parent, option)


def check_output(path: Path, suffixes: Iterable[str]) -> None:
    """InputError unless the name ends with one of ``suffixes`` and its folder is there to be written to."""
    known = ", ".join(suffixes)
    if path.suffix.lower() not in known.split(", "):
        raise InputError(
            f"no known suffix {path.suffix!r}; expected a name that ends with one of: {known}", path
        )
    if not path.parent.is_dir():
        raise InputError("there is no such folder; expected one to write to", path.parent)
    check_target(path, "OUT")


def probe(folder: Path) -> None:
    """Make the folder where it is missing; raises OSError when it cannot be written to."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".torchaoke-", dir=folder):
        pass
