"""What the lesson has printed, to the letter, and what its last operation proved."""

from dataclasses import dataclass

import pygame

from app.draw import text, title, wrapped
from app.theme import Theme
from loop_core.frame import Frame
from loop_core.snapshot import Evidence

SIZE, LINE, PROOF = 22, 30, 25


@dataclass(frozen=True, slots=True)
class View:
    """The printed lines, how many of the last are new, and the evidence of the last operation."""

    lines: tuple[str, ...]
    new: int
    evidence: Evidence | None


def view(frame: Frame) -> View:
    """The frame's part in it."""
    snapshot = frame.snapshot
    if snapshot is None:
        return View((), 0, None)
    return View(snapshot.console, len(snapshot.printed), snapshot.evidence)


def draw(surface: pygame.Surface, view: View, theme: Theme) -> None:
    """The evidence stands at the top; what was printed at the bottom, the newest line last."""
    left, height = theme.px(20), surface.get_height()
    most = surface.get_width() - 2 * left
    if view.evidence is None:
        title(surface, theme, "proof, and what is printed")
        return
    mark, color = ("✓", theme.text) if view.evidence.holds else ("✗", theme.failed)
    y = theme.px(30)
    shown = text(surface, theme, mark, (left, y), PROOF, theme.now if view.evidence.holds else color, "bold")
    room = most - shown.width - theme.px(12)
    proof = wrapped(theme, view.evidence.text, PROOF, "words", room)
    for row, words in enumerate(proof):
        at = (shown.right + theme.px(12), y + row * theme.px(LINE))
        text(surface, theme, words, at, PROOF, color, most=room)
    bottom = height - theme.px(24)
    top = theme.px(34 + LINE * len(proof))
    rows = max(1, (bottom - top) // theme.px(LINE) + 1)
    for row, line in enumerate(reversed(view.lines[-rows:])):
        color = theme.now if row < view.new else theme.dim
        text(surface, theme, line, (left, bottom - row * theme.px(LINE)), SIZE, color, "code", most=most)
