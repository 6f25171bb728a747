"""The band: drums, bass, electric piano and arpeggio, each a small synthesizer that plays the arrangement."""

from collections.abc import Callable
from functools import cache

import numpy as np

from assets.studio.arrangement import Hit, hits
from assets.studio.score import Score
from assets.studio.sound import RATE, Wave, count, fade, gain, hertz, pan, passed, place, room, times

SWAY = 0.06  # how far levels wander, so that no two strokes are the same

LEVELS = {  # decibels
    "kick": -5.0,
    "snare": -9.0,
    "clap": -16.0,
    "hat": -18.0,
    "shaker": -20.0,
    "rim": -13.0,
    "stick": -12.0,
    "crash": -17.0,
    "tom_high": -12.0,
    "tom_mid": -11.0,
    "tom_low": -10.0,
    "bass": -11.5,
    "keys": -20.0,
    "arpeggio": -19.0,
}
PLACES = {"hat": 0.3, "shaker": -0.35, "rim": -0.2, "stick": 0.15, "crash": -0.3, "clap": 0.1} | {
    "tom_high": 0.4,
    "tom_mid": 0.0,
    "tom_low": -0.4,
}


def play(score: Score) -> Wave:
    """The whole accompaniment of a score, shape (samples, 2)."""
    samples = score.samples(RATE)
    dry, echoing = np.zeros((samples, 2)), np.zeros(samples)
    chance = np.random.default_rng(36)
    for hit in hits(score):
        at = score.seconds(hit.beat)
        sound = _sound(hit.part, hit.midi, score.seconds(hit.duration))
        level = hit.level**1.5 * gain(LEVELS[hit.part]) * (1 + SWAY * chance.uniform(-1, 1))
        place(dry, level * _placed(hit, sound), at)
        if hit.part == "arpeggio":
            _echo(dry, level * sound, at, score.seconds(1))
        if hit.part not in ("kick", "bass"):
            place(echoing, level * sound, at)
    mixed = dry + gain(-17) * room(echoing, 0.7, 0.012, seed=4)
    return passed(mixed, "highpass", 30)


def _placed(hit: Hit, sound: Wave) -> Wave:
    if hit.part == "keys":  # low notes to the left, high ones to the right, as a player hears them
        return pan(sound, float(np.clip((hit.midi - 62) / 12, -0.6, 0.6)))
    return pan(sound, -0.3 if hit.part == "arpeggio" else PLACES.get(hit.part, 0.0))


def _echo(bus: Wave, sound: Wave, at: float, beat: float) -> None:
    """Two repeats in dotted eighths, from side to side."""
    place(bus, gain(-9) * pan(sound, 0.7), at + 0.75 * beat)
    place(bus, gain(-16) * pan(sound, -0.7), at + 1.5 * beat)


@cache
def _sound(part: str, midi: int, seconds: float) -> Wave:
    sound = {"keys": _keys, "bass": _bass, "arpeggio": _pluck}.get(part)
    wave = sound(hertz(midi), seconds) if sound else DRUMS[part]()
    wave.setflags(write=False)
    return wave


def _keys(frequency: float, seconds: float) -> Wave:
    """An electric piano by frequency modulation.

    J. Chowning, "The Synthesis of Complex Audio Spectra by Means of Frequency Modulation" (1973).
    """
    time = times(min(seconds + 0.25, 5.0))
    angle = 2 * np.pi * frequency * time
    body = np.sin(angle + (0.25 + 1.1 * np.exp(-5 * time)) * np.sin(angle))
    tine = 0.18 * np.sin(angle + 0.9 * np.exp(-14 * time) * np.sin(14 * angle)) * np.exp(-9 * time)
    warm = 0.3 * np.sin(0.5 * angle) * np.exp(-3 * time)
    tremolo = 1 + 0.08 * np.sin(2 * np.pi * 4.6 * time)
    wave = (body + tine + warm) * np.exp(-1.1 * time) * tremolo * fade(len(time), 0.005, 0.22)
    return passed(wave, "lowpass", 5000)


def _bass(frequency: float, seconds: float) -> Wave:
    """A plucked bass: harmonics of which the high ones die first, a little saturated."""
    time = times(min(seconds + 0.03, 5.0))
    tones = (
        np.sin(2 * np.pi * frequency * k * time) * np.exp(-(0.5 + 1.1 * k) * time) / k**0.9
        for k in range(1, 10)
    )
    wave = np.tanh(1.5 * sum(tones, np.zeros(len(time)))) / 1.2
    return np.asarray(wave * fade(len(time), 0.005, 0.05))


def _pluck(frequency: float, _seconds: float) -> Wave:
    """A music-box tone which rings for a moment, whatever its length."""
    time = times(0.8)
    tones = (
        np.sin(2 * np.pi * frequency * k * time) * np.exp(-(4 + 4 * k) * time) / k**1.2 for k in range(1, 7)
    )
    return np.asarray(sum(tones, np.zeros(len(time))) * fade(len(time), 0.003, 0.15))


def _noise(seconds: float, seed: int) -> Wave:
    return np.random.default_rng(seed).standard_normal(count(seconds))


def _drum(start: float, end: float, fall: float, decay: float, seconds: float) -> Wave:
    """A skin: a sine whose pitch falls from ``start`` to ``end`` Hz at the rate ``fall`` per second."""
    time = times(seconds)
    phase = 2 * np.pi * (end * time + (start - end) / fall * (1 - np.exp(-fall * time)))
    return np.asarray(np.sin(phase) * np.exp(-decay * time) * fade(len(time), 0.001, 0.05))


def _burst(kind: str, band: float | tuple[float, float], decay: float, seconds: float, seed: int) -> Wave:
    """Filtered noise that dies away."""
    wave = passed(_noise(seconds, seed), kind, band)
    return np.asarray(wave * np.exp(-decay * times(seconds)) * fade(len(wave), 0.001, 0.4 * seconds))


def _kick() -> Wave:
    wave = _drum(160, 49, 30, 10, 0.34)
    click = _burst("bandpass", (1500, 5000), 180, 0.03, 1)
    place(wave, 0.25 * click, 0)
    return wave


def _snare() -> Wave:
    wave = 0.55 * _burst("bandpass", (900, 9000), 20, 0.26, 2)
    place(wave, 0.6 * _drum(240, 185, 40, 24, 0.16), 0)
    return wave


def _clap() -> Wave:
    wave = np.zeros(count(0.25))
    for delay in (0.0, 0.011, 0.023):
        place(wave, _burst("bandpass", (1000, 5000), 28 if delay > 0.02 else 120, 0.2, 3), delay)
    return wave


def _ping(frequency: float) -> Wave:
    """Wood on wood: two tones that do not fit each other, and a tick."""
    time = times(0.09)
    tones = np.sin(2 * np.pi * frequency * time) + 0.6 * np.sin(2 * np.pi * 1.52 * frequency * time)
    wave = 0.6 * tones * np.exp(-60 * time) * fade(len(time), 0.0007, 0.03)
    place(wave, 0.3 * _burst("highpass", 3000.0, 250, 0.02, 5), 0)
    return np.asarray(wave)


DRUMS: dict[str, Callable[[], Wave]] = {
    "kick": _kick,
    "snare": _snare,
    "clap": _clap,
    "hat": lambda: _burst("highpass", 7500.0, 65, 0.09, 6),
    "shaker": lambda: _burst("bandpass", (4500, 11000), 45, 0.09, 7),
    "rim": lambda: _ping(860),
    "stick": lambda: _ping(1900),
    "crash": lambda: _burst("highpass", 4200.0, 2.4, 2.2, 8),
    "tom_high": lambda: _drum(260, 190, 18, 9, 0.4),
    "tom_mid": lambda: _drum(200, 140, 18, 8, 0.45),
    "tom_low": lambda: _drum(150, 98, 18, 7, 0.5),
}
