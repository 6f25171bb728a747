"""A row of source, drawn in the colours of its tokens."""

from functools import lru_cache

import pygame

from app.draw import Face, rendered, report, width
from app.drawing.source import Row
from app.theme import Color, Theme

SIZE, LINE = 26, 34


@lru_cache(maxsize=4)
def advance(theme: Theme) -> float:
    """The width of a column, in pixels."""
    return width(theme, "0" * 100, SIZE, "code") / 100


def draw_row(
    surface: pygame.Surface,
    theme: Theme,
    row: Row,
    at: tuple[int, int],
    face: Face,
    color: Color | None = None,
) -> pygame.Rect | None:
    """Draw a row, its left edge and vertical middle ``at``; where its text came to stand.

    color: of all of it, instead of those of its tokens.
    """
    (left, y), column_width = at, advance(theme)
    drawn: list[pygame.Rect] = []
    for column, words, kind in row.spans:
        shade = color or _color(theme, kind)
        # signs one by one: the font would join == into one
        for offset, piece in enumerate(words) if kind == "sign" else ((0, words),):
            picture = rendered(face, theme.px(SIZE), piece, shade)
            drawn.append(picture.get_rect(left=left + round((column + offset) * column_width), centery=y))
            surface.blit(picture, drawn[-1])
    if not drawn:
        return None
    # the font's line is a pixel higher than the row, without ink in it
    seen = pygame.Rect(drawn[0].left, 0, drawn[-1].right - drawn[0].left, theme.px(LINE))
    seen.top = y - seen.height // 2
    report(surface, seen, row.text.strip(), SIZE)
    return seen


def _color(theme: Theme, kind: str) -> Color:
    colors = {"keyword": theme.keyword, "literal": theme.literal, "comment": theme.comment}
    return colors.get(kind, theme.text)
