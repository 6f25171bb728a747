"""The network: units with their activations, weights as edges, gradients as a second mark.

A forward pass runs through it from left to right, a backward pass from right to left.
"""

from dataclasses import dataclass

import numpy as np
import pygame

from app.draw import Anchor, disc, number, ring, text, title
from app.theme import Color, Theme, mix
from loop_core.frame import Frame
from loop_core.operations import TESTING, Operation
from loop_core.snapshot import Array, Forward, Param, Snapshot

SIZE = 22
MOST_UNITS = 16
WAVE = 1.1
"""Seconds that a pass takes from one side to the other."""
STEPS = 40

_FORWARD = frozenset({Operation.FORWARD, Operation.TEST_FORWARD})


@dataclass(frozen=True, slots=True)
class View:
    """The parameters and the pass that is shown; share: of the operation's movement, in 40ths."""

    params: tuple[Param, ...]
    forward: Forward | None
    operation: Operation | None
    testing: bool
    learning_rate: float | None
    grad_norm: float | None
    share: int


@dataclass(frozen=True, slots=True)
class Column:
    """One column of units: what it is called, values (n,), which were dropped, and how many there are."""

    label: str
    values: Array | None
    dropped: tuple[bool, ...]
    width: int
    weight: Param | None = None
    bias: Param | None = None


def view(frame: Frame) -> View:
    """The frame's part in it."""
    snapshot = frame.snapshot
    if snapshot is None:
        return View((), None, None, False, None, None, STEPS)
    testing = snapshot.operation in TESTING
    forward = snapshot.test_forward if testing and snapshot.test_forward is not None else snapshot.forward
    return View(
        snapshot.params,
        forward,
        snapshot.operation,
        testing,
        snapshot.learning_rate,
        snapshot.grad_norm,
        _share(frame, snapshot),
    )


def _share(frame: Frame, snapshot: Snapshot) -> int:
    since = frame.now - frame.shown
    if snapshot.operation is Operation.STEP and frame.cue is not None:
        line = frame.song.lines[frame.song.cues[frame.cue].line]
        steps = [s for s in line.syllables if s.text.strip(" ,.!").lower() == "step"]
        if steps:
            gone = sum(min(1.0, max(0.0, (frame.now - s.start) / 0.3)) for s in steps)
            return round(STEPS * gone / len(steps))
    if snapshot.operation in _FORWARD or snapshot.operation is Operation.BACKWARD:
        return min(STEPS, max(0, round(STEPS * since / WAVE)))
    if snapshot.operation is Operation.ZERO_GRAD:
        return min(STEPS, max(0, round(STEPS * since / 0.5)))
    return STEPS


def draw(surface: pygame.Surface, view: View, theme: Theme) -> None:
    """Nodes and edges; for few parameters also each number and how it came about."""
    title(surface, theme, "network", _aside(view))
    if not view.params:
        text(surface, theme, "no model yet", surface.get_rect().center, SIZE, theme.faint, anchor="center")
        return
    width, height = surface.get_size()
    few = [p for p in view.params if p.value.size == 1] if len(view.params) <= 4 else []
    table = theme.px(56) * (len(few) + 1) if few and len(few) == len(view.params) else 0
    area = pygame.Rect(theme.px(64), theme.px(92), width - theme.px(128), height - theme.px(116) - table)
    columns = _columns(view)
    places = [_places(area, i, len(columns), column) for i, column in enumerate(columns)]
    for i in range(1, len(columns)):
        _edges(surface, theme, view, columns[i], places[i - 1], places[i], (i - 1) / (len(columns) - 1 or 1))
    for i, column in enumerate(columns):
        _nodes(surface, theme, view, column, places[i], i / (len(columns) - 1 or 1))
    if table:
        _table(surface, theme, view, few, pygame.Rect(0, height - table - theme.px(8), width, table))


def _aside(view: View) -> str:
    if not view.params:
        return ""
    states = {"None" if p.grad is None else "zero" if not p.grad.any() else "value" for p in view.params}
    if states == {"value"} and view.grad_norm is not None:
        return f"gradients: norm {number(view.grad_norm)}"
    return "gradients: " + " and ".join(sorted(states))


def _columns(view: View) -> list[Column]:
    params = {p.name: p for p in view.params}
    if view.forward is None:
        return _columns_of_params(view.params)
    columns = [Column("input", view.forward.inputs, (), len(view.forward.inputs))]
    for layer in view.forward.layers:
        own = [params[name] for name in layer.params if name in params]
        if not own:
            last = columns[-1]
            dropped = last.dropped
            if "Dropout" in layer.kind and last.values is not None:
                dropped = tuple(
                    bool(v == 0 and w != 0) for v, w in zip(layer.units, last.values, strict=False)
                )
            columns[-1] = Column(
                f"{last.label} · {layer.kind}", layer.units, dropped, layer.width, last.weight, last.bias
            )
            continue
        weight = next((p for p in own if p.value.shape[1] == min(columns[-1].width, 64)), own[0])
        bias = next((p for p in own if p is not weight), None)
        columns.append(Column(layer.kind, layer.units, (), layer.width, weight, bias))
    return columns


def _columns_of_params(params: tuple[Param, ...]) -> list[Column]:
    """Before any forward pass only the weights tell how wide the layers are."""
    weights = [p for p in params if len(p.shape) >= 2] or list(params[:1])
    biases = {p.name.rpartition(".")[0]: p for p in params if len(p.shape) == 1 and p not in weights}
    columns = [Column("input", None, (), weights[0].value.shape[1])]
    for weight in weights:
        bias = biases.get(weight.name.rpartition(".")[0])
        columns.append(Column("", None, (), weight.shape[0], weight, bias))
    return columns


def _places(area: pygame.Rect, index: int, count: int, column: Column) -> list[tuple[float, float]]:
    x = area.left + area.width * (index / (count - 1) if count > 1 else 0.5)
    shown = min(column.width, MOST_UNITS)
    step = min(area.height / max(1, shown), area.height * 0.35)
    top = area.centery - step * (shown - 1) / 2
    return [(x, top + step * k) for k in range(shown)]


def _edges(
    surface: pygame.Surface,
    theme: Theme,
    view: View,
    column: Column,
    left: list[tuple[float, float]],
    right: list[tuple[float, float]],
    at: float,
) -> None:
    if column.weight is None:
        return
    value = _between(column.weight, view)
    scale = float(np.nanmax(np.abs(column.weight.value), initial=0)) or 1.0
    grad = column.weight.grad
    grad_scale = float(np.nanmax(np.abs(grad), initial=0)) or 1.0 if grad is not None else 1.0
    few = len(left) * len(right) <= 4
    for row, b in enumerate(right):
        for col, a in enumerate(left):
            if row >= value.shape[0] or col >= value.shape[1]:
                continue
            weight = float(value[row, col])
            strength = min(1.0, abs(weight) / scale) if np.isfinite(weight) else 1.0
            color = mix(theme.panel, theme.signed(weight), 0.25 + 0.75 * strength)
            if not np.isfinite(weight):
                color = theme.failed
            pygame.draw.aaline(surface, color, a, b, max(1, theme.px(1 + (7 if few else 3) * strength)))
            if grad is not None and _arrived(view, at):
                _gradient(surface, theme, a, b, float(grad[row, col]) / grad_scale, few)


def _arrived(view: View, at: float) -> bool:
    """Whether the backward pass has come to the edges at ``at`` (0 left, 1 right)."""
    return view.operation is not Operation.BACKWARD or view.share / STEPS >= 1 - at - 0.2


def _between(param: Param, view: View) -> Array:
    """The value; while a step is sung, on its way from the old one."""
    if view.operation is not Operation.STEP:
        return param.value
    return param.previous + (param.value - param.previous) * (view.share / STEPS)


def _gradient(
    surface: pygame.Surface,
    theme: Theme,
    a: tuple[float, float],
    b: tuple[float, float],
    grad: float,
    few: bool,
) -> None:
    """A disc at the edge's right end, its size the gradient's; a ring for zero."""
    x, y = (p + (q - p) * (0.62 if few else 0.86) for p, q in zip(a, b, strict=True))
    if grad == 0 or not np.isfinite(grad):
        ring(surface, theme.dim if grad == 0 else theme.failed, (x, y), theme.px(5), theme.px(2))
        return
    radius = theme.px((4 + 8 * abs(grad)) if few else (1.5 + 4 * abs(grad)))
    disc(surface, theme.ground, (x, y), radius + theme.px(2))
    disc(surface, theme.signed(grad), (x, y), radius)


def _nodes(
    surface: pygame.Surface,
    theme: Theme,
    view: View,
    column: Column,
    places: list[tuple[float, float]],
    at: float,
) -> None:
    base = theme.test if view.testing else theme.train
    wave = view.share / STEPS * 1.3 - 0.15
    reached = view.operation not in _FORWARD or wave >= at
    values = column.values if reached else None
    scale = 1.0 if values is None else float(np.nanmax(np.abs(values), initial=0)) or 1.0
    big = len(places) <= 2
    radius = theme.px(34 if big else 13 if len(places) <= 10 else 9)
    for index, place in enumerate(places):
        known = values is not None and index < len(values)
        value = float(values[index]) if values is not None and known else 0.0
        strength = min(1.0, abs(value) / scale) if np.isfinite(value) else 1.0
        fill = mix(theme.raised, base, 0.75 * strength) if known else theme.panel
        if known and index < len(column.dropped) and column.dropped[index]:
            _crossed(surface, theme, place, radius)
            continue
        lit = view.operation in _FORWARD and abs(wave - at) < 0.14 and view.share < STEPS
        disc(surface, theme.now if lit else base if known else theme.line, place, radius + theme.px(2))
        disc(surface, fill, place, radius)
        if big and known:
            color: Color = theme.ground if strength > 0.6 else theme.text
            text(surface, theme, number(value, 2), place, SIZE, color, "code", "center")
    label = column.label if column.width <= MOST_UNITS else f"{column.label} ({column.width})"
    if label:
        middle = places[0][0]
        anchor: Anchor = "left" if at == 0 else "right" if at == 1 else "center"
        x = middle + (-radius if at == 0 else radius if at == 1 else 0)
        y = places[0][1] - radius - theme.px(24)
        text(surface, theme, label, (x, y), SIZE, theme.dim, anchor=anchor)


def _crossed(surface: pygame.Surface, theme: Theme, place: tuple[float, float], radius: int) -> None:
    """A unit that dropout has left out of this pass."""
    ring(surface, theme.faint, place, radius, theme.px(2))
    x, y, r = *place, radius * 0.6
    pygame.draw.aaline(surface, theme.faint, (x - r, y - r), (x + r, y + r), theme.px(2))
    pygame.draw.aaline(surface, theme.faint, (x - r, y + r), (x + r, y - r), theme.px(2))


def _table(surface: pygame.Surface, theme: Theme, view: View, params: list[Param], area: pygame.Rect) -> None:
    """Each parameter's number, its gradient, and how the step makes the new number of the old one."""
    row = area.height // (len(params) + 1)
    x = [area.left + theme.px(40), area.left + round(area.width * 0.30), area.left + round(area.width * 0.46)]
    y = area.top + row // 2
    for left, head in zip(x, ("parameter", ".grad", "step: w ← w − lr · grad"), strict=True):
        text(surface, theme, head, (left, y), SIZE, theme.faint)
    for param in params:
        y += row
        value = float(_between(param, view)[0, 0])
        name = text(surface, theme, param.name, (x[0], y), 26, theme.dim, "code")
        color = theme.now if view.operation is Operation.STEP else theme.signed(value)
        text(surface, theme, number(value), (name.right + theme.px(16), y), 30, color, "code bold")
        _grad_cell(surface, theme, view, param, (x[1], y))
        if view.operation is Operation.STEP and param.grad is not None and view.learning_rate is not None:
            old, new, grad = (float(a[0, 0]) for a in (param.previous, param.value, param.grad))
            sum_ = f"{number(old)} − {view.learning_rate:g} · ({number(grad)}) = {number(new)}"
            most = area.right - x[2] - theme.px(20)
            text(surface, theme, sum_, (x[2], y), 26, theme.now, "code", most=most)


def _grad_cell(surface: pygame.Surface, theme: Theme, view: View, param: Param, at: tuple[int, int]) -> None:
    fresh = view.operation in (Operation.BACKWARD, Operation.ZERO_GRAD)
    if param.grad is None or not _arrived(view, 0.0):
        text(surface, theme, "None", at, 28, theme.now if fresh else theme.faint, "code")
        return
    grad = float(param.grad[0, 0])
    text(surface, theme, number(grad), at, 28, theme.now if fresh else theme.signed(grad), "code")
