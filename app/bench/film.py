"""How long a film of the song takes, and a picture of it against one that matplotlib draws."""

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

from app.bench.figures import DEFAULT_LESSON, FPS, SIZE, OpenConductor, Row, forget
from app.offscreen import OffScreen
from app.options import read_controls
from app.video import render
from app.virtual import ticks
from loop_core.frame import Controls, Frame
from loop_core.song import Song

PICTURES = 60


def rows(
    song: Song,
    open_conductor: OpenConductor,
    size: tuple[int, int] = SIZE,
    fps: int = FPS,
    pictures: int = PICTURES,
) -> Iterator[Row]:
    """A film of the whole song, and ``pictures`` pictures spread over it, drawn by both."""
    opening = partial(open_conductor, None, DEFAULT_LESSON)
    controls = read_controls(song, None, "dark", None)
    forget()
    with tempfile.TemporaryDirectory(prefix="torchaoke-") as folder:
        start = time.perf_counter()
        render(Path(folder) / "film.mp4", opening, controls, size, fps)
        taken = time.perf_counter() - start
    ratio = taken / song.length
    yield Row(
        f"film at {size[1]}p, {fps} pictures a second, H.264 and AAC",
        f"{taken:.1f} s: {ratio:.2f} of real time",
        f"{song.length:.1f} s, the song's length",
        "1.00",
        ratio <= 1,
    )
    with closing(opening()) as conductor:
        times = (song.length * (number + 0.5) / pictures for number in range(pictures))
        frames = tuple(ticks(conductor, times))
    ours = _draw(frames, size, controls)
    yield Row(
        f"a picture of it, mean of {pictures} spread over the song, as bytes",
        f"{ours:.1f} ms",
        _compared(frames, size, ours),
    )


def _draw(frames: Sequence[Frame], size: tuple[int, int], controls: Controls) -> float:
    """Milliseconds per picture, by a stage that has drawn nothing before."""
    forget()
    screen = OffScreen(size, controls)
    start = time.perf_counter()
    for frame in frames:
        screen.draw(frame)
        screen.pixels().tobytes()
    return 1000 * (time.perf_counter() - start) / len(frames)


def _compared(frames: Sequence[Frame], size: tuple[int, int], ours: float) -> str:
    try:
        from app.bench.reference import draw_with_matplotlib
    except ModuleNotFoundError:
        return "matplotlib is not installed: pip install 'matplotlib>=3.8'"
    theirs = 1000 * draw_with_matplotlib(frames, size) / len(frames)
    return f"{theirs:.1f} ms by matplotlib's FuncAnimation: {theirs / ours:.0f} times as long"
