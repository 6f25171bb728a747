"""A network as columns of units and the weights between them: what stands where, and the edges drawn."""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pygame

from app.draw import disc, ring
from app.theme import Color, Theme, mix
from loop_core.snapshot import Array, Forward, Param

MOST_UNITS = 16
FAINT = 0.4
"""Weights up to this share of the layer's largest are drawn without smoothing, which takes a sixth."""
FEW = 4
"""Up to so many edges are drawn thick, with large marks."""

Place = tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One column of units: what it is called, values (n,), which were dropped, and how many there are.

    weight: of the edges that come in from the column to the left.
    """

    label: str
    values: Array | None
    dropped: tuple[bool, ...]
    width: int
    weight: Param | None = None


@lru_cache(maxsize=8)
def columns_of(forward: Forward | None, params: tuple[Param, ...]) -> tuple[Column, ...]:
    """The columns of a forward pass; layers without parameters join the column before them."""
    if forward is None:
        return _columns_of_params(params)
    by_name = {p.name: p for p in params}
    columns = [Column("input", forward.inputs, (), len(forward.inputs))]
    for layer in forward.layers:
        own = [by_name[name] for name in layer.params if name in by_name]
        last = columns[-1]
        if own:
            fitting = (p for p in own if p.value.shape[1] == min(last.width, 64))
            weight = next(fitting, own[0])
            columns.append(Column(layer.kind, layer.units, (), layer.width, weight))
            continue
        dropped = last.dropped
        if "Dropout" in layer.kind and last.values is not None:
            pairs = zip(layer.units, last.values, strict=False)
            dropped = tuple(bool(after == 0 and before != 0) for after, before in pairs)
        label = f"{last.label} · {layer.kind}"
        columns[-1] = Column(label, layer.units, dropped, layer.width, last.weight)
    return tuple(columns)


def _columns_of_params(params: tuple[Param, ...]) -> tuple[Column, ...]:
    """Before any forward pass only the weights tell how wide the layers are."""
    weights = [p for p in params if len(p.shape) >= 2] or list(params[:1])
    columns = [Column("input", None, (), weights[0].value.shape[1])]
    columns += [Column("", None, (), weight.shape[0], weight) for weight in weights]
    return tuple(columns)


def places_of(area: pygame.Rect, index: int, count: int, width: int) -> list[Place]:
    """Where the units of column ``index`` of ``count`` stand, at most `MOST_UNITS` of them."""
    x = area.left + area.width * (index / (count - 1) if count > 1 else 0.5)
    shown = min(width, MOST_UNITS)
    step = min(area.height / max(1, shown), area.height * 0.35)
    top = area.centery - step * (shown - 1) / 2
    return [(x, top + step * k) for k in range(shown)]


@lru_cache(maxsize=2)
def edges(
    theme: Theme,
    size: tuple[int, int],
    area: tuple[int, int, int, int],
    columns: tuple[Column, ...],
    stepped: float,
    arrived: tuple[bool, ...],
) -> pygame.Surface:
    """All edges and gradient marks on the panel's ground; kept while the same ones are shown.

    stepped: how far the weights have gone from their previous values to the present ones, 0 to 1.
    arrived: for each column but the first, whether the gradients of its edges are shown.
    """
    picture = pygame.Surface(size)
    picture.fill(theme.panel)
    places = [places_of(pygame.Rect(area), i, len(columns), c.width) for i, c in enumerate(columns)]
    for index, column in enumerate(columns[1:], start=1):
        if column.weight is not None:
            shown = arrived[index - 1]
            _draw_edges(picture, theme, column.weight, places[index - 1], places[index], stepped, shown)
    return picture


def _draw_edges(
    picture: pygame.Surface,
    theme: Theme,
    weight: Param,
    left: list[Place],
    right: list[Place],
    stepped: float,
    arrived: bool,
) -> None:
    value = weight.previous + (weight.value - weight.previous) * stepped
    numbers = value[: len(right), : len(left)].tolist()
    scale = _largest(weight.value)
    few = value.size <= FEW
    for row, end in zip(numbers, right, strict=False):
        for number, start in zip(row, left, strict=False):
            known = math.isfinite(number)
            strength = min(1.0, abs(number) / scale) if known else 1.0
            color = _edge_color(theme, number < 0, round(16 * strength)) if known else theme.failed
            thick = theme.px(1 + (7 if few else 3) * strength)
            draw = pygame.draw.aaline if strength > FAINT else pygame.draw.line
            draw(picture, color, start, end, thick)
    if weight.grad is None or not arrived:
        return
    scale, share = _largest(weight.grad), 0.62 if few else 0.86
    marks = []
    for row, (right_x, right_y) in zip(weight.grad[: len(right), : len(left)].tolist(), right, strict=False):
        for grad, (left_x, left_y) in zip(row, left, strict=False):
            mark = _gradient_mark(theme, grad < 0, _level(grad / scale), few)
            x, y = left_x + (right_x - left_x) * share, left_y + (right_y - left_y) * share
            marks.append((mark, (x - mark.get_width() // 2, y - mark.get_height() // 2)))
    picture.blits(marks, doreturn=False)


@lru_cache(maxsize=256)
def _edge_color(theme: Theme, negative: bool, strength: int) -> Color:
    """The sign's colour, in 16 strengths."""
    return mix(theme.panel, theme.negative if negative else theme.positive, 0.25 + 0.75 * strength / 16)


def _level(share: float) -> int:
    """A gradient's size in sixteenths of the largest; 0 for zero, -1 for one that is not finite."""
    return math.ceil(16 * abs(share)) if math.isfinite(share) else -1


@lru_cache(maxsize=256)
def _gradient_mark(theme: Theme, negative: bool, level: int, few: bool) -> pygame.Surface:
    """A disc, its size the gradient's; a ring for zero."""
    radius = theme.px((4 + level / 2) if few else (1.5 + level / 4)) if level > 0 else theme.px(5)
    side = 2 * (radius + theme.px(2)) + 3
    mark = pygame.Surface((side, side), pygame.SRCALPHA)
    center = (side // 2, side // 2)
    if level <= 0:
        ring(mark, theme.dim if level == 0 else theme.failed, center, radius, theme.px(2))
        return mark
    disc(mark, theme.ground, center, radius + theme.px(2))
    disc(mark, theme.negative if negative else theme.positive, center, radius)
    return mark


def _largest(values: Array) -> float:
    """The largest finite size among them, 1 when there is none."""
    sizes = np.abs(values[np.isfinite(values)])
    return float(sizes.max(initial=0.0)) or 1.0
