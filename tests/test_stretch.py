"""Another tempo, another pitch: measured on tones, and on the clicks of the bundled song."""

import numpy as np
import pytest
from numpy.typing import NDArray

from app.pace import FASTEST, SLOWEST, SPEEDS, Pace, next_speed
from app.sounds import SAMPLE_RATE, samples
from app.stretch import Sound, stretched
from assets import SONGS

CLICK = SONGS / "optimization_loop" / "click.ogg"
BACKING = SONGS / "optimization_loop" / "backing.ogg"
PACES = [Pace(SLOWEST), Pace(70), Pace(FASTEST), Pace(100, -6), Pace(100, 1), Pace(100, 6), Pace(50, 6)]


def tone(pitch: float, seconds: float = 4.0) -> Sound:
    """A sine in one channel, and another an octave above in the second; pitch in hertz."""
    times = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return np.stack([12000 * np.sin(2 * np.pi * p * times) for p in (pitch, 2 * pitch)], 1).astype(np.int16)


def at(pace: Pace, sound: Sound) -> Sound:
    return np.concatenate(list(stretched(sound, SAMPLE_RATE, pace)))


def pitch_of(channel: NDArray[np.int16]) -> float:
    """The strongest frequency in hertz, between bins by a parabola through the logarithms of three."""
    spectrum = np.abs(np.fft.rfft(channel * np.hanning(len(channel)), 8 * len(channel)))
    peak = int(np.argmax(spectrum))
    low, middle, high = np.log(spectrum[peak - 1 : peak + 2])
    shift = 0.5 * (low - high) / (low - 2 * middle + high)
    return float((peak + shift) * SAMPLE_RATE / (8 * len(channel)))


def onsets(sound: Sound) -> NDArray[np.float64]:
    """Seconds at which it becomes loud after it was not for a tenth of a second."""
    loudness = np.abs(sound.astype(int)).max(axis=1)
    loud = np.flatnonzero(loudness > 0.25 * loudness.max())
    return loud[np.diff(loud, prepend=-SAMPLE_RATE) > 0.1 * SAMPLE_RATE] / SAMPLE_RATE


@pytest.mark.parametrize("pace", PACES, ids=str)
@pytest.mark.parametrize("length", [1, 1000, 44100, 100_003])
def test_the_length_is_that_of_the_song_divided_by_the_rate_to_the_sample(pace: Pace, length: int) -> None:
    assert at(pace, tone(440)[:length]).shape == (round(length / pace.rate), 2)


@pytest.mark.parametrize("pace", PACES, ids=str)
def test_the_pitch_moves_by_the_semitones_and_by_nothing_else(pace: Pace) -> None:
    for channel, pitch in zip(at(pace, tone(440)).T, (440, 880), strict=True):
        cents = 1200 * np.log2(pitch_of(channel) / (pitch * 2 ** (pace.semitones / 12)))
        assert cents == pytest.approx(0, abs=5)


@pytest.mark.parametrize(
    "pace",
    [*(Pace(speed) for speed in SPEEDS if speed != 100), Pace(100, 3), Pace(70, -2), Pace(60, 6)],
    ids=str,
)
def test_onsets_lie_where_the_song_has_them_divided_by_the_rate(pace: Pace) -> None:
    clicks = samples(CLICK)[: 30 * SAMPLE_RATE]
    band = samples(BACKING)[: 30 * SAMPLE_RATE]
    expected = onsets(clicks) / pace.rate
    found = onsets(at(pace, np.concatenate([clicks, band], axis=1))[:, :2])
    assert len(found) == len(expected)
    late = found - expected
    assert abs(np.median(late)) < 0.008
    assert np.abs(late).max() < 0.045


def test_stems_that_go_through_side_by_side_stay_together() -> None:
    band = samples(BACKING)[: 10 * SAMPLE_RATE]
    twice = at(Pace(70), np.concatenate([band, band], axis=1))
    assert (twice[:, :2] == twice[:, 2:]).all()


def test_silence_stays_silent() -> None:
    assert not at(Pace(50, 6), np.zeros((SAMPLE_RATE, 2), np.int16)).any()


def test_the_steps_of_speed_end_at_the_slowest_and_the_fastest() -> None:
    assert [next_speed(speed, 1) for speed in SPEEDS] == [*SPEEDS[1:], FASTEST]
    assert [next_speed(speed, -1) for speed in SPEEDS] == [SLOWEST, *SPEEDS[:-1]]
    assert (next_speed(85, 1), next_speed(85, -1)) == (90, 80)
