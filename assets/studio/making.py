"""From a score to the files of a song folder, one after the other, and into the folder all at once."""

import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from assets.studio import band, vocals
from assets.studio.chart import STEMS, chart, song_toml
from assets.studio.mixing import mix
from assets.studio.ogg import encode
from assets.studio.score import Score
from assets.studio.sound import RATE
from assets.studio.vocals import Singers
from loop_core.formats import ultrastar


def steps(score: Score) -> int:
    """How many steps `song_files` reports."""
    return 2 + len(score.lines) + 4 + len(STEMS)


def song_files(
    score: Score, singers: Singers, started: Callable[[str], None] = lambda step: None
) -> Iterator[tuple[str, bytes]]:
    """Name and content of each file of the song; ``started`` hears of each step."""
    started("song.txt")
    yield "song.txt", ultrastar.dump(chart(score)).encode()
    started("song.toml")
    yield "song.toml", song_toml(score, RATE).encode()
    voice = vocals.perform(score, singers, started)
    backings = []
    for play in (band.play, band.quiet, band.click):
        started(f"band: {play.__name__}")
        backings.append(play(score))
    started("mix")
    stems = mix(voice, *backings)
    for name in STEMS:
        started(f"{name}.ogg")
        yield f"{name}.ogg", encode(getattr(stems, name))


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
