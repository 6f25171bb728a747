"""The lesson's own source: the running line is lit, with its lyric beneath it."""

import io
import keyword
import token
import tokenize
from dataclasses import dataclass
from functools import lru_cache, partial

import pygame

from app.draw import ELLIPSIS, eased, rendered, text, title, width
from app.pointing import Hint, answering
from app.theme import Color, Theme
from loop_core.frame import Frame
from loop_core.listing import Listing
from loop_core.operations import Operation
from loop_core.timeline import sung_lines

SIZE, LINE, LYRIC = 26, 34, 30
MOVE = 0.35
"""Seconds that the listing takes to scroll to the next operation."""

Span = tuple[int, str, str]
"""Column, text, and what it is: 'keyword', 'literal', 'comment' or 'text'."""


@dataclass(frozen=True, slots=True)
class View:
    """What is lit (lines from 1, inclusive), what was before, and how far between them, in 50ths.

    sung: of each cue the lines of its operation, its time in seconds and its lyric.
    """

    listing: Listing
    lit: tuple[int, int]
    before: tuple[int, int]
    moved: int
    lyric: str
    failed: bool
    sung: tuple[tuple[int, int, float, str], ...]


def view(frame: Frame) -> View:
    """The frame's part in it."""
    lit = _lines(frame, frame.cue)
    before = _lines(frame, None if frame.cue is None else frame.cue - 1)
    moved, lyric = 50, ""
    if frame.cue is not None:
        cue = frame.song.cues[frame.cue]
        moved = min(50, round(50 * (frame.now - cue.time) / MOVE))
        lyric = frame.song.lines[cue.line].text
    failed = frame.snapshot is not None and not frame.snapshot.evidence.holds
    return View(frame.listing, lit, before, moved, lyric, failed, sung_lines(frame.song, frame.listing))


def _lines(frame: Frame, cue: int | None) -> tuple[int, int]:
    if cue is None or cue < 0:
        return 0, 0
    site = frame.listing.site(frame.song.cues[cue].operation)
    return (site.line, site.end_line) if site else (0, 0)


def draw(surface: pygame.Surface, view: View, theme: Theme) -> None:
    """The listing scrolls so that the loop, or what is lit, stands in view."""
    title(surface, theme, view.listing.path.name)
    top, line, lyric = theme.px(50), theme.px(LINE), theme.px(LYRIC)
    space = surface.get_height() - top - theme.px(10) - lyric
    room = space // line * line + lyric
    body = surface.subsurface((0, top, surface.get_width(), room))
    share = eased(view.moved / 50)
    starts = [_scroll(view.listing, lines, room, line, lyric) for lines in (view.before, view.lit)]
    scroll = round(starts[0] + (starts[1] - starts[0]) * share)
    left = theme.px(70)
    y = -scroll
    shown: list[tuple[int, int]] = []  # bottom and number of each line
    for number, spans in enumerate(_coloured(view.listing), start=1):
        lit = view.lit[0] <= number <= view.lit[1]
        height = line
        if number == view.lit[1]:
            height += round(lyric * share) if view.lyric else 0
        if number == view.before[1] and view.before != view.lit:
            height += round(lyric * (1 - share)) if view.lyric else 0
        if y + height > 0 and y < room:
            if lit:
                _light(body, theme, y, height, view.failed)
            _source(body, theme, number, spans, y + line // 2, left, lit)
            if number == view.lit[1] and view.lyric and share > 0.5:
                indent = left + _indent(theme, view.listing.lines[number - 1])
                at = (indent, y + line + lyric * 0.42)
                text(body, theme, view.lyric, at, 24, theme.now, "bold")
        y += height
        shown.append((y, number))
    answering(body, body.get_rect(), partial(_hint, view, shown))


def _hint(view: View, shown: list[tuple[int, int]], at: tuple[float, float]) -> Hint | None:
    """When the line at a point is sung."""
    number = next((number for bottom, number in shown if at[1] < bottom), None)
    times = [(time, lyric) for first, last, time, lyric in view.sung if number and first <= number <= last]
    if number is None or not times:
        return None
    name = view.listing.lines[number - 1].strip()
    rows = (f"{int(time) // 60}:{int(time) % 60:02} {lyric}" for time, lyric in times)
    return Hint((f"line {number}: {name}", *rows, "click: go there"), number)


def _scroll(listing: Listing, lines: tuple[int, int], room: int, line: int, lyric: int) -> float:
    """Pixels that the listing is scrolled by while ``lines`` are lit."""
    count = len(listing.lines)
    longest = max(0, count * line + lyric - room)
    loop = listing.site(Operation.EPOCH)
    if lines == (0, 0):
        return 0
    first = loop.line if loop and lines[0] >= loop.line else lines[0]
    start = (first - 1) * line
    last = min(lines[1] + 2, count)
    if last * line + lyric > start + room:  # the loop is longer than the panel
        start = last * line + lyric - room
    return min(max(start, 0), longest)


def _light(body: pygame.Surface, theme: Theme, y: int, height: int, failed: bool) -> None:
    rect = pygame.Rect(theme.px(10), y, body.get_width() - theme.px(20), height)
    pygame.draw.rect(body, theme.now_ground, rect)
    pygame.draw.rect(body, theme.failed if failed else theme.now, (rect.left, y, theme.px(5), height))


def _source(
    body: pygame.Surface, theme: Theme, number: int, spans: tuple[Span, ...], y: int, left: int, lit: bool
) -> None:
    text(body, theme, str(number), (left - theme.px(16), y), 22, theme.faint, "code", "right")
    advance = _advance(theme)
    last = spans[-1][0] + len(spans[-1][1]) if spans else 0
    room = int((body.get_width() - theme.px(8) - left) / advance)
    for column, words, kind in spans:
        if last > room:  # the line is longer than the panel
            words = words[: max(0, room - 1 - column)]
        color = theme.text if kind == "text" else _color(theme, kind)
        picture = rendered("code bold" if lit else "code", theme.px(SIZE), words, color)
        body.blit(picture, picture.get_rect(left=left + round(column * advance), centery=y))
    if last > room:
        text(body, theme, ELLIPSIS, (left + round((room - 1) * advance), y), SIZE, theme.dim, "code")


def _color(theme: Theme, kind: str) -> Color:
    return {"keyword": theme.keyword, "literal": theme.literal, "comment": theme.comment}[kind]


def _advance(theme: Theme) -> float:
    return width(theme, "0" * 100, SIZE, "code") / 100


def _indent(theme: Theme, line: str) -> int:
    return round((len(line) - len(line.lstrip())) * _advance(theme))


@lru_cache(maxsize=4)
def _coloured(listing: Listing) -> tuple[tuple[Span, ...], ...]:
    """The source's lines in spans of one kind each."""
    rows: list[list[Span]] = [[] for _ in listing.lines]
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(listing.source).readline))
    except (tokenize.TokenError, SyntaxError):
        return tuple(((0, line, "text"),) for line in listing.lines)
    for each in tokens:
        kind = _kind(each)
        (row, column), (last, _) = each.start, each.end
        if each.type == token.OP:  # one by one: the font would join == into one sign
            rows[row - 1] += [(column + i, sign, kind) for i, sign in enumerate(each.string)]
            continue
        pieces = each.string.splitlines() if last > row else [each.string]
        for offset, piece in enumerate(pieces):
            if piece.strip() and row + offset <= len(rows):
                rows[row + offset - 1].append((column if offset == 0 else 0, piece, kind))
    return tuple(tuple(spans) for spans in rows)


def _kind(each: tokenize.TokenInfo) -> str:
    if each.type == token.NAME and keyword.iskeyword(each.string):
        return "keyword"
    if each.type in (token.STRING, token.NUMBER) or token.tok_name[each.type].startswith("FSTRING"):
        return "literal"
    return "comment" if each.type == tokenize.COMMENT else "text"
