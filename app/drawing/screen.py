"""A screen over the stage: a heading with its keys, and two columns below it."""

import pygame

from app.draw import text, width
from app.pointing import Hint
from app.theme import Theme
from loop_core.words import Words

EDGE, TOP, KEY = 40, 120, 24


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


def key_row(
    surface: pygame.Surface, theme: Theme, row: tuple[tuple[str, Words], ...], y: float, language: str
) -> None:
    """Keys and what they do, in the middle."""
    gap, space = theme.px(34), theme.px(10)
    shown = [(key, words.said(language)) for key, words in row]
    wide = [width(theme, key, KEY, "code bold") + space + width(theme, said, KEY) for key, said in shown]
    x = (surface.get_width() - sum(wide) - gap * (len(wide) - 1)) / 2
    for (key, said), across in zip(shown, wide, strict=True):
        left = text(surface, theme, key, (x, y), KEY, theme.now, "code bold")
        text(surface, theme, said, (left.right + space, y), KEY, theme.dim)
        x += across + gap
