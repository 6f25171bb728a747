"""The two texts of a song's own folder."""

import tomllib
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from assets import SONGS
from loop_core.folder import lost_of, lyrics_of_song, pages
from loop_core.formats import ultrastar
from loop_core.formats.lyrics import LyricLine, Lyrics, Note
from loop_core.song import load_chart, load_song
from loop_core.starter import starter

LINES = (
    LyricLine((Note("Loss ", 1, 1.5), Note('"back"', 1.5, 2, 62, "golden")), translation="反向传播"),
    LyricLine((Note("ward", 3, 4.25),), translation="rückwärts"),
)


def test_a_song_has_its_title_stems_credits_and_translations() -> None:
    lyrics = Lyrics((("CREATOR", 'A "B"'), ("MP3", "gone.mp3"), ("X", "kept")), LINES, tempo=93.5)
    made = pages(lyrics, "my_song", {"backing": "backing.ogg", "vocals": "vocals.flac"}, 9.25)
    table = tomllib.loads(made.toml)
    assert (table["title"], table["artist"], table["tempo"]) == ("my_song", "unknown", 93.5)
    assert table["length"] == 9.25
    assert table["stems"] == {"backing": "backing.ogg", "vocals": "vocals.flac"}
    assert table["credits"] == {"creator": 'A "B"'}
    assert [line["lyric"] for line in table["lines"]] == ['Loss "back"', "ward"]
    assert [line.get("zh") for line in table["lines"]] == ["反向传播", None]
    assert [line.get("en") for line in table["lines"]] == [None, "rückwärts"]
    chart = ultrastar.parse(made.chart, "song.txt")
    named = [chart.header(key) for key in ("AUDIO", "VOCALS", "INSTRUMENTAL", "MP3", "X")]
    assert named == ["backing.ogg", "vocals.flac", "backing.ogg", "", "kept"]


def test_a_song_without_a_recording_ends_after_its_words_and_one_with_a_short_one_with_them() -> None:
    for length, expected in ((0.0, 6.25), (2.0, 4.25), (60.0, 60.0)):
        made = pages(Lyrics((), LINES), "T", {"backing": "b.flac"}, length)
        assert tomllib.loads(made.toml)["length"] == expected


def test_times_of_hundredths_are_exact_and_others_to_the_thousandth() -> None:
    for shift, bpm in ((0.0, 1500), (0.001, 15000), (0.0004, 15000)):
        lines = (LyricLine((Note("la", 1.25 + shift, 2 + shift),)),)
        chart = ultrastar.parse(pages(Lyrics((), lines), "T", {}, 0).chart, "song.txt")
        assert chart.grid == (bpm, 0)
        start = chart.seconds(chart.phrases[0].notes[0].start)
        assert abs(start - (1.25 + shift)) <= 0.0005
        assert start == 1.25 + (shift if shift > 0.0005 else 0)


def test_a_song_s_lyrics_are_its_folder_s_and_make_the_same_chart() -> None:
    folder: Path = SONGS / "optimization_loop"
    song, chart = load_song(folder), load_chart(folder)
    lyrics = lyrics_of_song(song, chart)
    assert (lyrics.bpm, lyrics.gap) == (Fraction(520), 0)
    assert ultrastar.chart_of(lyrics).phrases == chart.phrases
    assert [line.operation for line in lyrics.lines] == [str(cue.operation) for cue in song.cues]
    assert list(lost_of(song, chart))[:2] == ["subtitles", "8 sections"]
    kept = replace(chart, headers=(*chart.headers, *((key.upper(), "x") for key in song.credits)))
    assert list(lost_of(song, kept)) == ["subtitles", "8 sections"]


def test_the_song_to_start_from_sings_one_operation_a_line() -> None:
    lyrics = starter()
    made = pages(lyrics, "T", {"backing": "b.flac"}, 0)
    assert [part.operation for part in made.parts] == [line.operation for line in lyrics.lines]
    assert all(a.end < b.start for a, b in zip(lyrics.lines, lyrics.lines[1:], strict=False))
