"""Files that go into a song folder all at once."""

import os
import signal
import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path


def write_all(folder: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """Write files into a folder, whole and all of them, or leave the folder as it was.

    They are made in a temporary folder beside it; an interrupt on the way changes nothing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as made:
        names = [_write(Path(made, name), content) for name, content in files]
        with _uninterrupted():
            for name in names:
                os.replace(Path(made, name), folder / name)  # noqa: PTH105 - says that it overwrites


def _write(path: Path, content: bytes) -> str:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return path.name


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ctrl-C waits until the files are moved; only the main thread can ask for that."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pressed: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: pressed.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if pressed:
        raise KeyboardInterrupt
