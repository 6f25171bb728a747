"""The few numbers of a small model as a table: each parameter, its gradient, and the sum of its step."""

from dataclasses import dataclass

import pygame

from app.draw import fitting, number, text
from app.drawing.sums import step_sums
from app.theme import Theme
from loop_core.operations import Operation
from loop_core.snapshot import Param
from loop_core.words import Words

SIZE = 22
PARAMETER, GRAD = Words("parameter", "参数"), Words(".grad", ".grad")
STEP = Words("step: w ← w − lr · grad", "更新：w ← w − lr · grad")
SUM = Words("w ← w − lr · grad", "w ← w − lr · grad")


@dataclass(frozen=True, slots=True)
class Form:
    """How the table is set; lengths in pixels at 1080p.

    columns: where name and value, gradient and step begin, as shares of the width.
    head, row: heights.  gap: between value and gradient.  sums: the heading of the step.
    size: of the font of the sums.  below: how far they stand under the numbers.
    """

    columns: tuple[float, float, float]
    head: float
    row: float
    gap: float
    sums: Words
    size: float
    below: float

    def height(self, rows: int) -> float:
        """Of a table with so many rows."""
        return self.head + self.row * rows


WIDE = Form((0.04, 0.30, 0.46), 56, 56, 32, STEP, 24, 0)
NARROW = Form((0.044, 0.515, 0.65), 38, 70, 16, SUM, 22, 30)


@dataclass(frozen=True, slots=True)
class Change:
    """What the operation does to the numbers: how far it has come, and the optimizer's learning rate."""

    operation: Operation | None
    share: float
    learning_rate: float | None


def draw_numbers(
    surface: pygame.Surface,
    theme: Theme,
    params: tuple[Param, ...],
    change: Change,
    form: Form,
    area: pygame.Rect,
    language: str = "en",
) -> None:
    """A row for each parameter, which has one value."""
    x = [area.left + round(area.width * column) for column in form.columns]
    y = area.top + theme.px(form.head / 2)
    for left, head in zip(x, (PARAMETER, GRAD, form.sums), strict=True):
        text(surface, theme, head.said(language), (left, y), SIZE, theme.faint)
    y = area.top + theme.px(form.head + form.row / 2) - theme.px(form.below / 2)
    stepping = change.operation is Operation.STEP
    for param in params:
        old, new = float(param.previous[0, 0]), float(param.value[0, 0])
        value = old + (new - old) * (change.share if stepping else 1.0)
        color = theme.now if stepping else theme.signed(value)
        at = x[1] - theme.px(form.gap), y
        shown = text(surface, theme, number(value), at, 28, color, "code bold", "right")
        most = shown.left - theme.px(10) - x[0]
        name = fitting(theme, (param.name, param.name.rpartition(".")[2]), 26, "code", most)
        text(surface, theme, name, (x[0], y), 26, theme.dim, "code", most=most)
        _gradient(surface, theme, param, change, (x[1], y))
        if stepping and param.grad is not None:
            at = (x[0], y + theme.px(form.below)) if form.below else (x[2], y)
            most = area.right - at[0] - theme.px(20)
            sums = step_sums(old, change.learning_rate, float(param.grad[0, 0]), new)
            words = fitting(theme, sums, form.size, "code", most)
            text(surface, theme, words, at, form.size, theme.now, "code", most=most)
        y += theme.px(form.row)


def _gradient(
    surface: pygame.Surface, theme: Theme, param: Param, change: Change, at: tuple[int, int]
) -> None:
    """None, 0 or a value; one that is cleared falls away, one that arrives is lit."""
    fresh = change.operation in (Operation.BACKWARD, Operation.ZERO_GRAD)
    clearing = change.operation is Operation.ZERO_GRAD and change.share < 1 and param.cleared is not None
    shown = param.cleared if clearing else param.grad
    if change.operation is Operation.BACKWARD and change.share < 0.8:
        shown = None
    if shown is None:
        text(surface, theme, "None", at, 28, theme.now if fresh else theme.faint, "code")
        return
    grad = float(shown[0, 0])
    words = "0" if grad == 0 else number(grad)
    color = theme.now if fresh else theme.dim if grad == 0 else theme.signed(grad)
    fall = theme.px(24 * change.share) if clearing else 0
    rect = text(surface, theme, words, (at[0], at[1] + fall), 28, color, "code")
    if grad == 0:
        pygame.draw.rect(surface, color, rect.inflate(theme.px(12), 0), theme.px(2))
