"""What a unit or a weight of the network is, or a place on its loss surface: names, values, gradients."""

import math
from collections.abc import Iterable

import numpy as np
import pygame

from app.draw import number
from app.drawing.graph import Column, is_wired, places_of
from app.drawing.sums import step_sums
from app.drawing.surface import values_at
from app.drawing.tiles import cell_at
from app.drawing.units import band_of, maps_places
from app.pointing import Hint, nearest
from app.theme import Theme
from loop_core.snapshot import Layer, Param, Walk
from loop_core.words import Words

UNIT, EDGE = 18, 8
"""How far the pointer may be from a unit and from an edge, in pixels at 1080p."""

LOSS_AT, START, EPOCH = (
    Words("loss {} at {}", "{1} 处损失 {0}"),
    Words("start", "起点"),
    Words("epoch {}", "第 {} 轮"),
)
WHEN = Words("{}: {}", "{}：{}")
CHANNEL = Words("{}: channel {} of {}", "{}：第 {} 个通道，共 {} 个")
UNIT_OF, LAYER = Words("{}: unit {} of {:,}", "{}：第 {} 个单元，共 {:,} 个"), Words("layer", "层")
UNITS = Words("{}: {:,} units", "{}：{:,} 个单元")
MEAN_OF = Words("{}: mean of units {} to {} of {:,}", "{}：第 {} 到 {} 个单元的平均，共 {:,} 个")
ACTIVATION, MEAN = Words("activation {}", "激活值 {}"), Words("mean activation {}", "平均激活值 {}")
DROPPED = Words("left out of this pass", "这次传播中被丢弃")
SHAPE, VALUE = Words("shape {}", "形状 {}"), Words("value {}", "值 {}")
GRAD, STEP = Words("grad {}", "梯度 {}"), Words("step {}", "更新 {}")
AROUND = Words("{}, mean around row {}, column {}", "{}，第 {} 行、第 {} 列附近的平均")

Point = tuple[float, float]


def explained(
    theme: Theme,
    columns: tuple[Column, ...],
    known: bool,
    area: pygame.Rect,
    learning_rate: float | None,
    at: Point,
    language: str = "en",
) -> Hint | None:
    """The unit, else the weight nearest to a point; known: the columns' activations are shown."""
    count = len(columns)
    for index, column in enumerate(columns):
        hint = _in_column(theme, column, area, index, count, known, at, language)
        if hint is not None:
            return hint
    found: tuple[float, Hint] | None = None
    for index, column in enumerate(columns[1:], start=1):
        if column.weight is None or not is_wired(columns, index):
            continue
        left, right = (np.array(places_of(area, k, count, columns[k].units)) for k in (index - 1, index))
        if left[0, 0] <= at[0] <= right[0, 0]:
            distance, row, place = _nearest_edge(left, right, at)
            if distance <= theme.px(EDGE) and (found is None or distance < found[0]):
                found = distance, weight_hint(column.weight, row, place, learning_rate, language)
    return found[1] if found else None


def explained_cell(
    param: Param, rect: pygame.Rect, learning_rate: float | None, at: Point, language: str = "en"
) -> Hint | None:
    """The number of a parameter's tile that stands in ``rect``, at a point."""
    cell = cell_at(param.value.shape, param.kernel, rect, at)
    return None if cell is None else weight_hint(param, *cell, learning_rate, language)


def explained_walk(walk: Walk, plot: pygame.Rect, reach: float, at: Point, language: str = "en") -> Hint:
    """The two numbers at a point, the loss at the nearest place where it was calculated, and the path.

    reach: how far the path may be, in pixels.
    """
    surface = walk.surface
    here = np.array(values_at(plot, surface, at))
    column, row = (
        int(np.abs(axis - value).argmin()) for axis, value in zip((surface.x, surface.y), here, strict=True)
    )
    place = _named(surface.names, (surface.x[column], surface.y[row]))
    loss = number(float(surface.loss[row, column]), 6)
    rows = [_named(surface.names, here), LOSS_AT.said(language).format(loss, place)]
    spans = np.array([surface.x[-1] - surface.x[0], surface.y[-1] - surface.y[0]])
    away = (np.clip(walk.path, -1e30, 1e30) - here) / spans * (plot.width - 1, plot.height - 1)
    index = nearest(np.nan_to_num(away, nan=np.inf), (0, 0), reach)
    if index is not None:
        epoch = int(walk.epochs[index])
        when = START.said(language) if epoch < 0 else EPOCH.said(language).format(epoch)
        rows.append(WHEN.said(language).format(when, _named(surface.names, walk.path[index])))
    return Hint(tuple(rows))


def _named(names: tuple[str, str], values: Iterable[float]) -> str:
    return ", ".join(f"{name} = {number(float(value))}" for name, value in zip(names, values, strict=True))


def _in_column(
    theme: Theme,
    column: Column,
    area: pygame.Rect,
    index: int,
    count: int,
    known: bool,
    at: Point,
    language: str,
) -> Hint | None:
    layer = column.layer if known else None
    if column.left_out:
        return None
    if column.layer is not None and column.layer.maps is not None:
        found = pygame.Rect(at, (1, 1)).collidelist(maps_places(theme, column, area, index, count))
        if found < 0:
            return None
        return _channel(column, layer, found, language)
    if not column.units:
        band = band_of(theme, area, index, count)
        return _of_band(column, layer, band, at, language) if band.collidepoint(at) else None
    places = np.array(places_of(area, index, count, column.units))
    unit = nearest(places, at, theme.px(UNIT))
    return None if unit is None else _unit(column, layer, unit, language)


def _channel(column: Column, layer: Layer | None, index: int, language: str) -> Hint:
    sequence = column.layer is not None and column.layer.maps is not None and len(column.layer.maps) == 1
    name = column.labels[0]
    rows = [name if sequence else CHANNEL.said(language).format(name, index, column.width)]
    if layer is not None and not sequence:
        rows.append(MEAN.said(language).format(number(float(layer.units[index]), 6)))
    return Hint(tuple(rows))


def _unit(column: Column, layer: Layer | None, index: int, language: str) -> Hint:
    name = column.labels[0] or LAYER.said(language)
    rows = [UNIT_OF.said(language).format(name, index, column.width)]
    if layer is not None and index < len(layer.units):
        rows.append(ACTIVATION.said(language).format(number(float(layer.units[index]), 6)))
    if index < len(column.dropped) and column.dropped[index]:
        rows.append(DROPPED.said(language))
    return Hint(tuple(rows))


def _of_band(column: Column, layer: Layer | None, band: pygame.Rect, at: Point, language: str) -> Hint:
    """The telling unit near a point of a band, else the units that have their colour there."""
    name = column.labels[0] or LAYER.said(language)
    if layer is None:
        return Hint((UNITS.said(language).format(name, column.width),))
    share = (at[1] - band.top) / band.height
    for index, value in layer.telling:
        if abs((index + 0.5) / column.width - share) < 0.03:
            unit = UNIT_OF.said(language).format(name, index, column.width)
            return Hint((unit, ACTIVATION.said(language).format(number(value, 6))))
    cells = len(layer.units)
    cell = min(cells - 1, max(0, int(share * cells)))
    first, last = cell * column.width // cells, max(cell, -(-(cell + 1) * column.width // cells) - 1)
    which = UNIT_OF.said(language).format(name, first, column.width)
    if first != last:
        which = MEAN_OF.said(language).format(name, first, last, column.width)
    return Hint((which, ACTIVATION.said(language).format(number(float(layer.units[cell]), 6))))


def _nearest_edge(left: np.ndarray, right: np.ndarray, at: Point) -> tuple[float, int, int]:
    """Distance in pixels, row and column of the weight whose edge passes nearest to a point."""
    share = (at[0] - left[0, 0]) / max(1.0, right[0, 0] - left[0, 0])
    heights = left[None, :, 1] + (right[:, None, 1] - left[None, :, 1]) * share
    distance = np.abs(heights - at[1])
    row, column = np.unravel_index(int(distance.argmin()), distance.shape)
    return float(distance[row, column]), int(row), int(column)


def weight_hint(
    param: Param, row: int, column: int, learning_rate: float | None, language: str = "en"
) -> Hint:
    """All that is known of one number of a parameter's picture."""
    value, previous = float(param.value[row, column]), float(param.previous[row, column])
    shape = " × ".join(map(str, param.shape))
    rows = [_name(param, row, column, language), SHAPE.said(language).format(shape)]
    rows.append(VALUE.said(language).format(number(value, 6)))
    if param.grad is None:
        return Hint((*rows, GRAD.said(language).format(None)))
    grad = float(param.grad[row, column])
    rows.append(GRAD.said(language).format(number(grad, 6)))
    if value != previous:
        words = step_sums(previous, learning_rate, grad, value, (6,))[0]
        rows.append(words if "=" in words else STEP.said(language).format(words))
    return Hint(tuple(rows))


def _name(param: Param, row: int, column: int, language: str) -> str:
    """A parameter's name with the index of one number, or what stands there instead of one number."""
    if param.kernel is not None:
        y, x = divmod(column, param.kernel[1])
        return f"{param.name}[{row}, 0, {y}, {x}]"
    if param.value.size != math.prod(param.shape):
        return AROUND.said(language).format(param.name, row, column)
    index = (f"[{column}]", f"[{row}, {column}]")[len(param.shape) - 1] if param.shape else ""
    return param.name + index
