"""A lesson's source in coloured spans, set in rows of a width: a long line goes on below itself."""

import io
import keyword
import re
import token
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from app.draw import CHINESE
from loop_core.listing import Listing

HANG = 4
"""Columns by which the further rows of a line are indented more than its first."""
LEAST = 8
"""Columns that a row leaves for its text, however deeply its line is indented."""
CLOSING = (")", "]", "}", ",", ":", ";")

Span = tuple[int, str, str]
"""Column, text, and what it is: 'keyword', 'literal', 'comment', 'sign' or 'text'."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the source, or a part of one.

    line: its number, from 1.  first: whether the line begins here.  indent: columns before its text.
    text: with the space that parts it from the next row.  spans: its tokens, by column of the row.
    """

    line: int
    first: bool
    indent: int
    text: str
    spans: tuple[Span, ...]


def columns(words: str) -> int:
    """How many columns a text takes: a Chinese character takes two."""
    return len(words) + len(CHINESE.findall(words))


@lru_cache(maxsize=8)
def rows_of(listing: Listing, most: int) -> tuple[Row, ...]:
    """The whole source in rows of at most ``most`` columns, of at least `LEAST`."""
    lines = zip(listing.lines, tokens_of(listing), strict=True)
    return tuple(
        row
        for number, (line, spans) in enumerate(lines, start=1)
        for row in _rows(number, line, spans, max(LEAST, most))
    )


def _rows(number: int, line: str, spans: tuple[Span, ...], most: int) -> list[Row]:
    own = len(line) - len(line.lstrip())
    deepest = most - LEAST
    indent, further = min(own, deepest), min(own + HANG, deepest)
    choices = _places(line, spans, most - further)
    rows: list[Row] = []
    start = own
    while not rows or start < len(line):
        end = _reach(line, start, most - indent)
        if end < len(line):
            allowed = range(end, start, -1)
            end = next((at for places in choices for at in allowed if at in places), end)
        rows.append(Row(number, not rows, indent, line[start:end], _part(line, spans, start, end, indent)))
        start, indent = end, further
    return rows


def _reach(line: str, start: int, room: int) -> int:
    """Where a row of ``room`` columns must end at the latest; the space after its last word may hang over."""
    end = start
    while end < len(line) and room >= columns(line[end]):
        room -= columns(line[end])
        end += 1
    while end < len(line) and line[end].isspace():
        end += 1
    return end


def _places(line: str, spans: tuple[Span, ...], room: int) -> tuple[set[int], ...]:
    """Where a row may begin: best after a space or a comma, else at a token that closes nothing, else at any.

    Never inside a token that fits into ``room`` columns.
    """
    inside = {
        at
        for start, words, _ in spans
        if columns(words) <= room
        for at in range(start + 1, start + len(words))
    }
    words = {match.start() for match in re.finditer(r"(?<=[\s,])\S", line)}
    edges = {at for start, words, _ in spans for at in (start, start + len(words))}
    edges = {at for at in edges if not line[at : at + 1].isspace()}
    return words - inside, {at for at in edges if line[at : at + 1] not in CLOSING}, edges


def _part(line: str, spans: tuple[Span, ...], start: int, end: int, indent: int) -> tuple[Span, ...]:
    """The spans between two columns of a line, for a row with an indentation of its own."""
    part = []
    for at, words, kind in spans:
        words = words[max(0, start - at) : max(0, end - at)].rstrip()
        if words:
            part.append((indent + columns(line[start : max(start, at)]), words, kind))
    return tuple(part)


@lru_cache(maxsize=4)
def tokens_of(listing: Listing) -> tuple[tuple[Span, ...], ...]:
    """The tokens of each line, with everything that stands on it; as they stand when it is no Python."""
    lines = listing.lines
    marks: list[list[tuple[int, int, str]]] = [[] for _ in lines]
    try:
        for each in _joined(tokenize.generate_tokens(io.StringIO(listing.source).readline)):
            (first, column), (last, end) = each.start, each.end
            for row in range(first, min(last, len(lines)) + 1):
                start = column if row == first else 0
                marks[row - 1].append((start, end if row == last else len(lines[row - 1]), _kind(each)))
    except (tokenize.TokenError, SyntaxError):
        marks = [[] for _ in lines]
    return tuple(_spans(line, found) for line, found in zip(lines, marks, strict=True))


def _joined(tokens: Iterable[tokenize.TokenInfo]) -> Iterator[tokenize.TokenInfo]:
    """The tokens with each f-string as one, which it has not been since Python 3.12."""
    begun: list[tokenize.TokenInfo] = []
    for each in tokens:
        name = token.tok_name[each.type]
        if name.endswith("STRING_START"):
            begun.append(each)
        elif name.endswith("STRING_END"):
            each = each._replace(type=token.STRING, start=begun.pop().start)
        if not begun:
            yield each


def _spans(line: str, marks: list[tuple[int, int, str]]) -> tuple[Span, ...]:
    """The marked parts of a line; what stands between them, like a backslash at its end, is text."""
    spans: list[Span] = []
    at = 0
    for start, end, kind in [*marks, (len(line), len(line), "text")]:
        spans += [(at + gap.start(), gap.group(), "text") for gap in re.finditer(r"\S+", line[at:start])]
        at = max(at, start)
        if line[at:end].strip():
            spans.append((at, line[at:end], kind))
        at = max(at, end)
    return tuple(spans)


def _kind(each: tokenize.TokenInfo) -> str:
    if each.type == token.NAME and keyword.iskeyword(each.string):
        return "keyword"
    if each.type in (token.STRING, token.NUMBER):
        return "literal"
    if each.type == token.OP:
        return "sign"
    return "comment" if each.type == tokenize.COMMENT else "text"
