"""The box beside the pointer: name, shape, value and formula of what is under it."""

import pygame

from app.draw import Face, text, width
from app.pointing import Hint
from app.theme import Theme

SIZE, LINE = 24, 34
FACES: tuple[Face, Face] = ("bold", "code")


def draw(surface: pygame.Surface, hint: Hint, at: tuple[int, int], theme: Theme) -> None:
    """Beside the pointer, wherever there is room."""
    pad, line = theme.px(16), theme.px(LINE)
    wide = max(width(theme, row, SIZE, _face(index)) for index, row in enumerate(hint.rows))
    box = pygame.Rect(0, 0, wide + 2 * pad, line * len(hint.rows) + pad)
    box.topleft = (at[0] + theme.px(20), at[1] + theme.px(20))
    if box.right > surface.get_width():
        box.right = at[0] - theme.px(12)
    if box.bottom > surface.get_height():
        box.bottom = at[1] - theme.px(12)
    box.clamp_ip(surface.get_rect())
    pygame.draw.rect(surface, theme.raised, box, border_radius=theme.px(10))
    pygame.draw.rect(surface, theme.now, box, theme.px(2), border_radius=theme.px(10))
    for index, row in enumerate(hint.rows):
        y = box.top + pad / 2 + (index + 0.5) * line
        color = theme.now if index == 0 else theme.text
        text(surface, theme, row, (box.left + pad, y), SIZE, color, _face(index))


def _face(index: int) -> Face:
    return FACES[min(index, 1)]
