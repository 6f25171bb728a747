"""The tape: the functions that autograd has recorded, from the weights to the loss, as a ribbon."""

from dataclasses import dataclass, replace
from functools import partial

import pygame

from app.draw import fitting, text, width
from app.pointing import Hint, answering
from app.theme import Theme
from loop_core.operations import Operation
from loop_core.snapshot import Tape
from loop_core.words import Words

SIZE = 22
ENDS = ("Backward0", "Backward1", "Backward")
TAPE = Words("tape", "计算图")
NONE = (
    Words("none: no operation is recorded here", "没有：这里的运算不被记录"),
    Words("none is recorded", "不记录"),
)
EMPTY = (
    Words("empty until the forward pass records on it", "还是空的，等前向传播来记录"),
    Words("empty so far", "还是空的"),
)
TOLD = Words("{} functions, {} parameters: {}", "{} 个函数，{} 个参数：{}")
USED, WAITS = (
    Words("used up by backward()", "已被 backward() 用掉"),
    Words("waits for backward()", "等待 backward()"),
)

_UNRECORDED = frozenset({Operation.INFERENCE_MODE, Operation.TEST_FORWARD, Operation.TEST_LOSS})


@dataclass(frozen=True, slots=True)
class Ribbon:
    """What is on the tape, and how far the operation has come with it, 0 to 1."""

    tape: Tape | None
    operation: Operation | None
    share: float


def draw_ribbon(
    surface: pygame.Surface, theme: Theme, ribbon: Ribbon, room: pygame.Rect, language: str = "en"
) -> None:
    """The ribbon's name at the left of ``room``, then its functions in the order of the forward pass."""
    name = text(surface, theme, TAPE.said(language), (room.left, room.centery), SIZE, theme.dim, "bold")
    strip = pygame.Rect(name.right + theme.px(16), room.top, 0, room.height)
    strip.width = room.right - strip.left
    if ribbon.tape is None:
        wordings = [words.said(language) for words in (NONE if ribbon.operation in _UNRECORDED else EMPTY)]
        words = fitting(theme, wordings, SIZE, "words", strip.width)
        text(surface, theme, words, (strip.left, room.centery), SIZE, theme.faint, most=strip.width)
        return
    _draw_nodes(surface, theme, replace(ribbon, tape=ribbon.tape), ribbon.tape, strip)
    answering(surface, room, partial(_hint, ribbon.tape, language))


def _draw_nodes(
    surface: pygame.Surface, theme: Theme, ribbon: Ribbon, tape: Tape, strip: pygame.Rect
) -> None:
    names = [short_name(node) for node in tape.nodes]
    shown = _fitting(theme, names, tape.total, strip.width)
    left_out = tape.total - len(shown)
    words = [f"+{left_out}", *shown] if left_out else list(shown)
    x = strip.left
    pad, gap = theme.px(10), theme.px(12)
    for index, word in enumerate(words):
        share = (index + 1) / len(words)
        box = pygame.Rect(x, strip.top, width(theme, word, SIZE, "code") + 2 * pad, strip.height)
        if ribbon.operation is Operation.FORWARD and ribbon.share < share - 0.5 / len(words):
            break
        used = tape.used
        if ribbon.operation is Operation.BACKWARD:
            used = ribbon.share >= 1 - index / len(words)
        fresh = index == len(words) - 1 and ribbon.operation in (Operation.FORWARD, Operation.LOSS)
        _node(surface, theme, box, word, used, fresh)
        if index + 1 < len(words):
            line = theme.line if used else theme.dim
            pygame.draw.line(
                surface, line, (box.right, box.centery), (box.right + gap, box.centery), theme.px(2)
            )
        x = box.right + gap


def _node(
    surface: pygame.Surface, theme: Theme, box: pygame.Rect, word: str, used: bool, fresh: bool
) -> None:
    """A function that waits for the backward pass is filled; one that has been used is an outline."""
    radius = theme.px(8)
    if used:
        pygame.draw.rect(surface, theme.line, box, theme.px(2), border_radius=radius)
    else:
        pygame.draw.rect(surface, theme.now_ground if fresh else theme.raised, box, border_radius=radius)
        if fresh:
            pygame.draw.rect(surface, theme.now, box, theme.px(2), border_radius=radius)
    color = theme.faint if used else theme.now if fresh else theme.text
    text(surface, theme, word, box.center, SIZE, color, "code", "center")


def short_name(node: str) -> str:
    """A function's name as its operation is called: 'MulBackward0' is 'Mul'."""
    name = node.rpartition("::")[2]
    return next((name.removesuffix(end) for end in ENDS if name.endswith(end)), name)


def _fitting(theme: Theme, names: list[str], total: int, room: float) -> list[str]:
    """As many of the last names as there is room for; the very last one always."""
    pad, gap = theme.px(10), theme.px(12)
    widths = [width(theme, name, SIZE, "code") + 2 * pad + gap for name in names]
    more = width(theme, f"+{total}", SIZE, "code") + 2 * pad + gap
    for start in range(len(names)):
        needed = sum(widths[start:]) - gap + (more if start or total > len(names) else 0)
        if needed <= room:
            return names[start:]
    return names[-1:]


def _hint(tape: Tape, language: str, at: tuple[float, float]) -> Hint:
    state = (USED if tape.used else WAITS).said(language)
    nodes = tape.nodes if len(tape.nodes) <= 8 else ("…", *tape.nodes[-8:])
    return Hint((TOLD.said(language).format(tape.total, tape.leaves, state), *nodes))
