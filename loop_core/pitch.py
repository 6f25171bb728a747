"""Which pitch a voice sings, by YIN, every ten milliseconds: of a whole recording, or while it comes in.

A. de Cheveigné and H. Kawahara, "YIN, a fundamental frequency estimator for speech and music", J. Acoust.
Soc. Am. 111(4), 2002; equations and steps are numbered as there.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

HOP, WINDOW = 0.01, 2048 / 44100
"""Seconds from one frame to the next, and of sound that a frame is made of."""
LOWEST, HIGHEST = 65.0, 1100.0
"""Hertz: from the C of a low bass to the C of a high soprano."""
APERIODICITY = 0.2
"""How much of a frame may not repeat for it to be voiced (step 4, where 0.1 is taken): breath passes."""
QUIET = 10 ** (-50 / 20)
"""The loudness under which a frame counts as silent: 50 dB under full scale."""
BLOCK = 256
"""Frames that are looked at together."""


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """What was sung, frame by frame: seconds of each frame's middle, MIDI pitch, root mean square.

    The pitch is NaN where there is none.  All (frames,), read-only.
    """

    times: Array
    pitches: Array
    loudness: Array

    def __post_init__(self) -> None:
        for values in (self.times, self.pitches, self.loudness):
            values.flags.writeable = False

    def __len__(self) -> int:
        return len(self.times)

    def part(self, start: float, end: float) -> "Track":
        """The frames from ``start`` to before ``end``, in seconds."""
        first, last = np.searchsorted(self.times, (start, end))
        return Track(self.times[first:last], self.pitches[first:last], self.loudness[first:last])

    def later(self, seconds: float) -> "Track":
        """The same, so much later."""
        return Track(self.times + seconds, self.pitches, self.loudness)

    def higher(self, semitones: float) -> "Track":
        """The same, so much higher."""
        return Track(self.times, self.pitches + semitones, self.loudness)


NOTHING = Track(np.empty(0), np.empty(0), np.empty(0))


def joined(*tracks: Track) -> Track:
    """Tracks one after another."""
    parts = ((track.times, track.pitches, track.loudness) for track in tracks or (NOTHING,))
    times, pitches, loudness = (np.concatenate(values) for values in zip(*parts, strict=True))
    return Track(times, pitches, loudness)


def track(samples: npt.NDArray[np.floating], rate: int) -> Track:
    """The pitch of a whole recording: mono samples from -1 to 1, ``rate`` of them a second."""
    return Listener(rate).hear(samples)


class Listener:
    """Finds the pitch of sound that comes in blocks of any length: the same frames as of the whole."""

    def __init__(self, rate: int) -> None:
        """rate: samples per second."""
        self._rate = rate
        self._hop, self._window = round(HOP * rate), 2 * round(WINDOW * rate / 2)
        self._rest: Array = np.empty(0)  # samples that frames to come begin with
        self._frames = 0

    def hear(self, samples: npt.NDArray[np.floating]) -> Track:
        """The frames that these samples, after those before, complete; times from the first one of all."""
        sound = np.concatenate([self._rest, samples])
        count = max(0, (len(sound) - self._window) // self._hop + 1)
        self._rest = sound[count * self._hop :].copy()
        if not count:
            return NOTHING
        frames = np.lib.stride_tricks.sliding_window_view(sound, self._window)[:: self._hop]
        pitches, loudness = np.empty(count), np.empty(count)
        for start in range(0, count, BLOCK):
            block = frames[start : start + BLOCK]
            here = slice(start, start + len(block))
            loudness[here] = np.sqrt(np.mean(block**2, axis=1))
            pitches[here] = np.where(loudness[here] < QUIET, np.nan, _pitches(block, self._rate))
        middles = (np.arange(self._frames, self._frames + count) * self._hop + self._window / 2) / self._rate
        self._frames += count
        return Track(middles, pitches, loudness)


def _pitches(frames: Array, rate: int) -> Array:
    """The MIDI pitch of each row of samples (frames, window), NaN where it is not voiced."""
    differences = _normalised(_differences(frames, int(rate / LOWEST) + 2))
    first = int(rate / HIGHEST)
    before, middle, after = (differences[:, first + k : differences.shape[1] - 2 + k] for k in range(3))
    dips = (middle < APERIODICITY) & (middle <= after) & (middle < before)
    voiced = np.flatnonzero(dips.any(axis=1))
    column = dips[voiced].argmax(axis=1)  # the first dip: a later one is of an octave below (step 4)
    a, b, c = (values[voiced, column] for values in (before, middle, after))
    lag = first + 1 + column + (a - c) / (2 * (a - 2 * b + c))  # the vertex of a parabola (step 5)
    pitches = np.full(len(frames), np.nan)
    pitches[voiced] = 69 + 12 * np.log2(rate / lag / 440)
    return pitches


def _differences(frames: Array, lags: int) -> Array:
    """How much each row differs from itself ``lags`` samples later, for each lag from 0 (equation 6).

    The sum of squared differences is two sums of squares minus twice a correlation, which comes from a
    Fourier transform (equation 7).
    """
    window = frames.shape[1]
    held = window - lags + 1  # samples that are compared at each lag
    a, b = np.fft.rfft(frames), np.fft.rfft(frames[:, :held], window)
    product = np.empty_like(a)  # of a and b's conjugate: numpy's own rounds otherwise at an array's end
    product.real = a.real * b.real + a.imag * b.imag
    product.imag = a.imag * b.real - a.real * b.imag
    correlation = np.fft.irfft(product, window)[:, :lags]
    squares = np.cumsum(np.pad(frames**2, ((0, 0), (1, 0))), axis=1)
    energy = squares[:, held : held + lags] - squares[:, :lags]
    return energy[:, :1] + energy - 2 * correlation


def _normalised(differences: Array) -> Array:
    """Each difference against the mean of those at shorter lags, 1 at lag 0 (equation 8)."""
    sums = np.cumsum(differences[:, 1:], axis=1)
    lags = np.arange(1, differences.shape[1])
    ratios = differences[:, 1:] * lags / np.maximum(sums, np.finfo(float).tiny)
    return np.pad(ratios, ((0, 0), (1, 0)), constant_values=1.0)
