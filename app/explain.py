"""What a unit or a weight of the network is, or a place on its loss surface: names, values, gradients."""

import math
from collections.abc import Iterable

import numpy as np
import pygame

from app.draw import number
from app.graph import Column, places_of
from app.pointing import Hint, nearest
from app.surface import values_at
from loop_core.snapshot import Param, Walk

CLOSE = 1e-5
"""How far a plain step may be, as a share of the value, from what the optimizer made of it."""


def explained(
    columns: tuple[Column, ...],
    area: pygame.Rect,
    at: tuple[float, float],
    reach: tuple[float, float],
    learning_rate: float | None,
) -> Hint | None:
    """The unit, else the weight nearest to a point; reach: how far each may be, in pixels."""
    stood = [np.array(places_of(area, i, len(columns), c.width)) for i, c in enumerate(columns)]
    for column, places in zip(columns, stood, strict=True):
        index = nearest(places, at, reach[0])
        if index is not None:
            return _unit(column, index)
    found: tuple[float, Hint] | None = None
    for column, left, right in zip(columns[1:], stood, stood[1:], strict=False):
        if column.weight is not None and left[0, 0] <= at[0] <= right[0, 0]:
            distance, row, place = _nearest_edge(left, right, at, column.weight.value.shape)
            if distance <= reach[1] and (found is None or distance < found[0]):
                found = distance, _weight(column.weight, row, place, learning_rate)
    return found[1] if found else None


def explained_walk(walk: Walk, plot: pygame.Rect, reach: float, at: tuple[float, float]) -> Hint:
    """The two numbers at a point, the loss at the nearest place where it was calculated, and the path.

    reach: how far the path may be, in pixels.
    """
    surface = walk.surface
    here = np.array(values_at(plot, surface, at))
    column, row = (
        int(np.abs(axis - value).argmin()) for axis, value in zip((surface.x, surface.y), here, strict=True)
    )
    place = _named(surface.names, (surface.x[column], surface.y[row]))
    rows = [_named(surface.names, here), f"loss {number(float(surface.loss[row, column]), 6)} at {place}"]
    spans = np.array([surface.x[-1] - surface.x[0], surface.y[-1] - surface.y[0]])
    away = (np.clip(walk.path, -1e30, 1e30) - here) / spans * (plot.width - 1, plot.height - 1)
    index = nearest(np.nan_to_num(away, nan=np.inf), (0, 0), reach)
    if index is not None:
        epoch = int(walk.epochs[index])
        when = "start" if epoch < 0 else f"epoch {epoch}"
        rows.append(f"{when}: {_named(surface.names, walk.path[index])}")
    return Hint(tuple(rows))


def _named(names: tuple[str, str], values: Iterable[float]) -> str:
    return ", ".join(f"{name} = {number(float(value))}" for name, value in zip(names, values, strict=True))


def _unit(column: Column, index: int) -> Hint:
    rows = [f"{column.label or 'layer'}: unit {index} of {column.width}"]
    if column.values is not None and index < len(column.values):
        rows.append(f"activation {number(float(column.values[index]), 6)}")
    if index < len(column.dropped) and column.dropped[index]:
        rows.append("left out of this pass")
    return Hint(tuple(rows))


def _nearest_edge(
    left: np.ndarray, right: np.ndarray, at: tuple[float, float], shape: tuple[int, int]
) -> tuple[float, int, int]:
    """Distance in pixels, row and column of the weight whose edge passes nearest to a point."""
    starts, ends = left[: shape[1]], right[: shape[0]]
    share = (at[0] - left[0, 0]) / max(1.0, right[0, 0] - left[0, 0])
    heights = starts[None, :, 1] + (ends[:, None, 1] - starts[None, :, 1]) * share
    distance = np.abs(heights - at[1])
    row, column = np.unravel_index(int(distance.argmin()), distance.shape)
    return float(distance[row, column]), int(row), int(column)


def _weight(param: Param, row: int, column: int, learning_rate: float | None) -> Hint:
    value, previous = float(param.value[row, column]), float(param.previous[row, column])
    whole = param.value.size == math.prod(param.shape)
    index = f"[{row}, {column}]" if len(param.shape) == 2 else f"[{row}]" if len(param.shape) == 1 else ""
    name = f"{param.name}{index}" if whole else f"{param.name}, mean around row {row}, column {column}"
    rows = [name, f"shape {' × '.join(map(str, param.shape))}", f"value {number(value, 6)}"]
    if param.grad is None:
        return Hint((*rows, "grad None"))
    grad = float(param.grad[row, column])
    rows.append(f"grad {number(grad, 6)}")
    if learning_rate is not None and value != previous:
        plain = previous - learning_rate * grad
        if abs(plain - value) <= CLOSE * max(abs(value), 1e-3):
            rows.append(
                f"{number(previous, 6)} − {learning_rate:g} · ({number(grad, 6)}) = {number(value, 6)}"
            )
        else:
            rows.append(f"step {number(previous, 6)} → {number(value, 6)}")
    return Hint(tuple(rows))
