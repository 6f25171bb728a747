"""An edited loop beside the lesson's own: both losses as curves, the outcome, and what torch says of it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pygame

from app.draw import number, text, width, wrapped
from app.drawing.axes import Axis, axis_of, height_of, thinned, ticks_of
from app.theme import Color, Theme
from loop_core.activity import Contest
from loop_core.snapshot import Array, Series
from loop_core.words import Words

SIZE, HEADING, SAYS, TORCH = 22, 42, 32, 23
DASH, GAP = 10, 7
DASHED, WHOLE, THIN = 3, 5, 1.5
"""How broad the lines are: of the lesson's losses, of the edited loop's, and of those that swing a lot."""
CROWDED = 20
"""So many widths of the plot a line is long that swings a lot."""
HIGH, LOW, LONG = 0.6, 0.3, 100
"""The share of the height that the curves have, and that beside an error of more characters than these."""
TRAIN, TEST = Words("training loss", "训练损失"), Words("test loss", "测试损失")
SUNG, EDITED = Words("as it is sung", "原来的循环"), Words("this loop", "这个循环")
EPOCH, LOG = Words("epoch", "轮"), Words("log", "对数")
STOPPED = Words("line {}: {}", "第 {} 行：{}")
CUT = Words("Stopped after {} epochs: it takes too long.", "运行 {} 轮后停下：时间太长。")
RUNNING = Words("It runs …", "正在运行……")
PLACE = re.compile(r'File ".*", line (\d+).*\n\s*(.*)')


@dataclass(frozen=True, slots=True)
class Report:
    """What is said of a contest: its outcome, and how that comes about."""

    heading: str
    explanation: str


def draw_contest(
    surface: pygame.Surface, theme: Theme, contest: Contest, report: Report | None, language: str
) -> None:
    """Both losses above, the words below; no report: the loops still run."""
    edge = theme.px(24)
    error = (contest.trial and contest.trial.error) or ""
    room = surface.get_rect().inflate(-2 * edge, -2 * edge)
    plots = pygame.Rect(
        room.topleft, (room.width, round(room.height * (LOW if len(_last_line(error)) > LONG else HIGH)))
    )
    _draw_plots(surface, theme, plots, contest, language)
    y = plots.bottom + theme.px(46)
    if report is None:
        text(surface, theme, RUNNING.said(language), (room.left, y), HEADING, theme.now, "bold")
        return
    color = theme.failed if error else theme.now
    for line in wrapped(theme, report.heading, HEADING, "bold", room.width):
        text(surface, theme, line, (room.left, y), HEADING, color, "bold")
        y += theme.px(54)
    for line in wrapped(theme, report.explanation, SAYS, "words", room.width):
        text(surface, theme, line, (room.left, y), SAYS, theme.text)
        y += theme.px(42)
    y += theme.px(8)
    said = _torch(contest, language)
    lines = [line for words in said for line in wrapped(theme, words, TORCH, "code", room.width)]
    step = theme.px(31)
    most = max(1, (room.bottom - y) // step + 1)
    if len(lines) > most:
        lines = [*lines[: most - 1], " ".join(lines[most - 1 :])]
    for line in lines:
        text(surface, theme, line, (room.left, y), TORCH, theme.dim, "code", most=room.width)
        y += step


def _torch(contest: Contest, language: str) -> Iterator[str]:
    """Where the loop stopped, and its error or its warnings, to the letter."""
    if contest.trial is None:
        return
    if contest.trial.stopped:
        yield CUT.said(language).format(len(contest.trial.train.value))
    if contest.trial.error is None:
        yield from contest.trial.warnings
        return
    if place := PLACE.search(contest.trial.error):
        yield STOPPED.said(language).format(place[1], place[2])
    yield _last_line(contest.trial.error)


def _last_line(error: str) -> str:
    return error.rpartition("\n")[2]


def _draw_plots(
    surface: pygame.Surface, theme: Theme, rect: pygame.Rect, contest: Contest, language: str
) -> None:
    """Training and test loss beside each other, on one scale."""
    runs = (contest.right, contest.trial)
    train = [None if run is None else run.train for run in runs]
    test = [None if run is None else run.test for run in runs]
    axis = axis_of(*train, *test)
    epochs = max((len(series.value) for series in train if series is not None), default=1)
    gap = theme.px(20)
    part = pygame.Rect(rect.left, rect.top, (rect.width - gap) // 2, rect.height)
    for name, color, (own, edited) in ((TRAIN, theme.train, train), (TEST, theme.test, test)):
        plot = _draw_frame(surface, theme, part, axis, epochs, language)
        y = part.top + theme.px(12)
        text(surface, theme, name.said(language), (plot.left, y), 24, color, "bold")
        if axis.log:
            text(surface, theme, LOG.said(language), (plot.right, y), SIZE, theme.dim, anchor="right")
        lines = ((SUNG, own, theme.text, DASH), (EDITED, edited, theme.now, 0))
        for row, (words, series, shade, dash) in enumerate(lines):
            y = part.top + theme.px(46 + 30 * row)
            _draw_entry(surface, theme, plot, y, words.said(language), series, shade, dash)
        for _, series, shade, dash in reversed(lines):
            if series is not None and len(series.value):
                _draw_curve(surface, theme, plot, axis, epochs, series, shade, dash)
        part = part.move(part.width + gap, 0)


def _draw_frame(
    surface: pygame.Surface, theme: Theme, part: pygame.Rect, axis: Axis, epochs: int, language: str
) -> pygame.Rect:
    """The ticks and the epochs; the plot between them."""
    ticks = ticks_of(axis)
    left = max(width(theme, words, SIZE, "code") for _, words in ticks) + theme.px(12)
    plot = pygame.Rect(part.left + left, part.top + theme.px(100), 0, 0)
    plot.size = part.right - plot.left - theme.px(12), part.bottom - plot.top - theme.px(34)
    every = 1 if plot.height > theme.px(30) * len(ticks) else 2
    for value, words in ticks[::every]:
        y = height_of(plot, axis, value)
        if y >= plot.top:
            pygame.draw.line(surface, theme.line, (plot.left, y), (plot.right, y))
            text(surface, theme, words, (plot.left - theme.px(10), y), SIZE, theme.dim, "code", "right")
    y = plot.bottom + theme.px(24)
    text(surface, theme, EPOCH.said(language), (plot.centerx, y), SIZE, theme.dim, anchor="center")
    text(surface, theme, "0", (plot.left, y), SIZE, theme.dim, "code")
    text(surface, theme, str(epochs - 1), (plot.right, y), SIZE, theme.dim, "code", "right")
    pygame.draw.line(surface, theme.line, plot.bottomleft, plot.bottomright)
    return plot


def _draw_entry(
    surface: pygame.Surface,
    theme: Theme,
    plot: pygame.Rect,
    y: int,
    words: str,
    series: Series | None,
    color: Color,
    dash: int,
) -> None:
    """A line of the legend, with the loss at the end."""
    sample = np.array([[plot.left, y], [plot.left + theme.px(44), y]], dtype=float)
    _stroke(surface, theme, sample, color, dash, DASHED if dash else WHOLE)
    text(surface, theme, words, (plot.left + theme.px(56), y), SIZE, color)
    last = "–" if series is None or not len(series.value) else number(float(series.value[-1]))
    text(surface, theme, last, (plot.right, y), SIZE, color, "code bold", "right")


def _draw_curve(
    surface: pygame.Surface,
    theme: Theme,
    plot: pygame.Rect,
    axis: Axis,
    epochs: int,
    series: Series,
    color: Color,
    dash: int,
) -> None:
    """The curve, broken where it is no number, and its end."""
    epoch, value = thinned(series.epoch, series.value, plot.width)
    xs = plot.left + epoch / max(1, epochs - 1) * plot.width
    points = np.column_stack([xs, plot.top + (1 - axis.shares(value)) * plot.height])
    finite = np.isfinite(value)
    length = np.hypot(*np.diff(points[finite], axis=0).T).sum()
    line = DASHED if dash else THIN if length > CROWDED * plot.width else WHOLE
    for run, known in zip(
        *(np.split(each, np.flatnonzero(~finite)) for each in (points, finite)), strict=True
    ):
        _stroke(surface, theme, run[known], color, dash, line)
    if np.isfinite(series.value[-1]):
        pygame.draw.aacircle(surface, color, points[-1], theme.px(6))


def _stroke(
    surface: pygame.Surface, theme: Theme, points: Array, color: Color, dash: int, line: float
) -> None:
    """A line through points (n, 2), in dashes or whole."""
    pieces = _dashes(points, theme.px(dash), theme.px(GAP)) if dash else [points]
    for piece in pieces:
        for a, b in zip(piece[:-1].tolist(), piece[1:].tolist(), strict=True):
            pygame.draw.aaline(surface, color, a, b, theme.px(line))


def _dashes(points: Array, dash: int, gap: int) -> Iterator[Array]:
    """The line through points in pieces of a length, with gaps between them."""
    if len(points) < 2:
        return
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    for start in np.arange(0.0, along[-1], dash + gap):
        inside = along[(along > start) & (along < start + dash)]
        at = np.concatenate([[start], inside, [min(start + dash, along[-1])]])
        yield np.column_stack([np.interp(at, along, points[:, axis]) for axis in (0, 1)])
