"""What every instrument needs: pitch, envelopes, filters, places in the stereo field, a room."""

from typing import overload

import numpy as np
from numpy.typing import NDArray
from scipy import signal

RATE = 44_100
"""Samples per second of everything the studio makes."""

Wave = NDArray[np.float64]
"""Sound: shape (samples,) for mono or (samples, 2) for stereo; 1.0 is full scale."""


@overload
def hertz(midi: float) -> float: ...
@overload
def hertz(midi: Wave) -> Wave: ...
def hertz(midi: float | Wave) -> float | Wave:
    """The frequency of MIDI notes in equal temperament, A4 (69) at 440 Hz."""
    return 440.0 * 2.0 ** ((midi - 69) / 12)


def gain(decibels: float) -> float:
    """The factor for an amplitude."""
    return float(10.0 ** (decibels / 20))


def count(seconds: float) -> int:
    """How many samples last so long."""
    return round(seconds * RATE)


def times(seconds: float) -> Wave:
    """The time of each sample of a sound, in seconds, shape (samples,)."""
    return np.arange(count(seconds)) / RATE


def fade(samples: int, attack: float, release: float) -> Wave:
    """An envelope from 0 to 1 and back, with raised cosines of ``attack`` and ``release`` seconds."""
    position = np.arange(samples)
    rise = np.clip((position + 0.5) / max(count(attack), 1), 0, 1)
    fall = np.clip((samples - position - 0.5) / max(count(release), 1), 0, 1)
    return np.asarray(0.25 * (1 - np.cos(np.pi * rise)) * (1 - np.cos(np.pi * fall)))


def pan(mono: Wave, position: float) -> Wave:
    """Stereo from mono at equal power: -1 is left, 0 the middle (at full level), 1 right."""
    angle = (position + 1) * np.pi / 4
    return np.asarray(np.sqrt(2) * np.stack([mono * np.cos(angle), mono * np.sin(angle)], axis=1))


def place(bus: Wave, sound: Wave, at: float) -> None:
    """Add a sound to a longer one of the same channels, ``at`` seconds from its start."""
    start = count(at)
    part = sound[: max(len(bus) - start, 0)]
    bus[start : start + len(part)] += part


def bell(wave: Wave, frequency: float, decibels: float, q: float) -> Wave:
    """Raise or lower the band around a frequency.

    The peaking filter of R. Bristow-Johnson, "Cookbook formulae for audio EQ biquad filter coefficients".
    """
    amplitude = 10.0 ** (decibels / 40)
    angle = 2 * np.pi * frequency / RATE
    alpha, middle = np.sin(angle) / (2 * q), -2 * np.cos(angle)
    over = np.array([1 + alpha * amplitude, middle, 1 - alpha * amplitude])
    under = np.array([1 + alpha / amplitude, middle, 1 - alpha / amplitude])
    return np.asarray(signal.lfilter(over / under[0], under / under[0], wave, axis=0))


def passed(wave: Wave, kind: str, frequency: float | tuple[float, float], order: int = 2) -> Wave:
    """A Butterworth filter; ``kind`` is lowpass, highpass or bandpass."""
    sections = signal.butter(order, frequency, kind, fs=RATE, output="sos")
    return np.asarray(signal.sosfilt(sections, wave, axis=0))


def room(mono: Wave, seconds: float, before: float, seed: int) -> Wave:
    """The stereo echo of a room, without the sound itself.

    Noise that falls by 60 dB in ``seconds`` and starts ``before`` seconds after the sound, after
    J. A. Moorer, "About This Reverberation Business" (1979); its energy is 1.
    """
    noise = np.random.default_rng(seed).standard_normal((count(1.2 * seconds), 2))
    time = times(1.2 * seconds)[:, None]
    answer = noise * 10.0 ** (-3 * time / seconds) * np.clip(time / 0.01, 0, 1)
    answer = passed(passed(answer, "lowpass", 5500), "highpass", 250)
    answer = np.concatenate([np.zeros((count(before), 2)), answer])
    answer /= np.sqrt((answer**2).sum(axis=0))
    wet = signal.oaconvolve(mono[:, None], answer, axes=0)
    return np.asarray(wet[: len(mono)])
