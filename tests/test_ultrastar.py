"""The grammar of UltraStar version 1, forth and back."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop_core.errors import InputError
from loop_core.formats.ultrastar import Chart, ChartNote, Phrase, dump, parse

HEAD = "#VERSION:1.0.0\n#TITLE:T\n#ARTIST:A\n#AUDIO:a.ogg\n#BPM:120\n"


def chart(body: str, head: str = HEAD) -> Chart:
    return parse(head + body, "song.txt")


def parsed(text: str) -> Chart | InputError:
    """The chart, or the error in its place."""
    try:
        return parse(text, "song.txt")
    except InputError as error:
        return error


LINE = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]))
KEYS = (
    LINE.map(lambda key: key.replace(":", "").strip(" \t").upper())
    .filter(lambda key: key == key.upper())
    .filter(lambda key: key not in {"", "VERSION", "BPM", "GAP", "TITLE", "ARTIST", "AUDIO", "MP3"})
)
VALUES = LINE.map(lambda value: value.strip(" \t"))
REQUIRED = (("VERSION", "1.0.0"), ("TITLE", "T"), ("ARTIST", "A"), ("AUDIO", "a"), ("BPM", "97,5"))
HEADERS = st.lists(st.tuples(KEYS, VALUES), max_size=4).map(lambda more: (*REQUIRED, *more))
BEATS = st.integers(0, 100_000)
NOTES = st.builds(ChartNote, st.sampled_from(":*FRG"), BEATS, BEATS, st.integers(-60, 60), LINE.filter(bool))
PHRASES = st.lists(
    st.builds(Phrase, st.lists(NOTES, min_size=1, max_size=4).map(tuple), BEATS), min_size=1, max_size=4
)
CHARTS = st.builds(Chart, HEADERS, PHRASES.map(tuple))


@given(CHARTS, st.booleans())
def test_a_dumped_chart_parses_to_the_same_chart(one: Chart, open_end: bool) -> None:
    if open_end:
        one = Chart(one.headers, (*one.phrases[:-1], Phrase(one.phrases[-1].notes)))
    assert parse(dump(one), "x") == one


@given(CHARTS, st.sampled_from(["\r", "\r\n"]))
def test_line_ends_and_the_byte_order_mark_do_not_matter(one: Chart, end: str) -> None:
    assert parse("\ufeff" + dump(one).replace("\n", end), "x") == one


@given(st.text())
def test_arbitrary_text_is_parsed_or_refused(text: str) -> None:
    for whole in (text, HEAD + text, HEAD + ": 0 4 7 La\n" + text):
        assert isinstance(parsed(whole), Chart | InputError)


TOKENS = st.sampled_from(
    ["#", ":", "*", "-", "E", "P1", " ", "\t", "0", "12", "-3", "La", "~", "\n", "\r", "BPM", "GAP", ",", "."]
)


@given(st.lists(TOKENS, max_size=30).map("".join))
def test_almost_charts_are_parsed_or_refused(text: str) -> None:
    found = parsed(HEAD + text)
    if isinstance(found, Chart):
        assert parse(dump(found), "x") == found
        found.seconds(1)
    else:
        assert str(found).startswith("song.txt:")


def test_a_note_is_read_with_all_its_spaces() -> None:
    (phrase,) = chart(": 0 4 -7 Let's \n* 4 2 0 ~\n*\t6  2\t1  all\n- 10\n").phrases
    assert phrase.notes == (
        ChartNote(":", 0, 4, -7, "Let's "),
        ChartNote("*", 4, 2, 0, "~"),
        ChartNote("*", 6, 2, 1, " all"),
    )
    assert phrase.text == "Let's  all"
    assert phrase.break_at == 10


def test_whatever_stands_after_the_end_is_left_out() -> None:
    assert chart(": 0 4 7 La\nE\n: broken\n#TITLE:other\n") == chart(": 0 4 7 La\n")


def test_the_beat_is_a_quarter_of_the_tempos() -> None:
    assert chart(": 0 4 7 La\n").seconds(10) == 1.25
    comma = chart(": 0 4 7 La\n", HEAD.replace("120", "97,5") + "#GAP:1500\n")
    assert comma.seconds(0) == 1.5
    assert comma.seconds(65) == 1.5 + 65 * 60 / (4 * 97.5)


@pytest.mark.parametrize(
    ("body", "line", "expected"),
    [
        (": 0 4 7 La\n: x 4 7 La\n", 7, "is no note; expected 'TYPE START DURATION PITCH TEXT'"),
        (": 0 4 7\n", 6, "is no note"),
        (": 0 4 7 \n", 6, "is no note"),
        (": -1 4 7 La\n", 6, "is no note"),
        (f": {'9' * 5000} 4 7 La\n", 6, "is no note"),
        (f": 0 4 {'9' * 5000} La\n", 6, "is no note"),
        (": 0 4 7 La\n- x\n", 7, "is no line break; expected '- BEAT'"),
        (": 0 4 7 La\n- " + "9" * 5000, 7, "is no line break"),
        (": 0 4 7 La\n#TITLE:late\n", 7, "is a header after the first note"),
        ("P1\n: 0 4 7 La\n", 6, "changes the voice"),
        ("#TITLE\n", 6, "is no header; expected '#KEY:value'"),
        ("#:x\n", 6, "is no header"),
        ("#VERSION:2.0.0\n", 6, "version '2.0.0'; expected 1.x.y"),
        ("#BPM:fast\n", 6, "BPM 'fast'; expected a number above 0"),
        ("#BPM:0\n", 6, "BPM '0'"),
        (f"#BPM:{'9' * 5000}\n", 6, "BPM '9"),
        ("#GAP:soon\n", 6, "GAP 'soon'; expected milliseconds"),
    ],
)
def test_a_line_that_fits_no_rule_is_told_with_file_and_line(body: str, line: int, expected: str) -> None:
    with pytest.raises(InputError, match=re.escape(expected)) as caught:
        chart(body)
    assert str(caught.value).startswith(f"song.txt:{line}: ")


@pytest.mark.parametrize("key", ["VERSION", "TITLE", "ARTIST", "AUDIO", "BPM"])
def test_a_required_header_must_be_there_and_not_empty(key: str) -> None:
    for head in (re.sub(f"#{key}:.*\n", "", HEAD), HEAD.replace(f"#{key}:", f"#X{key}:")):
        with pytest.raises(InputError, match=f"header #{key} is missing or empty"):
            chart(": 0 4 7 La\n", head)


def test_the_old_name_of_the_audio_header_counts() -> None:
    chart(": 0 4 7 La\n", HEAD.replace("AUDIO", "MP3"))


def test_a_chart_without_notes_is_refused() -> None:
    with pytest.raises(InputError, match="no notes; expected lines like"):
        chart("E\n: 0 4 7 La\n")
