"""The box beside the pointer: name, shape, value and formula of what is under it."""

import pygame

from app.draw import Face, text, width, wrapped
from app.pointing import Hint
from app.theme import Theme

SIZE, LINE = 24, 34
FACES: tuple[Face, Face] = ("bold", "code")


def draw(surface: pygame.Surface, hint: Hint, at: tuple[int, int], theme: Theme) -> None:
    """Beside the pointer, wherever there is room; a row as wide as the window goes on below itself."""
    pad, line = theme.px(16), theme.px(LINE)
    most = surface.get_width() - 4 * pad
    pieces = [
        (words, index)
        for index, row in enumerate(hint.rows)
        for words in wrapped(theme, row, SIZE, _face(index), most)
    ][: (surface.get_height() - pad) // line]
    wide = max(width(theme, words, SIZE, _face(index)) for words, index in pieces)
    box = pygame.Rect(0, 0, wide + 2 * pad, line * len(pieces) + pad)
    box.topleft = (at[0] + theme.px(20), at[1] + theme.px(20))
    if box.right > surface.get_width():
        box.right = at[0] - theme.px(12)
    if box.bottom > surface.get_height():
        box.bottom = at[1] - theme.px(12)
    box.clamp_ip(surface.get_rect())
    pygame.draw.rect(surface, theme.raised, box, border_radius=theme.px(10))
    pygame.draw.rect(surface, theme.now, box, theme.px(2), border_radius=theme.px(10))
    for row, (words, index) in enumerate(pieces):
        y = box.top + pad / 2 + (row + 0.5) * line
        color = theme.now if index == 0 else theme.text
        text(surface, theme, words, (box.left + pad, y), SIZE, color, _face(index))


def _face(index: int) -> Face:
    return FACES[min(index, 1)]
