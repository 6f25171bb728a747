"""Rules of all song formats: nothing is lost silently, nothing hangs, and what is written is read back."""

import re
import time
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from format_samples import SAMPLES
from hypothesis import given, settings
from hypothesis import strategies as st

from loop_core.casting import cast
from loop_core.errors import InputError
from loop_core.folder import pages
from loop_core.formats import ultrastar
from loop_core.formats.decoding import MAX_BYTES
from loop_core.formats.lyrics import KINDS, LyricLine, Lyrics, Note
from loop_core.formats.rules import RULES
from loop_core.formats.table import FORMATS, WRITABLE, Format, format_of, lyrics_of, read_lyrics
from loop_core.operations import Operation
from loop_core.song import load_song

TESTS = Path(__file__).parent
ROOT = TESTS.parent
BY_NAME = {form.name: form for form in FORMATS}
UNITS = {"ultrastar": 0.001, "lrc": 0.01, "ass": 0.01, "webvtt": 0.001}
"""Seconds to which each format writes a time."""

every_format = pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
every_writer = pytest.mark.parametrize("form", WRITABLE, ids=lambda form: form.name)


def answer(form: Format, data: bytes) -> Lyrics | InputError:
    """The lyrics, or the error in their place."""
    try:
        return lyrics_of(data, form, "given")
    except InputError as error:
        return error


def held(form: Format, data: bytes) -> Lyrics | None:
    """The lyrics, after all that must hold for them; None for a file that is refused."""
    lyrics = answer(form, data)
    if isinstance(lyrics, InputError):
        assert str(lyrics).startswith("given:")
        assert len(str(lyrics)) < 400
        return None
    assert lyrics.lines
    assert all(line.text for line in lyrics.lines)
    notes = [note for line in lyrics.lines for note in line.notes]
    assert all(0 <= note.start <= note.end for note in notes)
    assert all(a.end <= b.start for a, b in pairwise(notes))
    assert all(a.start < b.start for a, b in pairwise(lyrics.lines))
    assert {finding.rule for finding in lyrics.findings} <= set(RULES)
    assert len(cast(lyrics.lines)) == len(lyrics.lines)
    for other in WRITABLE:
        assert other.write is not None
        again = lyrics_of(other.write(lyrics).text.encode(), other, "again")
        assert len(again.lines) == len(lyrics.lines), other.name
    ultrastar.parse(ultrastar.write(lyrics).text, "strictly")
    return lyrics


@every_format
def test_every_sample_is_read_and_written_in_every_format(form: Format) -> None:
    for sample in SAMPLES[form.name]:
        assert held(form, sample) is not None


@every_format
@given(data=st.binary(max_size=300))
def test_arbitrary_bytes_are_read_or_refused(form: Format, data: bytes) -> None:
    held(form, data)


@every_format
@given(text=st.text(max_size=200))
def test_arbitrary_text_is_read_or_refused(form: Format, text: str) -> None:
    held(form, text.encode())


@every_format
@given(data=st.data())
@settings(max_examples=150)
def test_a_broken_file_is_read_or_refused(form: Format, data: st.DataObject) -> None:
    sample = data.draw(st.sampled_from(SAMPLES[form.name]))
    for _ in range(data.draw(st.integers(1, 4))):
        at, length = data.draw(st.integers(0, len(sample))), data.draw(st.integers(0, 20))
        new = data.draw(st.binary(max_size=6) | st.sampled_from((sample[:80], b"\n", b"[", b"-", b"{\\k5}")))
        sample = sample[:at] + new + sample[at + length :]
    held(form, sample)


@every_format
@given(data=st.data())
@settings(max_examples=40)
def test_what_is_read_is_a_song_that_loads(
    form: Format, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    sample = data.draw(st.sampled_from(SAMPLES[form.name]))
    at = data.draw(st.integers(0, len(sample)))
    lyrics = answer(form, sample[:at] + data.draw(st.binary(max_size=9)) + sample[at:])
    if isinstance(lyrics, InputError):
        return
    folder = tmp_path_factory.mktemp("song")
    made = pages(lyrics, "T", {"backing": "b.flac"}, 0.0)
    (folder / "b.flac").touch()
    (folder / "song.txt").write_text(made.chart, encoding="utf-8", newline="\n")
    (folder / "song.toml").write_text(made.toml, encoding="utf-8", newline="\n")
    song = load_song(folder)
    assert [line.text for line in song.lines] == [line.text for line in lyrics.lines]
    assert [cue.operation for cue in song.cues] == [p.operation for p in made.parts if p.operation]


TEXTS = st.text(
    st.characters(
        codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters="~\u2060\ufeff"
    ),
    min_size=1,
    max_size=8,
).filter(lambda text: text.strip() != "")
GAPS, LENGTHS = st.integers(2, 400), st.integers(20, 3000)


@st.composite
def songs(draw: st.DrawFn, text: st.SearchStrategy[str] = TEXTS) -> Lyrics:
    """Lines of words in milliseconds, none shorter than two of the coarsest units."""
    now, lines = 0, []
    for _ in range(draw(st.integers(1, 4))):
        notes = []
        for _ in range(draw(st.integers(1, 4))):
            start = now + draw(GAPS) * draw(st.integers(0, 1)) * 10
            now = start + draw(LENGTHS)
            pitch = draw(st.none() | st.integers(36, 84))
            kind = draw(st.sampled_from(KINDS)) if pitch is not None else "rap"
            notes.append(Note(draw(text), start / 1000, now / 1000, pitch, kind))
        notes[0] = Note(notes[0].text.lstrip(), *_rest(notes[0]))
        notes[-1] = Note(notes[-1].text.rstrip(), *_rest(notes[-1]))
        operation = draw(st.sampled_from(("", "none", *Operation)))
        lines.append(LyricLine(tuple(notes), operation=str(operation)))
    headers = draw(st.sampled_from(((), (("TITLE", "T: 1"), ("GENRE", "loops"), ("MY-OWN", "kept")))))
    return Lyrics(headers, tuple(lines))


def _rest(note: Note) -> tuple[float, float, int | None, str]:
    return note.start, note.end, note.pitch, note.kind


def unlike_a_stamp(lyrics: Lyrics) -> bool:
    """LRC has no way to write brackets around figures as words."""
    return not any(re.search(r"[<\[].*[0-9]", note.text) for line in lyrics.lines for note in line.notes)


@every_writer
@given(lyrics=songs())
def test_what_is_exported_is_imported_within_the_rounding_that_the_format_states(
    form: Format, lyrics: Lyrics
) -> None:
    if form.name == "lrc" and not unlike_a_stamp(lyrics):
        return
    assert form.write is not None
    again = lyrics_of(form.write(lyrics).text.encode(), form, "again")
    assert [line.operation for line in again.lines] == [line.operation for line in lyrics.lines]
    for line, found in zip(lyrics.lines, again.lines, strict=True):
        assert [note.text for note in found.notes] == [note.text for note in line.notes]
        for note, heard in zip(line.notes, found.notes, strict=True):
            assert abs(heard.start - note.start) <= UNITS[form.name] / 2 + 1e-9
            assert abs(heard.end - note.end) <= UNITS[form.name] / 2 + 1e-9
            if form.name == "ultrastar":
                pitch = 60 if note.pitch is None else note.pitch
                assert (heard.pitch, heard.kind) == (pitch, note.kind)
    assert set(lyrics.headers) <= set(again.headers)


@given(lyrics=songs())
def test_an_ultrastar_file_is_itself_after_a_round_trip(lyrics: Lyrics) -> None:
    text = ultrastar.write(lyrics).text
    read = lyrics_of(text.encode(), BY_NAME["ultrastar"], "again")
    assert ultrastar.write(read).text == text
    assert read.findings == ()


@given(
    bpm=st.decimals("20", "2000", places=3).map(Fraction),
    gap=st.decimals("-5000", "90000", places=2).map(Fraction),
    beats=st.lists(st.integers(1, 60), min_size=2, max_size=12),
)
def test_the_beats_of_a_chart_are_kept_to_the_last_one(
    bpm: Fraction, gap: Fraction, beats: list[int]
) -> None:
    at = 4000
    rows = []
    for beat in beats:
        rows.append(f": {at} {beat} 4 la ")
        at += beat
    text = f"#TITLE:T\n#ARTIST:A\n#MP3:a\n#BPM:{float(bpm)}\n#GAP:{float(gap)}\n" + "\n".join(rows)
    written = ultrastar.write(lyrics_of(text.encode(), BY_NAME["ultrastar"], "given")).text
    assert [row.rstrip() for row in written.split("\n") if row[0:1] == ":"] == [row.rstrip() for row in rows]


@every_writer
def test_times_round_to_the_nearest_with_the_carry(form: Format) -> None:
    lyrics = Lyrics((), (LyricLine((Note("la", 59.9951, 3599.9996),)),))
    assert form.write is not None
    text = form.write(lyrics).text
    expected = {
        "lrc": "[01:00.00]<01:00.00>la<60:00.00>",
        "ass": r"Dialogue: 0,0:01:00.00,1:00:00.00,Default,,0,0,0,,{\kf354000}la",
        "webvtt": "00:00:59.995 --> 01:00:00.000\n<c>la</c>",
        "ultrastar": "R 59995 3540005 0 la",
    }
    assert expected[form.name] in text


@every_writer
def test_a_word_too_short_to_be_written_is_joined_with_the_next(form: Format) -> None:
    notes = (Note("a", 1.0, 1.0001, 60), Note("b", 1.0001, 1.0002, 60), Note("c", 1.0002, 2.0, 60))
    assert form.write is not None
    written = form.write(Lyrics((), (LyricLine(notes),))).text
    assert lyrics_of(written.encode(), form, "again").lines[0].text == "abc"


@every_writer
def test_what_a_format_cannot_hold_is_listed(form: Format) -> None:
    notes = (Note("La", 1, 2, 60, "golden"), Note("~", 2, 3, 62))
    header = (("OFFSET", "5"), ("GAP", "5"), ("TI", "x"), ("SCRIPTTYPE", "x"))
    assert form.write is not None
    lost = form.write(Lyrics(header, (LyricLine(notes, translation="啦", voice=2),))).lost
    assert {"translations", "who sings which line of the duet"} <= set(lost)
    assert ("pitches" in lost) == ("1 held notes: they are part of the syllable before" in lost)
    assert ("pitches" in lost) == (form.name != "ultrastar")
    assert any(text.startswith("header ") for text in lost) == (form.name != "webvtt")


def test_every_format_is_found_by_its_suffix_and_others_are_refused(tmp_path: Path) -> None:
    for form in FORMATS:
        assert [format_of(Path(f"a{suffix.upper()}")) for suffix in form.suffixes] == [form] * len(
            form.suffixes
        )
    with pytest.raises(InputError, match=r"suffix '.docx' is no song format; expected one of: .txt,"):
        read_lyrics(tmp_path / "a.docx")
    with pytest.raises(InputError, match="cannot read it"):
        read_lyrics(tmp_path / "missing.lrc")


def test_every_decision_is_in_the_table_and_every_entry_of_it_is_made_somewhere() -> None:
    sources = [*(ROOT / "loop_core").rglob("*.py"), ROOT / "app" / "importing.py"]
    code = "\n".join(p.read_text(encoding="utf-8") for p in sources if p.name != "rules.py")
    unused = {name for name in RULES if f'"{name}"' not in code}
    assert unused == set()
    assert all(rule.case and rule.decision and rule.source for rule in RULES.values())


US = b"#TITLE:T\n#MP3:a\n#BPM:300\n"
VTT = b"WEBVTT\n\n00:01.000 --> 00:02.000\n"
ASS = b"[Events]\nDialogue: 0,0:00:01.00,0:00:03.00,Default,,0,0,0,,"
SPACES = b" " * 9000
LONG: dict[str, tuple[tuple[bytes, bytes], ...]] = {
    "ultrastar": (
        (US, b": 0 4 7 La\n"),
        (US, b"-" + SPACES + b"x\n"),
        (US + b": 0 4 7 La\n", b"- 1 2\n"),
        (b"", b"#a:b\n"),
        (b"", b"#" + SPACES + b"\n"),
        (US, b"P1\n: 0 4 7 La" + SPACES + b"\n"),
    ),
    "lrc": (
        (b"", b"[00:01.00]La\n"),
        (b"", b"[00:01.00]"),
        (b"[00:01.00]", b"<00:01.00>a"),
        (b"", b"[00:01.00]" + SPACES + b"<\n"),
        (b"", b"[a:"),
        (b"", b"[00:01.00]" + 2000 * b"<00:01.00>a" + b"\n"),
        (b"", 900 * b"[00:01.00][00:02.00]" + 2000 * b"<00:01.00>a" + b"\n"),
    ),
    "ass": (
        (ASS, rb"{\k1}a"),
        (b"", ASS + 6000 * rb"{\k1}a" + b"\n"),
        (b"", ASS + 40000 * b"{" + b"\n"),
        (b"[Events]\n", b"Dialogue:\n"),
        (ASS, b"\\k1"),
    ),
    "webvtt": (
        (VTT, b"<00:01.500>a\n"),
        (VTT, 40000 * b"<" + b"\n"),
        (VTT, 9000 * b"&#1" + b"\n"),
        (b"WEBVTT\n\n", b"00:01.000 --> 00:02.000\nla\n\n"),
    ),
    "midi": ((b"MThd\0\0\0\6\0\1\0\1\0\x60MTrk\0\x0f\x00\0", b"\0\xff\5\1a"), (b"MThd", b"\xff")),
}
"""What a file begins with, and what it repeats."""


@every_format
def test_ten_megabytes_are_answered_in_seconds(form: Format) -> None:
    for head, piece in LONG[form.name]:
        size = 990_000 if form.binary is not None else 9_900_000
        started = time.perf_counter()
        assert answer(form, head + piece * (size // len(piece)))
        assert time.perf_counter() - started < 20  # one or two are taken; a quadratic one takes hours


@every_writer
def test_a_long_song_takes_seconds(form: Format) -> None:
    def line(start: int) -> LyricLine:
        return LyricLine(tuple(Note("la", start + n / 4, start + n / 4 + 0.25) for n in range(10)))

    assert form.write is not None
    started = time.perf_counter()
    written = form.write(Lyrics((), tuple(line(5 * k) for k in range(3000)))).text
    again = lyrics_of(written.encode(), form, "again")
    assert len(pages(again, "T", {}, 0.0).parts) == 3000
    assert time.perf_counter() - started < 30  # some two are taken


def test_a_file_of_more_than_ten_megabytes_is_refused_with_words(tmp_path: Path) -> None:
    for suffix in (".txt", ".lrc", ".ass", ".vtt", ".kar"):
        path = tmp_path / f"a{suffix}"
        path.write_bytes(b" " * (MAX_BYTES + 1))
        with pytest.raises(
            InputError, match="more than 10,000,000 bytes; expected a file of words and notes"
        ):
            read_lyrics(path)


# What the fuzzer found, and stays found.
FOUND: tuple[tuple[str, bytes], ...] = (
    ("ultrastar", US + b": 0 4 7 Ze\n- 4\n: 8 4 7 Ze\n"),  # a line sung twice was lost in WebVTT
    ("lrc", b"[00:03.4]Again and again\n[00:20.4]Again and again\n"),
    ("webvtt", VTT + b"Twice\n\n00:02.000 --> 00:03.000\nTwice\n"),
    ("lrc", b"[00:07.900]Los\n[00:07.902]Loss\n"),  # lines 2 ms apart became one
    ("ultrastar", US + b"#GAP:20\n: -1 1 7 cut\n- 0\n: 0 4 7 la\n"),  # cut at 0 s, which is no beat
    ("ass", b"[Script Info]\n:no key\n" + ASS + rb"{\k5}la"),  # a header without a key was written
)


@pytest.mark.parametrize(("name", "data"), FOUND)
def test_what_the_fuzzer_found_stays_found(name: str, data: bytes) -> None:
    lyrics = held(BY_NAME[name], data)
    assert lyrics is not None
    assert len(lyrics.lines) == (1 if name == "ass" else 2)
