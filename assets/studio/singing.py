"""A spoken line sung: its sounds kept, its times and its pitch those of the score.

Speech is taken apart into pitch, spectral envelope and aperiodicity by WORLD (M. Morise et al., "WORLD: A
Vocoder-Based High-Quality Speech Synthesis System for Real-Time Applications", 2016), read at the speed that
`timing` asks for, and put together again under the pitch of the notes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyworld
from numpy.typing import NDArray
from scipy import signal

from assets.studio.melody import pitch
from assets.studio.score import VOWELS, Line, Score
from assets.studio.sound import RATE, Wave
from assets.studio.speech import Phone, Speech
from assets.studio.timing import SungPhone, sung_phones

STEP = 0.005  # seconds from one frame to the next
LOWEST, HIGHEST = 60.0, 420.0  # Hz, of speech
PADDING = 0.06  # seconds analysed and sung before the first phone
RELEASE = 0.10  # seconds sung after the last

VOICED = VOWELS | {"m", "n", "ng", "l", "r", "w", "y"}
VOICELESS = frozenset({"p", "t", "k", "f", "th", "s", "sh", "ch", "hh"})
FRICATIVES = frozenset({"s", "sh", "ch", "z", "jh", "t", "f"})
DIPHTHONGS = frozenset({"ay", "aw", "ey", "ow", "oy"})

VOWEL_EDGE, EDGE_SHARE = 0.06, 0.35  # of a vowel's start and end that keep their speed: seconds, and at most
GLIDE_FROM, GLIDE_SHARE = 0.25, 0.50  # where a diphthong is held, and how much of it is its last glide
HISS = 0.22  # how loud fricatives are at most, against the vowels: -13 dB
LOUDNESS = 0.08  # amplitude of a vowel
SLOPE = 6  # frames over which a change of loudness is spread to each side


@dataclass(frozen=True, slots=True)
class Sung:
    """A line as it is sung: mono samples at `RATE`, the time of the first one in seconds, and its phones."""

    samples: Wave
    start: float
    phones: tuple[SungPhone, ...]


@dataclass(frozen=True, slots=True)
class _Frames:
    """Speech in steps of `STEP`, with `PADDING` before it; envelope and aperiodicity: (frames, bins)."""

    envelope: Wave
    aperiodicity: Wave
    voiced: NDArray[np.bool_]


def sing(
    line: Line,
    speech: Speech,
    score: Score,
    transpose: float,
    seed: int,
    left_out: frozenset[str] = frozenset(),
) -> Sung:
    """Sing a line that somebody spoke, ``transpose`` semitones from where it is written.

    Phones that are ``left_out`` are silent, as a second voice leaves the first one its consonants.
    """
    phones = sung_phones(line, speech.phones, score)
    times = np.arange(phones[0].start - PADDING, phones[-1].end + RELEASE, STEP)
    names, notes = _at(times, phones)
    frames = _read(_analysed(speech), _spoken_times(times, phones))
    voiced = _among(names, VOICED) | (~_among(names, VOICELESS | {""}) & frames.voiced)
    frequency = np.where(voiced, pitch(times, phones, line, score, transpose, seed), 0.0)
    loud = _loudness(np.sqrt(frames.envelope.mean(axis=1)), names, notes)
    loud[_among(names, left_out)] = 0.0
    samples = pyworld.synthesize(
        frequency,
        frames.envelope * loud[:, None] ** 2 + 1e-16,
        frames.aperiodicity,
        speech.rate,
        1000 * STEP,
    )
    return Sung(signal.resample_poly(samples, RATE // 100, speech.rate // 100), float(times[0]), phones)


def _analysed(speech: Speech) -> _Frames:
    padding = round(PADDING * speech.rate)
    samples = np.pad(speech.samples, padding)
    samples += 1e-5 * np.random.default_rng(0).standard_normal(
        len(samples)
    )  # WORLD needs some sound everywhere
    found, times = pyworld.harvest(
        samples, speech.rate, f0_floor=LOWEST, f0_ceil=HIGHEST, frame_period=1000 * STEP
    )
    found = pyworld.stonemask(samples, found, times, speech.rate)
    names = _at(times - PADDING, speech.phones)[0]
    # What is voiced is known from the phones: the envelope needs a pitch wherever there is one.
    voiced = _among(names, VOICED) | (~_among(names, VOICELESS | {""}) & (found > 0))
    frequency = np.where(voiced, np.interp(times, times[found > 0], found[found > 0]), 0.0)
    return _Frames(
        pyworld.cheaptrick(samples, frequency, times, speech.rate),
        pyworld.d4c(samples, frequency, times, speech.rate, threshold=0.0),
        found > 0,
    )


def _spoken_times(times: Wave, phones: Sequence[SungPhone]) -> Wave:
    """When the speaker said what is sung at each time: seconds from the start of the analysis."""
    knots = [knot for phone in phones for knot in _knots(phone)]
    sung, spoken = np.array(knots).T
    sung = np.concatenate([[sung[0] - PADDING], sung, [sung[-1] + RELEASE]])
    spoken = np.concatenate([[spoken[0] - PADDING], spoken, [spoken[-1] + RELEASE]])
    return np.asarray(np.interp(times, sung, spoken) + PADDING)


def _knots(phone: SungPhone) -> Iterable[tuple[float, float]]:
    """Times sung and spoken between which a phone is read at one speed.

    Longer vowels keep the speed of their edges, where the consonants are heard, and wait in the middle; a
    diphthong waits before it turns.
    """
    start, end = phone.spoken.start, phone.spoken.end
    spoken, sung = end - start, phone.end - phone.start
    yield phone.start, start
    if phone.name in DIPHTHONGS:
        first, last = GLIDE_FROM * spoken, GLIDE_SHARE * spoken
    else:
        first = last = min(VOWEL_EDGE, EDGE_SHARE * spoken)
    if phone.is_vowel and sung > max(1.05 * spoken, first + 1.1 * last):
        yield phone.start + first, start + first
        yield phone.end - last, end - last
    yield phone.end - 1e-6, end - 1e-6


def _read(frames: _Frames, times: Wave) -> _Frames:
    """The frames at other times, interpolated; the envelope by its logarithm."""
    place = np.clip(times / STEP, 0, len(frames.envelope) - 1.001)
    before, part = place.astype(int), (place % 1)[:, None]
    level = np.log(frames.envelope)
    return _Frames(
        np.exp(level[before] * (1 - part) + level[before + 1] * part),
        frames.aperiodicity[before] * (1 - part) + frames.aperiodicity[before + 1] * part,
        frames.voiced[np.round(place).astype(int)],
    )


def _loudness(level: Wave, names: NDArray[np.str_], notes: NDArray[np.int_]) -> Wave:
    """The factor for each frame: all vowels equally loud, consonants never raised, fricatives held down."""
    vowels = _among(names, VOWELS)
    loud = [level[(notes == note) & vowels].mean() for note in range(notes.max() + 1)]
    usual = float(np.median(loud))
    factor = np.where(names == "", 0.0, 1.0)
    for note, vowel in enumerate(loud):
        factor[notes == note] = usual / vowel
    quiet = _among(names, VOICELESS | {"z", "zh", "jh"})
    factor[quiet] = np.minimum(factor[quiet], 1.0)
    hissing = _among(names, FRICATIVES)
    factor[hissing] = np.minimum(factor[hissing], HISS * usual / np.maximum(level[hissing], 1e-9))
    window = np.hanning(2 * SLOPE + 3)[1:-1]
    spread = np.convolve(np.pad(factor, SLOPE, mode="edge"), window / window.sum(), "valid")
    return np.asarray(spread * LOUDNESS / usual)


def _at(times: Wave, phones: Sequence[SungPhone | Phone]) -> tuple[NDArray[np.str_], NDArray[np.int_]]:
    """The phone at each time ("" between phones) and its note (-1 there, and for speech)."""
    names, notes = np.full(len(times), "", dtype="<U2"), np.full(len(times), -1)
    for phone in phones:
        here = (times >= phone.start) & (times < phone.end)
        names[here] = phone.name
        if isinstance(phone, SungPhone):
            notes[here] = phone.note
    return names, notes


def _among(names: NDArray[np.str_], phones: Iterable[str]) -> NDArray[np.bool_]:
    return np.isin(names, sorted(phones))
