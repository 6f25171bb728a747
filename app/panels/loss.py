"""The losses over the epochs: training and test, the present epoch, and the value calculated last."""

import itertools
import math
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np
import pygame

from app.draw import disc, eased, number, ring, text, title, width
from app.drawing.axes import Axis, axis_of, height_of, thinned, ticks_of
from app.pointing import Hint, answering
from app.theme import Color, Theme, mix
from loop_core.frame import Frame
from loop_core.operations import Operation
from loop_core.snapshot import Series
from loop_core.words import Words

SIZE = 22
LOSS, NO_LOSS, LOG = Words("loss", "损失"), Words("no loss yet", "还没有损失"), Words("log", "对数")
TRAIN, TEST, EPOCHS = Words("train", "训练"), Words("test", "测试"), Words("epoch", "轮次")
EPOCH = Words("epoch {}", "第 {} 轮")
TRAIN_LOSS, TEST_LOSS = Words("train loss {}", "训练损失 {}"), Words("test loss {}", "测试损失 {}")
OPENING, PULSE = 0.4, 0.6
"""Seconds over which an epoch's slot opens, and over which the dot of a new loss arrives."""


@dataclass(frozen=True, slots=True)
class View:
    """Both series, the last value of each, the present epoch, and which loss has just been calculated.

    opened: how far the epoch's slot is open.  arrived: how far the fresh dot has come. Both in 20ths.
    """

    train: Series | None
    test: Series | None
    epoch: int | None
    epochs: int
    values: tuple[float | None, float | None]
    fresh: Operation | None
    opened: int
    arrived: int
    language: str = "en"


def view(frame: Frame) -> View:
    """The frame's part in it."""
    snapshot = frame.snapshot
    if snapshot is None:
        language = frame.controls.language
        return View(None, None, None, frame.lesson.epochs, (None, None), None, 20, 20, language)
    fresh = snapshot.operation if snapshot.operation in (Operation.LOSS, Operation.TEST_LOSS) else None
    passed = math.inf if frame.controls.still else max(0.0, frame.now - frame.shown)
    opening = passed / OPENING if snapshot.operation is Operation.EPOCH else 1.0
    arriving = passed / PULSE if fresh else 1.0
    return View(
        snapshot.train_series,
        snapshot.test_series,
        snapshot.epoch,
        snapshot.epochs or frame.lesson.epochs,
        (snapshot.loss, snapshot.test_loss),
        fresh,
        round(20 * min(1.0, opening)),
        round(20 * min(1.0, arriving)),
        frame.controls.language,
    )


def draw(surface: pygame.Surface, view: View, theme: Theme) -> None:
    """Curves over the epochs; those that have not come yet are empty."""
    title(surface, theme, LOSS.said(view.language))
    _legend(surface, theme, view)
    axis = axis_of(view.train, view.test)
    ticks = ticks_of(axis)
    left = max(width(theme, words, SIZE, "code") for _, words in ticks) + theme.px(28)
    left, (wide, high) = max(theme.px(84), left), surface.get_size()
    plot = pygame.Rect(left, theme.px(66), wide - left - theme.px(28), high - theme.px(114))
    begun = view.train is not None and len(view.train.value) > 0
    if begun or view.epoch is not None:
        _epochs(surface, theme, plot, view)
    if view.train is None or view.test is None or not begun:
        words = NO_LOSS.said(view.language)
        text(surface, theme, words, plot.center, SIZE, theme.faint, anchor="center")
        return
    for value, words in ticks:
        y = height_of(plot, axis, value)
        pygame.draw.line(surface, theme.line, (plot.left, y), (plot.right, y))
        text(surface, theme, words, (plot.left - theme.px(12), y), SIZE, theme.dim, "code", "right")
    if axis.log:
        at = theme.px(20), plot.bottom + theme.px(24)
        text(surface, theme, LOG.said(view.language), at, SIZE, theme.dim)
    for series, color in ((view.test, theme.test), (view.train, theme.train)):
        if len(series.value):
            layer = _curve(theme, plot.size, series, view.epochs, axis, color)
            surface.blit(layer, layer.get_rect(center=plot.center))
            fresh = view.fresh is (Operation.LOSS if series is view.train else Operation.TEST_LOSS)
            _dot(surface, theme, plot, series, view, axis, color, fresh)
    answering(surface, plot.inflate(theme.px(24), theme.px(24)), partial(_hint, view, plot))


def _hint(view: View, plot: pygame.Rect, at: tuple[float, float]) -> Hint | None:
    """The losses of the epoch that is nearest to a point."""
    assert view.train is not None and view.test is not None  # noqa: PT018 - a curve was drawn
    wanted = (at[0] - plot.left) / plot.width * max(1, view.epochs - 1)
    epoch = view.train.epoch[np.abs(view.train.epoch - wanted).argmin()]
    if abs(epoch - wanted) * plot.width / max(1, view.epochs - 1) > plot.height / 8:
        return None
    rows = [EPOCH.said(view.language).format(int(epoch))]
    for name, series in ((TRAIN_LOSS, view.train), (TEST_LOSS, view.test)):
        value = series.value[series.epoch == epoch]
        rows += [name.said(view.language).format(number(float(value[0]), 6))] if len(value) else []
    return Hint(tuple(rows))


def _legend(surface: pygame.Surface, theme: Theme, view: View) -> None:
    x, y = float(surface.get_width() - theme.px(20)), theme.px(26)
    entries = zip(
        (TEST.said(view.language), TRAIN.said(view.language)),
        (view.values[1], view.values[0]),
        (theme.test, theme.train),
        (Operation.TEST_LOSS, Operation.LOSS),
        strict=True,
    )
    for name, value, color, operation in entries:
        lit = theme.now if view.fresh is operation else color
        words = "–" if value is None else number(value)
        x = text(surface, theme, words, (x, y), SIZE, lit, "code", "right").left - theme.px(8)
        x = text(surface, theme, name, (x, y), SIZE, color, "words", "right").left - theme.px(20)


def _epochs(surface: pygame.Surface, theme: Theme, plot: pygame.Rect, view: View) -> None:
    """The axis of epochs: first and last, and the slot of the present one, which opens as it begins."""
    y = plot.bottom + theme.px(24)
    text(surface, theme, "0", (plot.left, y), SIZE, theme.dim, "code", "center")
    last = f"{view.epochs - 1:,}".replace(",", " ")
    at = plot.right - max(0, width(theme, last, SIZE, "code") // 2 - theme.px(20))
    text(surface, theme, last, (at, y), SIZE, theme.dim, "code", "center")
    text(surface, theme, EPOCHS.said(view.language), (plot.centerx, y), SIZE, theme.dim, anchor="center")
    pygame.draw.line(surface, theme.line, plot.bottomleft, plot.bottomright)
    if view.epoch is None:
        return
    share = eased(view.opened / 20)
    slot = pygame.Rect(0, 0, 0, plot.height)
    slot.width = round(max(theme.px(10), min(theme.px(28), plot.width / max(1, view.epochs))) * share)
    slot.midbottom = round(plot.left + view.epoch / max(1, view.epochs - 1) * plot.width), plot.bottom
    lit = 0.25 + 0.5 * (1 - share)
    pygame.draw.rect(surface, mix(theme.panel, theme.now, lit), slot)
    (x, bottom), reach = slot.midbottom, theme.px(8)
    pygame.draw.polygon(
        surface, theme.now, [(x, bottom), (x - reach, bottom + reach), (x + reach, bottom + reach)]
    )


@lru_cache(maxsize=4)
def _curve(
    theme: Theme, size: tuple[int, int], series: Series, epochs: int, axis: Axis, color: Color
) -> pygame.Surface:
    """The line of a series, as large as the plot and a margin."""
    edge, line = theme.px(4), theme.px(3)
    layer = pygame.Surface((size[0] + 2 * edge, size[1] + 2 * edge))
    layer.fill(theme.panel)
    layer.set_colorkey(theme.panel)
    epoch, value = thinned(series.epoch, series.value, size[0])
    xs = edge + epoch / max(1, epochs - 1) * size[0]
    ys = edge + (1 - axis.shares(value)) * size[1]
    finite = np.isfinite(value)
    points = np.column_stack([xs, ys]).tolist()
    for (a, b), whole in zip(itertools.pairwise(points), finite[1:] & finite[:-1], strict=True):
        if whole:
            pygame.draw.aaline(layer, color, a, b, line)
    return layer


def _dot(
    surface: pygame.Surface,
    theme: Theme,
    plot: pygame.Rect,
    series: Series,
    view: View,
    axis: Axis,
    color: Color,
    fresh: bool,
) -> None:
    """The last value of a series; a fresh one comes in a ring that grows and fades, once.

    One that is no number is said, in a row of its own for each series.
    """
    value = float(series.value[-1])
    x = plot.left + float(series.epoch[-1]) / max(1, view.epochs - 1) * plot.width
    place, share = (x, height_of(plot, axis, value)), view.arrived / 20
    if fresh and share < 1:
        reach = theme.px(7) + theme.px(26) * eased(share)
        ring(surface, mix(theme.now, theme.panel, share), place, reach, theme.px(4))
    swelling = math.sin(math.pi * share) if fresh else 0.0
    disc(surface, mix(color, theme.now, swelling), place, theme.px(7 + 5 * swelling))
    if not math.isfinite(value):
        room, words = plot.right - place[0] - theme.px(14), number(value)
        side = room >= width(theme, words, SIZE, "bold")
        row = plot.top + theme.px(14 if series is view.train else 42)
        at = place[0] + theme.px(14 if side else -14), row
        text(surface, theme, words, at, SIZE, theme.failed, "bold", "left" if side else "right")
