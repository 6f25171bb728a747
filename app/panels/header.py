"""The top line: what plays, which epoch, and the two modes that a training loop switches."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import pygame

from app.draw import badge, eased, text, width
from app.drawing.messages import (
    AT_END,
    BACKING_OFF,
    CATCHING,
    COUNT_IN_ON,
    HOLD,
    LOOPS,
    NO_SOUND,
    PREPARING,
    SPEED,
    TRANSPOSED,
    TUNING,
    VOICE,
    VOICE_OFF,
    VOLUME,
)
from app.pointing import Hint, answering
from app.theme import Theme
from loop_core.frame import Controls, Frame
from loop_core.operations import Operation
from loop_core.snapshot import GradMode, Snapshot
from loop_core.words import Words

GRAD_WORDS: dict[GradMode, str] = {"grad": "GRAD ON", "no_grad": "NO GRAD", "inference": "INFERENCE"}
GRAD_FACTS: dict[GradMode, tuple[str, ...]] = {
    "grad": ("torch.is_grad_enabled() = True", "torch.is_inference_mode_enabled() = False"),
    "no_grad": ("torch.is_grad_enabled() = False", "torch.is_inference_mode_enabled() = False"),
    "inference": ("torch.is_inference_mode_enabled() = True",),
}
RECORDED = Words(
    "operations are recorded, for loss.backward() to follow", "运算会被记录，loss.backward() 沿着记录回去"
)
UNRECORDED = Words("operations are not recorded: results have no grad_fn", "运算不被记录：结果没有 grad_fn")
MODES = {
    True: Words(
        "Dropout leaves units out, BatchNorm goes by the batch",
        "Dropout 丢弃单元，BatchNorm 用这一批的统计量",
    ),
    False: Words(
        "Dropout leaves none out, BatchNorm goes by its averages", "Dropout 不丢弃，BatchNorm 用积累的平均值"
    ),
}
IN_FORWARD, NEITHER = Words("in the forward pass: {}", "前向传播中：{}"), Words("neither", "两者都没有")
EPOCH, OF_EPOCHS = Words("epoch {}", "第 {} 轮"), Words("epoch {} / {}", "第 {} / {} 轮")
EPOCH_OF = Words("epoch {} of {}", "第 {} 轮，共 {} 轮")
FROM_0, LAST = (
    Words("counted from 0", "从 0 数起"),
    Words("counted from 0: the last is {}", "从 0 数起：最后是 {}"),
)
LISTENING = ("Dropout", "BatchNorm")
"""Layers that ask for ``training``, by a part of their class's name."""

TURN = 0.4
"""Seconds in which a badge flips over and the counter turns."""
TURNS = 16

_FLIPS = {Operation.TRAIN: "mode", Operation.EVAL: "mode", Operation.INFERENCE_MODE: "grad"}


@dataclass(frozen=True, slots=True)
class View:
    """What the header shows; seconds: of the song.

    epochs: how many there will be.  listening: the layers of the forward pass that ask for ``training``.
    turning: which part is on its way ('mode', 'grad', 'epoch'), and turn: how far, in 16ths.
    """

    lesson: str
    epoch: int | None
    epochs: int | None
    listening: tuple[str, ...] | None
    training: bool | None
    grad_mode: GradMode | None
    seconds: int
    playing: bool
    notes: tuple[str, ...]
    turning: str
    turn: int
    language: str = "en"


def view(frame: Frame) -> View:
    """The frame's part in it."""
    snapshot, controls = frame.snapshot, frame.controls
    return View(
        frame.lesson.titles.said(controls.language),
        snapshot.epoch if snapshot else None,
        snapshot.epochs if snapshot else None,
        _listening(snapshot) if snapshot else None,
        snapshot.training if snapshot else None,
        snapshot.grad_mode if snapshot else None,
        int(frame.now),
        controls.playing,
        tuple(dict.fromkeys(_notes(frame))),
        *_turn(frame),
        controls.language,
    )


def _notes(frame: Frame) -> Iterator[str]:
    """What is not as usual; the word to the person at the keys first, as what does not fit is cut."""
    controls, language = frame.controls, frame.controls.language
    if controls.message:
        yield controls.message
    if not frame.ready:
        yield TUNING.said(language)
    elif frame.behind and frame.snapshot is not None and not controls.vamping:
        yield CATCHING.said(language)
    if controls.hold:
        yield HOLD.said(language)
    if controls.exercise:
        yield controls.exercise
    yield from _practice(controls)
    if not controls.message and controls.sound.startswith("no sound"):
        yield NO_SOUND.said(language)
    if frame.now >= frame.song.length:
        yield AT_END.said(language)


def _practice(controls: Controls) -> Iterator[str]:
    """How the song is practised."""
    language = controls.language
    if controls.muted:
        yield VOICE_OFF.said(language)
    elif controls.voice < 1:
        yield VOICE.said(language).format(controls.voice)
    if controls.volume < 1:
        yield VOLUME.said(language).format(controls.volume)
    if controls.unaccompanied:
        yield BACKING_OFF.said(language)
    if controls.speed != 100:
        yield SPEED.said(language).format(controls.speed)
    if controls.transpose:
        yield TRANSPOSED.said(language).format(f"{controls.transpose:+}")
    if controls.preparing:
        yield PREPARING.said(language)
    if controls.loop is not None:
        yield LOOPS[controls.loop.kind].said(language)
    if controls.count_in:
        yield COUNT_IN_ON.said(language)


def _listening(snapshot: Snapshot) -> tuple[str, ...] | None:
    if snapshot.forward is None:
        return None
    kinds = (layer.kind for layer in snapshot.forward.layers)
    return tuple(dict.fromkeys(kind for kind in kinds if any(part in kind for part in LISTENING)))


def _turn(frame: Frame) -> tuple[str, int]:
    """What the operation turns over, and how far that has come."""
    snapshot = frame.snapshot
    if snapshot is None or frame.controls.still:
        return "", TURNS
    turning = "epoch" if snapshot.operation is Operation.EPOCH else _FLIPS.get(snapshot.operation, "")
    turn = min(TURNS, max(0, round(TURNS * (frame.now - frame.shown) / TURN)))
    return (turning, turn) if turning and turn < TURNS else ("", TURNS)


def draw(surface: pygame.Surface, view: View, theme: Theme) -> None:
    """Name and lesson at the left; epoch, badges, notes and time at the right."""
    middle = surface.get_height() / 2 + theme.px(4)
    rect = text(surface, theme, "Torchaoke", (0, middle), 34, theme.now, "bold")
    lesson = text(surface, theme, view.lesson, (rect.right + theme.px(24), middle), 28, theme.text)
    right = float(surface.get_width())
    clock = f"{view.seconds // 60}:{view.seconds % 60:02}"
    color = theme.now if view.playing else theme.dim
    right = text(surface, theme, clock, (right, middle), 28, color, "code", "right").left - theme.px(14)
    _state(surface, theme, (right - theme.px(10), middle), view.playing)
    right -= theme.px(44)
    turned = eased(view.turn / TURNS)
    for part, words, lit, filled in reversed(_badges(view)):
        right -= width(theme, words, 24, "bold") + theme.px(32)
        rect = badge(surface, theme, words, (right, middle), theme.now if lit else theme.dim, filled)
        if part == view.turning:
            _flip(surface, rect, turned, theme)
        hint = _mode_hint(view) if part == "mode" else _grad_hint(view)
        answering(surface, rect, partial(_say, hint))
        right -= theme.px(14)
    if view.epoch is not None:
        rise = theme.px(56) * (1 - turned) if view.turning == "epoch" else 0.0
        at = (right, middle + rise)
        words = (OF_EPOCHS if view.epochs else EPOCH).said(view.language)
        words = words.format(view.epoch, (view.epochs or 0) - 1)
        epoch = text(surface, theme, words, at, 28, theme.text, "words", "right")
        answering(surface, epoch, partial(_say, _epoch_hint(view)))
        right = epoch.left
    room = right - lesson.right - theme.px(56)
    if view.notes and room > theme.px(80):
        at = (lesson.right + theme.px(28), middle)
        text(surface, theme, " · ".join(view.notes), at, 26, theme.now, most=room)


def _say(hint: Hint, at: tuple[float, float]) -> Hint:
    """The same everywhere."""
    return hint


def _mode_hint(view: View) -> Hint:
    rows = [f"model.training = {view.training}", MODES[bool(view.training)].said(view.language)]
    if view.listening is not None:
        kinds = ", ".join(view.listening) or NEITHER.said(view.language)
        rows.append(IN_FORWARD.said(view.language).format(kinds))
    return Hint(tuple(rows))


def _grad_hint(view: View) -> Hint:
    mode = view.grad_mode or "grad"
    recorded = RECORDED if mode == "grad" else UNRECORDED
    return Hint((*GRAD_FACTS[mode], recorded.said(view.language)))


def _epoch_hint(view: View) -> Hint:
    language = view.language
    if not view.epochs:
        return Hint((EPOCH.said(language).format(view.epoch), FROM_0.said(language)))
    name = EPOCH_OF.said(language).format(view.epoch, view.epochs)
    return Hint((name, LAST.said(language).format(view.epochs - 1)))


def _badges(view: View) -> list[tuple[str, str, bool, bool]]:
    """Which part, its words, whether in the colour of now, and whether filled."""
    badges = []
    if view.training is not None:
        badges.append(("mode", "TRAIN", True, True) if view.training else ("mode", "EVAL", False, True))
    if view.grad_mode is not None:
        badges.append(("grad", GRAD_WORDS[view.grad_mode], view.grad_mode == "grad", False))
    return badges


def _flip(surface: pygame.Surface, rect: pygame.Rect, turned: float, theme: Theme) -> None:
    """Show a drawn badge on its way from its edge to its front."""
    front = surface.subsurface(rect).copy()
    surface.fill(theme.ground, rect)
    height = max(1, round(rect.height * turned))
    seen = pygame.transform.smoothscale(front, (rect.width, height))
    surface.blit(seen, seen.get_rect(center=rect.center))


def _state(surface: pygame.Surface, theme: Theme, at: tuple[float, float], playing: bool) -> None:
    x, y, r = at[0], at[1], theme.px(9)
    if playing:
        pygame.draw.polygon(surface, theme.now, [(x - r, y - r), (x - r, y + r), (x + r, y)])
    else:
        for left in (x - r, x + r // 3):
            pygame.draw.rect(surface, theme.dim, (left, y - r, max(2, 2 * r // 3), 2 * r))
