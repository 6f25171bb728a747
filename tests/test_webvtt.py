"""WebVTT with stamps inside the cues; webvtt-py is the referee of what is written."""

import io

import pytest
import webvtt as referee
from format_samples import WEBVTT

from loop_core.errors import InputError
from loop_core.formats.lyrics import LyricLine, Lyrics, Note
from loop_core.formats.webvtt import parse, write


def notes(payload: str, timing: str = "00:01.000 --> 00:05.000") -> list[tuple[str, float, float]]:
    lyrics = parse(f"WEBVTT - my song\n\n{timing}\n{payload}\n", "song.vtt")
    return [(n.text, n.start, n.end) for line in lyrics.lines for n in line.notes]


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ("La<00:02.000>la<00:00:03.000>lu", [("La", 1, 2), ("la", 2, 3), ("lu", 3, 5)]),
        ("<c>La </c><00:02.000><c.x>la</c>", [("La ", 1, 2), ("la", 2, 5)]),
        ("La<00:02.000> <00:03.000>la", [("La ", 1, 2), ("la", 3, 5)]),
        ("<v Ann>La &amp; &lt;la&gt; &#65;&#x42;", [("La & <la> AB", 1, 5)]),
        ("La<00:09.000>la", [("La", 1, 5), ("la", 5, 5)]),
        ("La<00:03.000>la<00:02.000>lu", [("La", 1, 3), ("la", 3, 3), ("lu", 3, 5)]),
        ("La\nla", [("La la", 1, 5)]),
        ("&#0;&#xD800;&#9999999;La", [("\ufffd\ufffd\ufffdLa", 1, 5)]),
    ],
)
def test_words_are_sung_from_stamp_to_stamp(payload: str, expected: list[object]) -> None:
    assert notes(payload) == expected


def test_a_stamp_may_have_hours_and_a_cue_settings() -> None:
    assert notes("La", "100:00:01.000 --> 100:00:02.500 align:start")[0][1:] == (360_001, 360_002.5)


def test_captions_that_roll_up_are_read_once_but_a_line_sung_twice_twice() -> None:
    rolling = (
        "WEBVTT\n\n00:01.000 --> 00:02.000\n \nOne<00:01.500><c> two</c>\n\n"
        "00:02.000 --> 00:02.010\nOne two\n\n00:02.010 --> 00:03.000\nOne two\nthree<00:02.500><c> four</c>\n"
    )
    assert [line.text for line in parse(rolling, "x").lines] == ["One two", "three four"]
    twice = "WEBVTT\n\n00:01.000 --> 00:02.000\nLa\n\n00:02.000 --> 00:03.000\nLa\n"
    assert [line.text for line in parse(twice, "x").lines] == ["La", "La"]


def test_headers_and_operations_are_in_a_note_and_in_identifiers() -> None:
    lyrics = parse(WEBVTT, "x")
    assert lyrics.headers == (("TITLE", "Warm-up"), ("GENRE", "loops"))
    assert [line.operation for line in lyrics.lines] == ["forward", "", "", ""]


@pytest.mark.parametrize("text", ["", "WEBVTTX\n", "\n\nWEBVTT", "[00:01.00]La"])
def test_what_does_not_begin_as_webvtt_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"^song.vtt:1: begins with .*; expected 'WEBVTT'$"):
        parse(text, "song.vtt")


def test_a_file_without_words_is_refused() -> None:
    with pytest.raises(InputError, match="no cue with words"):
        parse("WEBVTT\n\n00:01.000 --> 00:02.000\n\n", "x")


def test_another_program_reads_what_is_written() -> None:
    lines = (
        LyricLine((Note("Ze <", 1, 1.5), Note("ro & ", 1.5, 2), Note("more", 2.5, 3.0004))),
        LyricLine((Note("La", 3600, 3601.25),), operation="zero_grad"),
    )
    text = write(Lyrics((("TITLE", "T"),), lines)).text
    found = referee.from_buffer(io.StringIO(text))
    assert [(cue.start, cue.end) for cue in found] == [
        ("00:00:01.000", "00:00:03.000"),
        ("01:00:00.000", "01:00:01.250"),
    ]
    assert found[1].identifier == "op:zero_grad"
    assert "<c>Ze &lt;</c><00:00:01.500><c>ro &amp; </c><00:00:02.000><00:00:02.500><c>more</c>" in text


def test_inner_stamps_are_inside_their_cue_and_in_order() -> None:
    notes = tuple(Note("x", 1 + k / 7000, 1 + (k + 1) / 7000) for k in range(40))
    text = write(Lyrics((), (LyricLine(notes),))).text
    row = text.strip().splitlines()[-1]
    stamps = [part[:12] for part in row.split("<00:00:0")[1:]]
    assert stamps == sorted(set(stamps))
    assert row.startswith("<c>")
