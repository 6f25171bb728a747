"""Rules of the band: it keeps to the chords, makes way for the words, and the ear hears the mode."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from assets.studio import arrangement, band, drums, grooves, instruments
from assets.studio.arrangement import Hit
from assets.studio.loudness import loudness
from assets.studio.score import CHORDS, Score, read
from assets.studio.sound import RATE, Wave, count, passed
from loop_core.errors import InputError

TRAIN, TEST = range(2, 10), range(10, 16)  # bars of the first verse


@pytest.fixture(scope="module")
def score() -> Score:
    return read()


@pytest.fixture(scope="module")
def hits(score: Score) -> tuple[Hit, ...]:
    return arrangement.full(score)


@pytest.fixture(scope="module")
def full(score: Score) -> Wave:
    return band.play(score)


@pytest.fixture(scope="module")
def quiet(score: Score) -> Wave:
    return band.quiet(score)


@pytest.fixture(scope="module")
def click(score: Score) -> Wave:
    return band.click(score)


def bars(score: Score, wave: Wave, first: int, last: int) -> Wave:
    """The sound from one bar up to another."""
    start, end = (count(score.seconds(bar * score.beats_per_bar)) for bar in (first, last))
    return wave[start:end]


def parts(hits: tuple[Hit, ...], bar: int) -> set[str]:
    return {hit.part for hit in hits if 4 * bar <= hit.beat < 4 * bar + 4}


def test_every_part_has_its_level_and_a_place_between_left_and_right(hits: tuple[Hit, ...]) -> None:
    assert {hit.part for hit in hits} <= set(band.LEVELS)
    assert all(-1 <= place <= 1 for place in band.PLACES.values())


def test_every_grid_of_a_groove_has_sixteen_steps() -> None:
    learning = {
        "learning": grooves.LEARNING,
        "count": grooves.LEARNING_COUNT,
        "close": grooves.LEARNING_CLOSE,
    }
    for name, groove in (grooves.GROOVES | learning).items():
        grids = [*groove.drums.values(), groove.keys, groove.pad, groove.bass, groove.arpeggio]
        assert {len(grid) for grid in grids if grid} <= {16}, name


def test_a_groove_that_nobody_knows_is_refused_with_the_section_named(score: Score) -> None:
    intro = replace(score.sections[0], grooves=("count", "polka"))
    with pytest.raises(InputError, match=r"\[\[section\]\] 'Intro': groove 'polka'; expected one of count"):
        arrangement.full(replace(score, sections=(intro, *score.sections[1:])))


@pytest.mark.parametrize("arranged", [arrangement.full, arrangement.quiet])
def test_pitched_notes_are_of_the_scale_and_on_strong_beats_of_the_chord(
    score: Score, arranged: Callable[[Score], tuple[Hit, ...]]
) -> None:
    for hit in arranged(score):
        if hit.midi:
            assert hit.midi % 12 in arrangement.SCALE, hit
            if hit.beat % 2 == 0:
                assert hit.midi % 12 in CHORDS[score.chord_at(hit.beat)], hit


def test_chords_change_with_small_steps(hits: tuple[Hit, ...]) -> None:
    chords: dict[Fraction, list[int]] = {}
    for hit in hits:
        if hit.part == "keys":
            chords.setdefault(hit.beat, []).append(hit.midi)
    voicings = [sorted(chord) for chord in chords.values()]
    for before, after in pairwise(voicings):
        assert all(abs(a - b) <= 5 for a, b in zip(before, after, strict=True))


def test_the_bass_walks_by_a_step_to_the_next_root(score: Score, hits: tuple[Hit, ...]) -> None:
    bass = [hit for hit in hits if hit.part == "bass"]
    names = [name for section in score.sections for name in section.grooves]
    for bar, name in enumerate(names[:-1]):
        if "w" in grooves.GROOVES[name].bass:
            last = [hit for hit in bass if hit.beat < 4 * bar + 4][-1]
            root = next(hit for hit in bass if hit.beat >= 4 * bar + 4)
            assert root.beat == 4 * bar + 4
            assert abs(last.midi - root.midi) in (1, 2), bar


def test_the_riff_never_sounds_over_a_word(score: Score, hits: tuple[Hit, ...]) -> None:
    for hit in hits:
        if hit.part == "riff":
            assert not any(s.beat < hit.beat + hit.duration and hit.beat < s.end for s in score.syllables), (
                hit
            )


def test_the_riff_ends_with_its_note() -> None:
    assert len(instruments.tone("riff", 72, 0.2)) <= count(0.2)


def test_the_whole_riff_answers_where_the_voice_rests(hits: tuple[Hit, ...]) -> None:
    riff = [int(hit.beat // 4) for hit in hits if hit.part == "riff"]
    assert {bar for bar in riff if riff.count(bar) >= 5} == {0, 1, 17, 25, 35}
    assert {bar for bar in riff if riff.count(bar) == 2} >= {3, 5, 6, 8, 13, 14}


def test_a_fill_leads_into_every_section_and_a_cymbal_opens_it(score: Score, hits: tuple[Hit, ...]) -> None:
    for section in score.sections[1:]:
        start = Fraction(section.bar * score.beats_per_bar)
        fill = {hit.part for hit in hits if start - 1 <= hit.beat < start}
        assert fill & {"tom_high", "tom_mid", "tom_low"}, section.name
        assert fill & {"snare"}, section.name
        assert any(hit.part == "crash" and hit.beat == start for hit in hits)


def test_the_testing_half_is_lighter_than_the_training_half(
    score: Score, hits: tuple[Hit, ...], full: Wave
) -> None:
    assert {"snare", "hat"} <= parts(hits, 4)
    assert "arpeggio" not in parts(hits, 4)
    assert {"arpeggio", "rim", "shaker"} <= parts(hits, 12)
    assert "snare" not in parts(hits, 12)
    training, testing = (loudness(bars(score, full, bars_.start, bars_.stop - 1)) for bars_ in (TRAIN, TEST))
    assert testing < training - 2.5


def test_the_bursts_are_a_build_up(score: Score, full: Wave) -> None:
    again = next(section for section in score.sections if section.name == "Again")
    loud = [loudness(bars(score, full, bar, bar + 1)) for bar in range(again.bar - 2, again.bar + 2)]
    assert loud == sorted(loud)
    assert loud[-1] > loud[0] + 4


def test_the_last_chord_rings_and_dies_away(score: Score, full: Wave) -> None:
    tail = bars(score, full, score.bars, score.bars + 1)
    assert loudness(tail[: count(0.4)]) > loudness(full) - 8
    assert np.abs(tail[-count(0.005) :]).max() < 1e-3


def test_kicks_push_the_pad_back(score: Score) -> None:
    kick = Hit("kick", Fraction(2), grooves.STEP, 0, 1.0)
    stepped = band.pump(score, (kick,))
    at = count(score.seconds(2))
    assert stepped[at - 1] == 0
    assert stepped[at : at + count(0.03)].max() > 0.95
    assert stepped[at + count(band.RECOVERY)] == 0


@pytest.mark.parametrize("backing", ["full", "quiet", "click"])
def test_the_count_in_is_heard_in_every_backing(
    score: Score, backing: str, request: pytest.FixtureRequest
) -> None:
    middle = passed(request.getfixturevalue(backing).mean(axis=1), "bandpass", (1100, 2100), order=4)
    for beat in (2, 4, 5, 6, 7):
        at = count(score.seconds(beat))
        before, after = middle[at - count(0.06) : at], middle[at : at + count(0.03)]
        assert np.sqrt(np.mean(after**2)) > 4 * np.sqrt(np.mean(before**2)), beat


def test_the_click_accents_the_first_beat_of_each_bar_and_plays_nothing_else(
    score: Score, click: Wave
) -> None:
    beats = arrangement.click(score)
    assert [hit.beat for hit in beats] == list(range(144))
    assert {hit.beat % 4 for hit in beats if hit.midi == arrangement.ACCENT} == {0}
    assert sum(hit.midi == arrangement.ACCENT for hit in beats) == 36
    between = [click[count(score.seconds(b) + 0.1) : count(score.seconds(b + 1)) - 1] for b in range(144)]
    assert max(np.abs(rest).max() for rest in between) < 1e-3


def test_quiet_is_sparse(score: Score) -> None:
    played = arrangement.quiet(score)
    assert {hit.part for hit in played} == {"stick", "keys", "bass"}
    assert len(played) < len(arrangement.full(score)) / 2


@pytest.mark.parametrize("backing", ["full", "quiet", "click"])
def test_a_backing_is_as_long_as_the_score_and_clean(
    score: Score, backing: str, request: pytest.FixtureRequest
) -> None:
    wave: Wave = request.getfixturevalue(backing)
    assert wave.shape == (score.samples(RATE), 2)
    assert np.isfinite(wave).all()
    assert np.abs(wave).max() < 1.2
    assert np.abs(wave.mean(axis=0)).max() < 1e-4


def test_the_band_leaves_room_for_the_words(score: Score, full: Wave) -> None:
    for verse in (TRAIN, TEST):
        sound = bars(score, full, verse.start, verse.stop)
        words = passed(sound, "bandpass", (1500, 4000), order=4)
        assert np.mean(words**2) < 0.01 * np.mean(sound**2)


def test_every_sound_begins_and_ends_without_a_click() -> None:
    sounds = {part: drums.stroke(part, 0) for part in drums.STROKES}
    sounds |= {part: drums.swell(part, 1.0) for part in drums.SWELLS}
    sounds |= {part: instruments.tone(part, 60, 0.5) for part in instruments.INSTRUMENTS}
    for part, sound in sounds.items():
        assert np.abs(sound[0]).max() < 0.02, part
        assert np.abs(sound[-1]).max() < 0.01, part


def test_the_same_score_gives_the_same_sound(score: Score, quiet: Wave) -> None:
    drums.stroke.cache_clear()
    instruments.tone.cache_clear()
    assert np.array_equal(band.quiet(score), quiet)
