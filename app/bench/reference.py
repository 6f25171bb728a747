"""The stage as matplotlib's users would animate it: artists made once, changed for each picture.

Simpler than the stage: code in one colour, no headings, no hints, nothing that moves between operations; for
one feature and a model of two numbers. The figure has no canvas of pyplot's, which would draw each picture
twice.
"""

import io
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pygame
from matplotlib.animation import AbstractMovieWriter, FuncAnimation
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PatchCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from app.drawing.graph import columns_of, places_of
from app.stage import layout
from app.theme import DARK as THEME
from app.theme import Color, mix
from loop_core.frame import Frame
from loop_core.operations import FAST, Operation
from loop_core.snapshot import Points, Series
from loop_core.timeline import line_at, sung

DPI = 100
POINTS = 72 / DPI
"""Points, matplotlib's unit of text and lines, per pixel."""
ROWS = 18
"""Lines of the code that are in view."""

Update = Callable[[Frame], None]


def draw_with_matplotlib(frames: Sequence[Frame], size: tuple[int, int]) -> float:
    """Seconds that FuncAnimation takes to draw these frames, without encoding them."""
    figure = Figure((size[0] / DPI, size[1] / DPI), dpi=DPI, facecolor=_of(THEME.ground))
    axes = {name: _axes(figure, rect, size) for name, rect in layout(size).items()}
    parts = (_header, _code, _console, _network, _surface, _points, _losses, _karaoke, _timeline)
    scale = min(size[0] / 1920, size[1] / 1080) * POINTS
    updates = [part(axes, frames[0], scale) for part in parts]

    def update(frame: Frame) -> list[Any]:
        for each in updates:
            each(frame)
        return []

    animation = FuncAnimation(figure, update, frames, init_func=list, cache_frame_data=False)
    start = time.perf_counter()
    animation.save("nowhere", writer=_Nowhere(), dpi=DPI)
    return time.perf_counter() - start


class _Nowhere(AbstractMovieWriter):
    """Takes each picture as bytes, as the writers do that hand them to an encoder, and drops it."""

    def setup(self, fig: Figure, outfile: str | Path, dpi: float | None = None) -> None:
        super().setup(fig, outfile, dpi)

    def grab_frame(self, **options: Any) -> None:
        self.fig.savefig(io.BytesIO(), format="rgba", dpi=self.dpi, **options)

    def finish(self) -> None:
        pass


def _axes(figure: Figure, rect: pygame.Rect, size: tuple[int, int]) -> Axes:
    """Axes in place of a panel, from 0 to 1 both ways."""
    (width, height), bottom = size, size[1] - rect.bottom
    place = rect.left / width, bottom / height, rect.width / width, rect.height / height
    axes = figure.add_axes(place, facecolor=_of(THEME.panel), xlim=(0, 1), ylim=(0, 1), xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    return axes


def _of(color: Color) -> tuple[float, float, float]:
    red, green, blue = color
    return red / 255, green / 255, blue / 255


def _write(axes: Axes, x: float, y: float, size: float, color: Color, **options: Any) -> Any:
    options = {"va": "center", **options}
    return axes.text(x, y, "", size=size, color=_of(color), parse_math=False, **options)


def _header(axes: dict[str, Axes], first: Frame, scale: float) -> Update:
    panel = axes["header"]
    panel.set_axis_off()
    _write(panel, 0, 0.5, 34 * scale, THEME.now, weight="bold").set_text("Torchaoke")
    _write(panel, 0.14, 0.5, 28 * scale, THEME.text).set_text(first.lesson.title)
    epoch = _write(panel, 0.66, 0.5, 28 * scale, THEME.text, ha="right")
    box = {"boxstyle": "round", "facecolor": _of(THEME.raised)}
    mode = _write(panel, 0.74, 0.5, 24 * scale, THEME.now, weight="bold", ha="center", bbox=box)
    grad = _write(panel, 0.84, 0.5, 24 * scale, THEME.now, weight="bold", ha="center", bbox=box)
    clock = _write(panel, 1, 0.5, 28 * scale, THEME.now, family="monospace", ha="right")

    def update(frame: Frame) -> None:
        clock.set_text(f"{int(frame.now) // 60}:{int(frame.now) % 60:02}")
        shown = frame.snapshot
        if shown is not None:
            epoch.set_text("" if shown.epoch is None else f"epoch {shown.epoch}")
            mode.set_text("TRAIN" if shown.training else "EVAL")
            grad.set_text(shown.grad_mode)

    return update


def _code(axes: dict[str, Axes], first: Frame, scale: float) -> Update:
    panel, lines = axes["code"], first.listing.lines
    light = Rectangle((0, 0), 1, 0, color=_of(THEME.now_ground))
    panel.add_patch(light)
    texts = []
    for number, line in enumerate(lines, start=1):
        text = _write(panel, 0.08, -number, 26 * scale, THEME.text, family="monospace", clip_on=True)
        text.set_text(line)
        texts.append(text)
    lyric = _write(panel, 0.16, 0, 24 * scale, THEME.now, weight="bold", clip_on=True)

    def update(frame: Frame) -> None:
        cue = None if frame.cue is None else frame.song.cues[frame.cue]
        site = None if cue is None else frame.listing.site(cue.operation)
        first_line, last = (site.line, site.end_line) if site else (0, 0)
        top = min(max(1, last - ROWS // 2), max(1, len(lines) - ROWS + 1))
        panel.set_ylim(-(top + ROWS) + 0.5, -top + 0.5)
        for number, text in enumerate(texts, start=1):
            text.set_y(-number - (0 < last < number))  # room for the lyric
            text.set_visible(top <= number < top + ROWS)
            text.set_weight("bold" if first_line <= number <= last else "normal")
        light.set_bounds(0, -last - 1.5, 1, last - first_line + 2 if site else 0)
        lyric.set_text(frame.song.lines[cue.line].text if cue and site else "")
        lyric.set_y(-last - 1)

    return update


def _console(axes: dict[str, Axes], first: Frame, scale: float) -> Update:
    panel = axes["console"]
    proof = _write(panel, 0.03, 0.85, 25 * scale, THEME.text, clip_on=True)
    printed = _write(panel, 0.03, 0.05, 22 * scale, THEME.dim, family="monospace", va="bottom", clip_on=True)

    def update(frame: Frame) -> None:
        if frame.snapshot is not None:
            proof.set_text(frame.snapshot.evidence.text)
            printed.set_text("\n".join(frame.snapshot.console[-3:]))

    return update


def _network(axes: dict[str, Axes], first: Frame, scale: float) -> Update:
    panel = axes["network"]
    edges = LineCollection([])
    panel.add_collection(edges)
    grads = panel.scatter([], [], zorder=3)
    nodes = panel.scatter([], [], zorder=4)
    table = _write(panel, 0.03, 0.16, 26 * scale, THEME.text, family="monospace")
    aside = _write(panel, 0.5, 0.93, 22 * scale, THEME.dim, ha="right")
    area = pygame.Rect(50, 350, 450, 500)  # in thousandths, for a model of few numbers beside its surface

    def update(frame: Frame) -> None:
        shown = frame.snapshot
        if shown is None or not shown.params:
            return
        columns = columns_of(shown.forward, shown.params)
        places = [
            np.array(places_of(area, i, len(columns), column.width)) / 1000
            for i, column in enumerate(columns)
        ]
        segments, weights, marks, slopes = [], [], [], []
        for left, right, column in zip(places, places[1:], columns[1:], strict=False):
            weight = column.weight
            if weight is None:
                continue
            segments += [(start, end) for end in right for start in left]
            weights += weight.value[: len(right), : len(left)].ravel().tolist()
            if weight.grad is not None:
                marks += [start + 0.62 * (end - start) for end in right for start in left]
                slopes += weight.grad[: len(right), : len(left)].ravel().tolist()
        edges.set_segments(segments)
        edges.set_linewidth([(1 + 7 * min(1, abs(weight))) * scale for weight in weights])
        edges.set_color([_of(THEME.signed(weight)) for weight in weights])
        grads.set_offsets(marks or np.empty((0, 2)))
        grads.set_sizes([(20 * scale) ** 2 * min(1, 0.2 + abs(slope)) for slope in slopes])
        grads.set_facecolor([_of(THEME.signed(slope)) for slope in slopes])
        units = [np.zeros(c.width) if c.layer is None else c.layer.units for c in columns]
        strengths = np.concatenate(units)
        nodes.set_offsets(np.concatenate(places))
        nodes.set_sizes([(68 * scale) ** 2])
        nodes.set_facecolor([_of(mix(THEME.raised, THEME.train, abs(value))) for value in strengths])
        numbers = [(p.name, p.value[0, 0], "None" if p.grad is None else p.grad[0, 0]) for p in shown.params]
        table.set_text("\n".join(f"{name:<12}{value:>9.4f}  {grad:.7}" for name, value, grad in numbers))
        aside.set_text("" if shown.grad_norm is None else f"gradients: norm {shown.grad_norm:.4f}")

    return update


def _surface(axes: dict[str, Axes], first: Frame, scale: float) -> Update:
    panel = axes["network"].inset_axes((0.62, 0.1, 0.36, 0.75))
    panel.tick_params(colors=_of(THEME.dim), labelsize=22 * scale)
    image = panel.imshow(np.zeros((2, 2)), origin="lower", aspect="auto", cmap="Blues_r")
    (path,) = panel.plot([], [], color=_of(THEME.now), lw=3 * scale, marker="o", markevery=[-1])

    def update(frame: Frame) -> None:
        walk = None if frame.snapshot is None else frame.snapshot.walk
        if walk is None:
            return
        x, y = walk.surface.x, walk.surface.y
        image.set_data(np.log(walk.surface.loss + 0.01))
        image.autoscale()
        image.set_extent((x[0], x[-1], y[0], y[-1]))
        path.set_data(walk.path.T)

    return update


def _points(axes: dict[str, Axes], first: Frame, scale: float) -> Update:
    panel = axes["data"]
    panel.set(xlim=(-0.1, 1.1), ylim=(0, 1.2))
    sets = [panel.scatter([], [], s=(12 * scale) ** 2, color=_of(c)) for c in (THEME.train, THEME.test)]
    residuals = LineCollection([], colors=[_of(THEME.now)], linewidths=2 * scale)
    panel.add_collection(residuals)
    (line,) = panel.plot([], [], color=_of(THEME.now), lw=4 * scale)

    def update(frame: Frame) -> None:
        shown = frame.snapshot
        if shown is None:
            return
        for drawn, points in zip(sets, (shown.train, shown.test), strict=True):
            if points is not None:
                drawn.set_offsets(np.column_stack([points.inputs[:, 0], points.targets]))
        if shown.fit is not None:
            line.set_data(shown.fit.x, shown.fit.outputs[:, 0])
        losing = {Operation.LOSS: shown.train, Operation.TEST_LOSS: shown.test}
        residuals.set_segments(list(_residuals(losing.get(shown.operation))))

    return update


def _residuals(points: Points | None) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    if points is not None and points.predictions is not None:
        columns = points.inputs[:, 0], points.targets, points.predictions[:, 0]
        for x, target, guess in zip(*columns, strict=True):
            yield (x, target), (x, guess)


def _losses(axes: dict[str, Axes], first: Frame, scale: float) -> Update:
    panel = axes["loss"].inset_axes((0.16, 0.16, 0.78, 0.66), facecolor=_of(THEME.panel))
    panel.set_xlim(0, first.lesson.epochs - 1)
    panel.set_xlabel("epoch", color=_of(THEME.dim), size=22 * scale)
    panel.tick_params(colors=_of(THEME.dim), labelsize=22 * scale)
    panel.grid(axis="y", color=_of(THEME.line))
    curves = [panel.plot([], [], color=_of(c), lw=3 * scale)[0] for c in (THEME.test, THEME.train)]
    legend = _write(axes["loss"], 0.96, 0.92, 22 * scale, THEME.dim, family="monospace", ha="right")

    def update(frame: Frame) -> None:
        shown = frame.snapshot
        if shown is None or not len(shown.train_series.value):
            return
        series: tuple[Series, Series] = shown.test_series, shown.train_series
        for curve, one in zip(curves, series, strict=True):
            curve.set_data(one.epoch, one.value)
        panel.set_ylim(0, 1.08 * max(float(one.value.max(initial=0)) for one in series))
        legend.set_text("  ".join(f"{one.value[-1]:.4f}" for one in series if len(one.value)))

    return update


def _karaoke(axes: dict[str, Axes], first: Frame, scale: float) -> Update:
    panel = axes["karaoke"]
    panel.set_axis_off()
    why = _write(panel, 0.5, 0.87, 28 * scale, THEME.dim, ha="center")
    words, lit = (
        _write(panel, 0.5, 0.54, 68 * scale, color, weight="bold", ha="center")
        for color in (THEME.text, THEME.now)
    )
    following = _write(panel, 0.5, 0.16, 34 * scale, THEME.faint, ha="center")
    window = Rectangle((0, 0), 0, 1, transform=panel.transData)
    lit.set_clip_path(window)
    of_line = -1
    left = width = 0.0

    def update(frame: Frame) -> None:
        nonlocal of_line, left, width
        index = line_at(frame.song, frame.now) or 0
        line = frame.song.lines[index]
        if index != of_line:
            of_line = index
            words.set_text(line.text)
            lit.set_text(line.text)
            why.set_text(line.subtitles.get("en", ""))
            lines = frame.song.lines
            following.set_text(lines[index + 1].text if index + 1 < len(lines) else "")
            place = words.get_window_extent().transformed(panel.transData.inverted())
            left, width = place.x0, place.width
        whole, share = sung(line, frame.now)
        letters = [len(syllable.text) for syllable in line.syllables]
        done = sum(letters[:whole]) + (share * letters[whole] if whole < len(letters) else 0)
        window.set_bounds(left, 0, width * done / sum(letters), 1)

    return update


def _timeline(axes: dict[str, Axes], first: Frame, scale: float) -> Update:
    panel, song = axes["timeline"], first.song
    panel.set_axis_off()
    panel.set_xlim(-0.0125 * song.length, 1.0125 * song.length)
    panel.axhline(0.5, color=_of(THEME.line), lw=2 * scale)
    panel.vlines([section.start for section in song.sections], 0.3, 0.7, colors=[_of(THEME.faint)])
    spans = [(song.lines[cue.line].start, song.lines[cue.line].end) for cue in song.cues]
    colors = [
        THEME.positive if cue.operation in FAST else THEME.of_operation(cue.operation) for cue in song.cues
    ]
    bars = PatchCollection([Rectangle((start, 0.41), end - start, 0.18) for start, end in spans])
    bars.set_zorder(3)
    panel.add_collection(bars)
    (head,) = panel.plot([], [], "o", color=_of(THEME.now), ms=22 * scale, zorder=4)

    def update(frame: Frame) -> None:
        shades = [
            color if start <= frame.now else mix(THEME.ground, color, 0.45)
            for color, (start, _) in zip(colors, spans, strict=True)
        ]
        bars.set_facecolor([_of(shade) for shade in shades])
        head.set_data([frame.now], [0.5])

    return update
