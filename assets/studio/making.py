"""From a score to the files of a song folder, one after the other, and into the folder all at once."""

import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from assets.studio import band, lead
from assets.studio.chart import chart, song_toml
from assets.studio.mixing import mix
from assets.studio.ogg import encode
from assets.studio.score import Score
from assets.studio.sound import RATE, Wave
from loop_core.formats import ultrastar

STEPS = ("song.txt", "song.toml", "lead", "band", "mix", "vocals.ogg", "backing.ogg")
"""What `song_files` reports, in order."""


def song_files(
    score: Score,
    voice: Callable[[Score], Wave] = lead.play,
    started: Callable[[str], None] = lambda step: None,
) -> Iterator[tuple[str, bytes]]:
    """Name and content of each of the four files.

    ``voice`` plays or sings the melody: shape (``score.samples(RATE)``, 2). ``started`` hears of each step.
    """
    started("song.txt")
    yield "song.txt", ultrastar.dump(chart(score)).encode()
    started("song.toml")
    yield "song.toml", song_toml(score, RATE).encode()
    started("lead")
    melody = voice(score)
    started("band")
    accompaniment = band.play(score)
    started("mix")
    stems = mix(melody, accompaniment)
    started("vocals.ogg")
    yield "vocals.ogg", encode(stems.vocals)
    started("backing.ogg")
    yield "backing.ogg", encode(stems.backing)


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
