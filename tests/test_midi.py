"""MIDI karaoke: words, tempo maps, and the channel that sings; files are made with mido."""

import io

import mido
import pytest
from format_samples import karaoke_midi

from loop_core.errors import InputError
from loop_core.formats.lyrics import Lyrics
from loop_core.formats.midi import parse


def saved(*tracks: list[object], ticks: int = 480, kind: int = 1) -> bytes:
    """A MIDI file of these messages."""
    file = mido.MidiFile(ticks_per_beat=ticks, type=kind)
    for messages in tracks:
        file.add_track().extend(messages)
    data = io.BytesIO()
    file.save(file=data)
    return data.getvalue()


def words(*texts: str, kind: str = "text", apart: int = 480) -> list[object]:
    return [mido.MetaMessage(kind, text=t, time=apart if n else 0) for n, t in enumerate(texts)]


def lines(lyrics: Lyrics) -> list[str]:
    return [line.text for line in lyrics.lines]


@pytest.mark.parametrize("lyric_events", [False, True])
def test_words_tempo_map_and_melody_are_read(lyric_events: bool) -> None:
    lyrics = parse(karaoke_midi(lyric_events), "song.kar")
    assert lyrics.headers == (("LANGUAGE", "ENGL"), ("TITLE", "Warm-up"), ("ARTIST", "Nobody"))
    assert lines(lyrics) == ["Zero grad", "Backward"]
    notes = [note for line in lyrics.lines for note in line.notes]
    assert [(note.start, note.end, note.pitch) for note in notes] == [
        (0, 0.25, 60),
        (0.5, 0.75, 61),
        (1.0, 1.25, 62),
        (1.5, 1.75, 63),
        (2.0, 2.5, 64),
    ]
    assert lyrics.tempo == 120


def test_times_are_mido_s_own_through_every_tempo() -> None:
    tempi = [mido.MetaMessage("set_tempo", tempo=300_000 + 70_001 * k, time=333) for k in range(20)]
    data = saved(tempi, words(*(f"w{k} " for k in range(30)), apart=211))
    times, now = [], 0.0
    for message in mido.MidiFile(file=io.BytesIO(data)):
        now += message.time
        if message.type == "text":
            times.append(now)
    found = [note.start for line in parse(data, "x").lines for note in line.notes]
    assert found == pytest.approx(times, abs=1e-9)


def test_lines_begin_at_marks_of_either_kind() -> None:
    assert lines(parse(saved(words("\\One ", "two ", "/three ", "four")), "x")) == ["One two", "three four"]
    lyric = words("One ", "two\r", "three ", "four\n", "five", kind="lyrics")
    assert lines(parse(saved(lyric), "x")) == ["One two", "three four", "five"]


def test_without_marks_a_line_begins_after_a_rest() -> None:
    messages = [*words("One ", "two "), *words("three ", "four")]
    messages[2].time = 480 * 4  # type: ignore[attr-defined]
    lyrics = parse(saved(messages), "x")
    assert lines(lyrics) == ["One two", "three four"]
    assert {"no-breaks", "melody", "midi-end"} == {finding.rule for finding in lyrics.findings}
    assert all(
        note.pitch is None and note.end - note.start <= 1 for line in lyrics.lines for note in line.notes
    )


def test_the_drums_are_no_melody_and_the_track_with_most_words_is_sung() -> None:
    drums = [mido.Message("note_on", channel=9, note=40, velocity=9, time=480) for _ in range(6)]
    lyrics = parse(saved(words("La ", "la ", "lu"), words("other"), drums), "x")
    assert lines(lyrics) == ["La la lu"]
    assert {note.pitch for line in lyrics.lines for note in line.notes} == {None}
    assert "kar-track" in {finding.rule for finding in lyrics.findings}


def test_smpte_time_is_counted_in_frames() -> None:
    data = bytearray(saved(words("La ", "la", apart=500)))
    data[12:14] = bytes([256 - 25, 40])  # 25 frames of 40 ticks a second
    assert [note.start for note in parse(bytes(data), "x").lines[0].notes] == [0, 0.5]


def test_words_of_another_encoding_are_read() -> None:
    data = saved(words("\\Grüße ", "schön"))
    assert lines(parse(data, "x")) == ["Grüße schön"]
    raw = "\\Шаг ".encode("cp1251").decode("latin-1")
    assert lines(parse(saved(words(raw)), "x", "cp1251")) == ["Шаг"]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "begins with b''; expected the mark b'MThd'"),
        (b"MThd", "broken MIDI file"),
        (karaoke_midi()[:60], "broken MIDI file"),
        (saved([]), "no words in it; expected text or lyric events"),
        (saved(words("@TOnly a title")), "no words in it"),
        (saved(words("La"), ticks=0), "a beat of 0 ticks"),
        (b"MThd" + bytes(1_000_000), "1,000,004 bytes; expected a MIDI file of at most 1,000,000"),
    ],
)
def test_what_is_no_karaoke_file_is_refused_with_words(data: bytes, expected: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(data, "song.kar")
    assert str(caught.value).startswith("song.kar: ")
    assert expected in str(caught.value)
