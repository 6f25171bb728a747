"""Gaps: the same ones each time, more from verse to verse, at the time of their word."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop_core.cloze import BLANK, CHOICES, Gap, gaps_of, masked, timing, word_start
from loop_core.song import Song, load_song, song_folders

SONGS = Path(__file__).parents[1] / "assets" / "songs"


@pytest.fixture(scope="module", params=song_folders(SONGS), ids=lambda folder: folder.name)
def song(request: pytest.FixtureRequest) -> Song:
    return load_song(request.param)


def all_gaps(song: Song, singings: int = 0) -> list[Gap]:
    return [gap for gaps in gaps_of(song, singings).values() for gap in gaps]


def test_the_missing_word_is_among_the_choices_once(song: Song) -> None:
    for gap in all_gaps(song):
        word = song.lines[gap.line].text[gap.first : gap.last].lower()
        assert gap.choices[gap.right] == word
        assert len(set(gap.choices)) == len(gap.choices) == CHOICES


def test_no_other_choice_stands_in_the_line(song: Song) -> None:
    for gap in all_gaps(song):
        others = set(gap.choices) - {gap.choices[gap.right]}
        assert not any(other in song.lines[gap.line].text.lower() for other in others)


def test_there_are_more_gaps_in_the_second_verse(song: Song) -> None:
    seen: dict[str, int] = {}
    verses = {0: [0, 0], 1: [0, 0]}
    lines = set(gaps_of(song))
    for index, line in enumerate(song.lines):
        verse = seen.get(line.text, 0)
        seen[line.text] = verse + 1
        if verse in verses:
            verses[verse][0] += index in lines
            verses[verse][1] += 1
    assert verses[0][0] / verses[0][1] <= 0.6
    assert verses[1][0] == verses[1][1]


def test_a_gap_is_at_the_time_of_its_word(song: Song) -> None:
    for gap in all_gaps(song):
        line = song.lines[gap.line]
        assert line.start <= gap.start <= line.end
        assert gap.start in {syllable.start for syllable in line.syllables}
    backward = next(i for i, line in enumerate(song.lines) if line.text == "Loss backward")
    line = song.lines[backward]
    back = next(s for s in line.syllables if s.text.strip().startswith("back"))
    assert word_start(line, line.text.index("backward")) == back.start
    assert word_start(line, 0) == line.start


def test_the_right_choice_has_no_fixed_place(song: Song) -> None:
    assert {gap.right for gap in all_gaps(song)} == set(range(CHOICES))


def test_a_masked_line_keeps_its_length_and_its_other_words(song: Song) -> None:
    for gap in all_gaps(song):
        text = song.lines[gap.line].text
        hidden = masked(text, [gap])
        assert len(hidden) == len(text)
        assert hidden[gap.first : gap.last] == BLANK * (gap.last - gap.first)
        assert hidden[: gap.first] + hidden[gap.last :] == text[: gap.first] + text[gap.last :]


@given(st.floats(-3, 3))
def test_the_nearer_the_key_the_better_its_name(error: float) -> None:
    limits = {"perfect": 0.045, "great": 0.09, "good": 0.135, "close": 0.18}
    away = abs(10.0 + error - 10.0)
    expected = next((name for name, limit in limits.items() if away <= limit), None)
    found = timing(Gap(0, 0, 1, 10.0, ("a",), 0), 10.0 + error)
    assert found == (expected or ("early" if error < 0 else "late"))
