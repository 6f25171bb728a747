"""Which panel stands where, and drawing only those that show something new."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pygame

from app.panels import (
    code,
    console,
    data,
    header,
    karaoke,
    loss,
    network,
    notes,
    overlay,
    puzzle,
    results,
    timeline,
    wrong_loops,
)
from app.panels import hint as panel_hint
from app.pointing import Area, Hint, collected, hint_at
from app.theme import Theme, theme_for
from loop_core.frame import Frame


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of the stage.

    view: what of a frame the panel shows; equal views draw the same picture.
    draw: draws a view on a surface that has the panel's ground colour.
    """

    name: str
    view: Callable[[Frame], Hashable]
    draw: Callable[[pygame.Surface, Any, Theme], None]


PANELS = (
    Panel("header", header.view, header.draw),
    Panel("code", code.view, code.draw),
    Panel("console", console.view, console.draw),
    Panel("network", network.view, network.draw),
    Panel("data", data.view, data.draw),
    Panel("loss", loss.view, loss.draw),
    Panel("karaoke", karaoke.view, karaoke.draw),
    Panel("timeline", timeline.view, timeline.draw),
)
OVERLAYS = (
    Panel("overlay", overlay.view, overlay.draw),
    Panel("wrong loops", wrong_loops.view, wrong_loops.draw),
    Panel("puzzle", puzzle.view, puzzle.draw),
    Panel("results", results.view, results.draw),
)
"""What stands over the whole stage, where its view is not None."""
NOTES = Panel("notes", notes.view, notes.draw)
"""Stands below code and network, in the place of console, data and loss, while somebody sings."""
ON_GROUND = frozenset({"header", "karaoke", "timeline"})
"""Panels without a ground of their own."""


def panels(singing: bool) -> tuple[Panel, ...]:
    """Those that are shown."""
    covered = {"console", "data", "loss"}
    return (*(panel for panel in PANELS if panel.name not in covered), NOTES) if singing else PANELS


def layout(size: tuple[int, int], singing: bool = False) -> dict[str, pygame.Rect]:
    """Each panel's rectangle in a window of ``size``: 16:9 as drawn, other shapes share what is left."""
    theme = theme_for(size)
    width, height = size
    edge, gap = theme.px(24), theme.px(12)
    top, strip, line = theme.px(76), theme.px(198), theme.px(54)
    left = round((width - 2 * edge - gap) * 0.46)
    right = width - 2 * edge - gap - left
    middle = height - top - strip - line - gap
    printed = round(middle * 0.22)
    upper = round(middle * 0.57)
    x, y = edge + left + gap, top
    half = (right - gap) // 2
    fixed = {
        "header": pygame.Rect(edge, 0, width - 2 * edge, top),
        "karaoke": pygame.Rect(0, y + middle + gap, width, strip),
        "timeline": pygame.Rect(0, height - line, width, line),
    }
    if singing:
        return fixed | {
            "code": pygame.Rect(edge, y, left, upper),
            "network": pygame.Rect(x, y, right, upper),
            "notes": pygame.Rect(edge, y + upper + gap, width - 2 * edge, middle - upper - gap),
        }
    return fixed | {
        "code": pygame.Rect(edge, y, left, middle - printed - gap),
        "console": pygame.Rect(edge, y + middle - printed, left, printed),
        "network": pygame.Rect(x, y, right, upper),
        "data": pygame.Rect(x, y + upper + gap, half, middle - upper - gap),
        "loss": pygame.Rect(x + half + gap, y + upper + gap, right - half - gap, middle - upper - gap),
    }


def over_stage(frame: Frame) -> tuple[Panel | None, Hashable]:
    """What stands over the whole stage, and its view."""
    views = ((panel, panel.view(frame)) for panel in OVERLAYS)
    return next(((panel, view) for panel, view in views if view is not None), (None, None))


class Stage:
    """A window's worth of panels; remembers what each shows, and draws it anew only when that changes."""

    def __init__(self, size: tuple[int, int], theme: str = "dark") -> None:
        """theme: its name, one of `app.theme.THEMES`."""
        self.size = size
        self.theme_name = theme
        self.theme = theme_for(size, theme)
        self._panels = pygame.Surface(size)
        self._arrange(False)

    def _arrange(self, singing: bool) -> None:
        """Give each panel its place; all of them are drawn anew."""
        self._singing = singing
        self.rects = layout(self.size, singing)
        self._panels.fill(self.theme.ground)
        self._shown: dict[str, Hashable] = {}
        self._above: Hashable = "nothing has been drawn"
        self._areas: dict[str, list[Area]] = {}
        self._over_areas: list[Area] | None = None  # of what stands over the stage, None when nothing does

    @np.errstate(all="ignore")  # numbers may be none, or beyond all that can be reckoned with
    def draw(self, surface: pygame.Surface, frame: Frame) -> list[pygame.Rect]:
        """Bring ``surface``, of the stage's size and kept from call to call, up to date.

        The rectangles that have changed.
        """
        if self._singing != (frame.singing is not None):
            self._arrange(frame.singing is not None)
        shown = panels(self._singing)
        changed = [self.rects[panel.name] for panel in shown if self._update(panel, frame)]
        panel, over = over_stage(frame)
        if panel is None:
            self._over_areas = None
        pointer = frame.controls.pointer
        hint = self.hint(pointer) if over is None and pointer is not None else None
        above = None if over is None and hint is None else (over, hint, None if hint is None else pointer)
        if above is None and self._above is None:
            for rect in changed:
                surface.blit(self._panels, rect, rect)
            return changed
        if not changed and above == self._above:
            return []
        surface.blit(self._panels, (0, 0))
        if panel is not None:
            with collected() as self._over_areas:
                panel.draw(surface, over, self.theme)
        if hint is not None and pointer is not None:
            panel_hint.draw(surface, hint, pointer, self.theme)
        self._above = above
        return [surface.get_rect()]

    def hint(self, at: tuple[int, int]) -> Hint | None:
        """What stands at a point of the window."""
        if self._over_areas is not None:
            return hint_at(self._over_areas, at)
        return hint_at([area for areas in self._areas.values() for area in areas], at)

    def song_position(self, at: tuple[int, int]) -> float | None:
        """The share of the song, 0 to 1, that a point of the song's line stands for; None elsewhere."""
        rect = self.rects["timeline"]
        if self._over_areas is not None or not rect.collidepoint(at):
            return None
        return min(1.0, max(0.0, timeline.share_at(at[0] - rect.left, rect.width, self.theme)))

    def _update(self, panel: Panel, frame: Frame) -> bool:
        view = panel.view(frame)
        if panel.name in self._shown and self._shown[panel.name] == view:
            return False
        self._shown[panel.name] = view
        part = self._panels.subsurface(self.rects[panel.name])
        part.fill(self.theme.ground)
        if panel.name not in ON_GROUND:
            pygame.draw.rect(part, self.theme.panel, part.get_rect(), border_radius=self.theme.px(14))
        with collected() as areas:
            panel.draw(part, view, self.theme)
        self._areas[panel.name] = areas
        return True
