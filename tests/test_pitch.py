"""Which pitch is heard of tones, voices, noise and silence."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from loop_core.pitch import HOP, QUIET, WINDOW, Listener, Track, joined, track

RATES = (16_000, 22_050, 44_100, 48_000)


def tone(
    pitch: float, rate: int, seconds: float = 0.5, partials: tuple[float, ...] = (1, 0.6, 0.4, 0.2)
) -> NDArray[np.float64]:
    """A tone of some partials; pitch: MIDI."""
    phase = 2 * np.pi * 440 * 2 ** ((pitch - 69) / 12) * np.arange(round(seconds * rate)) / rate
    return 0.1 * sum(level * np.sin((k + 1) * phase) for k, level in enumerate(partials))  # type: ignore[no-any-return]


def noise(seconds: float, rate: int, level: float) -> NDArray[np.float64]:
    return np.random.default_rng(0).normal(0, level, round(seconds * rate))


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("partials", [(1,), (1, 0.6, 0.4, 0.2), (0, 1, 1, 1)])
def test_a_tone_is_heard_at_its_pitch(rate: int, partials: tuple[float, ...]) -> None:
    for pitch in np.arange(37.0, 81.0, 0.7):
        found = track(tone(pitch, rate, 0.2, partials), rate)
        assert np.abs(found.pitches - pitch).max() < 0.15, pitch


def test_a_tone_in_a_room_with_noise_keeps_its_pitch() -> None:
    found = track(tone(52.0, 44_100) + noise(0.5, 44_100, 0.01), 44_100)
    assert np.abs(found.pitches - 52.0).max() < 0.3


@pytest.mark.parametrize("level", [1e-4, 0.01, 0.3])
def test_noise_has_no_pitch(level: float) -> None:
    assert np.isnan(track(noise(5, 44_100, level), 44_100).pitches).all()


def test_silence_and_what_is_too_quiet_have_no_pitch() -> None:
    assert np.isnan(track(np.zeros(44_100), 44_100).pitches).all()
    quiet = tone(60, 44_100)
    quiet *= 0.9 * QUIET / np.sqrt(np.mean(quiet**2))
    assert np.isnan(track(quiet, 44_100).pitches).all()
    assert not np.isnan(track(2 * quiet, 44_100).pitches).any()


@pytest.mark.parametrize("rate", RATES)
def test_frames_stand_in_the_middle_of_their_sound(rate: int) -> None:
    sound = np.concatenate([np.zeros(rate), tone(60, rate, 1.0), np.zeros(rate)])
    found = track(sound, rate)
    assert np.diff(found.times) == pytest.approx(round(HOP * rate) / rate)
    voiced = found.times[~np.isnan(found.pitches)]
    assert voiced[0] == pytest.approx(1.0, abs=WINDOW / 2 + HOP)
    assert voiced[-1] == pytest.approx(2.0, abs=WINDOW / 2 + HOP)
    assert voiced[0] + voiced[-1] == pytest.approx(3.0, abs=2 * HOP)


@settings(max_examples=30, deadline=None)
@given(cuts=st.lists(st.integers(0, 40_000), max_size=30), rate=st.sampled_from(RATES))
def test_sound_in_blocks_gives_the_frames_of_the_whole(cuts: list[int], rate: int) -> None:
    sound = np.concatenate([tone(50, rate, 0.3), noise(0.2, rate, 0.05), tone(62, rate, 0.3)])
    whole, listener = track(sound, rate), Listener(rate)
    parts = joined(*(listener.hear(block) for block in np.split(sound, sorted(cuts))))
    for ours, theirs in zip(fields(parts), fields(whole), strict=True):
        assert np.array_equal(ours, theirs, equal_nan=True)


def fields(track: Track) -> tuple[NDArray[np.float64], ...]:
    return track.times, track.pitches, track.loudness


def test_a_track_is_cut_by_time_and_never_changes() -> None:
    whole = track(tone(60, 44_100), 44_100)
    part = whole.part(0.1, 0.2)
    assert len(part) == 10
    assert part.times[0] >= 0.1
    assert part.times[-1] < 0.2
    assert np.array_equal(part.later(1.0).times, part.times + 1.0)
    with pytest.raises(ValueError, match="read-only"):
        whole.times[0] = 1.0
    assert len(joined()) == 0
