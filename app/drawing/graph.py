"""A network as columns of units and the weights between them: what stands where, and the wires drawn."""

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pygame

from app.draw import disc, ring
from app.drawing.tiles import draw_tile
from app.theme import Color, Theme, mix
from loop_core.snapshot import Array, Forward, Layer, Param
from loop_core.words import Words

MOST_UNITS = 16
MOST_COLUMNS = 7
MAPS_PER_COLUMN = 4
MAPS_REACH = 52
"""How far the pictures of a layer's channels reach to each side, in pixels at 1080p."""
MOST_HIGH = 190
"""Height of weights between two columns, in pixels at 1080p: the names of the columns stand above."""
FAINT = 0.4
"""Weights up to this share of the layer's largest are drawn without smoothing, which takes a sixth."""
FEW = 4
"""Up to so many edges are drawn thick, with a mark for each gradient."""

INPUT, MORE = Words("input", "输入"), Words("… {} more", "… 还有 {} 层")

Place = tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One column of a network.

    labels: ways to call it, the longest first.  width: how many units, or channels, it has.
    layer: what the pass left there; None when it has not come there, or is not shown.
    dropped: which units the pass has left out.  dropout: name of its dropout layer.
    weight: of the edges that come in from the column to the left.
    left_out: how many layers this column stands for, when it stands for those between.
    """

    labels: tuple[str, ...]
    width: int
    layer: Layer | None = None
    dropped: tuple[bool, ...] = ()
    dropout: str = ""
    weight: Param | None = None
    left_out: int = 0

    @property
    def units(self) -> int:
        """How many units are drawn one by one; 0 for a band, for pictures, and for what is left out."""
        maps = self.layer is not None and self.layer.maps is not None
        return 0 if self.left_out or maps or self.width > MOST_UNITS else self.width


@lru_cache(maxsize=8)
def columns_of(
    forward: Forward | None, params: tuple[Param, ...], language: str = "en"
) -> tuple[Column, ...]:
    """The columns of a forward pass; layers without parameters join the column before them."""
    if forward is None:
        return _fewer(_columns_of_params(params, language), 0, language)
    by_name = {p.name: p for p in params}
    columns: list[Column] = []
    for layer in forward.layers:
        own = [by_name[name] for name in layer.params if name in by_name]
        if own or not columns:
            width = columns[-1].width if columns else 0
            fitting = (p for p in own if len(p.shape) == 2 and p.shape[1] == width)
            weight = next(fitting, own[0] if own else None)
            kind = INPUT.said(language) if layer.kind == INPUT.en else layer.kind
            columns.append(Column((kind,), layer.width, layer, weight=weight))
            continue
        columns[-1] = _joined(columns[-1], layer)
    return _fewer(tuple(columns), forward.skipped, language)


def _joined(column: Column, layer: Layer) -> Column:
    """A column after a layer without parameters of its own."""
    before = column.layer
    dropped, dropout = column.dropped, column.dropout
    if "Dropout" in layer.kind and before is not None and before.units.shape == layer.units.shape:
        pairs = zip(layer.units, before.units, strict=True)
        dropped, dropout = tuple(bool(after == 0 and then != 0) for after, then in pairs), layer.name
    labels = f"{column.labels[0]} · {layer.kind}", *column.labels
    if before is not None and before.maps is not None and layer.maps is None:  # flattened, the same maps
        return replace(column, labels=labels)
    joined = replace(column, labels=labels, width=layer.width, layer=layer, dropped=dropped, dropout=dropout)
    return replace(joined, labels=(labels[0], layer.kind, *column.labels)) if _looks(joined) else joined


def _columns_of_params(params: tuple[Param, ...], language: str) -> tuple[Column, ...]:
    """Before any forward pass only the weights tell how wide the layers are."""
    weights = [p for p in params if len(p.shape) >= 2] or list(params[:1])
    columns = [Column((INPUT.said(language),), math.prod(weights[0].shape[1:]))]
    columns += [Column(("",), weight.shape[0], weight=weight) for weight in weights]
    return tuple(columns)


def _fewer(columns: tuple[Column, ...], skipped: int, language: str) -> tuple[Column, ...]:
    """Of a deep model the first and the last columns, and one that stands for those between.

    Of a deep model that looks from place to place, as attention does, the first pictures of that too.
    """
    if len(columns) <= MOST_COLUMNS and not skipped:
        return columns
    heads = next((k for k, column in enumerate(columns) if k > 2 and _looks(column)), None)
    if heads is not None and heads < len(columns) - 2:
        after = _left_out(len(columns) - heads - 2 + skipped, language)
        return (*columns[:2], _left_out(heads - 2, language), columns[heads], after, columns[-1])
    ends = MOST_COLUMNS // 2
    between = _left_out(len(columns) - 2 * ends + skipped, language)
    return (*columns[:ends], between, *columns[-ends:])


def _looks(column: Column) -> bool:
    """Whether a column has several pictures with a row and a column for each place: attention has."""
    maps = None if column.layer is None else column.layer.maps
    return column.layer is not None and column.layer.kind == "Softmax" and maps is not None and len(maps) > 1


def _left_out(count: int, language: str) -> Column:
    return Column((MORE.said(language).format(count), "…"), 0, left_out=count)


def column_x(area: pygame.Rect, index: int, count: int) -> float:
    """The middle of column ``index`` of ``count``."""
    return area.left + area.width * (index / (count - 1) if count > 1 else 0.5)


def places_of(area: pygame.Rect, index: int, count: int, units: int) -> list[Place]:
    """Where the units of a column stand."""
    step = min(area.height / max(1, units), area.height * 0.45)
    top = area.centery - step * (units - 1) / 2
    return [(column_x(area, index, count), top + step * k) for k in range(units)]


def gap_of(area: pygame.Rect, columns: tuple[Column, ...], index: int, theme: Theme) -> pygame.Rect:
    """The room between a column and the one to its left, of the area's height."""
    left, right = (
        column_x(area, k, len(columns)) + side * (_reach(columns[k], area, theme) + theme.px(12))
        for k, side in ((index - 1, 1), (index, -1))
    )
    return pygame.Rect(round(left), area.top, max(1, round(right - left)), area.height)


def _reach(column: Column, area: pygame.Rect, theme: Theme) -> float:
    """How far a column reaches to each side, in pixels."""
    if column.left_out:
        return theme.px(56)
    if column.units > 2 or not column.width:
        return theme.px(20)
    maps = None if column.layer is None else column.layer.maps
    if maps is None:
        return theme.px(38)
    under_each_other = 1 < len(maps) <= MAPS_PER_COLUMN
    return min(theme.px(MAPS_REACH), area.height / (2 * len(maps)) if under_each_other else area.width)


def is_wired(columns: tuple[Column, ...], index: int) -> bool:
    """Whether the weights that come into a column are drawn one by one, and not as a tile."""
    weight, shape = columns[index].weight, (columns[index].units, columns[index - 1].units)
    return weight is not None and weight.kernel is None and weight.value.shape == shape


@lru_cache(maxsize=16)
def wires(
    theme: Theme,
    size: tuple[int, int],
    area: tuple[int, int, int, int],
    columns: tuple[Column, ...],
    stepped: float,
    arrived: tuple[bool, ...],
    dropped: tuple[tuple[bool, ...], ...],
) -> pygame.Surface:
    """All weights on the panel's ground, as edges or as tiles; kept while the same ones are shown.

    stepped: how far the weights have gone from their previous values to the present ones, 0 to 1.
    arrived: for each column but the first, whether the marks of its gradients are shown.
    dropped: of each column, which units sit out; their edges are faint.
    """
    picture = pygame.Surface(size)
    picture.fill(theme.panel)
    room, count = pygame.Rect(area), len(columns)
    for index, column in enumerate(columns[1:], start=1):
        if column.weight is None:
            continue
        if is_wired(columns, index):
            left, right = (places_of(room, k, count, columns[k].units) for k in (index - 1, index))
            before, after = (dropped[k] or (False,) * columns[k].units for k in (index - 1, index))
            out = np.logical_or.outer(after, before)
            values = column.weight.previous + (column.weight.value - column.weight.previous) * stepped
            _draw_edges(picture, theme, column.weight, values, out, left, right)
            if column.weight.value.size <= FEW and column.weight.grad is not None and arrived[index - 1]:
                _draw_marks(picture, theme, column.weight.grad, left, right)
        elif column.weight.value.size > 1:
            tile = gap_of(room, columns, index, theme)
            higher = max(tile.height // 5, tile.height - theme.px(MOST_HIGH))
            draw_tile(picture, theme, column.weight, "value", tile.inflate(0, -higher))
    return picture


def _draw_edges(
    picture: pygame.Surface,
    theme: Theme,
    weight: Param,
    values: Array,
    out: npt.NDArray[np.bool_],
    left: list[Place],
    right: list[Place],
) -> None:
    """Each number of ``values`` (right, left) as a line; those that are ``out`` have no colour."""
    scale = _largest(weight.value)
    thickest = 8 if values.size <= FEW else 4
    for numbers, outs, end in zip(values.tolist(), out.tolist(), right, strict=True):
        for number, sits_out, start in zip(numbers, outs, left, strict=True):
            known = math.isfinite(number)
            strength = min(1.0, abs(number) / scale) if known else 1.0
            color = _edge_color(theme, number < 0, round(16 * strength)) if known else theme.failed
            if sits_out:
                color, strength = theme.raised, 0.0
            draw = pygame.draw.aaline if strength > FAINT else pygame.draw.line
            draw(picture, color, start, end, theme.px(1 + (thickest - 1) * strength))


def _draw_marks(
    picture: pygame.Surface, theme: Theme, grads: Array, left: list[Place], right: list[Place]
) -> None:
    """Each gradient as a disc on its edge; a ring for zero."""
    scale, share = _largest(grads), 0.62
    for row, (right_x, right_y) in zip(grads[: len(right), : len(left)].tolist(), right, strict=False):
        for grad, (left_x, left_y) in zip(row, left, strict=False):
            at = left_x + (right_x - left_x) * share, left_y + (right_y - left_y) * share
            if not math.isfinite(grad) or grad == 0:
                ring(picture, theme.dim if grad == 0 else theme.failed, at, theme.px(7), theme.px(2))
                continue
            radius = theme.px(4 + 8 * abs(grad) / scale)
            disc(picture, theme.ground, at, radius + theme.px(2))
            disc(picture, theme.signed(grad), at, radius)


@lru_cache(maxsize=256)
def _edge_color(theme: Theme, negative: bool, strength: int) -> Color:
    """The sign's colour, in 16 strengths."""
    return mix(theme.panel, theme.negative if negative else theme.positive, 0.25 + 0.75 * strength / 16)


def _largest(values: Array) -> float:
    """The largest finite size among them, 1 when there is none."""
    sizes = np.abs(values[np.isfinite(values)])
    return float(sizes.max(initial=0.0)) or 1.0
