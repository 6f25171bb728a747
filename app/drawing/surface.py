"""The loss surface of a model with two numbers, as seen from above, and the path walked on it."""

import math
from functools import lru_cache
from itertools import pairwise

import numpy as np
import pygame

from app.draw import disc, fitting, number, ring, text, title, width
from app.theme import Theme, mix
from loop_core.snapshot import Array, Surface, Walk
from loop_core.words import Words

SIZE = 22
LEVELS = 12
"""Bands of equal colour between the lowest and the highest loss that is shown."""
DEPTH = 100
"""The lowest band ends where the loss, above the lowest, is this part of the whole range."""
NEAR = 2.0
"""Places of the path less than so many pixels apart are drawn as one."""

FINEST = 480
"""Pixels along the longer side that the levels are worked out for; larger ones are scaled from them."""
FAR = 20.0
"""Places are drawn at most so many widths of the plot from its centre."""

SURFACE, LOWEST = Words("loss surface", "损失曲面"), Words("× lowest: {}", "× 最低点：{}")
THEN_NAN = Words("then NaN", "之后是 NaN")

Place = tuple[float, float]


def draw_walk(
    surface: pygame.Surface, theme: Theme, walk: Walk, share: float, language: str = "en"
) -> pygame.Rect:
    """The whole of ``surface``: levels, axes, minimum, start and the path to where the model stands now.

    share: how far the last step has been taken, 0 to 1.  Answers where the plot came to stand.
    """
    lowest = walk.surface.lowest
    aside = "" if lowest is None else LOWEST.said(language).format(number(lowest[2]))
    title(surface, theme, SURFACE.said(language), aside)
    side, height = surface.get_size()
    ticks = max(width(theme, _tick(tick), SIZE, "code") for tick in round_numbers(walk.surface.y))
    left = max(theme.px(72), ticks + theme.px(34))
    plot = pygame.Rect(left, theme.px(78), side - left - theme.px(20), height - theme.px(126))
    surface.blit(levels(theme, plot.size, walk.surface), plot)
    _axes(surface, theme, plot, walk.surface)
    if lowest is not None:
        _cross(surface, theme, place_of(plot, walk.surface, lowest[0], lowest[1]))
    _path(surface, theme, plot, walk, share, language)
    return plot


def values_at(plot: pygame.Rect, shown: Surface, at: Place) -> tuple[float, float]:
    """The two numbers that a pixel of the plot stands for."""
    right, up = (at[0] - plot.left) / (plot.width - 1), (plot.bottom - 1 - at[1]) / (plot.height - 1)
    (left, *_, far), (bottom, *_, top) = shown.x.tolist(), shown.y.tolist()
    return left + right * (far - left), bottom + up * (top - bottom)


def place_of(plot: pygame.Rect, shown: Surface, x: float, y: float) -> Place:
    """The pixel of two numbers; of those far outside, one in the same direction."""
    right, up = _share(shown.x, x) - 0.5, _share(shown.y, y) - 0.5
    near = FAR / max(abs(right), abs(up), FAR)
    right, up = 0.5 + right * near, 0.5 + up * near
    return plot.left + right * (plot.width - 1), plot.bottom - 1 - up * (plot.height - 1)


def _share(axis: Array, value: float) -> float:
    low, high = float(axis[0]), float(axis[-1])
    return (min(1e30, max(-1e30, value)) - low) / (high - low)


@lru_cache(maxsize=4)
def levels(theme: Theme, size: tuple[int, int], shown: Surface) -> pygame.Surface:
    """The surface in bands of its logarithm, the lower the nearer to the colour of the panel.

    A place where the loss is not a finite number has the colour of failure.
    """
    share = min(1.0, FINEST / max(size))
    values = np.where(np.isfinite(shown.loss), shown.loss, np.nan).astype(np.float64)
    loss = _resampled(values, (round(size[0] * share), round(size[1] * share)))
    finite = np.isfinite(loss)
    low, high = float(loss[finite].min(initial=np.inf)), float(loss[finite].max(initial=-np.inf))
    above = np.where(finite, loss - low, 0.0) / ((high - low) or 1.0)
    level = LEVELS * np.clip(1 + np.log(np.maximum(above, 1 / DEPTH)) / math.log(DEPTH), 0, 1)
    steep = np.hypot(*np.gradient(level)) + 1e-9
    band = np.floor(level) + np.clip((level - np.floor(level)) / steep, 0, 1) - 1  # edges one pixel soft
    bottom, top = np.array(theme.panel), np.array(mix(theme.line, theme.dim, 0.15))
    colors = bottom + (top - bottom) * (np.maximum(band, 0) / (LEVELS - 1))[..., None]
    colors[~finite] = mix(theme.panel, theme.failed, 0.5)
    picture = pygame.surfarray.make_surface(colors.round().astype(np.uint8).swapaxes(0, 1)[:, ::-1])
    return picture if picture.get_size() == size else pygame.transform.smoothscale(picture, size)


def _resampled(values: Array, size: tuple[int, int]) -> Array:
    """A picture (height, width) of values (n, m), linear in between."""
    columns, rows = (
        np.linspace(0, n - 1, pixels) for n, pixels in zip(values.shape[::-1], size, strict=True)
    )
    wide = _between(values, columns)
    return _between(wide.T, rows).T


def _between(values: Array, at: Array) -> Array:
    left = np.minimum(at.astype(int), values.shape[1] - 2)
    part = at - left
    picture: Array = values[:, left] * (1 - part) + values[:, left + 1] * part
    return picture


def _axes(surface: pygame.Surface, theme: Theme, plot: pygame.Rect, shown: Surface) -> None:
    """Both names, and two round numbers on each axis."""
    above = plot.left, plot.top - theme.px(19)
    text(surface, theme, f"{shown.names[1]} ↑", above, SIZE, theme.dim, most=plot.width)
    for tick in round_numbers(shown.y):
        y = place_of(plot, shown, 0, tick)[1]
        pygame.draw.line(surface, theme.dim, (plot.left - theme.px(8), y), (plot.left - 1, y))
        at = plot.left - theme.px(14), y
        text(surface, theme, _tick(tick), at, SIZE, theme.dim, "code", "right")
    below, words = plot.bottom + theme.px(26), []
    for tick in round_numbers(shown.x):
        x = place_of(plot, shown, tick, 0)[0]
        pygame.draw.line(surface, theme.dim, (x, plot.bottom), (x, plot.bottom + theme.px(7)))
        words.append(text(surface, theme, _tick(tick), (x, below), SIZE, theme.dim, "code", "center"))
    first, last = words
    room = last.left - first.right - theme.px(24)
    center = (first.right + last.left) / 2, below
    names = [f"{name} →" for name in (shown.names[0], shown.names[0].rpartition(".")[2])]
    name = fitting(theme, names, SIZE, "words", room)
    text(surface, theme, name, center, SIZE, theme.dim, anchor="center", most=room)


def _tick(value: float) -> str:
    return f"{value:.4g}".replace("-", "−")


def round_numbers(axis: Array) -> tuple[float, float]:
    """The first and the last multiple on an axis, inside its margins, of the largest step that has four."""
    low, high = float(axis[0]), float(axis[-1])
    margin = 0.05 * (high - low)
    power = math.floor(math.log10(high - low))
    for step in (factor * 10.0**p for p in (power, power - 1) for factor in (5, 2, 1)):
        first, last = math.ceil((low + margin) / step), math.floor((high - margin) / step)
        if last - first >= 3:
            break
    return first * step, last * step


def _cross(surface: pygame.Surface, theme: Theme, at: Place) -> None:
    (x, y), reach = at, theme.px(8)
    for rise in (-reach, reach):
        pygame.draw.aaline(surface, theme.text, (x - reach, y - rise), (x + reach, y + rise), theme.px(3))


def _path(
    surface: pygame.Surface, theme: Theme, plot: pygame.Rect, walk: Walk, share: float, language: str
) -> None:
    """A ring at the start, a line, and a disc where the model is; at the edge an arrow: it is outside."""
    known = walk.path[~np.isnan(walk.path).any(axis=1)]
    places = [place_of(plot, walk.surface, x, y) for x, y in known.tolist()]
    if share < 1 and len(places) > 1 and len(known) == len(walk.path):
        (x, y), (to_x, to_y) = places[-2:]
        places[-1] = x + (to_x - x) * share, y + (to_y - y) * share
    kept = places[:1]
    for place in places[1:]:
        if math.dist(place, kept[-1]) >= NEAR:
            kept.append(place)
    for a, b in pairwise([*kept, *places[-1:]]):
        if ends := _inside(plot, a, b):
            pygame.draw.aaline(surface, theme.now, *ends, theme.px(3))
    if places:
        ring(surface, theme.now, places[0], theme.px(10), theme.px(3))
        _here(surface, theme, plot, places[-1], places[-2] if len(places) > 1 else places[-1])
    if len(known) < len(walk.path):
        at = plot.centerx, plot.bottom - theme.px(24)
        text(surface, theme, THEN_NAN.said(language), at, SIZE, theme.failed, "bold", "center")


def _inside(plot: pygame.Rect, a: Place, b: Place) -> tuple[Place, Place] | None:
    """The part of a line that lies in the plot."""
    if plot.collidepoint(a) and plot.collidepoint(b):
        return a, b
    ends = plot.clipline(a, b)
    return (ends[0], ends[1]) if ends else None


def _here(surface: pygame.Surface, theme: Theme, plot: pygame.Rect, place: Place, before: Place) -> None:
    """A disc where the model is, or an arrow where the way there from ``before`` leaves the plot."""
    if plot.collidepoint(place):
        disc(surface, theme.ground, place, theme.px(9))
        disc(surface, theme.now, place, theme.px(7))
        return
    ends = _inside(plot, before, place)
    x, y = place
    tip = pygame.Vector2(
        ends[1] if ends else (min(max(x, plot.left), plot.right - 1), min(max(y, plot.top), plot.bottom - 1))
    )
    ahead = (pygame.Vector2(place) - (before if ends else tip)).normalize() * theme.px(18)
    aside = pygame.Vector2(-ahead.y, ahead.x) * 0.5
    pygame.draw.polygon(surface, theme.now, [tip, tip - ahead + aside, tip - ahead - aside])
