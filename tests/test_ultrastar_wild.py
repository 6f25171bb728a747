"""UltraStar files as found in the wild: each case in which programs differ is decided, and said."""

import re
from fractions import Fraction
from pathlib import Path

import pytest
from format_samples import DRAFT, DUET, RELATIVE, ULTRASTAR

from loop_core.errors import InputError
from loop_core.formats.lyrics import Lyrics
from loop_core.formats.table import FORMATS, lyrics_of
from loop_core.formats.ultrastar import write

HEAD = "#TITLE:T\n#ARTIST:A\n#MP3:a.mp3\n#BPM:300\n"
"""A beat of 50 ms."""
FORM = FORMATS[0]


def read(body: str, head: str = HEAD) -> Lyrics:
    return lyrics_of((head + body).encode(), FORM, "song.txt")


def rules(lyrics: Lyrics) -> list[tuple[int, str]]:
    return [(finding.line, finding.rule) for finding in lyrics.findings]


def test_a_plain_file_without_version_is_read_without_a_finding() -> None:
    lyrics = read(": 0 4 7 Ze\n: 4 4 7 ro \n- 10\n* 20 4 -5 grad\nE\n")
    assert lyrics.findings == ()
    assert [line.text for line in lyrics.lines] == ["Zero", "grad"]
    assert [(n.start, n.end, n.pitch, n.kind) for n in lyrics.lines[0].notes] == [
        (0.0, 0.2, 67, "normal"),
        (0.2, 0.4, 67, "normal"),
    ]
    assert lyrics.lines[1].notes[0].kind == "golden"
    assert lyrics.lines[0].gone == 0.5
    assert (lyrics.bpm, lyrics.tempo) == (300, 75.0)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("Z 0 4 7 La\n", [(5, "unknown-type")]),
        (": 0 4 7 La\n- 5 9\n: 9 1 7 la\n", [(6, "second-number")]),
        (": 0 0 7 La\n: 4 1 1 la\n", [(5, "zero-length")]),
        (": 0 -2 7 La\n: 4 1 1 la\n", [(5, "negative-length")]),
        (": 0 4 7\n: 4 1 1 la\n", [(5, "no-text")]),
        (": 4 1 1 la\n: 0 4 7 La\n", [(5, "note-order")]),
        (": 0 4 7 La\n- 5\n", [(0, "break-last")]),
        (": 0 4 7 La\n- 5\n- 6\n: 9 1 1 la\n", [(7, "break-double")]),
        (": 0 4 7 La\n-\n: 9 1 1 la\n", [(6, "break-bare")]),
        (": 0 4 7 La\n: 2 4 7 la\n", [(5, "overlap")]),
        ("*: 0 4 7 La\n", [(5, "inline")]),
        (": 0 4 7 La\n- 6 * 8 1 1 la\n", [(6, "inline")]),
        ("P 1\n: 0 4 7 La\n", [(5, "voice-space")]),
        (": 0 4 7 La\n#GENRE:late\n", [(6, "late-header")]),
        ("#no colon\n: 0 4 7 La\n", [(5, "header")]),
        ("#:no key\n: 0 4 7 La\n", [(5, "header")]),
        ("#GAP:soon\n: 0 4 7 La\n", [(0, "gap")]),
        ("#VERSION:v1.0.0\n: 0 4 7 La\n", [(0, "version")]),
        ("#ENCODING:UTF8\n: 0 4 7 La\n", [(5, "encoding-header")]),
        (": 0 4 7 La\nwhat\n", [(6, "unreadable")]),
        (": 0 4 7 La\nE\n\nmore\n", [(8, "after-end")]),
        (": 0 4 67 La\n: 4 4 64 la\n", [(0, "midi-pitch")]),
        (": 0 4 -99 La\n", [(5, "pitch-range")]),
        (": 0 4 7 ~\n", [(5, "wordless")]),
        (": 0 4 7 L\x00a\n", [(5, "control")]),
    ],
)
def test_each_case_in_which_programs_differ_is_decided_and_told_with_its_line(
    body: str, found: list[tuple[int, str]]
) -> None:
    assert rules(read(body)) == found


def test_an_unknown_type_and_a_note_of_no_length_are_freestyle_and_no_word_is_lost() -> None:
    (line,) = read("Z 0 4 7 La\n: 4 0 7 la\n: 4 4 7 lu\n").lines
    assert [(n.text, n.kind, n.end - n.start) for n in line.notes][1] == ("la", "freestyle", 0)
    assert (line.text, line.notes[0].kind) == ("Lalalu", "freestyle")


def test_overlapping_notes_are_cut_where_the_next_begins() -> None:
    lyrics = read(": 0 9 7 La\n: 4 8 7 la\n- 8\n: 10 2 7 lu\n")
    assert [(n.start, n.end) for line in lyrics.lines for n in line.notes] == [
        (0, 0.2),
        (0.2, 0.5),
        (0.5, 0.6),
    ]


def test_a_negative_beat_is_a_time_before_the_gap() -> None:
    lyrics = read("#GAP:1000\n: -4 2 7 La\n: 0 2 7 la\n")
    assert [note.start for note in lyrics.lines[0].notes] == [0.8, 1.0]
    assert "#GAP:800\n: 0 2 7 La\n: 4 2 7 la\n" in write(lyrics).text  # version 1 has no beats before 0
    cut = read(": -4 2 7 La\n: -1 2 7 la\n")
    assert [(note.start, note.end) for note in cut.lines[0].notes] == [(0, 0), (0, 0.05)]


@pytest.mark.parametrize(("bpm", "expected"), [("300,5", "601/2"), ("300.", "300"), (" 97.25 ", "389/4")])
def test_a_tempo_may_have_a_decimal_comma(bpm: str, expected: str) -> None:
    assert read(f"#BPM:{bpm}\n: 0 4 7 La\n").bpm == Fraction(expected)


@pytest.mark.parametrize("bpm", ["0", "-1", "fast", "", "1" * 4000, "1.2.3"])
def test_a_tempo_that_is_none_is_refused(bpm: str) -> None:
    with pytest.raises(InputError, match="expected a number above 0, as in '#BPM:240'"):
        read(": 0 4 7 La\n", f"#BPM:{bpm}\n")


def test_relative_beats_count_from_each_break_and_are_rewritten() -> None:
    lyrics = read("#RELATIVE:yes\n: 0 2 7 La\n- 4 10\n: 0 2 7 la\n- 4\n: 0 2 7 lu\n")
    assert [line.start for line in lyrics.lines] == [0, 0.5, 0.7]
    assert [line.gone for line in lyrics.lines] == [0.2, 0.7, None]
    assert "RELATIVE" not in write(lyrics).text


def test_a_tempo_that_changes_is_honoured() -> None:
    lyrics = lyrics_of(RELATIVE.encode(), FORM, "x")
    assert [note.start for line in lyrics.lines for note in line.notes] == [0, 1.0, 2.25]
    assert [note.pitch for line in lyrics.lines for note in line.notes] == [60, 64, 64]


def test_the_draft_of_version_2_counts_beats_themselves_and_is_rewritten_as_version_1() -> None:
    lyrics = lyrics_of(DRAFT.encode(), FORM, "x")
    assert [line.start for line in lyrics.lines] == [0.5, 2.5]
    assert lyrics.header("START") == "2.5"
    assert re.search("#VERSION:1.0.0\n(.*\n)*#BPM:375\n", write(lyrics).text)


def test_a_duet_is_sung_by_both_voices_or_by_one() -> None:
    text = "P1\n: 0 4 7 One\n- 5\n: 20 4 7 Both\nP2\n: 10 4 7 Two\n- 15\n: 20 4 7 Both\n"
    lyrics = read(text)
    assert [(line.text, line.voice) for line in lyrics.lines] == [("One", 1), ("Two", 2), ("Both", 1)]
    assert (0, "voices") in rules(lyrics)
    assert (12, "both-sing") in rules(lyrics)
    for voice, own in ((1, "One"), (2, "Two")):
        alone = lyrics_of((HEAD + text).encode(), FORM, "x", voice=voice)
        assert [line.text for line in alone.lines] == [own, "Both"]
    with pytest.raises(InputError, match="--voice 3; the song has: 1, 2"):
        lyrics_of((HEAD + text).encode(), FORM, "x", voice=3)


def test_p3_is_both_voices_without_a_version_and_a_third_with_one() -> None:
    assert [line.voice for line in read("P3\n: 0 4 7 La\n").lines] == [1]
    assert [line.voice for line in read("P3\n: 0 4 7 La\n", "#VERSION:1.0.0\n" + HEAD).lines] == [3]


def test_operations_are_read_from_their_header_and_written_there() -> None:
    lyrics = lyrics_of(DUET.encode(), FORM, "x")
    assert [line.operation for line in lyrics.lines][:2] == ["setup", "none"]
    assert "#TORCHAOKE-OPERATIONS:setup,none,," in write(lyrics).text


def test_unknown_headers_come_back_in_their_order() -> None:
    text = write(lyrics_of(ULTRASTAR.encode(), FORM, "x")).text
    assert "#TITLE:Warm-up\n#ARTIST:Nobody\n#MP3:warm.mp3\n#WEIRD:kept\n#BPM:300.5\n#GAP:1200\n" in text


def test_another_program_reads_what_is_written(tmp_path: Path) -> None:
    referee = pytest.importorskip("ultrastar_score.parser")
    for sample in (ULTRASTAR, RELATIVE, DRAFT):
        lyrics = lyrics_of(sample.encode(), FORM, "x")
        (tmp_path / "song.txt").write_text(write(lyrics).text, encoding="utf-8")
        song = referee.parse_ultrastar(tmp_path / "song.txt")
        notes = [note for line in song.lines for note in line.notes]
        beat = 15 / song.bpm
        expected = [note for line in lyrics.lines for note in line.notes]
        assert [note.text.strip() for note in notes] == [note.text.strip() for note in expected]
        assert [song.gap / 1000 + note.start_beat * beat for note in notes] == pytest.approx(
            [note.start for note in expected]
        )
        assert [60 + note.pitch for note in notes] == [note.pitch for note in expected]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("", "no notes; expected lines like ': 0 4 7 La'"),
        ("E\n: 0 4 7 La\n", "no notes"),
        ("what\n" * 30, "song.txt:25: 'what' is no line of UltraStar; expected notes like"),
        (": 999999999 4 7 La\n", "song.txt:5: 'La' would be sung at 5e+07 s; expected a time within a day"),
    ],
)
def test_what_is_no_song_is_refused_with_words(body: str, expected: str) -> None:
    with pytest.raises(InputError) as caught:
        read(body)
    assert expected in str(caught.value)
