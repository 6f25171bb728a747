"""Pictures of the window, taken while the show goes on and written in the background."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from fractions import Fraction
from itertools import count
from pathlib import Path

import numpy as np
import pygame

from loop_core.files import writing
from loop_core.frame import Frame
from loop_core.words import Words

TAKEN, FAILED = Words("Picture: {}", "已存图片：{}"), Words("No picture: {}", "没有存成图片：{}")


class Camera:
    """Writes PNG files, through FFmpeg's library: pygame's own would stop the show for all of the 60 ms."""

    def __init__(self, folder: Callable[[], Path]) -> None:
        """folder: where they go; asked for with each picture, on the writing thread."""
        self._folder = folder
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="camera")
        self._jobs: deque[Future[str]] = deque()

    def take(self, surface: pygame.Surface, frame: Frame) -> None:
        """Keep what ``surface`` shows, and have it written under the lesson's name and the song's time."""
        pixels = pygame.image.tobytes(surface, "RGB")
        name = f"{frame.lesson.name}_{frame.now:.2f}s"
        self._jobs.append(
            self._writer.submit(
                _write, pixels, surface.get_size(), self._folder, name, frame.controls.language
            )
        )

    def notices(self) -> Iterator[str]:
        """What became of the pictures that have been dealt with since the last call."""
        while self._jobs and self._jobs[0].done():
            yield self._jobs.popleft().result()

    def close(self) -> None:
        """Wait until all that was taken is written."""
        self._writer.shutdown(wait=True)


def pictures_folder() -> Path:
    """Torchaoke's part of the user's pictures."""
    import platformdirs

    return platformdirs.user_pictures_path() / "Torchaoke"


def _write(pixels: bytes, size: tuple[int, int], folder: Callable[[], Path], name: str, language: str) -> str:
    try:
        path = _free_path(folder(), name)
        with writing(path) as part:
            part.write_bytes(_png(pixels, size))
    except Exception as error:  # whatever it is, the show goes on
        return FAILED.said(language).format(error)
    return TAKEN.said(language).format(path.name)


def _png(pixels: bytes, size: tuple[int, int]) -> bytes:
    import av  # 0.15 s, and no first picture should wait for it

    width, height = size
    encoder = av.CodecContext.create("png", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt, encoder.time_base = width, height, "rgb24", Fraction(1)
    rows = np.frombuffer(pixels, np.uint8).reshape(height, width, 3)
    picture = av.VideoFrame.from_ndarray(rows, "rgb24")
    return b"".join(map(bytes, [*encoder.encode(picture), *encoder.encode(None)]))


def _free_path(folder: Path, name: str) -> Path:
    names = (f"{name}.png" if number == 1 else f"{name}_{number}.png" for number in count(1))
    return next(path for path in map(folder.joinpath, names) if not path.exists())
