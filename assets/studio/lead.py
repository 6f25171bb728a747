"""The lead: a warm synth which plays the melody and forms the vowel of every syllable.

It stands in for a voice. A voice is any function with the signature of `play`: hand it to
`making.song_files` and the rest of the studio stays as it is.
"""

from dataclasses import dataclass, replace

import numpy as np

from assets.studio.score import CHORDS, Line, Score, Syllable
from assets.studio.sound import RATE, Wave, bell, count, fade, gain, hertz, pan, passed, place, room

FORMANTS = {
    "iy": (310, 2790, 3310),
    "ih": (430, 2480, 3070),
    "eh": (610, 2330, 2990),
    "ae": (860, 2050, 2850),
    "aa": (850, 1220, 2810),
    "ao": (590, 920, 2710),
    "uh": (470, 1160, 2680),
    "uw": (370, 950, 2670),
    "ah": (760, 1400, 2780),
    "er": (500, 1640, 1960),
}
"""First three formants in Hz, women's means of G. Peterson & H. Barney, JASA 24 (1952), table II."""

GLIDES = {"ey": ("eh", "ih"), "ay": ("aa", "ih"), "oy": ("ao", "ih"), "ow": ("ao", "uh"), "aw": ("aa", "uh")}
"""A diphthong moves from one vowel to another."""

ATTACK = 0.01  # seconds
EARLY = 0.002  # seconds by which a note starts before its beat, so that its steepest rise comes close to it
RELEASE = 0.07
GAP = 0.03  # seconds of rest before the next note, so that the same pitch twice is heard as two
LOUDNESS = 0.12  # root mean square of a held note


@dataclass(frozen=True, slots=True)
class _Tone:
    """One note as it is played; times in seconds, pitches in MIDI notes."""

    start: float
    length: float
    midi: int
    vowel: str
    coming_from: float  # the MIDI pitch at which it starts
    level: float
    seed: int


def play(score: Score) -> Wave:
    """The melody of a score, shape (samples, 2), silent where nobody sings."""
    middle, sides = np.zeros(score.samples(RATE)), np.zeros((score.samples(RATE), 2))
    for number, line in enumerate(score.lines):
        for syllable, tone in zip(line.syllables, _tones(score, line, number), strict=True):
            place(middle, _sung(tone, 0), tone.start)
            for position, cents in ((-0.7, -7), (0.7, 7)):
                place(sides, pan(gain(-13) * _sung(tone, cents), position), tone.start)
            if syllable.golden:
                second = replace(tone, midi=_third(score, syllable), coming_from=_third(score, syllable))
                place(sides, pan(gain(-9) * _sung(second, 0), 0.45), tone.start)
    dry = pan(middle, 0) + sides
    return np.asarray(dry + gain(-15) * room(dry.mean(axis=1), 0.9, 0.02, seed=104))


def _tones(score: Score, line: Line, number: int) -> list[_Tone]:
    tones: list[_Tone] = []
    before: Syllable | None = None
    for index, syllable in enumerate(line.syllables):
        tied = before is not None and syllable.beat - before.end < 0.05
        accent = 1.0 if syllable.beat % score.beats_per_bar in (0, 2) or syllable.golden else 0.88
        tones.append(
            _Tone(
                start=score.seconds(syllable.beat) - EARLY,
                length=score.seconds(syllable.duration),
                midi=syllable.midi,
                vowel=syllable.vowel,
                coming_from=float(before.midi) if tied and before else syllable.midi - 0.6,
                level=accent,
                seed=100 * number + index,
            )
        )
        before = syllable
    return tones


def _sung(tone: _Tone, cents: float) -> Wave:
    """One note with its vowel, shape (samples,), detuned by ``cents``."""
    samples = count(tone.length - GAP + RELEASE / 2)
    time = np.arange(samples) / RATE
    swing = np.clip((time - 0.22) / 0.3, 0, 1) * (tone.length > 0.5)
    vibrato = 0.24 * swing * np.sin(2 * np.pi * (5.3 + 0.02 * cents) * time + 0.2 * cents)
    slide = (tone.coming_from - tone.midi) * np.exp(-time / 0.018)
    phase = 2 * np.pi * np.cumsum(hertz(tone.midi + cents / 100) * 2.0 ** ((slide + vibrato) / 12)) / RATE
    bright = 0.68 + 0.12 * np.exp(-time / 0.12) + 0.02 * vibrato
    breath = np.random.default_rng(tone.seed).standard_normal(samples) * (0.010 + 0.05 * np.exp(-time / 0.03))
    voiced = _formed(_harmonics(phase, bright) + breath, tone.vowel, time / tone.length)
    edges = fade(samples, ATTACK, RELEASE)
    decay = 1 - 0.25 * np.clip(time / 1.2, 0, 1) + 0.15 * np.exp(-time / 0.08)
    held = np.sqrt(np.mean((voiced * edges) ** 2)) + 1e-9
    return np.asarray(voiced * edges * decay * (1 + 0.3 * vibrato) * (LOUDNESS * tone.level / held))


def _harmonics(phase: Wave, bright: Wave) -> Wave:
    """Harmonics which fall by the factor ``bright`` each: the sum of bright^k sin(k phase), k from 1.

    J. A. Moorer, "The Synthesis of Complex Audio Spectra by Means of Discrete Summation Formulas" (1976).
    """
    return np.asarray(bright * np.sin(phase) / (1 - 2 * bright * np.cos(phase) + bright**2))


def _formed(source: Wave, vowel: str, progress: Wave) -> Wave:
    """The source through the throat: ``progress`` runs from 0 to 1 over the note."""
    if vowel not in GLIDES:
        return _vowel(source, vowel)
    first, second = (_vowel(source, part) for part in GLIDES[vowel])
    turn = np.clip((progress - 0.45) / 0.4, 0, 1)
    return np.asarray(first * (1 - turn) + second * turn)


def _vowel(source: Wave, vowel: str) -> Wave:
    wave = source
    for formant, decibels, q in zip(FORMANTS[vowel], (9, 13, 10), (3.0, 5.0, 6.0), strict=True):
        wave = bell(wave, formant, decibels, q)
    wave = passed(passed(wave, "lowpass", 6500), "highpass", 180)
    return np.asarray(wave / (np.sqrt(np.mean(wave**2)) + 1e-9))


def _third(score: Score, syllable: Syllable) -> int:
    """The next note of the chord at least a minor third above the melody."""
    chord = CHORDS[score.chord_at(syllable.beat)]
    return next(midi for midi in range(syllable.midi + 3, syllable.midi + 15) if midi % 12 in chord)
