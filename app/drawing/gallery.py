"""Samples that are pictures, each with the class that it is taken for."""

import math
from functools import lru_cache, partial

import numpy as np
import pygame

from app.draw import text, width
from app.drawing.plots import SIZE
from app.drawing.samples import View, sample_hint
from app.pointing import Hint, answering
from app.theme import Theme
from loop_core.snapshot import Array, Images

SIDE = 36
"""Of a picture in the strip, in pixels at 1080p."""
PER_ROW = 2
LARGE = 5
"""Pictures in a row where the panel has nothing else."""
GAP, APART = 6, 10

Places = list[tuple[pygame.Rect, int]]


def strip_of(theme: Theme, images: Images, answers: Array, plot: pygame.Rect) -> pygame.Rect:
    """The left part of ``plot`` that the pictures take, with a margin to their right."""
    across = PER_ROW * (theme.px(SIDE + GAP + APART) + _said(theme, images, answers))
    return pygame.Rect(plot.left, plot.top + theme.px(6), across, plot.height - theme.px(6))


def draw_strip(
    surface: pygame.Surface, theme: Theme, view: View, images: Images, answers: Array, strip: pygame.Rect
) -> None:
    """The pictures under each other, two in a row; a wrong answer stands by a framed one."""
    side, down = theme.px(SIDE), math.ceil(len(images.samples) / PER_ROW)
    across, step = strip.width // PER_ROW, min(strip.height / down, theme.px(SIDE + 2 * APART))
    places: Places = []
    for index, sample in enumerate(images.samples):
        rect = pygame.Rect(0, 0, side, side)
        column, row = index % PER_ROW, index // PER_ROW
        rect.midleft = strip.left + column * across + theme.px(2), round(strip.top + (row + 0.5) * step)
        answer, target = float(answers[sample]), float(_target(view, sample))
        color = theme.text if answer == target else theme.failed
        if answer != target:
            frame = rect.inflate(theme.px(6), theme.px(6))
            pygame.draw.rect(surface, theme.failed, frame, theme.px(2))
        surface.blit(picture_of(theme, images, index, rect.size), rect)
        at = rect.right + theme.px(GAP), rect.centery
        text(surface, theme, _named(answer), at, SIZE, color, "code bold" if answer != target else "code")
        places.append((rect.inflate(theme.px(APART), theme.px(APART)), sample))
    answering(surface, strip, partial(_sample_at, view, places))


def draw_gallery(surface: pygame.Surface, theme: Theme, view: View, images: Images) -> None:
    """The pictures with their targets, as large as the panel has room for."""
    wide, high = surface.get_size()
    plot = pygame.Rect(theme.px(20), theme.px(46), wide - theme.px(40), high - theme.px(92))
    down = math.ceil(len(images.samples) / LARGE)
    across, step, line = plot.width / LARGE, plot.height / down, theme.px(30)
    side = round(min(across - theme.px(APART), step - line - theme.px(APART)))
    places: Places = []
    for index, sample in enumerate(images.samples):
        middle = plot.left + (index % LARGE + 0.5) * across
        rect = pygame.Rect(0, 0, side, side)
        rect.midtop = round(middle), round(plot.top + index // LARGE * step)
        surface.blit(picture_of(theme, images, index, rect.size), rect)
        below = middle, rect.bottom + line / 2
        text(surface, theme, _named(_target(view, sample)), below, SIZE, theme.dim, "code", "center")
        places.append((rect, sample))
    answering(surface, plot, partial(_sample_at, view, places))


@lru_cache(maxsize=64)
def picture_of(theme: Theme, images: Images, index: int, size: tuple[int, int]) -> pygame.Surface:
    """One picture: its lowest value as the raised ground, its highest as text."""
    pixels = np.nan_to_num(images.pixels[index].astype(np.float64), posinf=1.0, neginf=0.0)
    low, high = float(np.percentile(pixels, 2)), float(pixels.max())
    share = np.clip((pixels - low) / ((high - low) or 1.0), 0.0, 1.0)[..., None]
    colors = np.array(theme.raised) + (np.array(theme.text) - theme.raised) * share
    small = pygame.surfarray.make_surface(colors.round().astype(np.uint8).swapaxes(0, 1))
    return pygame.transform.scale(small, size)


def _target(view: View, sample: int) -> float:
    assert view.points is not None
    return float(view.points.targets[sample])


def _named(number: float) -> str:
    return f"{number:.4g}" if math.isfinite(number) else "?"


def _said(theme: Theme, images: Images, answers: Array) -> int:
    """How wide the widest answer is."""
    return max(width(theme, _named(float(answers[sample])), SIZE, "code bold") for sample in images.samples)


def _sample_at(view: View, places: Places, at: tuple[float, float]) -> Hint | None:
    return next((sample_hint(view, sample) for rect, sample in places if rect.collidepoint(at)), None)
