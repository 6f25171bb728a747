"""The pitched instruments: bass, electric piano, pad, music box, the riff's synthesizer, metronome."""

from collections.abc import Callable
from functools import cache

import numpy as np

from assets.studio.sound import Wave, fade, hertz, passed, times

LONGEST = 5.0
"""Seconds after which no instrument sounds any more."""


@cache
def tone(part: str, midi: int, seconds: float) -> Wave:
    """A note of an instrument: shape (samples,), or (samples, 2) for the pad."""
    wave = INSTRUMENTS[part](hertz(midi), seconds)
    wave.setflags(write=False)
    return wave


def saw(phase: Wave, bright: Wave | float) -> Wave:
    """Harmonics that fall by the factor ``bright`` each: the sum of bright^k sin(k phase), k from 1.

    J. A. Moorer, "The Synthesis of Complex Audio Spectra by Means of Discrete Summation Formulas" (1976).
    """
    return np.asarray(bright * np.sin(phase) / (1 - 2 * bright * np.cos(phase) + bright**2))


def _keys(frequency: float, seconds: float) -> Wave:
    """An electric piano by frequency modulation.

    J. Chowning, "The Synthesis of Complex Audio Spectra by Means of Frequency Modulation" (1973).
    """
    time = times(min(seconds + 0.25, LONGEST))
    angle = 2 * np.pi * frequency * time
    body = np.sin(angle + (0.55 + 1.5 * np.exp(-5 * time)) * np.sin(angle))
    tine = 0.2 * np.sin(angle + 0.9 * np.exp(-14 * time) * np.sin(14 * angle)) * np.exp(-9 * time)
    warm = 0.2 * np.sin(0.5 * angle) * np.exp(-3 * time)
    tremolo = 1 + 0.08 * np.sin(2 * np.pi * 4.6 * time)
    wave = (body + tine + warm) * np.exp(-1.1 * time) * tremolo * fade(len(time), 0.005, 0.22)
    return passed(passed(wave, "lowpass", 4500), "highpass", 150)


def _bass(frequency: float, seconds: float) -> Wave:
    """A plucked bass: the high harmonics die first; saturated, so that small speakers show it."""
    time = times(min(seconds + 0.02, LONGEST))
    tones = (
        np.sin(2 * np.pi * frequency * k * time) * np.exp(-(0.5 + 1.2 * k) * time) / k**0.8
        for k in range(1, 9)
    )
    wave = np.tanh(1.5 * sum(tones, np.zeros(len(time)))) / 1.2
    return passed(np.asarray(wave * fade(len(time), 0.006, 0.05)), "lowpass", 900)


def _pad(frequency: float, seconds: float) -> Wave:
    """Six slow saws, three to each side and none quite in tune, which open and close like a breath."""
    time = times(min(seconds + 0.35, LONGEST))
    bright = 0.54 + 0.16 * np.sin(np.pi * np.clip(time / min(seconds, 2.4), 0, 1))
    sides = [
        sum(
            (
                saw(2 * np.pi * (frequency * 2 ** (cents / 1200) * time + phase), bright)
                for cents, phase in voices
            ),
            np.zeros(len(time)),
        )
        for voices in (((-9, 0.1), (1, 0.45), (6, 0.8)), ((-6, 0.6), (-1, 0.95), (9, 0.3)))
    ]
    wave = np.stack(sides, axis=1) / 3 * fade(len(time), 0.09, 0.4)[:, None]
    return passed(passed(wave, "lowpass", 1900), "highpass", 200)


def _pluck(frequency: float, _seconds: float) -> Wave:
    """A music-box tone which rings for a moment, whatever its length."""
    time = times(0.8)
    tones = (
        np.sin(2 * np.pi * frequency * k * time) * np.exp(-(4 + 4 * k) * time) / k**1.8 for k in range(1, 4)
    )
    return np.asarray(sum(tones, np.zeros(len(time))) * fade(len(time), 0.003, 0.15))


def _riff(frequency: float, seconds: float) -> Wave:
    """A bright synthesizer, doubled an octave above; it ends with its note, because a word may follow."""
    time = times(min(seconds, LONGEST))
    bright = 0.45 + 0.35 * np.exp(-9 * time)
    angle = 2 * np.pi * frequency * time
    wave = (
        saw(1.003 * angle, bright) + saw(0.997 * angle + 2.0, bright) + 0.7 * saw(2.0 * angle, 0.8 * bright)
    )
    return np.asarray(wave * np.exp(-1.6 * time) * fade(len(time), 0.004, 0.05)) / 2


def _click(frequency: float, _seconds: float) -> Wave:
    """The beep of a metronome."""
    time = times(0.06)
    return np.asarray(
        np.sin(2 * np.pi * frequency * time) * np.exp(-45 * time) * fade(len(time), 0.001, 0.02)
    )


INSTRUMENTS: dict[str, Callable[[float, float], Wave]] = {
    "bass": _bass,
    "keys": _keys,
    "pad": _pad,
    "arpeggio": _pluck,
    "riff": _riff,
    "click": _click,
}
"""What plays a note of a frequency (Hz) and a length (s)."""
