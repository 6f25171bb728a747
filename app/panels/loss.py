"""The losses over the epochs: training and test, and the value that was calculated last."""

import itertools
import math
from dataclasses import dataclass
from functools import partial

import numpy as np
import pygame

from app.draw import disc, number, text, title, width
from app.pointing import Hint, answering
from app.theme import Color, Theme
from loop_core.frame import Frame
from loop_core.operations import Operation
from loop_core.snapshot import Array, Series

SIZE = 22


@dataclass(frozen=True, slots=True)
class View:
    """Both series, the last value of each, and which of them has just been calculated."""

    train: Series | None
    test: Series | None
    epochs: int
    values: tuple[float | None, float | None]
    fresh: Operation | None


def view(frame: Frame) -> View:
    """The frame's part in it."""
    snapshot = frame.snapshot
    if snapshot is None:
        return View(None, None, frame.lesson.epochs, (None, None), None)
    fresh = snapshot.operation if snapshot.operation in (Operation.LOSS, Operation.TEST_LOSS) else None
    epochs = snapshot.epochs or frame.lesson.epochs
    values = snapshot.loss, snapshot.test_loss
    return View(snapshot.train_series, snapshot.test_series, epochs, values, fresh)


def draw(surface: pygame.Surface, view: View, theme: Theme) -> None:
    """Curves on linear axes from zero; epochs that have not come yet are empty."""
    title(surface, theme, "loss")
    width_, height = surface.get_size()
    plot = pygame.Rect(theme.px(84), theme.px(92), width_ - theme.px(112), height - theme.px(142))
    _legend(surface, theme, view)
    if view.train is None or view.test is None or not len(view.train.value):
        text(surface, theme, "no loss yet", plot.center, SIZE, theme.faint, anchor="center")
        return
    high = _highest(view.train, view.test)
    _axes(surface, theme, plot, view.epochs, high)
    for series, color in ((view.test, theme.test), (view.train, theme.train)):
        _curve(surface, theme, plot, series, view.epochs, high, color)
    answering(surface, plot.inflate(theme.px(24), theme.px(24)), partial(_hint, view, plot))


def _hint(view: View, plot: pygame.Rect, at: tuple[float, float]) -> Hint | None:
    """The losses of the epoch that is nearest to a point."""
    assert view.train is not None and view.test is not None  # noqa: PT018 - a curve was drawn
    wanted = (at[0] - plot.left) / plot.width * max(1, view.epochs - 1)
    epoch = view.train.epoch[np.abs(view.train.epoch - wanted).argmin()]
    if abs(epoch - wanted) * plot.width / max(1, view.epochs - 1) > plot.height / 8:
        return None
    rows = [f"epoch {int(epoch)}"]
    for name, series in (("train", view.train), ("test", view.test)):
        value = series.value[series.epoch == epoch]
        rows += [f"{name} loss {number(float(value[0]), 6)}"] if len(value) else []
    return Hint(tuple(rows))


def _legend(surface: pygame.Surface, theme: Theme, view: View) -> None:
    x, y = float(surface.get_width() - theme.px(20)), theme.px(26)
    entries = zip(
        ("test", "train"),
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


def _highest(train: Series, test: Series) -> float:
    values = np.concatenate([train.value, test.value])
    finite = values[np.isfinite(values)]
    return float(finite.max()) * 1.08 if finite.size and finite.max() > 0 else 1.0


def _axes(surface: pygame.Surface, theme: Theme, plot: pygame.Rect, epochs: int, high: float) -> None:
    step = 10 ** math.floor(math.log10(high))
    step *= next(k for k in (0.2, 0.5, 1, 2, 5) if high / (k * step) <= 4.5)
    for tick in range(int(high / step) + 1):
        y = plot.bottom - tick * step / high * plot.height
        pygame.draw.line(surface, theme.line, (plot.left, y), (plot.right, y))
        words = f"{tick * step:.3g}"
        text(surface, theme, words, (plot.left - theme.px(12), y), SIZE, theme.dim, "code", "right")
    y = plot.bottom + theme.px(24)
    text(surface, theme, "0", (plot.left, y), SIZE, theme.dim, "code", "center")
    last = f"{epochs - 1:,}".replace(",", " ")
    at = plot.right - max(0, width(theme, last, SIZE, "code") // 2 - theme.px(20))
    text(surface, theme, last, (at, y), SIZE, theme.dim, "code", "center")
    text(surface, theme, "epoch", (plot.centerx, y), SIZE, theme.dim, anchor="center")


def _curve(
    surface: pygame.Surface,
    theme: Theme,
    plot: pygame.Rect,
    series: Series,
    epochs: int,
    high: float,
    color: Color,
) -> None:
    if not len(series.value):
        return
    epoch, value = _thinned(series.epoch, series.value, plot.width)
    xs = plot.left + epoch / max(1, epochs - 1) * plot.width
    finite = np.isfinite(value)
    ys = plot.bottom - np.where(finite, np.minimum(value, high), high) / high * plot.height
    points = [(float(x), float(y)) for x, y in zip(xs, ys, strict=True)]
    for (a, b), whole in zip(itertools.pairwise(points), finite[1:] & finite[:-1], strict=False):
        if whole:
            pygame.draw.aaline(surface, color, a, b, theme.px(3))
    disc(surface, color, points[-1], theme.px(7))
    if not finite[-1]:
        at = (points[-1][0] + theme.px(14), plot.top + theme.px(14))
        text(surface, theme, number(float(value[-1])), at, SIZE, theme.failed, "bold")


def _thinned(epoch: Array, value: Array, width: int) -> tuple[Array, Array]:
    """At most about one point for each two pixels, the last one always among them."""
    every = max(1, 2 * len(value) // max(1, width))
    keep = np.unique(np.append(np.arange(0, len(value), every), len(value) - 1))
    return epoch[keep], value[keep]
