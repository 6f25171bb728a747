"""A screen over the stage: a heading with its keys, and two columns below it."""

import pygame

from app.draw import text
from app.pointing import Hint
from app.theme import Theme

EDGE, TOP = 40, 120


def heading(surface: pygame.Surface, theme: Theme, title: str, keys: str) -> None:
    """The title at the top left, the keys below it."""
    most = surface.get_width() - 2 * theme.px(EDGE)
    text(surface, theme, title, (theme.px(EDGE), theme.px(44)), 44, theme.now, "bold", most=most)
    text(surface, theme, keys, (theme.px(EDGE), theme.px(90)), 24, theme.dim, most=most)


def columns_of(surface: pygame.Surface, theme: Theme) -> tuple[pygame.Rect, pygame.Rect]:
    """Two columns of the same width."""
    edge, gap, top = theme.px(EDGE), theme.px(24), theme.px(TOP)
    width = (surface.get_width() - 2 * edge - gap) // 2
    height = surface.get_height() - top - theme.px(28)
    left = pygame.Rect(edge, top, width, height)
    return left, left.move(width + gap, 0)


def panel(surface: pygame.Surface, theme: Theme, rect: pygame.Rect) -> pygame.Surface:
    """A part of the screen with a ground of its own."""
    pygame.draw.rect(surface, theme.panel, rect, border_radius=theme.px(14))
    return surface.subsurface(rect)


def item(index: int, at: tuple[float, float]) -> Hint:
    """Answers for an item of the screen that a click chooses."""
    return Hint((), item=index)
