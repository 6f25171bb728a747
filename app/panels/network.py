"""The network: units with their activations, weights as edges, gradients as tiles, and autograd's tape.

A forward pass runs through it from left to right, a backward pass from right to left.
"""

from dataclasses import dataclass, replace
from functools import lru_cache, partial

import numpy as np
import pygame

from app.draw import fitting, number, text, title
from app.drawing.explain import explained, explained_cell, explained_walk
from app.drawing.graph import Column, columns_of, gap_of, wires
from app.drawing.numbers import NARROW, WIDE, Change, draw_numbers
from app.drawing.ribbon import Ribbon, draw_ribbon
from app.drawing.sums import step_sums
from app.drawing.surface import SURFACE, draw_walk
from app.drawing.tiles import draw_tile
from app.drawing.units import Look, draw_column
from app.pointing import answering
from app.theme import Theme
from loop_core.frame import Frame
from loop_core.operations import TESTING, Operation
from loop_core.snapshot import Drops, Forward, Param, Snapshot, Tape, Walk
from loop_core.words import Words

SIZE = 22
STEPS = 40
SECONDS = {
    Operation.SETUP: 1.6,
    Operation.FORWARD: 1.1,
    Operation.LOSS: 0.6,
    Operation.ZERO_GRAD: 0.6,
    Operation.BACKWARD: 1.1,
    Operation.TEST_FORWARD: 1.1,
}
"""How long an operation moves through the network."""
PART = 0.55
"""Of the panel's width, where the loss surface has the rest."""
HEAD, GRADS, RANK, TAPE = 96, 70, 46, 38
"""Heights above the network, of the gradients' tiles, of those of one rank, and of the tape, at 1080p."""
RANKS = 3
"""So many ranks' own gradients are shown, above the mean of all."""

NETWORK, NO_MODEL = Words("network", "网络"), Words("no model yet", "还没有模型")
GRAD, STEP = Words("grad", "梯度"), Words("step", "更新")
OF_RANK, MEAN = Words("rank {}", "进程 {}"), Words("mean", "平均")
AWAITED = Words("once the first loss confirms it", "等第一次损失确认后画出")
GRADIENTS, AND = Words("gradients: {}", "梯度：{}"), Words(" and ", "、")
ALREADY, NORM, VALUE = (
    Words("already None", "本来就是 None"),
    Words("norm {}", "范数 {}"),
    Words("value", "有值"),
)

_FORWARD = frozenset({Operation.FORWARD, Operation.TEST_FORWARD})
_MODES = frozenset({Operation.TRAIN, Operation.EVAL})


@dataclass(frozen=True, slots=True)
class View:
    """The parameters, the pass that is shown, and the tape.

    name: of the model, where there are several.
    known: the pass has run, else only its layers are known.  share: of the operation's movement, in 40ths.
    beat: which of the tried passes of the dropout layers is shown.
    """

    name: str
    params: tuple[Param, ...]
    forward: Forward | None
    known: bool
    drops: tuple[Drops, ...]
    beat: int
    tape: Tape | None
    operation: Operation | None
    testing: bool
    learning_rate: float | None
    grad_norm: float | None
    share: int
    walk: Walk | None = None
    walk_awaited: bool = False
    language: str = "en"


def view(frame: Frame) -> View:
    """The frame's part in it."""
    snapshot = frame.snapshot
    if snapshot is None:
        language = frame.controls.language
        return View("", (), None, False, (), 0, None, None, False, None, None, STEPS, language=language)
    testing = snapshot.operation in TESTING
    forward = snapshot.test_forward if testing and snapshot.test_forward is not None else snapshot.forward
    return View(
        name=snapshot.model_name,
        params=snapshot.params,
        forward=forward or snapshot.outline,
        known=forward is not None,
        drops=snapshot.drops,
        beat=_beat(frame, snapshot),
        tape=snapshot.tape,
        operation=snapshot.operation,
        testing=testing,
        learning_rate=snapshot.learning_rate,
        grad_norm=snapshot.grad_norm,
        share=_share(frame, snapshot),
        walk=snapshot.walk,
        walk_awaited=snapshot.walk_awaited,
        language=frame.controls.language,
    )


def _share(frame: Frame, snapshot: Snapshot) -> int:
    if frame.controls.still:
        return STEPS
    if snapshot.operation is Operation.STEP and frame.cue is not None:
        line = frame.song.lines[frame.song.cues[frame.cue].line]
        steps = [s for s in line.syllables if s.text.strip(" ,.!").lower() == "step"]
        if steps:
            gone = sum(min(1.0, max(0.0, (frame.now - s.start) / 0.3)) for s in steps)
            return round(STEPS * gone / len(steps))
    seconds = SECONDS.get(snapshot.operation)
    if seconds is None:
        return STEPS
    return min(STEPS, max(0, round(STEPS * (frame.now - frame.shown) / seconds)))


def _beat(frame: Frame, snapshot: Snapshot) -> int:
    """Half beats since the mode was set, where there is a dropout layer to blink to them."""
    if not snapshot.drops or frame.controls.still:
        return 0
    count = len(snapshot.drops[0].kept)
    return int((frame.now - frame.shown) * frame.song.tempo / 30) % count


def draw(surface: pygame.Surface, view: View, theme: Theme) -> None:
    """Nodes and edges; for few parameters also each number and how it came about, for two the surface."""
    if not view.params:
        title(surface, theme, NETWORK.said(view.language))
        words = NO_MODEL.said(view.language)
        text(surface, theme, words, surface.get_rect().center, SIZE, theme.faint, anchor="center")
        return
    across, height = surface.get_size()
    beside = view.walk is not None or view.walk_awaited
    if beside:
        left = round(PART * across)
        share = view.share / STEPS if view.operation is Operation.STEP else 1.0
        _walk(surface.subsurface((left, 0, across - left, height)), theme, view, share)
        surface = surface.subsurface((0, 0, left, height))
    heading = NETWORK.said(view.language) + (f": {view.name}" if view.name else "")
    title(surface, theme, heading, _aside(view))
    few = len(view.params) <= 4 and all(p.value.size == 1 for p in view.params)
    form = NARROW if beside else WIDE
    ranks = min(RANKS, max(len(p.by_rank) for p in view.params))
    under = theme.px(form.height(len(view.params)) if few else GRADS + 12 + RANK * ranks)
    width = surface.get_width()
    tape = pygame.Rect(theme.px(20), height - theme.px(TAPE + 12), width - theme.px(40), theme.px(TAPE))
    table = pygame.Rect(0, tape.top - under, width, under)
    edge = theme.px(64 if few else 104)
    area = pygame.Rect(edge, theme.px(HEAD), width - 2 * edge, table.top - theme.px(HEAD + 12))
    _graph(surface, theme, view, area, table, None if few else ranks)
    if few:
        change = Change(view.operation, view.share / STEPS, view.learning_rate)
        draw_numbers(surface, theme, view.params, change, form, table, view.language)
    if view.operation is Operation.STEP and not few:
        _sum(surface, theme, view, tape)
    else:
        draw_ribbon(
            surface, theme, Ribbon(view.tape, view.operation, view.share / STEPS), tape, view.language
        )


def _walk(surface: pygame.Surface, theme: Theme, view: View, share: float) -> None:
    """The loss surface; until the first loss has confirmed it, only its place."""
    walk, language = view.walk, view.language
    if walk is None:
        title(surface, theme, SURFACE.said(language))
        center = surface.get_rect().center
        text(surface, theme, AWAITED.said(language), center, SIZE, theme.faint, anchor="center")
        return
    plot = draw_walk(surface, theme, walk, share, language)
    answering(surface, plot, partial(explained_walk, walk, plot, theme.px(12), language=language))


def _aside(view: View) -> str:
    if view.operation is Operation.ZERO_GRAD and not any(p.cleared is not None for p in view.params):
        told = ALREADY.said(view.language) if view.params[0].grad is None else "0"
        return GRADIENTS.said(view.language).format(told)
    value = VALUE.said(view.language)
    states = {"None" if p.grad is None else value if p.grad.any() else "0" for p in view.params}
    told = AND.said(view.language).join(sorted(states))
    if states == {value} and view.grad_norm is not None:
        told = NORM.said(view.language).format(number(view.grad_norm))
    return GRADIENTS.said(view.language).format(told)


def _graph(
    surface: pygame.Surface,
    theme: Theme,
    view: View,
    area: pygame.Rect,
    under: pygame.Rect,
    ranks: int | None,
) -> None:
    """Columns and wires; below them a tile for each layer's gradients, above it one of each rank's own.

    ranks: None where the gradients stand in a table.
    """
    columns = columns_of(view.forward, view.params, view.language)
    count = len(columns)
    arrived = tuple(_arrived(view, index / (count - 1)) for index in range(count - 1))
    looks = [_look(view, theme, column, index / max(1, count - 1)) for index, column in enumerate(columns)]
    moved = view.share / STEPS if view.operation is Operation.STEP else 1.0
    stepped = moved if ranks is None else round(4 * moved) / 4
    dropped = tuple(look.dropped for look in looks)
    size, place = (area.right, area.bottom), (*area.topleft, *area.size)
    drawn = wires(theme, size, place, columns, stepped, arrived, dropped)
    built = view.share / STEPS if view.operation is Operation.SETUP else 1.0
    surface.blit(drawn, area, pygame.Rect(area.left, area.top, round(area.width * built), area.height))
    answering(
        surface,
        area.inflate(theme.px(100), theme.px(60)),
        partial(explained, theme, columns, view.known, area, view.learning_rate, language=view.language),
    )
    for index, column in enumerate(columns):
        if index <= built * (count - 1):
            draw_column(surface, theme, column, area, index, count, looks[index])
        if index and column.weight is not None and ranks is not None:
            room = gap_of(area, columns, index, theme)
            room.update(room.left, under.top, room.width, theme.px(RANK - 12))
            for rank in range(len(column.weight.by_rank[:ranks])):
                weight = _of_rank(column.weight, rank)
                draw_tile(
                    surface, theme, weight if arrived[index - 1] else _without_grad(weight), "grad", room
                )
                room.move_ip(0, theme.px(RANK))
            room.height = theme.px(GRADS)
            _gradients(surface, theme, view, column.weight, room, arrived[index - 1])
    if ranks is not None:
        names = [OF_RANK.said(view.language).format(rank) for rank in range(ranks)]
        x, y = theme.px(20), under.top + theme.px(RANK / 2)
        for name in names:
            text(surface, theme, name, (x, y), SIZE, theme.dim)
            y += theme.px(RANK)
        at = x, y + theme.px((GRADS - RANK) / 2)
        text(surface, theme, (MEAN if ranks else GRAD).said(view.language), at, SIZE, theme.dim, "bold")


def _look(view: View, theme: Theme, column: Column, at: float) -> Look:
    """How a column looks: ``at`` is where it stands, 0 left, 1 right."""
    wave = view.share / STEPS * 1.3 - 0.15
    passing = view.operation in _FORWARD
    lit = passing and abs(wave - at) < 0.14 and view.share < STEPS
    dropped = column.dropped if view.known and (not passing or wave >= at) else ()
    tried = next((d.kept[view.beat] for d in view.drops if d.name == column.dropout), None)
    if view.operation in _MODES and tried is not None:
        dropped = tuple(bool(kept == 0) for kept in tried)
    known = view.known and (not passing or wave >= at)
    return Look(theme.test if view.testing else theme.train, known, lit, dropped)


def _arrived(view: View, at: float) -> bool:
    """Whether the backward pass has come to the edges that start at ``at`` (0 left, 1 right)."""
    return view.operation is not Operation.BACKWARD or view.share / STEPS >= 1 - at - 0.2


def _gradients(
    surface: pygame.Surface, theme: Theme, view: View, weight: Param, room: pygame.Rect, arrived: bool
) -> None:
    """A layer's gradients as a tile. Cleared ones fall away; those on their way are still None."""
    share = view.share / STEPS
    if not arrived:
        draw_tile(surface, theme, _without_grad(weight), "grad", room)
    elif view.operation is Operation.ZERO_GRAD and weight.cleared is not None and share < 1:
        draw_tile(surface, theme, weight, "cleared", room.move(0, round(theme.px(20) * share)), share)
    else:
        rect = draw_tile(surface, theme, weight, "grad", room)
        if weight.grad is not None:
            answering(
                surface,
                rect,
                partial(explained_cell, weight, rect, view.learning_rate, language=view.language),
            )


@lru_cache(maxsize=64)
def _of_rank(weight: Param, rank: int) -> Param:
    """With the gradient that it had on one rank."""
    return replace(weight, grad=weight.by_rank[rank])


def _without_grad(weight: Param) -> Param:
    return Param(weight.name, weight.shape, weight.value, None, weight.previous)


def _sum(surface: pygame.Surface, theme: Theme, view: View, room: pygame.Rect) -> None:
    """The step of the weight that it has moved most, with the numbers in place."""
    at = room.left, room.centery
    name = text(surface, theme, STEP.said(view.language), at, SIZE, theme.dim, "bold")
    found = _most_moved(view.params)
    if found is None:
        return
    param, row, column = found
    grad = 0.0 if param.grad is None else float(param.grad[row, column])
    old, new = float(param.previous[row, column]), float(param.value[row, column])
    sums = step_sums(old, view.learning_rate, grad, new)
    weight = f"{param.name}[{row}, {column}]" if len(param.shape) > 1 else f"{param.name}[{column}]"
    most = room.right - name.right - theme.px(16)
    words = fitting(theme, [*(f"{weight}: {words}" for words in sums), *sums], SIZE, "code", most)
    text(surface, theme, words, (name.right + theme.px(16), room.centery), SIZE, theme.now, "code", most=most)


def _most_moved(params: tuple[Param, ...]) -> tuple[Param, int, int] | None:
    """A parameter that is shown whole, and row and column of the number that the step changed most."""
    whole = [p for p in params if len(p.shape) <= 2 and p.value.size == int(np.prod(p.shape))]
    changes = [(float(np.nan_to_num(np.abs(p.value - p.previous)).max(initial=0)), p) for p in whole]
    most, param = max(changes, key=lambda found: found[0], default=(0.0, None))
    if param is None or not most:
        return None
    row, column = np.unravel_index(
        int(np.nan_to_num(np.abs(param.value - param.previous)).argmax()), param.value.shape
    )
    return param, int(row), int(column)
