"""The data and what the model says of it: a line through points, a map under them, or guess by target."""

import itertools
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np
import numpy.typing as npt
import pygame

from app.draw import disc, eased, number, text, title
from app.pointing import Hint, answering, nearest
from app.theme import Color, Theme, mix
from loop_core.frame import Frame
from loop_core.operations import TESTING, Operation
from loop_core.snapshot import Array, Fit, Points, Task

SIZE = 22
REVEAL = 0.9
"""Seconds over which a forward pass draws its predictions, and over which residuals collapse."""
MOST_POINTS = 400
"""Points of each set that are drawn over a map."""


@dataclass(frozen=True, slots=True)
class View:
    """What is drawn; progress: of the operation's own movement, in 40ths."""

    train: Points | None
    test: Points | None
    fit: Fit | None
    task: Task
    testing: bool
    residuals: bool
    progress: int


def view(frame: Frame) -> View:
    """The frame's part in it."""
    snapshot = frame.snapshot
    if snapshot is None:
        return View(None, None, None, "regression", False, False, 40)
    moving = not frame.controls.still and snapshot.operation in (
        Operation.FORWARD,
        Operation.TEST_FORWARD,
        Operation.LOSS,
        Operation.TEST_LOSS,
    )
    progress = min(40, max(0, round(40 * (frame.now - frame.shown) / REVEAL))) if moving else 40
    residuals = snapshot.operation in (Operation.LOSS, Operation.TEST_LOSS)
    testing = snapshot.operation in TESTING
    return View(snapshot.train, snapshot.test, snapshot.fit, snapshot.task, testing, residuals, progress)


def draw(surface: pygame.Surface, view: View, theme: Theme) -> None:
    """Choose the picture by the number of features."""
    shown = view.test if view.testing else view.train
    name = "test set" if view.testing else "training set"
    aside = "" if shown is None else f"{shown.total:,} samples"
    title(surface, theme, name, aside)
    width, height = surface.get_size()
    plot = pygame.Rect(theme.px(24), theme.px(54), width - theme.px(48), height - theme.px(78))
    if view.train is None:
        text(surface, theme, "no data yet", plot.center, SIZE, theme.faint, anchor="center")
        return
    features = view.train.inputs.shape[1]
    if features == 1:
        _line(surface, theme, plot, view)
    elif features == 2:
        _map(surface, theme, plot, view)
    else:
        _guesses(surface, theme, plot, view)


def _line(surface: pygame.Surface, theme: Theme, plot: pygame.Rect, view: View) -> None:
    """One feature: points, the model's line over all of them, and the residuals of the set that counts."""
    sets = [points for points in (view.train, view.test) if points is not None]
    xs = np.concatenate([points.inputs[:, 0] for points in sets])
    ys = np.concatenate([points.targets for points in sets])
    scale = _Scale(plot, (xs.min(), xs.max(), 0.08), (ys.min(), ys.max(), 0.3))
    active = view.test if view.testing else view.train
    surface.set_clip(plot)
    if view.residuals and active is not None and active.predictions is not None:
        share = eased(view.progress / 20)
        for x, target, guess in zip(*_columns(active), strict=True):
            end = target + (guess - target) * share
            pygame.draw.line(surface, theme.now, scale.at(x, target), scale.at(x, end), theme.px(2))
    for points, color in ((view.train, theme.train), (view.test, theme.test)):
        if points is not None:
            shade = color if points is active else mix(theme.panel, color, 0.45)
            for x, target in zip(points.inputs[:, 0], points.targets, strict=True):
                disc(surface, shade, scale.at(x, target), theme.px(6 if points is active else 4))
    if view.fit is not None:
        reveal = 1.0 if view.residuals else view.progress / 40
        path = [scale.at(x, y) for x, y in zip(view.fit.x, view.fit.outputs[:, 0], strict=True)]
        for a, b in list(itertools.pairwise(path))[: round(reveal * len(path))]:
            pygame.draw.aaline(surface, theme.now, a, b, theme.px(4))
    surface.set_clip(None)
    answering(surface, plot, partial(_hint, view, scale))


def _hint(view: View, scale: "_Scale", at: tuple[float, float]) -> Hint | None:
    """The sample that is nearest to a point."""
    points = view.test if view.testing else view.train
    if points is None:
        return None
    one = points.inputs.shape[1] == 1
    across = np.column_stack([points.inputs, points.targets]) if one else points.inputs[:, :2]
    index = nearest(scale.all_at(across), at, scale.plot.height / 20)
    if index is None:
        return None
    inputs = ", ".join(number(float(value)) for value in points.inputs[index])
    rows = [f"{'test' if view.testing else 'training'} sample {index}", f"input {inputs}"]
    rows.append(f"target {number(float(points.targets[index]))}")
    if points.predictions is not None:
        outputs = ", ".join(number(float(value)) for value in points.predictions[index])
        rows.append(f"output {outputs}")
    return Hint(tuple(rows))


def _columns(points: Points) -> tuple[Array, Array, Array]:
    assert points.predictions is not None
    return points.inputs[:, 0], points.targets, points.predictions[:, 0]


def _map(surface: pygame.Surface, theme: Theme, plot: pygame.Rect, view: View) -> None:
    """Two features: what the model says everywhere, under the points of the set that counts."""
    active = view.test if view.testing else view.train
    assert view.train is not None
    every = view.train.inputs
    x_span, y_span = (every[:, 0].min(), every[:, 0].max()), (every[:, 1].min(), every[:, 1].max())
    if view.fit is not None and view.fit.y is not None:
        x_span, y_span = (view.fit.x[0], view.fit.x[-1]), (view.fit.y[0], view.fit.y[-1])
    plot = _true_to_scale(plot, x_span[1] - x_span[0], y_span[1] - y_span[0])
    if view.fit is not None and view.fit.y is not None:
        colors = _map_colors(view.fit.outputs, view.task, theme)
        small = pygame.surfarray.make_surface(colors.swapaxes(0, 1)[:, ::-1])
        surface.blit(pygame.transform.smoothscale(small, plot.size), plot)
    scale = _Scale(plot, (*x_span, 0.0), (*y_span, 0.0))
    if active is None:
        return
    every_nth = -(-len(active.inputs) // MOST_POINTS)
    radius = theme.px(7 if view.testing else 5)
    corner = (2 * radius + 3) // 2
    places = scale.all_at(active.inputs[::every_nth]) - corner
    kinds = [_mark(color, theme.ground, radius) for color in theme.classes]
    targets = active.targets[::every_nth].astype(int) % len(kinds)
    marks = [(kinds[k], place) for k, place in zip(targets.tolist(), places.tolist(), strict=True)]
    surface.blits(marks, doreturn=False)
    answering(surface, plot, partial(_hint, view, scale))


def _true_to_scale(plot: pygame.Rect, across: float, up: float) -> pygame.Rect:
    """The largest part of a rectangle in which both features have one scale: circles are circles."""
    scale = min(plot.width / max(across, 1e-9), plot.height / max(up, 1e-9))
    part = pygame.Rect(0, 0, round(scale * across), round(scale * up))
    part.center = plot.center
    return part


def _map_colors(outputs: Array, task: Task, theme: Theme) -> npt.NDArray[np.uint8]:
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
        level = 1 / (1 + np.exp(-np.clip(outputs[..., 0], -30, 30)))
        strength = np.abs(level - 0.5)[..., None] * 2
        colors = palette[(level > 0.5).astype(int)]
    colors = ground + (colors - ground) * (0.14 + 0.46 * np.nan_to_num(strength))
    colors[~np.isfinite(outputs).all(axis=-1)] = theme.failed
    picture: npt.NDArray[np.uint8] = colors.round().astype(np.uint8)
    return picture


@lru_cache(maxsize=64)
def _mark(color: Color, edge: Color, radius: int) -> pygame.Surface:
    side = 2 * radius + 3
    mark = pygame.Surface((side, side), pygame.SRCALPHA)
    disc(mark, edge, (side // 2, side // 2), radius + 1)
    disc(mark, color, (side // 2, side // 2), radius - 1)
    return mark


def _guesses(surface: pygame.Surface, theme: Theme, plot: pygame.Rect, view: View) -> None:
    """Any other data: the first output against the target; a perfect model has all points on the line."""
    active = view.test if view.testing else view.train
    pygame.draw.aaline(surface, theme.line, plot.bottomleft, plot.topright, theme.px(2))
    if active is None or active.predictions is None:
        text(surface, theme, "no predictions yet", plot.center, SIZE, theme.faint, anchor="center")
        return
    low, high = float(active.targets.min()), float(active.targets.max())
    scale = _Scale(plot, (low, high, 0.1), (low, high, 0.1))
    for target, guess in zip(active.targets, active.predictions[:, 0], strict=True):
        disc(surface, theme.test if view.testing else theme.train, scale.at(target, guess), theme.px(5))
    text(surface, theme, "target →  prediction ↑", plot.midtop, SIZE, theme.dim, anchor="center")


class _Scale:
    """From values to pixels; spans are (low, high, margin as a share)."""

    def __init__(
        self, plot: pygame.Rect, x: tuple[float, float, float], y: tuple[float, float, float]
    ) -> None:
        self.plot = plot
        self.x, self.width = self._span(*x)
        self.y, self.height = self._span(*y)

    @staticmethod
    def _span(low: float, high: float, margin: float) -> tuple[float, float]:
        span = float(high - low) or 1.0
        return float(low) - margin * span, span * (1 + 2 * margin)

    def all_at(self, points: Array) -> Array:
        """Where points (n, 2) stand, (n, 2)."""
        share = (points - (self.x, self.y)) / (self.width, self.height)
        share[:, 1] = 1 - share[:, 1]
        return np.asarray(share * self.plot.size + self.plot.topleft)

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Where a point stands; far outside at most, when it is not finite."""
        right = self.plot.left + (float(x) - self.x) / self.width * self.plot.width
        up = (float(y) - self.y) / self.height
        up = min(max(up, -5.0), 5.0) if np.isfinite(up) else 5.0
        return right, self.plot.bottom - up * self.plot.height
