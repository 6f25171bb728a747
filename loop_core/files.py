"""Files written whole or not at all: a temporary file beside the target, fsync, rename."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from loop_core.errors import InputError

PREFIX = ".torchaoke-"
OLD = 3600.0
"""Seconds after which nobody is still writing into a temporary folder."""


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """A path to write to, of the same name in a temporary folder beside ``path``.

    On leaving without an error its content is on disk and replaces ``path`` at once; with an error
    (Ctrl-C too) ``path`` stays as it was. The name is kept because ``torch.save`` writes it into the file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _sweep(path.parent)
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=path.parent) as folder:
        part = Path(folder, path.name)
        yield part
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(path)


def _sweep(folder: Path) -> None:
    """Delete what a killed program has left there long ago."""
    for left in folder.glob(f"{PREFIX}*"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > OLD:
                shutil.rmtree(left)


@contextmanager
def writing(path: Path) -> Iterator[Path]:
    """`written_whole` for a file that the user has named: InputError where it cannot be written."""
    try:
        with written_whole(path) as part:
            yield part
    except OSError as error:
        raise InputError(f"cannot write it: {error.strerror or error}", path) from None


def set_aside(path: Path) -> Path:
    """Give a damaged file a name that nothing has, so that a new one can take its place."""
    number = 1
    while (kept := path.with_name(f"{path.stem}.damaged-{number}{path.suffix}")).exists():
        number += 1
    path.replace(kept)
    return kept
