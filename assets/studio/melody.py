"""The pitch of a sung line, moment by moment: steps between the notes, and what a singer adds to them."""

from collections.abc import Sequence

import numpy as np
from scipy.ndimage import gaussian_filter1d

from assets.studio.score import Line, Score
from assets.studio.sound import Wave, hertz
from assets.studio.timing import SungPhone

GLIDE = 0.022  # seconds, the standard deviation of the curve that rounds a step
SCOOP, SCOOP_TIME = (
    0.8,
    0.03,
)  # semitones below the first note after a rest, and how fast they are made up for
BREATH = 0.15  # seconds of rest after which a note is scooped
VIBRATO, VIBRATO_RATE = 0.28, 5.4  # semitones to each side, and Hz
LONG, VIBRATO_FROM, VIBRATO_IN = (
    0.40,
    0.18,
    0.20,
)  # seconds: of a note that gets vibrato, its start and its rise
DRIFT = 0.04  # semitones that nobody holds steady


def pitch(
    times: Wave, phones: Sequence[SungPhone], line: Line, score: Score, transpose: float, seed: int
) -> Wave:
    """The frequency in Hz at each of the evenly spaced ``times`` (seconds on the song's clock).

    ``transpose`` is in semitones; ``seed`` chooses the drift.
    """
    step = times[1] - times[0]
    beats = [score.seconds(syllable.beat) for syllable in line.syllables]
    notes = [[phone for phone in phones if phone.note == k] for k in range(len(beats))]
    starts = [own[0].start for own in notes]
    ends = [own[-1].end for own in notes]

    # A note begins in the middle of its consonants, so that it is reached when the vowel comes.
    turns = [0.5 * (start + beat) - 0.02 for start, beat in zip(starts[1:], beats[1:], strict=True)]
    written = np.array([float(syllable.midi) for syllable in line.syllables])
    midi = gaussian_filter1d(
        written[np.searchsorted(turns, times, side="right")], GLIDE / step, mode="nearest"
    )

    rested = [True, *(beat - end > BREATH for end, beat in zip(ends, beats[1:], strict=False))]
    for start, beat, end, after_rest in zip(starts, beats, ends, rested, strict=True):
        if after_rest:
            here = (times >= start) & (times < beat + 0.25)
            midi[here] -= SCOOP * np.exp(-np.maximum(times[here] - beat + 0.04, 0) / SCOOP_TIME)
        if end - beat > LONG:
            since = times - beat - VIBRATO_FROM
            depth = VIBRATO * np.clip(since / VIBRATO_IN, 0, 1) * (times < end)
            midi += depth * np.sin(2 * np.pi * VIBRATO_RATE * since)
    return np.asarray(hertz(midi + transpose + DRIFT * _wander(len(times), seed)))


def _wander(frames: int, seed: int) -> Wave:
    """Slow noise of variance 1, shape (frames,)."""
    window = np.hanning(81)
    noise = np.random.default_rng(seed).standard_normal(frames + len(window) - 1)
    return np.asarray(np.convolve(noise, window / np.sqrt((window**2).sum()), "valid"))
