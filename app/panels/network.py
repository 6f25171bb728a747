"""The network: units with their activations, weights as edges, gradients as a second mark.

A forward pass runs through it from left to right, a backward pass from right to left.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np
import pygame

from app.draw import Anchor, disc, fitting, number, ring, text, title
from app.explain import explained, explained_walk
from app.graph import MOST_UNITS, Column, columns_of, edges, places_of
from app.pointing import answering
from app.surface import draw_walk
from app.theme import Color, Theme, mix
from loop_core.frame import Frame
from loop_core.operations import TESTING, Operation
from loop_core.snapshot import Forward, Param, Snapshot, Walk

SIZE = 22
WAVE = 1.1
"""Seconds that a pass takes from one side to the other."""
STEPS = 40
PART = 0.55
"""Of the panel's width, where the loss surface has the rest."""

HEADS = ("parameter", ".grad")

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
    walk: Walk | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """How the table of numbers is set; lengths in pixels at 1080p.

    columns: where name and value, gradient and step begin, as shares of the width.
    head, row: heights.  gap: between value and gradient.  sums: the heading of the step.
    size: of the font of the sums.  below: how far they stand under the numbers.
    """

    columns: tuple[float, float, float]
    head: float
    row: float
    gap: float
    sums: str
    size: float
    below: float


WIDE = Form((0.04, 0.30, 0.46), 56, 56, 32, "step: w ← w − lr · grad", 24, 0)
BESIDE_SURFACE = Form((0.044, 0.515, 0.65), 38, 74, 16, "w ← w − lr · grad", 22, 32)


def _form(view: View) -> Form:
    return WIDE if view.walk is None else BESIDE_SURFACE


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
        snapshot.walk,
    )


def _share(frame: Frame, snapshot: Snapshot) -> int:
    since = frame.now - frame.shown
    if frame.controls.still:
        return STEPS
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
    """Nodes and edges; for few parameters also each number and how it came about, for two the surface."""
    if not view.params:
        title(surface, theme, "network")
        text(surface, theme, "no model yet", surface.get_rect().center, SIZE, theme.faint, anchor="center")
        return
    across, height = surface.get_size()
    if view.walk is not None:
        left = round(PART * across)
        beside = surface.subsurface((left, 0, across - left, height))
        plot = draw_walk(beside, theme, view.walk, _stepped(view))
        answering(beside, plot, partial(explained_walk, view.walk, plot, theme.px(12)))
        surface, across = surface.subsurface((0, 0, left, height)), left
    few = [p for p in view.params if p.value.size == 1] if len(view.params) <= 4 else []
    form = _form(view)
    table = theme.px(form.head + form.row * len(few)) if few and len(few) == len(view.params) else 0
    area = pygame.Rect(theme.px(64), theme.px(92), across - theme.px(128), height - theme.px(116) - table)
    columns = columns_of(view.forward, view.params)
    gaps = max(1, len(columns) - 1)
    arrived = tuple(_arrived(view, i / gaps) for i in range(len(columns) - 1))
    stepped = _stepped(view) if few else round(4 * _stepped(view)) / 4
    wires = edges(theme, (area.right, area.bottom), (*area.topleft, *area.size), columns, stepped, arrived)
    surface.blit(wires, area, area)
    title(surface, theme, "network", _aside(view))
    for index, column in enumerate(columns):
        places = places_of(area, index, len(columns), column.width)
        _nodes(surface, theme, view, column, places, index / gaps)
    reach = (theme.px(18), theme.px(8))
    answering(
        surface,
        area.inflate(theme.px(100), theme.px(60)),
        lambda at: explained(columns, area, at, reach, view.learning_rate),
    )
    if table:
        _table(surface, theme, view, few, pygame.Rect(0, height - table - theme.px(8), across, table))


def _aside(view: View) -> str:
    if not view.params:
        return ""
    states = {"None" if p.grad is None else "zero" if not p.grad.any() else "value" for p in view.params}
    if states == {"value"} and view.grad_norm is not None:
        return f"gradients: norm {number(view.grad_norm)}"
    return "gradients: " + " and ".join(sorted(states))


def _stepped(view: View) -> float:
    """How far the weights are on their way from the old values to the new ones."""
    return view.share / STEPS if view.operation is Operation.STEP else 1.0


def _arrived(view: View, at: float) -> bool:
    """Whether the backward pass has come to the edges that start at ``at`` (0 left, 1 right)."""
    return view.operation is not Operation.BACKWARD or view.share / STEPS >= 1 - at - 0.2


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
        fill = mix(theme.raised, base, 0.75 * round(16 * strength) / 16) if known else theme.panel
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
    form = _form(view)
    x = [area.left + round(area.width * column) for column in form.columns]
    y = area.top + theme.px(form.head / 2)
    for left, head in zip(x, (*HEADS, form.sums), strict=True):
        text(surface, theme, head, (left, y), SIZE, theme.faint)
    y = area.top + theme.px(form.head + form.row / 2) - theme.px(form.below / 2)
    for param in params:
        old, new = float(param.previous[0, 0]), float(param.value[0, 0])
        value = old + (new - old) * _stepped(view)
        color = theme.now if view.operation is Operation.STEP else theme.signed(value)
        at = x[1] - theme.px(form.gap), y
        shown = text(surface, theme, number(value), at, 28, color, "code bold", "right")
        most = shown.left - theme.px(10) - x[0]
        name = fitting(theme, (param.name, param.name.rpartition(".")[2]), 26, "code", most)
        text(surface, theme, name, (x[0], y), 26, theme.dim, "code", most=most)
        _grad_cell(surface, theme, view, param, (x[1], y))
        if view.operation is Operation.STEP and param.grad is not None and view.learning_rate is not None:
            at = (x[0], y + theme.px(form.below)) if form.below else (x[2], y)
            most = area.right - at[0] - theme.px(20)
            terms = old, view.learning_rate, float(param.grad[0, 0]), new
            sum_ = fitting(theme, [_sum(*terms, digits) for digits in (4, 2, 0)], form.size, "code", most)
            text(surface, theme, sum_, at, form.size, theme.now, "code", most=most)
        y += theme.px(form.row)


def _sum(old: float, rate: float, grad: float, new: float, digits: int) -> str:
    return f"{number(old, digits)} − {rate:g} · ({number(grad, digits)}) = {number(new, digits)}"


def _grad_cell(surface: pygame.Surface, theme: Theme, view: View, param: Param, at: tuple[int, int]) -> None:
    fresh = view.operation in (Operation.BACKWARD, Operation.ZERO_GRAD)
    if param.grad is None or not _arrived(view, 0.0):
        text(surface, theme, "None", at, 28, theme.now if fresh else theme.faint, "code")
        return
    grad = float(param.grad[0, 0])
    text(surface, theme, number(grad), at, 28, theme.now if fresh else theme.signed(grad), "code")
