"""The top line: what plays, which epoch, and the two modes that a training loop switches."""

from dataclasses import dataclass

import pygame

from app.draw import badge, eased, text, width
from app.theme import Theme
from loop_core.frame import Frame
from loop_core.operations import Operation
from loop_core.snapshot import GradMode

GRAD_WORDS: dict[GradMode, str] = {"grad": "GRAD ON", "no_grad": "NO GRAD", "inference": "INFERENCE"}

TURN = 0.4
"""Seconds in which a badge flips over and the counter turns."""
TURNS = 16

_FLIPS = {Operation.TRAIN: "mode", Operation.EVAL: "mode", Operation.INFERENCE_MODE: "grad"}


@dataclass(frozen=True, slots=True)
class View:
    """What the header shows; seconds: of the song.

    turning: which part is on its way ('mode', 'grad', 'epoch'), and turn: how far, in 16ths.
    """

    lesson: str
    epoch: str
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
    epoch = ""
    if snapshot is not None and snapshot.epoch is not None:
        last = f" / {snapshot.epochs - 1}" if snapshot.epochs else ""
        epoch = f"epoch {snapshot.epoch}{last}"
    notes = []
    if not frame.ready:
        notes.append("tuning up")
    elif frame.behind and frame.snapshot is not None:
        notes.append("catching up")
    if controls.hold:
        notes.append("hold: each line waits for Space")
    if controls.muted:
        notes.append("voice off")
    if controls.message:
        notes.append(controls.message)
    elif controls.sound.startswith("no sound"):
        notes.append("no sound")
    if frame.now >= frame.song.length:
        notes.append("R: once more, D: lessons")
    return View(
        frame.lesson.title,
        epoch,
        snapshot.training if snapshot else None,
        snapshot.grad_mode if snapshot else None,
        int(frame.now),
        controls.playing,
        tuple(notes),
        *_turn(frame),
    )


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
        right -= theme.px(14)
    if view.epoch:
        rise = theme.px(56) * (1 - turned) if view.turning == "epoch" else 0.0
        at = (right, middle + rise)
        right = text(surface, theme, view.epoch, at, 28, theme.text, "words", "right").left
    room = right - lesson.right - theme.px(56)
    if view.notes and room > theme.px(80):
        at = (lesson.right + theme.px(28), middle)
        text(surface, theme, " · ".join(view.notes), at, 26, theme.now, most=room)


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
