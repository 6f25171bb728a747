"""Files written whole or not at all, by a temporary file beside the target; and read within bounds."""

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


def read_bytes(path: Path, most: int, expected: str) -> bytes:
    """The bytes of a regular file, which neither hangs nor never ends; InputError when it cannot be read.

    most: bytes that it may have.  expected: what should be in it, as in 'a training script'.
    """
    try:
        if path.exists() and not path.is_file():
            raise InputError(f"this is no regular file; expected {expected}", path)
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise InputError(f"cannot read it: {error.strerror or error}", path) from None
    if len(data) > most:
        raise InputError(f"more than {most:,} bytes; expected {expected}", path)
    return data


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
def folder_written_whole(path: Path, replace: bool = False) -> Iterator[Path]:
    """A new folder of the same name beside ``path``, to put files into.

    On leaving without an error its files are on disk and it becomes ``path`` at once; with an error (Ctrl-C
    too) nothing is left of it. replace: a folder that is there makes way, and is gone afterwards; else, and
    for a file that is there, InputError.
    """
    if path.exists() and not (replace and path.is_dir()):
        hint = "expected a new one, or --replace" if path.is_dir() else "expected a new folder"
        raise InputError(f"this is there already; {hint}", path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".torchaoke-", dir=path.parent) as folder:
        part = Path(folder, path.name)
        part.mkdir()
        yield part
        for name in part.rglob("*"):
            if name.is_file():
                with name.open("rb+") as file:
                    os.fsync(file.fileno())
        if path.exists():
            old = Path(folder, "old")
            path.rename(old)
            try:
                part.rename(path)
            except OSError:
                old.rename(path)
                raise
        else:
            part.rename(path)


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
