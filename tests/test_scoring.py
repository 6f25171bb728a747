"""The points for singing: what perfect, silent, wrong and partly right singers get."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from builders import performance, small_song
from hypothesis import given, settings
from hypothesis import strategies as st

from assets import SONGS
from loop_core.pitch import NOTHING, Track
from loop_core.scoring import BONUS, MOST, RATINGS, Difficulty, beats_of, hits, score
from loop_core.song import Song, load_song

ALL = list(Difficulty)
SHARES = st.floats(0, 1)
SONG = load_song(SONGS / "optimization_loop")


def with_kinds(song: Song, *kinds: str) -> Song:
    """The song with these kinds of notes, one after another."""
    lines, number = [], 0
    for line in song.lines:
        syllables = []
        for syllable in line.syllables:
            syllables.append(replace(syllable, kind=kinds[number % len(kinds)]))
            number += 1
        lines.append(replace(line, syllables=tuple(syllables)))
    return replace(song, lines=tuple(lines))


@pytest.mark.parametrize("difficulty", ALL)
def test_a_perfect_singer_gets_all_points_and_a_silent_one_none(difficulty: Difficulty) -> None:
    assert score(SONG, performance(SONG), difficulty).total == MOST
    assert score(SONG, NOTHING, difficulty).total == 0
    assert score(SONG, performance(SONG, np.nan), difficulty).total == 0


@pytest.mark.parametrize("difficulty", ALL)
@pytest.mark.parametrize("away", range(7))
def test_the_difficulty_is_how_many_semitones_a_pitch_may_be_away(difficulty: Difficulty, away: int) -> None:
    tolerance = {"easy": 2, "medium": 1, "hard": 0}[difficulty]
    for semitones in (away - 0.4, away + 0.4, -away + 0.4, -away - 0.4):
        total = score(SONG, performance(SONG, semitones), difficulty).total
        assert total == (MOST if away <= tolerance else 0)


@given(octaves=st.lists(st.integers(-4, 4), min_size=1, max_size=9), away=st.floats(-6, 6))
def test_the_octave_makes_no_difference(octaves: list[int], away: float) -> None:
    shift = 12.0 * np.resize(octaves, len(beats_of(SONG).starts))
    for difficulty in ALL:
        plain = score(SONG, performance(SONG, np.round(away, 3)), difficulty)
        assert score(SONG, performance(SONG, np.round(away, 3) + shift), difficulty) == plain


@settings(max_examples=50)
@given(seed=st.integers(0, 2**32 - 1), share=SHARES, wild=st.floats(0, 12))
def test_the_points_stay_within_their_bounds(seed: int, share: float, wild: float) -> None:
    random = np.random.default_rng(seed)
    count = len(beats_of(SONG).starts)
    away = np.where(random.random(count) < share, random.normal(0, wild, count), np.nan)
    totals = [score(SONG, performance(SONG, away), difficulty) for difficulty in ALL]
    assert all(0 <= found.total <= MOST for found in totals)
    for found in totals:
        sung = [line for line in found.lines if line is not None]
        assert sum(line.most for line in sung) == pytest.approx(MOST - BONUS)
        assert all(0 <= line.notes <= line.most + 1e-9 for line in sung)
        assert sum(line.bonus for line in sung) <= BONUS + 1e-9
    assert totals[0].total >= totals[1].total >= totals[2].total


@settings(max_examples=50)
@given(seed=st.integers(0, 2**32 - 1), shares=st.tuples(SHARES, SHARES))
def test_whoever_hits_more_gets_no_less(seed: int, shares: tuple[float, float]) -> None:
    luck = np.random.default_rng(seed).random(len(beats_of(SONG).starts))
    totals = [
        score(SONG, performance(SONG, np.where(luck < share, 0.0, 6.0)), Difficulty.MEDIUM).total
        for share in sorted(shares)
    ]
    assert totals == sorted(totals)


def test_golden_notes_count_twice_freestyle_not_at_all_and_rap_at_any_pitch(tmp_path: Path) -> None:
    song = with_kinds(small_song(tmp_path), "normal", "golden", "freestyle", "rap", "golden rap")
    beats, away = beats_of(song), performance(song, 5.0)
    assert hits(song, away, Difficulty.EASY).tolist() == beats.rap.tolist()
    kinds = [syllable.kind for line in song.lines for syllable in line.syllables]
    worth = {"normal": 1, "golden": 2, "freestyle": 0, "rap": 1, "golden rap": 2}
    counts = [round((s.end - s.start) / song.beat) for line in song.lines for s in line.syllables]
    expected = [worth[kind] for kind, count in zip(kinds, counts, strict=True) for _ in range(count)]
    assert beats.factors.tolist() == expected
    assert score(song, performance(song), Difficulty.HARD).total == MOST
    rap_share = beats.factors[beats.rap].sum() / beats.factors.sum()
    found = score(song, away, Difficulty.HARD)
    assert sum(line.notes for line in found.lines if line) == pytest.approx(rap_share * (MOST - BONUS))


def test_a_song_of_freestyle_alone_has_no_points(tmp_path: Path) -> None:
    song = with_kinds(small_song(tmp_path), "freestyle")
    found = score(song, performance(song), Difficulty.EASY)
    assert found.total == 0
    assert set(found.lines) == {None}


def test_the_bonus_of_a_line_forgives_two_points() -> None:
    beats = beats_of(SONG)
    line = np.flatnonzero(beats.lines == 1)
    point = (MOST - BONUS) / beats.factors.sum()
    for missed in range(len(line) + 1):
        away = np.zeros(len(beats.starts))
        away[line[:missed]] = 6.0
        found = score(SONG, performance(SONG, away), Difficulty.EASY).lines[1]
        assert found is not None
        perfection = min(1.0, (len(line) - missed) * point / (len(line) * point - 2))
        assert found.perfection == pytest.approx(perfection)
        assert found.bonus == pytest.approx(BONUS / len(SONG.lines) * perfection)
        assert found.rating == RATINGS[round(8 * perfection)]


def test_a_line_has_its_bonus_when_it_has_ended() -> None:
    during, after = (SONG.lines[3].end + shift for shift in (-0.01, 0.0))
    sung = performance(SONG)
    before_end, at_end = (score(SONG, sung, Difficulty.EASY, until) for until in (during, after))
    assert before_end.lines[3] is not None
    assert before_end.lines[3].bonus == 0
    assert at_end.lines[3] is not None
    assert at_end.lines[3].bonus == pytest.approx(BONUS / len(SONG.lines))
    assert [line.bonus for line in at_end.lines[:4] if line] == [
        line.bonus for line in score(SONG, sung, Difficulty.EASY).lines[:4] if line
    ]


def test_a_beat_is_hit_when_half_of_its_voiced_frames_are_right() -> None:
    beats = beats_of(SONG)
    for pitches, hit in (
        ((0, 0, 6, 6), True),
        ((0, 6, 6, 6), False),
        ((0, np.nan, np.nan, np.nan), True),
        ((6, 6, np.nan, 0), False),
    ):
        inside = (np.arange(4) + 0.5) / 4 * beats.length
        sung = Track(beats.starts[0] + inside, beats.pitches[0] + np.array(pitches), np.full(4, 0.1))
        assert hits(SONG, sung, Difficulty.EASY)[0] == hit


def test_what_is_sung_between_the_notes_changes_nothing(tmp_path: Path) -> None:
    gaps = [(a.end, b.start) for a, b in zip(SONG.lines, SONG.lines[1:], strict=False) if b.start > a.end]
    times = np.concatenate([[0.0, 1.0], [(end + start) / 2 for end, start in gaps], [SONG.length]])
    sung = Track(times, np.full(len(times), 60.0), np.full(len(times), 0.1))
    assert not hits(SONG, sung, Difficulty.EASY).any()


def test_beats_shorter_than_a_frame_are_joined(tmp_path: Path) -> None:
    song = small_song(tmp_path)
    short = replace(song, beat=song.beat / 64)
    assert beats_of(short).length >= 0.01
    assert score(short, performance(short), Difficulty.HARD).total == MOST
