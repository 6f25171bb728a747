"""The parts that commands are joined of: conductors, the folder for what lessons save, the terminal."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from app.options import probe
from loop_core.lessons import Lesson
from loop_core.place import Place
from loop_core.song import Song

if TYPE_CHECKING:  # a first picture and an error message need none of these
    from rich.console import Console

    from loop_core.conductor import Conductor
    from loop_core.ranks import Ranks
    from loop_core.stepper import Stepper

PLAIN_WIDTH = 220
"""Columns of a table that goes to a file or a pipe: room for one operation per line."""


def conductor_for(
    song: Song,
    saved: Path,
    real: Callable[[], float] | None,
    lesson: Lesson,
    place: Place | None = None,
) -> "Conductor":
    """A conductor of the song with a lesson, whose worker imports torch when it is opened.

    saved: the folder for what the lesson saves; a script of the user's own saves where it would without us.
    real: the clock, or None for virtual time.  place: which of several processes this is.
    """
    from loop_core.conductor import Conductor
    from loop_core.listing import read_listing

    script = lesson.script
    own = ("", ()) if script is None else (script.function, script.arguments)
    listing = read_listing(lesson.path, lesson.name, *own)

    def open_stepper() -> "Stepper":
        if script is not None:
            from loop_core.stepper import Stepper

            return Stepper(listing, saved, None, own=True, ranks=_ranks(place, own=True))
        os.environ.setdefault("OMP_NUM_THREADS", "1")  # small models are slower on several threads
        from loop_core.stepper import Stepper

        return Stepper(listing, saved, lesson.epochs_per_fast_line, ranks=_ranks(place))

    return Conductor(song, lesson, listing, open_stepper, real)


def _ranks(place: Place | None, own: bool = False) -> "Ranks | None":
    """On the worker: the other processes, where there are any; own: the script is the user's."""
    if place is None:
        return None
    from loop_core.ranks import Ranks

    return Ranks(place, own)


def saved_folder(lesson: Lesson | None = None) -> Path:
    """Where lessons save to: the user's data folder, or a temporary one when that cannot be written.

    A script of the user's own saves where it is run.
    """
    import platformdirs

    if lesson is not None and lesson.script is not None:
        return Path.cwd()

    folder = platformdirs.user_data_path("torchaoke", appauthor=False) / "saved"
    try:
        probe(folder)
    except OSError:
        return Path(tempfile.mkdtemp(prefix="torchaoke-saved-"))
    return folder


def console(quiet: bool = False) -> "Console":
    """Standard output: as wide as the terminal, or plain text of a fixed width where there is none.

    quiet: nothing is printed.
    """
    import sys

    from rich.console import Console

    if sys.stdout.isatty():
        return Console(quiet=quiet, markup=False, highlight=False, emoji=False)
    return Console(
        quiet=quiet,
        width=PLAIN_WIDTH,
        markup=False,
        highlight=False,
        emoji=False,
        force_terminal=False,
        color_system=None,
    )


def version() -> str:
    """The installed version, or the checkout's own."""
    import tomllib
    from importlib import metadata

    try:
        return metadata.version("torchaoke")
    except metadata.PackageNotFoundError:
        project = Path(__file__).parents[1] / "pyproject.toml"
        return str(tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"])
