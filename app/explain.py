"""What a unit or a weight of the network is: name, shape, value, gradient, and how a step changes it."""

import math

import numpy as np
import pygame

from app.draw import number
from app.graph import Column, places_of
from app.pointing import Hint, nearest
from loop_core.snapshot import Param

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
