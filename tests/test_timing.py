"""Taps and a sheet become lyrics; taps that were kept go on with the sheet as it is now."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop_core.folder import pages
from loop_core.formats.sheet import parse
from loop_core.formats.ultrastar import parse as parse_chart
from loop_core.kept_taps import dump, load
from loop_core.tapping import Tap, Tapping
from loop_core.timing import LINE, RESOLUTION, SYLLABLE, WAYS, letters, timed, units_of

SHEET = parse("Loss back|ward\nStep\n\nThe loss again", "s")


@pytest.mark.parametrize(("by", "count"), [(LINE, 3), (SYLLABLE, 7)])
def test_there_is_a_tap_on_each_line_or_syllable(by: str, count: int) -> None:
    units = units_of(SHEET, by)
    assert len(units) == count
    assert "".join(unit.text for unit in units) == "Loss backwardStepThe loss again"


def test_syllables_of_a_line_take_as_long_as_they_have_letters() -> None:
    lyrics = timed(SHEET, units_of(SHEET, LINE), [Tap(1.0, 2.2), Tap(3.0), Tap(4.0)], 9.0)
    assert [(n.text, n.start, n.end) for n in lyrics.lines[0].notes] == [
        ("Loss ", 1.0, 1.4),
        ("back", 1.4, 1.8),
        ("ward", 1.8, 2.2),
    ]
    assert (lyrics.lines[1].start, lyrics.lines[2].start) == (3.0, 4.0)


def test_a_line_before_a_long_pause_is_not_held_all_through_it() -> None:
    lyrics = timed(SHEET, units_of(SHEET, LINE), [Tap(1.0), Tap(3.0), Tap(40.0)], 60.0)
    assert lyrics.lines[0].end == 2.5
    assert lyrics.lines[1].end < 11.0
    assert lyrics.lines[2].end < 48.0


def test_a_syllable_lasts_to_the_next_or_to_where_it_was_ended() -> None:
    taps = [Tap(1.0), Tap(1.5, 1.7), Tap(2.0), Tap(3.0), Tap(20.0), Tap(20.4), Tap(20.8)]
    notes = [
        note for line in timed(SHEET, units_of(SHEET, SYLLABLE), taps, 30.0).lines for note in line.notes
    ]
    assert [note.end for note in notes[:3]] == [1.5, 1.7, 3.0]
    assert notes[3].end <= 5.0
    assert notes[6].end <= 22.8


def test_a_line_ends_where_the_voice_falls_silent() -> None:
    voice = np.zeros(2000, np.float32)
    voice[round(1.0 / RESOLUTION) : round(1.8 / RESOLUTION)] = 1.0
    voice[round(3.0 / RESOLUTION) : round(4.0 / RESOLUTION)] = 1.0
    lyrics = timed(SHEET, units_of(SHEET, LINE), [Tap(1.0), Tap(3.0), Tap(4.0)], 9.0, voice)
    assert lyrics.lines[0].end == 1.8
    assert 3.5 < lyrics.lines[1].end < 4.0  # sung all through: as without the voice


def test_a_chinese_character_is_longer_than_a_letter() -> None:
    assert [letters(text) for text in ("a ", "loss, ", "模", "!")] == [1, 4, 3, 1]


@given(st.lists(st.floats(0, 100), min_size=7, max_size=7), st.sampled_from(WAYS), st.floats(0, 101))
def test_whatever_was_tapped_is_a_song_in_order(times: list[float], by: str, length: float) -> None:
    units = units_of(SHEET, by)
    tapping = Tapping(len(units))
    for time in sorted(times):
        tapping = tapping.strike(time)
    for time in times:
        tapping = tapping.rest(time)
    if not tapping.done:
        return
    lyrics = timed(SHEET, units, tapping.taps, length, np.ones(100, np.float32))
    made = pages(lyrics, "T", {"backing": "b.flac"}, 200.0)
    chart = parse_chart(made.chart, "song.txt")
    ends = [0.0]
    for phrase in chart.phrases:
        for note in phrase.notes:
            assert chart.seconds(note.start) >= ends[-1]
            ends.append(chart.seconds(note.start + note.duration))
    assert made.toml.count("[[sections]]") == 2
    assert [phrase.text for phrase in chart.phrases] == [line.text for line in SHEET.lines]


TAPS = (Tap(1.0, 1.25), Tap(3.0), Tap(4.125))


def test_kept_taps_are_read_back_as_they_were() -> None:
    units = units_of(SHEET, LINE)
    assert load(dump(LINE, units, TAPS), LINE, units) == TAPS
    assert load(dump(LINE, units, ()), LINE, units) == ()


def test_a_word_may_be_spelt_anew_and_lines_may_be_added_after_those_tapped() -> None:
    kept = dump(LINE, units_of(SHEET, LINE), TAPS)
    assert load(kept, LINE, units_of(parse("Loss backwards\nStep\nThe", "s"), LINE)) == TAPS
    longer = units_of(parse("Loss backward\nStep\nnew\nThe loss again", "s"), LINE)
    assert load(kept, LINE, longer) == TAPS[:2]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"version": 1, "by": "line", "of": 3, "taps": [[1, null]]}',
        '{"version": 1, "by": "line", "of": 3, "taps": [[null, null, "a"]]}',
        '{"version": 1, "by": "line", "of": 3, "taps": [[NaN, null, "a"]]}',
        '{"version": 1, "by": "line", "of": 3, "taps": [[2, null, "a"], [1, null, "b"]]}',
        '{"version": 1, "by": "syllable", "of": 3, "taps": [[1, null, "a"]]}',
        '{"version": 2, "by": "line", "of": 3, "taps": []}',
    ],
)
def test_what_are_no_taps_of_this_sheet_is_said(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        load(text, LINE, units_of(SHEET, LINE))


KEY = st.sampled_from(["version", "by", "of", "taps"])
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(KEY, inner),
)
ROW = st.tuples(st.none() | st.floats() | st.integers(), st.none() | st.floats(), st.text()).map(list)
FILES = st.fixed_dictionaries(
    {"version": st.just(1), "by": st.just(LINE), "of": st.integers(0, 4), "taps": st.lists(ROW | JSON)}
)


@given(JSON | FILES)
def test_no_json_brings_anything_but_taps_or_a_value_error(found: object) -> None:
    units = units_of(SHEET, LINE)
    try:
        taps = load(json.dumps(found), LINE, units)
    except ValueError:
        return
    assert len(taps) <= len(units)
