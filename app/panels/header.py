"""The top line: what plays, which epoch, and the two modes that a training loop switches."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import pygame

from app.draw import badge, eased, text, width
from app.pointing import Hint, answering
from app.theme import Theme
from loop_core.frame import Controls, Frame
from loop_core.operations import Operation
from loop_core.snapshot import GradMode, Snapshot

GRAD_WORDS: dict[GradMode, str] = {"grad": "GRAD ON", "no_grad": "NO GRAD", "inference": "INFERENCE"}
GRAD_HINTS: dict[GradMode, Hint] = {
    "grad": Hint(
        (
            "torch.is_grad_enabled() = True",
            "torch.is_inference_mode_enabled() = False",
            "operations are recorded, for loss.backward() to follow",
        )
    ),
    "no_grad": Hint(
        (
            "torch.is_grad_enabled() = False",
            "torch.is_inference_mode_enabled() = False",
            "operations are not recorded: results have no grad_fn",
        )
    ),
    "inference": Hint(
        (
            "torch.is_inference_mode_enabled() = True",
            "operations are not recorded: results have no grad_fn",
        )
    ),
}
MODE_WORDS = {
    True: "Dropout leaves units out, BatchNorm goes by the batch",
    False: "Dropout leaves none out, BatchNorm goes by its averages",
}
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


def view(frame: Frame) -> View:
    """The frame's part in it."""
    snapshot, controls = frame.snapshot, frame.controls
    return View(
        frame.lesson.title,
        snapshot.epoch if snapshot else None,
        snapshot.epochs if snapshot else None,
        _listening(snapshot) if snapshot else None,
        snapshot.training if snapshot else None,
        snapshot.grad_mode if snapshot else None,
        int(frame.now),
        controls.playing,
        tuple(dict.fromkeys(_notes(frame))),
        *_turn(frame),
    )


def _notes(frame: Frame) -> Iterator[str]:
    """What is not as usual; the word to the person at the keys first, as what does not fit is cut."""
    controls = frame.controls
    if controls.message:
        yield controls.message
    if not frame.ready:
        yield "tuning up"
    elif frame.behind and frame.snapshot is not None and not controls.vamping:
        yield "catching up"
    if controls.hold:
        yield "hold: each line waits for Space"
    if controls.exercise:
        yield controls.exercise
    yield from _practice(controls)
    if not controls.message and controls.sound.startswith("no sound"):
        yield "no sound"
    if frame.now >= frame.song.length:
        yield "R: once more, D: lessons"


def _practice(controls: Controls) -> Iterator[str]:
    """How the song is practised."""
    if controls.muted:
        yield "voice off"
    elif controls.voice < 1:
        yield f"voice {controls.voice:.0%}"
    if controls.unaccompanied:
        yield "backing off"
    if controls.speed != 100:
        yield f"speed {controls.speed}%"
    if controls.transpose:
        yield f"transposed {controls.transpose:+}"
    if controls.preparing:
        yield "in preparation"
    if controls.loop is not None:
        yield f"loop: {controls.loop.kind}"
    if controls.count_in:
        yield "count-in on"


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
        hint = _mode_hint(view) if part == "mode" else GRAD_HINTS[view.grad_mode or "grad"]
        answering(surface, rect, partial(_say, hint))
        right -= theme.px(14)
    if view.epoch is not None:
        rise = theme.px(56) * (1 - turned) if view.turning == "epoch" else 0.0
        at = (right, middle + rise)
        last = f" / {view.epochs - 1}" if view.epochs else ""
        epoch = text(surface, theme, f"epoch {view.epoch}{last}", at, 28, theme.text, "words", "right")
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
    rows = [f"model.training = {view.training}", MODE_WORDS[bool(view.training)]]
    if view.listening is not None:
        rows.append(f"in the forward pass: {', '.join(view.listening) or 'neither'}")
    return Hint(tuple(rows))


def _epoch_hint(view: View) -> Hint:
    if not view.epochs:
        return Hint((f"epoch {view.epoch}", "counted from 0"))
    return Hint((f"epoch {view.epoch} of {view.epochs}", f"counted from 0: the last is {view.epochs - 1}"))


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
