"""The whole song as one line: a mark per sung line, coloured by its half of the loop, and a playhead.

What is repeated stands between two posts.
"""

from dataclasses import dataclass
from functools import partial

import pygame

from app.draw import disc
from app.pointing import Hint, answering
from app.theme import Theme, mix
from loop_core.frame import Frame
from loop_core.operations import FAST
from loop_core.song import Song
from loop_core.timeline import Loop
from loop_core.words import Words

AND, GO = Words(" and ", "、"), Words("click: go there", "点击：跳到这里")
EDGE = 24
NEAR = 8
"""How far a line's mark may be from the pointer, in pixels at 1080p."""


@dataclass(frozen=True, slots=True)
class View:
    """The song, the playhead, in two thousandths of its length, and what is repeated."""

    song: Song
    at: int
    repeated: Loop | None
    language: str = "en"


def view(frame: Frame) -> View:
    """The frame's part in it."""
    controls = frame.controls
    at = round(2000 * frame.now / frame.song.length)
    return View(frame.song, at, controls.loop, controls.language)


def share_at(x: float, width: int, theme: Theme) -> float:
    """The share of the song at ``x`` pixels from the left of a line ``width`` wide."""
    edge = theme.px(EDGE)
    return (x - edge) / (width - 2 * edge)


def draw(surface: pygame.Surface, view: View, theme: Theme) -> None:
    """What is past is lit."""
    width, height = surface.get_size()
    edge, y, thick = theme.px(EDGE), height // 2, theme.px(10)
    scale = (width - 2 * edge) / view.song.length
    head = edge + (width - 2 * edge) * view.at / 2000
    if view.repeated is not None:
        _draw_repeated(surface, edge + view.repeated.start * scale, edge + view.repeated.end * scale, theme)
    pygame.draw.line(surface, theme.line, (edge, y), (width - edge, y), theme.px(2))
    for section in view.song.sections:
        x = round(edge + section.start * scale)
        pygame.draw.line(surface, theme.faint, (x, y - thick), (x, y + thick), theme.px(2))
    for cue in view.song.cues:
        line = view.song.lines[cue.line]
        left, right = edge + line.start * scale, edge + line.end * scale
        color = theme.positive if cue.operation in FAST else theme.of_operation(cue.operation)
        if left > head:
            color = mix(theme.ground, color, 0.45)
        rect = pygame.Rect(round(left), y - thick // 2, max(theme.px(4), round(right - left)), thick)
        pygame.draw.rect(surface, color, rect, border_radius=thick // 2)
    disc(surface, theme.now, (head, y), theme.px(11))
    answering(surface, surface.get_rect(), partial(_hint, view, edge, scale, theme.px(NEAR)))


def _draw_repeated(surface: pygame.Surface, left: float, right: float, theme: Theme) -> None:
    height, high, thick = surface.get_height(), theme.px(34), theme.px(4)
    rect = pygame.Rect(round(left), (height - high) // 2, max(3 * thick, round(right - left)), high)
    pygame.draw.rect(surface, theme.now_ground, rect)
    for x in (rect.left, rect.right - thick):
        pygame.draw.rect(surface, theme.now, (x, rect.top, thick, rect.height))


def _hint(view: View, edge: int, scale: float, near: int, at: tuple[float, float]) -> Hint | None:
    """The line that is sung at a point; scale: pixels per second."""
    song, now = view.song, (at[0] - edge) / scale
    away, index = min((max(line.start - now, now - line.end), i) for i, line in enumerate(song.lines))
    if away * scale > near:
        return None
    line = song.lines[index]
    operations = AND.said(view.language).join(cue.operation for cue in song.cues if cue.line == index)
    time = f"{int(line.start) // 60}:{int(line.start) % 60:02}"
    return Hint((line.text, f"{time} {operations}".rstrip(), GO.said(view.language)))
