"""The command line: reads what was asked for, builds the parts and joins them."""

import os
import re
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from assets import SONGS
from loop_core.errors import InputError
from loop_core.lessons import LESSONS, Lesson, find_lesson
from loop_core.song import Song, find_song, load_song, song_folders

if TYPE_CHECKING:  # a first picture and an error message need none of these
    from rich.console import Console

    from loop_core.conductor import Conductor
    from loop_core.stepper import Stepper

SMALLEST, LARGEST = (320, 180), (7680, 4320)
MOST_FPS = 1000
PLAIN_WIDTH = 220
"""Columns of a table that goes to a file or a pipe: room for one operation per line."""


class _Plainly(TyperGroup):
    """A command group that plays when no command is given, and whose errors are one line."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, args or ["play"])

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except InputError as error:
            typer.echo(f"torchaoke: {error}", err=True)
            raise typer.Exit(2) from None
        except ImportError as error:
            typer.echo(f"torchaoke: {error}; `torchaoke doctor` says what is missing", err=True)
            raise typer.Exit(1) from None
        except KeyboardInterrupt:
            typer.echo("interrupted", err=True)
            raise typer.Exit(130) from None


app = typer.Typer(
    cls=_Plainly,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"torchaoke {version()}")
        raise typer.Exit


SongOption = Annotated[
    str, typer.Option("--song", metavar="NAME|FOLDER", help="A bundled song, or a song's folder.")
]
SaveOption = Annotated[
    Path | None, typer.Option("--save-to", metavar="FOLDER", help="Where torch.save of the lesson writes to.")
]


@app.callback()
def torchaoke(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Sing the PyTorch training loop while a real one runs to the music. Without a command: play.

    \b
    torchaoke                              the show, in a window
    torchaoke play --lesson circles        another training loop to the same song
    torchaoke headless --lesson all        every operation proved, without window and sound
    torchaoke doctor                       what this machine has
    """


@app.command()
def play(
    lesson: Annotated[
        str, typer.Option(metavar="NAME", help="The training loop that runs; see `torchaoke lessons`.")
    ] = "straight_line",
    song: SongOption = "optimization_loop",
    backing: Annotated[
        str | None, typer.Option(metavar="NAME", help="The backing to begin with; N changes it.")
    ] = None,
    start: Annotated[
        bool, typer.Option("--start", help="Begin the music by itself, without waiting for Space.")
    ] = False,
    fullscreen: Annotated[bool, typer.Option("--fullscreen", help="Fill the screen.")] = False,
    size: Annotated[
        str, typer.Option(metavar="WIDTHxHEIGHT", help="The window's size in pixels.")
    ] = "1280x720",
    save_to: SaveOption = None,
) -> None:
    """Play the song in a window while the lesson runs to it.

    \b
    torchaoke play --start --fullscreen
    torchaoke play --lesson dropout --size 1920x1080
    torchaoke play --backing quiet
    """
    found, chosen, pixels = load_song(find_song(song, SONGS)), find_lesson(lesson), _size(size)
    if backing is not None and backing not in found.backings:
        raise InputError(f"--backing {backing!r}; {found.name} has: {', '.join(found.backings)}")
    saved = _own_folder(save_to, "--save-to") if save_to is not None else saved_folder()

    from app import window

    open_conductor = partial(conductor_for, found, saved, time.perf_counter)
    status = window.play(
        found, chosen, open_conductor, backing=backing, start=start, fullscreen=fullscreen, size=pixels
    )
    raise typer.Exit(status)


@app.command()
def headless(
    lesson: Annotated[
        str, typer.Option(metavar="NAME|all", help="The training loop that runs, or all of them in turn.")
    ] = "straight_line",
    song: SongOption = "optimization_loop",
    fps: Annotated[str, typer.Option(metavar="NUMBER", help="Pictures per second of the song.")] = "60",
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
        str, typer.Option(metavar="WIDTHxHEIGHT", help="The size of those pictures.")
    ] = "1920x1080",
    realtime: Annotated[
        bool, typer.Option("--realtime", help="Take the time that the song takes, and measure lateness.")
    ] = False,
    save_to: SaveOption = None,
) -> None:
    """Run the song without window and sound, and print the proof of each operation.

    Exits with 0 when every operation is proved, with 1 when one is not, with 2 for unusable input.

    \b
    torchaoke headless
    torchaoke headless --lesson all --trace run.jsonl
    torchaoke headless --realtime
    torchaoke headless --frames pictures --size 1280x720 --fps 30
    """
    pictures_per_second, pixels = _fps(fps), _size(size)
    if realtime and frames is not None:
        raise InputError("--frames takes longer than the song; expected it without --realtime")
    found = load_song(find_song(song, SONGS))
    chosen = LESSONS if lesson == "all" else (find_lesson(lesson),)
    _check_target(trace)
    if frames is not None:
        _own_folder(frames, "--frames")

    from app.headless import run_headless

    several = len(chosen) > 1
    with _saving_to(save_to) as saved:
        right = [
            run_headless(
                one,
                partial(conductor_for, found, saved),
                console(),
                fps=pictures_per_second,
                realtime=realtime,
                trace=_of_lesson(trace, one) if trace is not None and several else trace,
                frames=frames / one.name if frames is not None and several else frames,
                size=pixels,
            )
            for one in chosen
        ]
    raise typer.Exit(0 if all(right) else 1)


@app.command()
def lessons() -> None:
    """List the training loops that can run to a song.

    \b
    torchaoke lessons
    """
    rows = [(lesson.name, lesson.title, lesson.summary, str(lesson.epochs)) for lesson in LESSONS]
    _print_table(("name", "title", "what it shows", "epochs"), rows)


@app.command()
def songs() -> None:
    """List the songs that come with Torchaoke.

    \b
    torchaoke songs
    """
    found = [load_song(folder) for folder in song_folders(SONGS)]
    rows = [(s.name, s.title, s.artist, str(len(s.lines)), _minutes(s.length)) for s in found]
    _print_table(("name", "title", "artist", "lines", "length"), rows)


@app.command()
def doctor() -> None:
    """Say what this machine has, and what is used instead of what is missing.

    Exits with 0 when the song can run at least headless, with 1 when it cannot.

    \b
    torchaoke doctor
    """
    from app import doctor as checks

    raise typer.Exit(0 if checks.show(console(), checks.findings(SONGS, saved_folder())) else 1)


@app.command()
def bench(song: SongOption = "optimization_loop") -> None:
    """Measure how fast this machine draws the show and how punctual its operations are.

    \b
    torchaoke bench
    """
    found = load_song(find_song(song, SONGS))

    from app import bench as measuring

    with tempfile.TemporaryDirectory(prefix="torchaoke-") as saved:
        measuring.bench(found, partial(conductor_for, found, Path(saved)), console())


def version() -> str:
    """The installed version, or the checkout's own."""
    import tomllib
    from importlib import metadata

    try:
        return metadata.version("torchaoke")
    except metadata.PackageNotFoundError:
        project = Path(__file__).parents[1] / "pyproject.toml"
        return str(tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"])


def console() -> "Console":
    """Standard output: as wide as the terminal, or plain text of a fixed width where there is none."""
    import sys

    from rich.console import Console

    if sys.stdout.isatty():
        return Console(markup=False, highlight=False, emoji=False)
    return Console(
        width=PLAIN_WIDTH, markup=False, highlight=False, emoji=False, force_terminal=False, color_system=None
    )


def saved_folder() -> Path:
    """Where lessons save to: the user's data folder, or a temporary one when that cannot be written."""
    import platformdirs

    folder = platformdirs.user_data_path("torchaoke", appauthor=False) / "saved"
    try:
        _probe(folder)
    except OSError:
        return Path(tempfile.mkdtemp(prefix="torchaoke-saved-"))
    return folder


def _size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{1,5})[xX×](\d{1,5})", text.strip())
    size = (int(match[1]), int(match[2])) if match else (0, 0)
    if not all(low <= side <= high for low, side, high in zip(SMALLEST, size, LARGEST, strict=True)):
        low, high = ("x".join(map(str, bound)) for bound in (SMALLEST, LARGEST))
        raise InputError(f"--size {text!r}; expected WIDTHxHEIGHT from {low} to {high}, as in 1920x1080")
    return size


def _fps(text: str) -> int:
    fps = int(text) if re.fullmatch(r"\d{1,9}", text.strip()) else 0
    if not 1 <= fps <= MOST_FPS:
        raise InputError(f"--fps {text!r}; expected a whole number from 1 to {MOST_FPS}")
    return fps


def conductor_for(song: Song, saved: Path, real: Callable[[], float] | None, lesson: Lesson) -> "Conductor":
    """A conductor of the song with a lesson, whose worker imports torch when it is opened.

    saved: the folder for what the lesson saves.  real: the clock, or None for virtual time.
    """
    from loop_core.conductor import Conductor
    from loop_core.listing import read_listing

    listing = read_listing(lesson.path, lesson.name)

    def open_stepper() -> "Stepper":
        os.environ.setdefault("OMP_NUM_THREADS", "1")  # small models are slower on several threads
        from loop_core.stepper import Stepper

        return Stepper(listing, saved, lesson.epochs_per_fast_line)

    return Conductor(song, lesson, listing, open_stepper, real)


@contextmanager
def _saving_to(folder: Path | None) -> Iterator[Path]:
    """The folder asked for, or one that is gone afterwards."""
    if folder is not None:
        yield _own_folder(folder, "--save-to")
        return
    with tempfile.TemporaryDirectory(prefix="torchaoke-") as temporary:
        yield Path(temporary)


def _own_folder(folder: Path, option: str) -> Path:
    try:
        _probe(folder)
    except OSError as error:
        raise InputError(
            f"{option}: {error.strerror}; expected a folder that can be written to", folder
        ) from None
    return folder


def _check_target(trace: Path | None) -> None:
    if trace is None:
        return
    if trace.exists() and not trace.is_file():
        raise InputError("--trace: this is no regular file; expected the name of a file to write", trace)
    _own_folder(trace.parent, "--trace")


def _probe(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".torchaoke-", dir=folder):
        pass


def _of_lesson(path: Path, lesson: Lesson) -> Path:
    return path.with_name(f"{path.stem}.{lesson.name}{path.suffix}")


def _minutes(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"


def _print_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich.table import Table

    table = Table(*columns, box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for row in rows:
        table.add_row(*row)
    console().print(table)
