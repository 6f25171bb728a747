"""What the model says of data that cannot be drawn where its features are: against the targets."""

from functools import partial

import numpy as np
import pygame

from app.draw import number, text, width
from app.drawing.gallery import draw_strip, strip_of
from app.drawing.plots import (
    SIZE,
    Scale,
    caption,
    draw_residuals,
    every,
    hatched,
    place_marks,
    point_mark,
    span,
)
from app.drawing.samples import (
    BROKEN,
    WRONG,
    Confusion,
    Histogram,
    View,
    confusion,
    histogram,
    sample_hint,
    targets_of,
)
from app.drawing.surface import round_numbers
from app.pointing import Hint, answering, nearest
from app.theme import Theme, mix
from loop_core.snapshot import Array, Points
from loop_core.words import Words

BINS = 24
MOST_CLASSES = 10
INFINITE = Words("∞: {} of {}", "∞：{} / {}")
LABEL = 34
"""Pixels at 1080p for the names of a confusion's rows."""

PREDICTION, TARGET = Words("prediction ↑", "预测值 ↑"), Words("target →", "目标值 →")
ONE_OF = Words("prediction 0 of {} ↑", "{} 个预测值的第 0 个 ↑")
PROBABILITY, LOGIT = Words("probability", "概率"), Words("logit", "logit")
CLASS, AXES = Words("class {}", "类别 {}"), Words("target ↓  predicted →", "目标 ↓  预测 →")
BAR, COUNT = (
    Words("class {}, {} {} to {}", "类别 {}，{} {} 到 {}"),
    Words("{} of {} samples", "{} / {} 个样本"),
)
TAKEN_RIGHT = Words("taken for class {}: right", "判为类别 {}：对")
TAKEN_WRONG = Words("taken for class {}: wrong", "判为类别 {}：错")
CELL = Words("target {}, predicted {}", "目标 {}，预测 {}")
SHARE = Words("{:.1f} % of target {}", "占目标 {1} 的 {0:.1f} %")
NO_TARGET = Words("no such target", "没有这个目标")

Cells = list[tuple[pygame.Rect, Hint]]


def draw_scatter(surface: pygame.Surface, theme: Theme, view: View, points: Points, outputs: Array) -> None:
    """Numbers: prediction over target; a perfect model has all points on the line.

    outputs: (n, k), of which the first is drawn.
    """
    guesses, broken = outputs[:, 0], ~np.isfinite(outputs[:, 0])
    x = span(points.targets, 0.05)
    room = 1.5 * (x[1] - x[0])
    y = span(np.append(np.clip(guesses, x[0] - room, x[1] + room), x), 0.02)
    wide, high = surface.get_size()
    ticks = [(tick, f"{tick:.4g}".replace("-", "−")) for tick in round_numbers(np.array(y))]
    left = max(width(theme, words, SIZE, "code") for _, words in ticks) + theme.px(36)
    plot = pygame.Rect(left, theme.px(50), wide - left - theme.px(56), high - theme.px(98))
    scale = Scale((plot.left, plot.top, plot.width, plot.height), x, y)
    for tick, words in ticks:
        at = float(scale.all_at(np.array([(x[0], tick)]))[0, 1])
        pygame.draw.line(surface, theme.line, (plot.left, at), (plot.right, at))
        text(surface, theme, words, (plot.left - theme.px(12), at), SIZE, theme.dim, "code", "right")
    start, end = scale.all_at(np.array([(side, side) for side in x])).tolist()
    pygame.draw.aaline(surface, theme.dim, start, end, theme.px(2))
    drawn = np.flatnonzero(~broken)[:: every(points)]
    if view.loss is not None:
        surface.set_clip(plot.inflate(theme.px(90), 0))
        targets = points.targets[drawn]
        draw_residuals(surface, theme, scale, view, targets, targets, guesses[drawn])
    surface.set_clip(plot)
    places = scale.all_at(np.column_stack([points.targets, guesses]))
    mark = point_mark(theme.test if view.testing else theme.train, theme.ground, theme.px(6))
    place_marks(surface, [mark] * len(drawn), places[drawn])
    surface.set_clip(None)
    if broken.any():
        band = pygame.Rect(plot.left, plot.bottom - theme.px(20), plot.width, theme.px(20))
        broken_of = BROKEN if np.isnan(guesses).any() else INFINITE
        words = broken_of.said(view.language).format(broken.sum(), len(guesses))
        _nothing(surface, theme, band, words)
    name = (PREDICTION if outputs.shape[1] == 1 else ONE_OF).said(view.language).format(outputs.shape[1])
    text(surface, theme, name, (plot.left + theme.px(8), plot.top + theme.px(14)), SIZE, theme.dim)
    caption(surface, theme, view, TARGET.said(view.language))
    answering(surface, plot, partial(_sample_at, view, places, plot.height / 12))


def _sample_at(view: View, places: Array, reach: float, at: tuple[float, float]) -> Hint | None:
    index = nearest(places, at, reach)
    return None if index is None else sample_hint(view, index)


def _nothing(surface: pygame.Surface, theme: Theme, band: pygame.Rect, words: str) -> None:
    """A place for what is no number, and how much of it there is."""
    hatched(surface, theme, band, theme.failed)
    above = band.centerx, band.top - theme.px(16)
    text(surface, theme, words, above, SIZE, theme.failed, "bold", "center")


def draw_strips(surface: pygame.Surface, theme: Theme, view: View, points: Points, outputs: Array) -> None:
    """Two classes: for each a histogram of the model's outputs (n,), and the threshold between them.

    What is on the wrong side of the threshold is hatched.
    """
    wide, high = surface.get_size()
    plot = pygame.Rect(theme.px(24), theme.px(46), wide - theme.px(48), high - theme.px(118))
    classes = targets_of(points, "binary")
    bars = histogram(outputs, classes, view.threshold, BINS)
    cells: Cells = []
    for label in (0, 1):
        strip = pygame.Rect(plot.left, plot.top + label * plot.height // 2, plot.width, plot.height // 2)
        cells += _strip(surface, theme, view, strip, bars, label, outputs[classes == label])
    _threshold(surface, theme, plot, bars, view.threshold)
    caption(surface, theme, view, f"{_axis(view)} →")
    answering(surface, plot, partial(_cell_at, cells))


def _axis(view: View) -> str:
    return (PROBABILITY if view.threshold else LOGIT).said(view.language)


def _strip(
    surface: pygame.Surface,
    theme: Theme,
    view: View,
    strip: pygame.Rect,
    bars: Histogram,
    label: int,
    outputs: Array,
) -> Cells:
    """One class: its name, how many are told wrong, its bars; what is under each of them."""
    color, y, broken = theme.classes[label], strip.top + theme.px(14), np.isnan(outputs)
    wrong = ((outputs > view.threshold) == (label == 0)) & ~broken
    dot = np.array([(strip.left + theme.px(9), y)])
    place_marks(surface, [point_mark(color, theme.ground, theme.px(9))], dot)
    text(
        surface,
        theme,
        CLASS.said(view.language).format(label),
        (strip.left + theme.px(26), y),
        SIZE,
        theme.text,
    )
    said, shade = WRONG.said(view.language).format(wrong.sum(), len(outputs)), theme.text
    if broken.any():
        said, shade = BROKEN.said(view.language).format(broken.sum(), len(outputs)), theme.failed
    text(surface, theme, said, (strip.right, y), SIZE, shade, "words", "right")
    room = pygame.Rect(strip.left, strip.top + theme.px(30), strip.width, strip.height - theme.px(34))
    pygame.draw.line(surface, theme.line, room.bottomleft, room.bottomright)
    if broken.any():
        part = room.width if broken.all() else theme.px(28)
        hatched(surface, theme, pygame.Rect(room.right - part, room.top, part, room.height), theme.failed)
    if broken.all():
        return []
    edges = _across(strip, bars, bars.edges).round().astype(int).tolist()
    counts, most, cells = bars.counts[label].tolist(), int(bars.counts.max()), []
    for index, count in enumerate(counts):
        left, right = edges[index], edges[index + 1]
        tall = max(theme.px(2), round(room.height * count / most)) if count else 0
        bar = pygame.Rect(left, room.bottom - tall, max(1, right - left - 1), tall)
        outside = (bars.edges[index] >= view.threshold) == (label == 0)
        if count and outside:
            hatched(surface, theme, bar, color)
        elif count:
            pygame.draw.rect(surface, color, bar)
        low, high = (number(float(edge), 3) for edge in bars.edges[index : index + 2])
        rows = [BAR.said(view.language).format(label, _axis(view), low, high)]
        rows.append(COUNT.said(view.language).format(count, len(outputs)))
        taken = TAKEN_WRONG if outside else TAKEN_RIGHT
        rows.append(taken.said(view.language).format(1 - label if outside else label))
        cells.append((pygame.Rect(left, room.top, right - left, room.height), Hint(tuple(rows))))
    return cells


def _across(strip: pygame.Rect, bars: Histogram, values: Array) -> Array:
    """Where values of the histogram's axis stand."""
    low, high = float(bars.edges[0]), float(bars.edges[-1])
    return np.asarray(strip.left + (values - low) / (high - low) * strip.width)


def _threshold(
    surface: pygame.Surface, theme: Theme, plot: pygame.Rect, bars: Histogram, threshold: float
) -> None:
    """The line between the classes, its number, and those at the ends of the axis where there is room."""
    x, y = float(_across(plot, bars, np.array(threshold))), plot.bottom + theme.px(16)
    pygame.draw.line(surface, theme.text, (x, plot.top + theme.px(28)), (x, plot.bottom), theme.px(2))
    words = f"{threshold:g}"
    half = width(theme, words, SIZE, "code") // 2 + 1
    middle = min(max(x, plot.left + half), plot.right - half)
    said = text(surface, theme, words, (middle, y), SIZE, theme.text, "code", "center")
    low, high = (f"{edge:.3g}".replace("-", "−") for edge in (bars.edges[0], bars.edges[-1]))
    if plot.left + width(theme, low, SIZE, "code") + theme.px(16) < said.left:
        text(surface, theme, low, (plot.left, y), SIZE, theme.dim, "code")
    if said.right + theme.px(16) < plot.right - width(theme, high, SIZE, "code"):
        text(surface, theme, high, (plot.right, y), SIZE, theme.dim, "code", "right")


def _cell_at(cells: Cells, at: tuple[float, float]) -> Hint | None:
    return next((hint for rect, hint in cells if rect.collidepoint(at)), None)


def draw_confusion(surface: pygame.Surface, theme: Theme, view: View, points: Points, answers: Array) -> None:
    """Several classes: how often each (row) was taken for which (column); answers: (n,), NaN for none.

    Beside it some of the samples where they are pictures, if that leaves every class its own row.
    """
    assert points.predictions is not None
    wide, high = surface.get_size()
    plot = pygame.Rect(theme.px(20), theme.px(41), wide - theme.px(40), high - theme.px(82))
    classes = classes_of(points, answers)
    if points.images is not None:
        strip = strip_of(theme, points.images, answers, plot)
        rest = pygame.Rect(strip.right, plot.top, plot.right - strip.right, plot.height)
        if len(_fitting_table(theme, rest, points, answers, classes).labels) == min(classes, MOST_CLASSES):
            draw_strip(surface, theme, view, points.images, answers, strip)
            plot = rest
    table = _fitting_table(theme, plot, points, answers, classes)
    shown, head, label = len(table.labels), theme.px(21), theme.px(LABEL)
    columns = [*table.labels, *(["NaN"] if table.broken.any() else [])]
    cell = pygame.Rect(0, 0, (plot.width - label) // len(columns), (plot.height - head) // shown)
    cell.size = min(cell.width, theme.px(84)), min(cell.height, theme.px(46))
    corner = plot.left + label, plot.top + head
    for column, name in enumerate(columns):
        at = corner[0] + (column + 0.5) * cell.width, plot.top + head / 2
        color = theme.failed if column == shown else theme.dim
        text(surface, theme, name, at, SIZE, color, anchor="center")
    totals = (table.counts.sum(axis=1) + table.broken).tolist()
    widest = width(theme, str(table.counts.max()), SIZE, "code")
    places: list[tuple[pygame.Rect, int, int]] = []
    for row, name in enumerate(table.labels):
        y = corner[1] + (row + 0.5) * cell.height
        text(surface, theme, name, (corner[0] - theme.px(6), y), SIZE, theme.dim, anchor="right")
        for column in range(len(columns)):
            rect = cell.move(corner[0] + column * cell.width, corner[1] + row * cell.height)
            if column == shown:
                _draw_broken(surface, theme, rect, int(table.broken[row]))
            else:
                share = int(table.counts[row, column]) / max(1, totals[row])
                _draw_share(surface, theme, view, rect, share, row == column, widest)
            count = _counted(table, row, column)
            shade = theme.text if count else theme.faint
            text(surface, theme, str(count) if count else "·", rect.center, SIZE, shade, "code", "center")
            places.append((rect, row, column))
    caption(surface, theme, view, AXES.said(view.language))
    answering(surface, plot, partial(_confusion_at, view.language, table, places))


def classes_of(points: Points, answers: Array) -> int:
    """How many classes there are: all that are outputs, targets or answers."""
    assert points.predictions is not None
    largest = max(float(np.nanmax(answers, initial=0)), float(points.targets.max(initial=0)))
    return max(int(points.predictions.shape[1]), int(largest) + 1)


def _fitting_table(
    theme: Theme, plot: pygame.Rect, points: Points, answers: Array, classes: int
) -> Confusion:
    """The largest table whose numbers fit into its cells."""
    for most in range(MOST_CLASSES, 2, -1):
        table = confusion(points.targets, answers, classes, most)
        room = (plot.width - theme.px(LABEL)) / (len(table.labels) + bool(table.broken.any()))
        if room >= width(theme, str(table.counts.max()), SIZE, "code") + theme.px(2):
            break
    return table


def _counted(table: Confusion, row: int, column: int) -> int:
    """How often a class was taken for another, or, behind the last column, for none."""
    return int(table.broken[row] if column == len(table.labels) else table.counts[row, column])


def _draw_share(
    surface: pygame.Surface,
    theme: Theme,
    view: View,
    rect: pygame.Rect,
    share: float,
    right: bool,
    widest: int,
) -> None:
    """The ground of a cell: darker or lighter the more of its row, right answers between two bars.

    widest: the width of the widest number in the table.
    """
    inner = rect.inflate(-theme.px(2), -theme.px(2))
    color = theme.test if view.testing else theme.train
    pygame.draw.rect(surface, mix(theme.panel, color, 0.06 + 0.44 * share), inner)
    if right and inner.width - widest < theme.px(10):
        pygame.draw.rect(surface, theme.dim, rect, theme.px(2))
    elif right:
        for x in (inner.left, inner.right - theme.px(3)):
            pygame.draw.rect(surface, theme.text, (x, inner.top, theme.px(3), inner.height))


def _draw_broken(surface: pygame.Surface, theme: Theme, rect: pygame.Rect, count: int) -> None:
    """The ground of a cell of those whose answer is no number, hatched where there are any."""
    if count:
        inner = rect.inflate(-theme.px(2), -theme.px(2))
        hatched(surface, theme, inner, theme.failed)
        ground = pygame.Rect(0, 0, width(theme, str(count), SIZE, "code") + theme.px(8), theme.px(20))
        ground.center = rect.center
        pygame.draw.rect(surface, theme.panel, ground.clip(inner))


def _confusion_at(
    language: str,
    table: Confusion,
    places: list[tuple[pygame.Rect, int, int]],
    at: tuple[float, float],
) -> Hint | None:
    """What a cell says when it is pointed at."""
    for rect, row, column in places:
        if rect.collidepoint(at):
            count, total = _counted(table, row, column), int(table.counts[row].sum() + table.broken[row])
            target = table.labels[row]
            told = "NaN" if column == len(table.labels) else table.labels[column]
            share = (SHARE if total else NO_TARGET).said(language).format(100 * count / max(1, total), target)
            cell = CELL.said(language).format(target, told)
            return Hint((cell, COUNT.said(language).format(count, total), share))
    return None
