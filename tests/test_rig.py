"""The rig finds what is there; and by it the show is in time, on a busy machine too."""

from pathlib import Path

import numpy as np
import pytest
from rig.accuracy import measure_accuracy
from rig.figures import Figures, figures_of
from rig.listening import Heard, clock
from rig.looking import Seen
from rig.matching import match
from rig.performing import STEP, perform, stage
from rig.room import RATE, missing
from rig.song import Song, read_song, write_own_song

from assets import SONGS
from loop_core.song import load_song

needs_programs = pytest.mark.skipif(bool(missing()), reason=f"needs the programs {missing()}")
SHIPPED = SONGS / "optimization_loop"
NOISE = np.random.default_rng(2).normal(0, 0.1, (2, 4 * RATE)).astype(np.float32)
SONG = Song((), {"backing": NOISE[0], "vocals": NOISE[1]})


def recorded(sound: np.ndarray, before: float = 0.5) -> np.ndarray:
    """A sound as 16-bit stereo, with silence around it."""
    silence = np.zeros(round(before * RATE), np.float32)
    whole = np.concatenate([silence, sound, silence])
    return np.repeat(np.round(whole * 32767).astype(np.int16)[:, None], 2, axis=1)


def test_a_whole_recording_has_no_gap_and_each_moment_is_found_to_the_sample() -> None:
    found = match(recorded(0.8 * NOISE[0] + 0.5 * NOISE[1]), SONG)
    assert found.gaps == ()
    assert found.shift == 0
    for time in (0.0, 1.7, 3.9):
        assert found.sample(time) == pytest.approx((time + 0.5) * RATE)


@pytest.mark.parametrize("samples", [3, 128, 2000, -128, -2000])
def test_a_gap_of_few_samples_is_found_with_its_length(samples: int) -> None:
    mixed, at = NOISE.sum(axis=0), 2 * RATE
    late = np.zeros(max(0, samples), np.float32)
    found = match(recorded(np.concatenate([mixed[:at], late, mixed[at - min(0, samples) :]])), SONG)
    (gap,) = found.gaps
    assert gap.at == pytest.approx(2, abs=0.07)
    assert gap.longer == pytest.approx(samples / RATE)
    assert found.sample(1.5) == pytest.approx(2.0 * RATE)
    assert found.sample(3.0) == pytest.approx(3.5 * RATE + samples)


def test_a_hole_of_ten_milliseconds_is_found() -> None:
    mixed = NOISE.sum(axis=0)
    mixed[2 * RATE : round(2.01 * RATE)] = 0
    (gap,) = match(recorded(mixed), SONG).gaps
    assert (gap.at, gap.longer) == (2.0, 0.0)
    assert gap.seconds == pytest.approx(0.01)


def test_a_bar_that_is_played_again_makes_the_song_come_later() -> None:
    mixed, bar = NOISE.sum(axis=0), RATE
    found = match(recorded(np.concatenate([mixed[: 3 * bar], mixed[2 * bar :]])), SONG)
    (gap,) = found.gaps
    assert gap.longer == pytest.approx(1.0)
    assert found.sample(2.9) == pytest.approx(3.4 * RATE)
    assert found.sample(3.05) == pytest.approx(4.55 * RATE)


def test_a_voice_that_starts_a_buffer_late_is_told() -> None:
    voice = np.concatenate([np.zeros(512, np.float32), NOISE[1][:-512]])
    assert match(recorded(NOISE[0] + voice), SONG).shift == 512


def test_the_clock_of_the_sound_is_that_of_the_pieces_which_came_in_time() -> None:
    random = np.random.default_rng(3)
    samples = np.arange(0, 20 * RATE, 128).astype(float)
    true = 1000 + samples / RATE * (1 - 0.0004)
    late = random.exponential(0.002, len(samples)) * (random.random(len(samples)) < 0.5)
    heard = Heard(np.zeros((0, 2), np.int16), clock(np.maximum.accumulate(true + late), samples))
    for sample in (0, 5 * RATE, 19.9 * RATE):
        assert heard.at(sample) == pytest.approx(1000 + sample / RATE * (1 - 0.0004), abs=0.0005)


def test_a_line_is_seen_lit_when_it_was_not_before() -> None:
    lit = np.array([0, 0, 5, 9, -1, 40, 0, 0, 7, 80, 6, 90, -1, 0])
    assert Seen(np.arange(14.0), lit).onsets.tolist() == [2, 8, 10]


def test_the_rig_reads_a_song_as_the_program_does(tmp_path: Path) -> None:
    write_own_song(tmp_path / "clicks", rounds=2)
    for folder in (SHIPPED, tmp_path / "clicks"):
        ours, theirs = read_song(folder), load_song(folder)
        assert [line.text for line in ours.lines] == [line.text for line in theirs.lines]
        for mine, line in zip(ours.lines, theirs.lines, strict=True):
            assert np.array(mine.syllables) == pytest.approx(
                np.array([(s.start, s.end) for s in line.syllables])
            )
        assert ours.length == pytest.approx(theirs.length, abs=0.05)


@needs_programs
def test_the_rig_finds_a_known_pair_within_five_milliseconds() -> None:
    with stage() as environment:
        accuracy = measure_accuracy(environment, 15)
    for errors in (accuracy.picture, accuracy.sound, accuracy.between):
        assert abs(np.median(errors)) < 0.005


@needs_programs
def test_the_show_is_in_time_and_a_key_moves_the_picture(tmp_path: Path) -> None:
    """The limits leave room for a machine that does twice what it can; the rig itself reports figures."""
    write_own_song(tmp_path / "clicks")

    def show(earlier: int) -> Figures:
        song = read_song(tmp_path / "clicks")
        return figures_of(song, *perform(tmp_path / "clicks", song.length, earlier))

    usual, later = show(0), show(-16)
    assert len(usual.apart) >= 0.8 * len(usual.lines)
    assert abs(np.median(usual.apart)) < 0.03
    assert np.percentile(np.abs(usual.apart), 90) < 0.09
    assert usual.rate > 25
    assert usual.longest_gap < 1.0
    assert np.median(later.apart) - np.median(usual.apart) == pytest.approx(16 * STEP, abs=0.03)
