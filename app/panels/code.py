"""The lesson's own source: the running line is lit, with its lyric beneath it."""

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from functools import partial

import pygame

from app.draw import eased, text, title, width
from app.drawing.rows import advance, draw_row
from app.drawing.source import Row, rows_of
from app.pointing import Hint, answering
from app.theme import Theme
from loop_core.cloze import BLANK, masked
from loop_core.frame import Frame
from loop_core.listing import Listing, part_of
from loop_core.operations import Operation
from loop_core.timeline import sung_lines
from loop_core.words import Words

LINE_NAME, GO = Words("line {}: {}", "第 {} 行：{}"), Words("click: go there", "点击：跳到这里")
LINE, LYRIC = 34, 32
MOVE = 0.35
"""Seconds that the listing takes to scroll to the next operation."""
NUMBER = 22
ABOVE = 4
"""Rows in view above what is lit, where that stands in a function above the loop."""


@dataclass(frozen=True, slots=True)
class View:
    """What is lit (lines from 1, inclusive), what was before, and how far between them, in 50ths.

    rests: where the listing stands before and then: at what is lit, or at what was lit last.
    sung: of each cue the lines of its operation, its time in seconds and its lyric.
    hidden: a name that is missing from the lines ``hidden_in``.
    """

    listing: Listing
    lit: tuple[int, int]
    before: tuple[int, int]
    rests: tuple[tuple[int, int], tuple[int, int]]
    moved: int
    lyric: str
    failed: bool
    sung: tuple[tuple[int, int, float, str], ...]
    hidden: str = ""
    hidden_in: tuple[int, int] = (0, 0)
    language: str = "en"


def view(frame: Frame) -> View:
    """The frame's part in it."""
    lit = _lines(frame, frame.cue)
    before = _lines(frame, None if frame.cue is None else frame.cue - 1)
    moved, lyric = 50, ""
    if frame.cue is not None:
        cue = frame.song.cues[frame.cue]
        moved = 50 if frame.controls.still else min(50, round(50 * (frame.now - cue.time) / MOVE))
        lyric = frame.song.lines[cue.line].text
        if _open(frame) and frame.cloze is not None and frame.cloze.gap.line == cue.line:
            lyric = masked(lyric, frame.cloze.open, frame.cloze.typed or "")
    evidence = None if frame.snapshot is None else frame.snapshot.evidence
    failed = evidence is not None and not (evidence.holds or evidence.absent)
    listing = part_of(frame.listing, _file(frame))
    sung = sung_lines(frame.song, listing)
    rests = _rest(frame, None if frame.cue is None else frame.cue - 1), _rest(frame, frame.cue)
    language = frame.controls.language
    return View(listing, lit, before, rests, moved, lyric, failed, sung, *_hidden(frame), language)


def _open(frame: Frame) -> bool:
    return frame.cloze is not None and not frame.cloze.filled


def _hidden(frame: Frame) -> tuple[str, tuple[int, int]]:
    """The name that is missing while a gap is open, and the lines of the operation that it is of."""
    if frame.cloze is None or not _open(frame):
        return "", (0, 0)
    gap = frame.cloze.gap
    operation = next((cue.operation for cue in frame.song.cues if cue.line == gap.line), None)
    site = None if operation is None else frame.listing.site(operation)
    if site is None or site.file != _file(frame):
        return "", (0, 0)
    lines = frame.listing.sources[site.file].lines[site.line - 1 : site.end_line]
    word = frame.song.lines[gap.line].text[gap.first : gap.last].lower()
    names = re.findall(r"\w+", " ".join(lines))
    name = word if word in names else gap.code  # the word itself, where the code would give it away
    return (name, (site.line, site.end_line)) if name else ("", (0, 0))


def _lines(frame: Frame, cue: int | None) -> tuple[int, int]:
    """Those of a cue's operation, in the file that is shown."""
    if cue is None or cue < 0:
        return 0, 0
    site = frame.listing.site(frame.song.cues[cue].operation)
    return (site.line, site.end_line) if site and site.file == _file(frame) else (0, 0)


def _rest(frame: Frame, cue: int | None) -> tuple[int, int]:
    """The lines of a cue's operation, or of the last one before it that the file has."""
    places = (_lines(frame, number) for number in range(-1 if cue is None else cue, -1, -1))
    return next((lines for lines in places if lines != (0, 0)), (0, 0))


def _file(frame: Frame) -> int:
    """The file of the operation that is sung, or of the last one before it that the loop has."""
    cues = frame.song.cues[: 0 if frame.cue is None else frame.cue + 1]
    sites = [frame.listing.site(cue.operation) for cue in reversed(cues)]
    return next((site.file for site in (*sites, frame.listing.site(Operation.EPOCH)) if site), 0)


def draw(surface: pygame.Surface, view: View, theme: Theme) -> None:
    """The listing scrolls so that the loop, or what is lit, stands in view, and rests on whole rows."""
    title(surface, theme, view.listing.path.name)
    across, height = surface.get_size()
    top, line, lyric = theme.px(50), theme.px(LINE), theme.px(LYRIC)
    left = theme.px(30) + width(theme, str(len(view.listing.lines)), NUMBER, "code")
    rows = rows_of(view.listing, int((across - theme.px(12) - left) / advance(theme)))
    before, lit = (_rows_at(rows, lines) for lines in (view.before, view.lit))
    count = (height - top - theme.px(10) - lyric) // line
    share = eased(view.moved / 50)
    starts = [_start(view.listing, rows, _rows_at(rows, lines), count) for lines in view.rests]
    scroll = round(line * (starts[0] + (starts[1] - starts[0]) * share))
    gaps = _gaps(before, lit, lyric if view.lyric else 0, share)
    body = surface.subsurface((0, top, across, count * line + sum(gaps.values())))
    shown: list[tuple[int, int]] = []  # bottom, and number of the line, of each row
    for index in range(max(0, scroll // line - 2), len(rows)):
        y = index * line - scroll + sum(gap for above, gap in gaps.items() if above < index)
        if y >= body.get_height():
            break
        gap = gaps.get(index, 0)
        is_lit = lit[0] <= index < lit[1]
        if is_lit:
            _light(body, theme, y, line + gap, view.failed)
        row = _without(rows[index], view.hidden, view.hidden_in)
        _source(body, theme, row, (left, y + line // 2), is_lit)
        if index == lit[1] - 1 and gap:
            indent = left + round(rows[index].indent * advance(theme))
            _lyric(body, theme, view.lyric, indent, pygame.Rect(0, y + line, across, gap))
        shown.append((y + line + gap, rows[index].line))
    answering(body, body.get_rect(), partial(_hint, view, shown))


def _hint(view: View, shown: list[tuple[int, int]], at: tuple[float, float]) -> Hint | None:
    """When the line at a point is sung."""
    number = next((number for bottom, number in shown if at[1] < bottom), None)
    times = [(time, lyric) for first, last, time, lyric in view.sung if number and first <= number <= last]
    if number is None or not times:
        return None
    name = view.listing.lines[number - 1].strip()
    rows = (f"{int(time) // 60}:{int(time) % 60:02} {lyric}" for time, lyric in times)
    heading = LINE_NAME.said(view.language).format(number, name)
    return Hint((heading, *rows, GO.said(view.language)), number)


def _rows_at(rows: tuple[Row, ...], lines: tuple[int, int]) -> tuple[int, int]:
    """The first row of some lines, and the one after their last; none for lines (0, 0)."""
    return bisect_left(rows, lines[0], key=_line), bisect_right(rows, lines[1], key=_line)


def _line(row: Row) -> int:
    return row.line


def _start(listing: Listing, rows: tuple[Row, ...], lit: tuple[int, int], count: int) -> int:
    """The first of the ``count`` rows that are in view while ``lit`` are lit."""
    first, end = lit
    if first == end:
        return 0
    loop = listing.site(Operation.EPOCH)
    if loop:
        begins = bisect_left(rows, loop.line, key=_line)
        first = max(0, first - ABOVE) if begins > first else begins
    last = min(end + 2, len(rows))
    return max(0, min(max(first, last - count), len(rows) - count))


def _gaps(before: tuple[int, int], lit: tuple[int, int], lyric: int, share: float) -> dict[int, int]:
    """The pixels that are kept free under a row: they open under what is lit and close under the former."""
    opened = lyric if before[1] == lit[1] else round(lyric * share)
    gaps = {before[1] - 1: lyric - opened, lit[1] - 1: opened}
    return {row: gap for row, gap in gaps.items() if row >= 0}


def _light(body: pygame.Surface, theme: Theme, y: int, height: int, failed: bool) -> None:
    rect = pygame.Rect(theme.px(10), y, body.get_width() - theme.px(20), height)
    pygame.draw.rect(body, theme.now_ground, rect)
    pygame.draw.rect(body, theme.failed if failed else theme.now, (rect.left, y, theme.px(5), height))


def _source(body: pygame.Surface, theme: Theme, row: Row, at: tuple[int, int], lit: bool) -> None:
    if row.first:
        number_at = at[0] - theme.px(12), at[1]
        text(body, theme, str(row.line), number_at, NUMBER, theme.faint, "code", "right")
    draw_row(body, theme, row, at, "code bold" if lit else "code")


def _without(row: Row, name: str, lines: tuple[int, int]) -> Row:
    """The row with blanks for a name, where it belongs to these lines."""
    if not name or not lines[0] <= row.line <= lines[1]:
        return row
    spans = tuple((at, BLANK * len(words) if words == name else words, kind) for at, words, kind in row.spans)
    return replace(row, spans=spans, text=row.text.replace(name, BLANK * len(name)))


def _lyric(body: pygame.Surface, theme: Theme, words: str, left: int, gap: pygame.Rect) -> None:
    """The lyric, as much of it as the opening gap shows."""
    body.set_clip(gap)
    text(body, theme, words, (left, gap.top + theme.px(LYRIC) / 2), 24, theme.now, "bold")
    body.set_clip(None)
