"""An edited source: what was taken out and what was put in, marked by a sign, a ground and a line through."""

from functools import lru_cache

import pygame

from app.draw import Face, text, title, width
from app.drawing.rows import LINE, advance, draw_row
from app.drawing.source import Row, rows_of
from app.theme import Theme
from loop_core.edits import Sign, marked
from loop_core.listing import Listing
from loop_core.operations import Operation

NUMBER, SIGN = 22, 32
BEFORE, BEHIND = 3, 4
"""Rows around the change that are in view with it."""

MarkedRow = tuple[Sign, Row]


@lru_cache(maxsize=8)
def marked_rows(listing: Listing, source: str, most: int) -> tuple[MarkedRow, ...]:
    """Both sources in rows of at most ``most`` columns."""
    after = listing.rewritten(source)
    rows = {listing: rows_of(listing, most), after: rows_of(after, most)}
    return tuple(
        (mark.sign, row)
        for mark in marked(listing.lines, after.lines)
        for row in rows[listing if mark.sign == "−" else after]
        if row.line == mark.line
    )


def draw_edited(surface: pygame.Surface, theme: Theme, listing: Listing, source: str) -> None:
    """The change and what stands around it, from the loop on where there is room."""
    title(surface, theme, listing.path.name)
    across, height = surface.get_size()
    top, line = theme.px(50), theme.px(LINE)
    left = theme.px(64) + width(theme, "000", NUMBER, "code")
    rows = marked_rows(listing, source, int((across - theme.px(12) - left) / advance(theme)))
    count = (height - top - theme.px(8)) // line
    start = _start(rows, count, listing)
    for index, (sign, row) in enumerate(rows[start : start + count]):
        _draw(surface, theme, sign, row, (left, top + index * line))


def _draw(surface: pygame.Surface, theme: Theme, sign: Sign, row: Row, at: tuple[int, int]) -> None:
    (left, top), line = at, theme.px(LINE)
    y = top + line // 2
    if sign != " ":
        ground = theme.now_ground if sign == "+" else theme.raised
        band = pygame.Rect(theme.px(10), top, surface.get_width() - theme.px(20), line)
        pygame.draw.rect(surface, ground, band)
        color = theme.now if sign == "+" else theme.text
        text(surface, theme, sign, (theme.px(32), y), SIGN, color, "bold", "center")
    if row.first and sign != "−":
        number_at = left - theme.px(12), y
        text(surface, theme, str(row.line), number_at, NUMBER, theme.faint, "code", "right")
    face: Face = "code bold" if sign == "+" else "code"
    drawn = draw_row(surface, theme, row, (left, y), face, theme.dim if sign == "−" else None)
    if drawn is not None and sign == "−":
        pygame.draw.line(surface, theme.dim, (drawn.left, y), (drawn.right, y), theme.px(2))


def _start(rows: tuple[MarkedRow, ...], count: int, listing: Listing) -> int:
    """The first of the ``count`` rows that are in view."""
    changed = [index for index, (sign, _) in enumerate(rows) if sign != " "] or [0]
    loop = listing.site(Operation.EPOCH)
    first = max(0, changed[0] - BEFORE)
    if loop is not None:
        heads = (index for index, (_, row) in enumerate(rows) if row.line >= loop.line)
        first = min(first, next(heads, first))
    last = min(changed[-1] + BEHIND, len(rows))
    return max(0, min(max(first, last - count), len(rows) - count))
