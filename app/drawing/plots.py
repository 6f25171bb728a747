"""What pictures of samples share: scale, marks, the words below, and residuals that become one number."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pygame

from app.draw import disc, fitting, ring, text, width
from app.drawing.samples import View, losses_said
from app.theme import Color, Theme, mix
from loop_core.snapshot import Array, Points

SIZE = 22
MOST_POINTS = 400
"""Points of each set that are drawn."""
FAR = 5.0
"""Values are drawn at most so many heights of the plot outside of it."""


@dataclass(frozen=True, slots=True)
class Scale:
    """From values to pixels; spans are (lowest, highest), at the edges of the plot.

    plot: left, top, width, height.
    """

    plot: tuple[int, int, int, int]
    x: tuple[float, float]
    y: tuple[float, float]

    def all_at(self, points: Array) -> Array:
        """Where points (n, 2) stand, (n, 2); those that are no number, above."""
        left, top, width, height = self.plot
        across = (points[:, 0].astype(np.float64) - self.x[0]) / (self.x[1] - self.x[0])
        up = (points[:, 1].astype(np.float64) - self.y[0]) / (self.y[1] - self.y[0])
        share = np.column_stack([across, 1 - up])
        share = np.clip(np.nan_to_num(share, nan=-FAR), -FAR, FAR)
        return np.asarray(share * (width, height) + (left, top))

    def pixels(self, length: float) -> float:
        """How many pixels a distance along y is, at most the plot's height."""
        return min(self.plot[3], abs(length) / (self.y[1] - self.y[0]) * self.plot[3])


def span(values: Array, margin: float) -> tuple[float, float]:
    """From the lowest to the highest finite value, and a margin as a share of that on both sides."""
    finite = values[np.isfinite(values)].astype(np.float64)
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
    if high - low <= 1e-6 * max(abs(low), abs(high)):
        low, high = low - 0.5 * max(1.0, abs(low)), high + 0.5 * max(1.0, abs(high))
    return low - margin * (high - low), high + margin * (high - low)


def every(points: Points) -> int:
    """Every so manieth sample is drawn."""
    return -(-len(points.inputs) // MOST_POINTS)


@lru_cache(maxsize=64)
def point_mark(color: Color, edge: Color, radius: int) -> pygame.Surface:
    """A disc with an edge, on transparent ground."""
    side = 2 * radius + 3
    mark = pygame.Surface((side, side), pygame.SRCALPHA)
    disc(mark, edge, (side // 2, side // 2), radius + 1)
    disc(mark, color, (side // 2, side // 2), radius - 1)
    return mark


@lru_cache(maxsize=128)
def ring_mark(color: Color, radius: int, line: int) -> pygame.Surface:
    """A circle on transparent ground."""
    side = 2 * radius + 3
    mark = pygame.Surface((side, side), pygame.SRCALPHA)
    ring(mark, color, (side // 2, side // 2), radius, line)
    return mark


@lru_cache(maxsize=16)
def cross_mark(color: Color, edge: Color, reach: int, line: int) -> pygame.Surface:
    """A cross with an edge, on transparent ground: a sample that is taken for another class."""
    side = 2 * (reach + line) + 1
    mark = pygame.Surface((side, side), pygame.SRCALPHA)
    low, high = line, side - 1 - line
    for shade, wide in ((edge, 3 * line), (color, line)):
        pygame.draw.line(mark, shade, (low, low), (high, high), wide)
        pygame.draw.line(mark, shade, (low, high), (high, low), wide)
    return mark


def place_marks(surface: pygame.Surface, marks: Sequence[pygame.Surface], places: Array) -> None:
    """Draw marks with their middles at places (n, 2)."""
    sides = np.array([mark.get_width() for mark in marks])
    corners = np.round(places - sides[:, None] / 2).astype(int).tolist()
    surface.blits(list(zip(marks, corners, strict=True)), doreturn=False)


def hatched(surface: pygame.Surface, theme: Theme, rect: pygame.Rect, color: Color) -> None:
    """Slanted lines in a frame: what is no number, or on the wrong side."""
    clip = surface.get_clip()
    surface.set_clip(rect.clip(clip))
    for x in range(rect.left - rect.height, rect.right, theme.px(9)):
        pygame.draw.line(surface, color, (x, rect.bottom), (x + rect.height, rect.top), theme.px(2))
    surface.set_clip(clip)
    pygame.draw.rect(surface, color, rect, theme.px(2))


def caption(surface: pygame.Surface, theme: Theme, view: View, axes: str) -> None:
    """The row below a plot: what its axes are, and the loss when it has been made of its parts."""
    y = surface.get_height() - theme.px(24)
    left, right = theme.px(20), surface.get_width() - theme.px(20)
    text(surface, theme, axes, (left, y), SIZE, theme.dim)
    if view.loss is not None and view.collapsed > 0:
        room = right - left - (width(theme, axes, SIZE) + theme.px(20) if axes else 0)
        words = fitting(theme, losses_said(view), SIZE, "words", room)
        text(surface, theme, words, (right, y), SIZE, loss_color(theme, view), "words", "right", room)


def loss_color(theme: Theme, view: View) -> Color:
    """Of the loss: it appears while its parts come together."""
    broken = view.loss is not None and not math.isfinite(view.loss)
    return mix(theme.panel, theme.failed if broken else theme.now, view.collapsed)


def draw_residuals(
    surface: pygame.Surface, theme: Theme, scale: Scale, view: View, x: Array, target: Array, guess: Array
) -> None:
    """Bars that grow from the predictions to the targets, then fly to the right and become their mean.

    What arrives there is as long as the loss, on the scale of the targets.
    """
    starts, ends = scale.all_at(np.column_stack([x, guess])), scale.all_at(np.column_stack([x, target]))
    ends = starts + (ends - starts) * view.grown
    stay = mix(theme.now, theme.panel, 0.5 * view.collapsed)
    _bars(surface, theme, stay, starts, ends)
    points = view.points
    if view.loss is None or not math.isfinite(view.loss) or points is None or points.errors is None:
        return
    left, top, wide, high = scale.plot
    bar = pygame.Rect(0, 0, theme.px(12), max(theme.px(2), round(scale.pixels(view.loss))))
    bar.midbottom = left + wide + theme.px(22), top + high
    if view.collapsed >= 1:
        _mean(surface, theme, bar, bar.height >= high)
    elif view.collapsed > 0:
        across = np.linspace(bar.left, bar.right - 1, len(starts))
        above = ends[:, 1] <= starts[:, 1]  # a bar that hangs below its prediction goes on hanging
        to_starts = np.column_stack([across, np.where(above, bar.bottom, bar.top)])
        to_ends = np.column_stack([across, np.where(above, bar.top, bar.bottom)])
        share = view.collapsed
        flying = starts + (to_starts - starts) * share, ends + (to_ends - ends) * share
        _bars(surface, theme, theme.now, *flying)


def _mean(surface: pygame.Surface, theme: Theme, bar: pygame.Rect, beyond: bool) -> None:
    """A bar as long as the loss; with the head of an arrow when it goes on beyond the plot."""
    pygame.draw.rect(surface, theme.now, bar)
    if beyond:
        low, aside = bar.top + theme.px(14), theme.px(12)
        head = [(bar.centerx - aside, low), (bar.centerx, bar.top - theme.px(2)), (bar.centerx + aside, low)]
        pygame.draw.polygon(surface, theme.now, head)


def _bars(surface: pygame.Surface, theme: Theme, color: Color, starts: Array, ends: Array) -> None:
    line = theme.px(2)
    for a, b in zip(starts.tolist(), ends.tolist(), strict=True):
        pygame.draw.line(surface, color, a, b, line)
