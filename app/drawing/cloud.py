"""Samples where their one or two features are: the model's line through them, or its map under them."""

from functools import lru_cache, partial
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pygame

from app.draw import disc, fitting, number, text
from app.drawing.plots import (
    SIZE,
    Scale,
    caption,
    cross_mark,
    draw_residuals,
    every,
    loss_color,
    place_marks,
    point_mark,
    ring_mark,
    span,
)
from app.drawing.samples import LOSS, View, remark_of, sample_hint, targets_of, wrong_of
from app.pointing import Hint, answering, nearest
from app.theme import Theme, mix
from loop_core.snapshot import Array, Fit, Points, Task
from loop_core.words import Words

RING, RING_LOSS = 16.0, 2.0
"""Pixels at 1080p of the largest ring around a sample, and the loss of a sample that has it."""
COLON, ITS_LOSS = Words(": ", "："), Words("its own loss", "各样本的损失")
COLUMN = 214
"""Pixels at 1080p for the words beside a map."""


def draw_line(surface: pygame.Surface, theme: Theme, view: View) -> None:
    """One feature: points, the model's line over all of them, and the residuals of the set that counts."""
    sets = [points for points in (view.train, view.test) if points is not None]
    wide, high = surface.get_size()
    plot = pygame.Rect(theme.px(24), theme.px(48), wide - theme.px(84), high - theme.px(94))
    scale = Scale(
        (plot.left, plot.top, plot.width, plot.height),
        span(np.concatenate([points.inputs[:, 0] for points in sets]), 0.08),
        span(np.concatenate([points.targets for points in sets]), 0.3),
    )
    points = view.points
    surface.set_clip(plot.inflate(theme.px(70), 0))
    if view.loss is not None and points is not None and points.predictions is not None:
        drawn = np.flatnonzero(np.isfinite(points.predictions[:, 0]))[:: every(points)]
        columns = points.inputs[drawn, 0], points.targets[drawn], points.predictions[drawn, 0]
        draw_residuals(surface, theme, scale, view, *columns)
    surface.set_clip(plot)
    surface.blit(_points_layer(theme, scale, view.train, view.test, view.testing), plot)
    if view.fit is not None:
        revealed = 40 if view.loss is not None else view.progress
        surface.blit(
            _line_layer(theme, scale, view.fit), plot, (0, 0, plot.width * revealed // 40, plot.height)
        )
    surface.set_clip(None)
    caption(surface, theme, view, "")
    answering(surface, plot, partial(_hint, view, scale))


@lru_cache(maxsize=4)
def _points_layer(
    theme: Theme, scale: Scale, train: Points | None, test: Points | None, testing: bool
) -> pygame.Surface:
    layer = _layer(theme, scale)
    for points, color, lit in ((train, theme.train, not testing), (test, theme.test, testing)):
        if points is not None:
            shade = color if lit else mix(theme.panel, color, 0.45)
            for place in scale.all_at(np.column_stack([points.inputs[:, 0], points.targets])):
                at = place - scale.plot[:2]
                disc(layer, shade, (at[0], at[1]), theme.px(6 if lit else 4))
    return layer


@lru_cache(maxsize=4)
def _line_layer(theme: Theme, scale: Scale, fit: Fit) -> pygame.Surface:
    """The model's line, where it is a number."""
    layer, line = _layer(theme, scale), theme.px(4)
    finite = np.isfinite(fit.outputs[:, 0])
    places = scale.all_at(np.column_stack([fit.x, fit.outputs[:, 0]])) - scale.plot[:2]
    for (a, b), whole in zip(pairwise(places.tolist()), finite[1:] & finite[:-1], strict=True):
        if whole:
            pygame.draw.aaline(layer, theme.now, a, b, line)
    return layer


def _layer(theme: Theme, scale: Scale) -> pygame.Surface:
    """As large as the plot; what has the panel's own colour is left out when it is copied."""
    layer = pygame.Surface(scale.plot[2:])
    layer.fill(theme.panel)
    layer.set_colorkey(theme.panel)
    return layer


def _hint(view: View, scale: Scale, at: tuple[float, float]) -> Hint | None:
    """The sample that is nearest to a point."""
    points = view.points
    if points is None:
        return None
    one = points.inputs.shape[1] == 1
    across = np.column_stack([points.inputs, points.targets]) if one else points.inputs[:, :2]
    index = nearest(scale.all_at(across), at, scale.plot[3] / 20)
    return None if index is None else sample_hint(view, index)


def draw_map(surface: pygame.Surface, theme: Theme, view: View) -> None:
    """Two features: what the model says everywhere, under the points of the set that counts.

    While a loss is calculated, rings show each sample's own part of it, then become the number beside.
    """
    assert view.train is not None
    inputs, (wide, high) = view.train.inputs, surface.get_size()
    x, y = span(inputs[:, 0], 0.0), span(inputs[:, 1], 0.0)
    if view.fit is not None and view.fit.y is not None:
        x = float(view.fit.x[0]), float(view.fit.x[-1])
        y = float(view.fit.y[0]), float(view.fit.y[-1])
    area = pygame.Rect(theme.px(20), theme.px(52), 0, high - theme.px(72))
    area.width = wide - theme.px(COLUMN + 40) - area.left
    plot = _true_to_scale(area, x[1] - x[0], y[1] - y[0])
    if view.fit is not None and view.fit.y is not None:
        surface.blit(_map_layer(theme, plot.size, view.fit, view.task, view.threshold), plot)
    scale = Scale((plot.left, plot.top, plot.width, plot.height), x, y)
    points, side = view.points, area.right + theme.px(20)
    if points is None:
        return
    number_at = side, area.top + theme.px(134)
    if view.loss is not None and points.errors is not None:
        to = number_at[0] + theme.px(52), number_at[1] + theme.px(38)
        _rings(surface, theme, scale, view, points, points.errors, to)
    layer = _samples_layer(theme, scale, view.task, view.threshold, points, view.testing)
    surface.blit(layer, layer.get_rect(center=plot.center))
    _side(surface, theme, view, points, number_at)
    answering(surface, plot, partial(_hint, view, scale))


def _true_to_scale(area: pygame.Rect, across: float, up: float) -> pygame.Rect:
    """The largest part of a rectangle in which both features have one scale: circles are circles."""
    scale = min(area.width / max(across, 1e-9), area.height / max(up, 1e-9))
    part = pygame.Rect(0, 0, max(1, round(scale * across)), max(1, round(scale * up)))
    part.center = area.center
    return part


@lru_cache(maxsize=4)
def _map_layer(theme: Theme, size: tuple[int, int], fit: Fit, task: Task, threshold: float) -> pygame.Surface:
    colors = _map_colors(fit.outputs, task, threshold, theme)
    small = pygame.surfarray.make_surface(colors.swapaxes(0, 1)[:, ::-1])
    return pygame.transform.smoothscale(small, size)


def _map_colors(outputs: Array, task: Task, threshold: float, theme: Theme) -> npt.NDArray[np.uint8]:
    """Colours (m, m, 3) of what the model says: class by colour, certainty by strength."""
    palette = np.array(theme.classes, dtype=np.float64)
    ground = np.array(theme.panel, dtype=np.float64)
    if task == "multiclass":
        shifted = np.exp(outputs - outputs.max(axis=-1, keepdims=True))
        share = shifted / shifted.sum(axis=-1, keepdims=True)
        best = share.argmax(axis=-1)
        strength = (share.max(axis=-1) - 1 / outputs.shape[-1])[..., None]
        colors = palette[best % len(palette)]
    else:
        first = outputs[..., 0]
        level = first if threshold else 1 / (1 + np.exp(-np.clip(first, -30, 30)))
        strength = np.abs(level - 0.5)[..., None] * 2
        colors = palette[(first > threshold).astype(int)]
    colors = ground + (colors - ground) * (0.14 + 0.46 * np.nan_to_num(strength))
    colors[~np.isfinite(outputs).all(axis=-1)] = theme.failed
    picture: npt.NDArray[np.uint8] = colors.round().astype(np.uint8)
    return picture


@lru_cache(maxsize=4)
def _samples_layer(
    theme: Theme, scale: Scale, task: Task, threshold: float, points: Points, testing: bool
) -> pygame.Surface:
    """The samples in the colours of their classes: discs, and crosses where the model tells another one."""
    edge, nth = theme.px(12), every(points)
    left, top, wide, high = scale.plot
    layer = pygame.Surface((wide + 2 * edge, high + 2 * edge), pygame.SRCALPHA)
    places = scale.all_at(points.inputs[::nth, :2]) - (left - edge, top - edge)
    radius, wrong = theme.px(7 if testing else 5), wrong_of(points, task, threshold)
    discs = [point_mark(color, theme.ground, radius) for color in theme.classes]
    crosses = [cross_mark(color, theme.ground, radius, theme.px(3)) for color in theme.classes]
    classes = targets_of(points, task)[::nth].astype(int) % len(discs)
    crossed = [False] * len(classes) if wrong is None else wrong[::nth].tolist()
    marks = [(crosses if w else discs)[kind] for kind, w in zip(classes.tolist(), crossed, strict=True)]
    place_marks(layer, marks, places)
    return layer


def _rings(
    surface: pygame.Surface,
    theme: Theme,
    scale: Scale,
    view: View,
    points: Points,
    errors: Array,
    to: tuple[float, float],
) -> None:
    """Around each sample a ring, its area as its loss; then all of them fly to where their mean is said."""
    nth, line = every(points), theme.px(2)
    share = np.sqrt(np.clip(np.nan_to_num(errors[::nth]), 0, RING_LOSS) / RING_LOSS)
    radii = np.round(theme.px(RING) * share * view.grown).astype(int)
    seen = radii > theme.px(4)
    if not seen.any():
        return
    places, radii = scale.all_at(points.inputs[::nth, :2])[seen], radii[seen]
    stay = mix(theme.now, theme.panel, 0.6 * view.collapsed)
    place_marks(surface, [ring_mark(stay, radius, line) for radius in radii.tolist()], places)
    if 0 < view.collapsed < 1:
        radii = np.maximum(2, np.round(radii * (1 - 0.7 * view.collapsed)).astype(int))
        flying = places + (np.array(to) - places) * view.collapsed
        place_marks(surface, [ring_mark(theme.now, radius, line) for radius in radii.tolist()], flying)


def _side(surface: pygame.Surface, theme: Theme, view: View, points: Points, at: tuple[float, float]) -> None:
    """Beside the map: how many are told wrong, what the marks mean, and the loss at ``at``."""
    left, inner, y = at[0], at[0] + theme.px(26), at[1] - theme.px(120)
    if wrong_of(points, view.task, view.threshold) is not None:
        colon = COLON.said(view.language)
        remark = remark_of(points, view.task, view.threshold, view.language)
        what, _, count = remark.partition(colon)
        color = theme.failed if what == "NaN" else theme.text
        cross = cross_mark(theme.text, theme.panel, theme.px(6), theme.px(3))
        place_marks(surface, [cross], np.array([(left + theme.px(9), y)]))
        text(surface, theme, f"{what}{colon.rstrip()}", (inner, y), SIZE, color)
        text(surface, theme, count, (inner, y + theme.px(28)), SIZE, color)
    if view.loss is None:
        return
    if points.errors is not None:
        circle = ring_mark(theme.now, theme.px(8), theme.px(2))
        place_marks(surface, [circle], np.array([(left + theme.px(9), y + theme.px(70))]))
        words = ITS_LOSS.said(view.language)
        text(surface, theme, words, (inner, y + theme.px(70)), SIZE, theme.dim)
    if view.collapsed > 0:
        color, room = loss_color(theme, view), surface.get_width() - left - theme.px(12)
        name = fitting(
            theme, (view.loss_name or LOSS.said(view.language), LOSS.said(view.language)), SIZE, "words", room
        )
        text(surface, theme, name, at, SIZE, color)
        text(surface, theme, number(view.loss), (left, at[1] + theme.px(38)), 34, color, "code bold")
