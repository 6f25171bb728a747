"""Pictures without a window: the stage drawn in memory."""

import io
import math
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pygame

from app.stage import Stage
from app.virtual import ticks
from loop_core.conductor import Conductor
from loop_core.files import writing
from loop_core.frame import Controls, Frame

FPS = 60
"""Pictures per second of the window."""


class OffScreen:
    """A stage and the surface that it draws on; ``controls`` stand for the keys that nobody presses."""

    def __init__(self, size: tuple[int, int], controls: Controls) -> None:
        pygame.font.init()
        self.size = size
        self.surface = pygame.Surface(size, depth=32)
        self._stage = Stage(size, controls.theme)
        self._controls = replace(controls, started=True, playing=True)

    def draw(self, frame: Frame) -> bool:
        """Draw a frame; whether anything of the picture has changed."""
        return bool(self._stage.draw(self.surface, replace(frame, controls=self._controls)))

    def pixels(self) -> npt.NDArray[np.uint8]:
        """The surface's memory (height, width, 4): blue, green, red, nothing. Let go of it to draw again."""
        width, height = self.size
        return np.asarray(self.surface.get_view("0"), np.uint8).reshape(height, width, 4)

    def save(self, path: Path) -> None:
        """Write the picture as a PNG file, whole or not at all."""
        picture = io.BytesIO()  # to a file SDL writes without a word that the disk is full
        pygame.image.save(self.surface, picture, ".png")
        with writing(path) as part:
            part.write_bytes(picture.getvalue())


def draw_moment(
    path: Path,
    open_conductor: Callable[[], Conductor],
    at: float,
    size: tuple[int, int],
    controls: Controls,
) -> None:
    """Write what the window shows ``at`` seconds of the song, all that comes before it played as well."""
    screen = OffScreen(size, controls)
    with closing(open_conductor()) as conductor:
        times = (number / FPS for number in range(math.ceil(at * FPS)))
        for frame in ticks(conductor, (*times, at)):
            screen.draw(frame)
    screen.save(path)
