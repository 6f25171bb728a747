"""Source in coloured spans and in rows: whatever the width, nothing of a line is lost."""

from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.drawing.source import HANG, LEAST, Row, columns, rows_of, tokens_of
from loop_core.lessons import LESSONS, Lesson
from loop_core.listing import Listing, read_listing
from loop_core.source import Source

WIDTHS = (LEAST, 20, 48, 200)

code = st.text(alphabet="ab_1 ,.()=\"'#\\\n{}中", max_size=200)


def listing_of(source: str) -> Listing:
    return Listing("any", (Source(Path("any.py"), "__main__", source),), (), (), (), "", Path())


def rows_by_line(listing: Listing, most: int) -> list[list[Row]]:
    rows = rows_of(listing, most)
    return [[row for row in rows if row.line == number] for number in range(1, len(listing.lines) + 1)]


def assert_whole(listing: Listing, most: int) -> None:
    """All characters stand in the rows' texts, and all that have ink in their spans, where they belong."""
    for line, rows in zip(listing.lines, rows_by_line(listing, most), strict=True):
        assert [row.first for row in rows] == [True] + [False] * (len(rows) - 1)
        assert "".join(row.text for row in rows) == line.lstrip()
        for row in rows:
            assert "".join("".join(words.split()) for _, words, _ in row.spans) == "".join(row.text.split())
            for column, words, _ in row.spans:
                before = row.text[: row.text.index(words)]
                assert column >= row.indent + columns(before)


@pytest.mark.parametrize("most", WIDTHS)
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_every_character_of_every_line_can_be_seen(lesson: Lesson, most: int) -> None:
    listing = read_listing(lesson.path)
    assert_whole(listing, most)
    assert all(row.indent + columns(row.text.rstrip()) <= most for row in rows_of(listing, most))


@given(st.one_of(code, st.text(max_size=200)), st.integers(LEAST, 60))
def test_any_text_in_any_width_is_whole_and_fits(source: str, most: int) -> None:
    listing = listing_of(source)
    assert_whole(listing, most)
    assert all(row.indent + columns(row.text.rstrip()) <= most for row in rows_of(listing, most))


@given(code, st.integers(LEAST, 60))
def test_no_token_that_fits_into_a_row_is_divided(source: str, most: int) -> None:
    listing = listing_of(source)
    for line, tokens, rows in zip(
        listing.lines, tokens_of(listing), rows_by_line(listing, most), strict=True
    ):
        own = len(line) - len(line.lstrip())
        ends = [own + end for end in accumulate(len(row.text) for row in rows)]
        room = most - min(own + HANG, most - LEAST)
        for start, words, _ in tokens:
            if columns(words) <= room:
                assert not [end for end in ends if start < end < start + len(words)], words


def test_a_long_line_goes_on_further_in_at_a_space() -> None:
    source = "    total = first(alpha, beta) + second(gamma, delta)"
    rows = rows_of(listing_of(source), 32)
    assert [(row.indent, row.text) for row in rows] == [
        (4, "total = first(alpha, beta) + "),
        (8, "second(gamma, delta)"),
    ]
    assert [row.first for row in rows] == [True, False]


def test_no_row_begins_with_a_closing_bracket() -> None:
    rows = rows_of(listing_of("print('epoch, loss, accuracy')"), 29)
    assert [row.text for row in rows] == ["print(", "'epoch, loss, accuracy')"]


def test_an_f_string_is_one_token() -> None:
    tokens = tokens_of(listing_of("print(f'{epoch}: {loss:.5f} %')"))[0]
    assert tokens[2] == (6, "f'{epoch}: {loss:.5f} %'", "literal")


def test_a_word_longer_than_a_row_is_broken_where_the_row_ends() -> None:
    rows = rows_of(listing_of("x = " + "a" * 30), 20)
    assert [row.text for row in rows] == ["x = ", "a" * 16, "a" * 14]


def test_what_is_no_token_is_shown_as_text() -> None:
    assert tokens_of(listing_of("x = 1 + \\\n    2"))[0][-1] == (8, "\\", "text")
