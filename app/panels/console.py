"""What the lesson has printed, to the letter, and what its last operation proved."""

from dataclasses import dataclass

import pygame

from app.draw import text, title
from app.theme import Theme
from loop_core.frame import Frame
from loop_core.snapshot import Evidence

SIZE, LINE = 22, 30


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
    """The newest line stands at the bottom; the evidence under the panel's name."""
    title(surface, theme, "printed")
    left, height = theme.px(20), surface.get_height()
    most = surface.get_width() - 2 * left
    bottom = height - theme.px(24)
    if view.evidence is not None:
        mark = "✓ " if view.evidence.holds else "✗ "
        color = theme.dim if view.evidence.holds else theme.failed
        name_room = theme.px(110)
        at = (surface.get_width() - left, theme.px(26))
        room = surface.get_width() - name_room - 2 * left
        text(surface, theme, mark + view.evidence.text, at, SIZE, color, anchor="right", most=room)
    rows = max(1, (bottom - theme.px(50)) // theme.px(LINE) + 1)
    for row, line in enumerate(reversed(view.lines[-rows:])):
        color = theme.now if row < view.new else theme.text
        text(surface, theme, line, (left, bottom - row * theme.px(LINE)), SIZE, color, "code", most=most)
