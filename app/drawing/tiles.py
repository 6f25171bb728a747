"""Tiles: matrices of numbers as small pictures, blue for negative and orange for positive."""

import math
from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt
import pygame

from app.draw import text, width
from app.theme import Theme
from loop_core.snapshot import Array, Param

SIZE = 22
CELL = 14
"""Longest side of a cell, in pixels at 1080p."""
KERNELS = 16
"""Kernels of a convolution that are shown, one for each of the first output channels."""

Part = Literal["value", "grad", "cleared"]
"""Which picture of a parameter a tile shows."""


def draw_tile(
    surface: pygame.Surface, theme: Theme, param: Param, part: Part, room: pygame.Rect, fade: float = 0.0
) -> pygame.Rect:
    """A parameter's picture in the middle of ``room``; where it came to stand.

    None, zeros and values look apart: a dashed frame with the word, a plain frame with 0, colours.
    fade: how far it has gone, 0 to 1.
    """
    values = getattr(param, part)
    if values is None or not values.any():
        return _framed(surface, theme, room, "None" if values is None else "0", dashed=values is None)
    rect = place_of(theme, values.shape, param.kernel, room)
    picture = _picture(theme, param, part, rect.size)
    picture.set_alpha(round(255 * (1 - fade)))
    surface.blit(picture, rect)
    if not np.isfinite(values).all():
        text(surface, theme, "NaN", rect.center, SIZE, theme.failed, "bold", "center")
    return rect


def place_of(
    theme: Theme, shape: tuple[int, int], kernel: tuple[int, int] | None, room: pygame.Rect
) -> pygame.Rect:
    """Where a picture of ``shape`` stands in ``room``: cells are square, unless that makes them thin."""
    rows, columns = shape if kernel is None else mosaic_size(shape[0], kernel, room.size)
    cell = min(theme.px(CELL), room.width / columns, room.height / rows)
    rect = pygame.Rect(0, 0, round(cell * columns), round(cell * rows))
    rect.width, rect.height = max(rect.width, theme.px(10)), max(rect.height, theme.px(10))
    rect.center = room.center
    return rect


def cell_at(
    shape: tuple[int, int], kernel: tuple[int, int] | None, rect: pygame.Rect, at: tuple[float, float]
) -> tuple[int, int] | None:
    """Row and column of a picture of ``shape`` that stands in ``rect``, at a point; None between kernels."""
    rows, columns = shape if kernel is None else mosaic_size(shape[0], kernel, rect.size)
    row = min(rows - 1, max(0, int((at[1] - rect.top) / rect.height * rows)))
    column = min(columns - 1, max(0, int((at[0] - rect.left) / rect.width * columns)))
    if kernel is None:
        return row, column
    (down, y), (across, x) = divmod(row, kernel[0] + 1), divmod(column, kernel[1] + 1)
    index = down * ((columns + 1) // (kernel[1] + 1)) + across
    inside = y < kernel[0] and x < kernel[1] and index < min(shape[0], KERNELS)
    return (index, y * kernel[1] + x) if inside else None


def mosaic_size(channels: int, kernel: tuple[int, int], room: tuple[int, int]) -> tuple[int, int]:
    """Rows and columns of cells, one between two kernels, so that they are largest in ``room``.

    A room that is a mosaic's own size gives that mosaic.
    """
    shown = min(channels, KERNELS)
    sizes = []
    for down in range(1, shown + 1):
        across = -(-shown // down)
        rows, columns = down * (kernel[0] + 1) - 1, across * (kernel[1] + 1) - 1
        sizes.append((min(room[0] / columns, room[1] / rows), rows, columns))
    _, rows, columns = max(sizes, key=lambda size: size[0])
    return rows, columns


@lru_cache(maxsize=64)
def _picture(theme: Theme, param: Param, part: Part, size: tuple[int, int]) -> pygame.Surface:
    colors = heat(theme, getattr(param, part))
    if param.kernel is not None:
        colors = _mosaic(theme, colors, param.kernel, size)
    small = pygame.surfarray.make_surface(colors.swapaxes(0, 1))
    return pygame.transform.scale(small, size)


def heat(theme: Theme, values: Array) -> npt.NDArray[np.uint8]:
    """Colours (n, m, 3) of numbers (n, m): the sign by colour, the share of the largest by strength."""
    finite = np.isfinite(values)
    share = np.where(finite, values, 0.0)
    share = share / (float(np.abs(share).max(initial=0.0)) or 1.0)
    ends = np.where((share < 0)[..., None], theme.negative, theme.positive)
    ground = np.array(theme.raised, dtype=np.float64)
    colors = ground + (ends - ground) * np.sqrt(np.abs(share))[..., None]
    colors[~finite] = theme.failed
    picture: npt.NDArray[np.uint8] = colors.round().astype(np.uint8)
    return picture


def _mosaic(
    theme: Theme, colors: npt.NDArray[np.uint8], kernel: tuple[int, int], size: tuple[int, int]
) -> npt.NDArray[np.uint8]:
    """The kernels of the first input channel beside and under each other."""
    rows, columns = mosaic_size(len(colors), kernel, size)
    per_row = (columns + 1) // (kernel[1] + 1)
    picture = np.full((rows, columns, 3), theme.panel, dtype=np.uint8)
    for index, row in enumerate(colors[:KERNELS, : math.prod(kernel)]):
        top, left = index // per_row * (kernel[0] + 1), index % per_row * (kernel[1] + 1)
        picture[top : top + kernel[0], left : left + kernel[1]] = row.reshape(*kernel, 3)
    return picture


def _framed(surface: pygame.Surface, theme: Theme, room: pygame.Rect, word: str, dashed: bool) -> pygame.Rect:
    frame = pygame.Rect(0, 0, width(theme, word, SIZE, "code") + theme.px(20), theme.px(36))
    frame.center = room.center
    if dashed:
        dash = theme.px(6)
        for x in range(frame.left, frame.right, 2 * dash):
            for y in (frame.top, frame.bottom - 1):
                pygame.draw.line(surface, theme.faint, (x, y), (min(x + dash, frame.right), y), theme.px(2))
        for y in range(frame.top, frame.bottom, 2 * dash):
            for x in (frame.left, frame.right - 1):
                pygame.draw.line(surface, theme.faint, (x, y), (x, min(y + dash, frame.bottom)), theme.px(2))
    else:
        pygame.draw.rect(surface, theme.raised, frame)
        pygame.draw.rect(surface, theme.dim, frame, theme.px(2))
    text(surface, theme, word, frame.center, SIZE, theme.faint if dashed else theme.dim, "code", "center")
    return frame
