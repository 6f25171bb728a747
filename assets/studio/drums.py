"""The drums and cymbals: small synthesizers of single strokes and of swells."""

from collections.abc import Callable
from functools import cache

import numpy as np
from scipy import signal

from assets.studio.sound import Wave, bell, count, fade, passed, place, times

TAKES = 4
"""How many recordings there are of each stroke, so that a roll does not sound like a machine."""

METAL = (205.3, 304.4, 369.6, 522.7, 540.0, 800.0)
"""Hz of the six square waves in the cymbals of the Roland TR-808.

K. J. Werner et al., "The TR-808 Cymbal: a Physically-Informed, Circuit-Bendable, Digital Model" (2014).
"""


@cache
def stroke(part: str, take: int) -> Wave:
    """One of the `TAKES` of a drum, shape (samples,), or (samples, 2) for a crash."""
    wave = STROKES[part](np.random.default_rng([take, *part.encode()]))
    wave.setflags(write=False)
    return wave


@cache
def swell(part: str, seconds: float) -> Wave:
    """A sound that grows for so long, shape (samples, 2)."""
    wave = SWELLS[part](seconds, np.random.default_rng([*part.encode()]))
    wave.setflags(write=False)
    return wave


def _burst(
    chance: np.random.Generator, kind: str, band: float | tuple[float, float], decay: float, seconds: float
) -> Wave:
    """Filtered noise that dies away at the rate ``decay`` per second."""
    wave = passed(chance.standard_normal(count(seconds)), kind, band)
    return np.asarray(wave * np.exp(-decay * times(seconds)) * fade(len(wave), 0.001, 0.4 * seconds))


def _skin(start: float, end: float, fall: float, decay: float, seconds: float) -> Wave:
    """A sine whose pitch falls from ``start`` to ``end`` Hz at the rate ``fall`` per second."""
    time = times(seconds)
    phase = 2 * np.pi * (end * time + (start - end) / fall * (1 - np.exp(-fall * time)))
    return np.asarray(np.sin(phase) * np.exp(-decay * time) * fade(len(time), 0.001, 0.06))


def _ping(chance: np.random.Generator, frequency: float, decay: float) -> Wave:
    """Wood on wood: two tones that do not fit each other, and a tick."""
    time = times(0.09)
    tones = np.sin(2 * np.pi * frequency * time) + 0.6 * np.sin(2 * np.pi * 1.52 * frequency * time)
    wave = 0.6 * tones * np.exp(-decay * time) * fade(len(time), 0.0007, 0.03)
    place(wave, 0.25 * _burst(chance, "highpass", 5000.0, 250, 0.02), 0)
    return np.asarray(wave)


def _metal(chance: np.random.Generator, seconds: float, lowest: float) -> Wave:
    """What a cymbal is made of: squares that do not fit each other, and noise, above ``lowest`` Hz."""
    time = times(seconds)
    squares = (signal.square(2 * np.pi * (hertz * time + chance.uniform())) for hertz in METAL)
    wave = sum(squares, np.zeros(len(time))) / 3 + 0.6 * chance.standard_normal(len(time))
    return passed(wave, "highpass", lowest, order=4)


def _hat(chance: np.random.Generator, decay: float, seconds: float) -> Wave:
    wave = _metal(chance, seconds, 7500.0)
    return np.asarray(wave * np.exp(-decay * times(seconds)) * fade(len(wave), 0.001, 0.4 * seconds))


def _crash(chance: np.random.Generator) -> Wave:
    sides = np.stack([_metal(chance, 2.6, 5000.0) for _ in range(2)], axis=1)
    time = times(2.6)
    fall = 0.6 * np.exp(-12 * time) + 0.4 * np.exp(-2 * time)
    return np.asarray(sides * (fall * fade(len(time), 0.001, 1.0))[:, None])


def _kick(chance: np.random.Generator) -> Wave:
    body = np.tanh(1.6 * _skin(190, 52, 34, 9, 0.36)) / 0.92
    place(body, 0.10 * _burst(chance, "bandpass", (4000, 9000), 220, 0.02), 0)
    return np.asarray(body)


def _snare(chance: np.random.Generator) -> Wave:
    wires = bell(_burst(chance, "bandpass", (500, 12000), 17, 0.3), 2500, -6, 0.9)
    wave = 0.42 * wires
    place(wave, 0.62 * _skin(250, 188, 40, 20, 0.2), 0)
    place(wave, 0.25 * _skin(420, 332, 40, 30, 0.14), 0)
    return np.asarray(wave)


def _ghost(chance: np.random.Generator) -> Wave:
    """A snare that the stick only touches."""
    wave = 0.35 * _burst(chance, "bandpass", (4000, 11000), 38, 0.12)
    place(wave, 0.4 * _skin(230, 186, 40, 34, 0.12), 0)
    return np.asarray(wave)


def _clap(chance: np.random.Generator) -> Wave:
    wave = np.zeros(count(0.27))
    for delay, decay in ((0.0, 130), (0.011, 130), (0.023, 24)):
        place(wave, _burst(chance, "bandpass", (800, 1500), decay, 0.22), delay)
    return wave


def _tom(chance: np.random.Generator, end: float) -> Wave:
    wave = np.tanh(1.3 * _skin(1.45 * end, end, 16, 6.5, 0.55))
    place(wave, 0.16 * _burst(chance, "bandpass", (250, 1200), 35, 0.1), 0)
    return np.asarray(wave)


def _shaker(chance: np.random.Generator) -> Wave:
    wave = passed(chance.standard_normal(count(0.1)), "bandpass", (6500, 13000))
    return np.asarray(wave * np.exp(-34 * times(0.1)) * fade(len(wave), 0.014, 0.05))


def _swell(seconds: float, chance: np.random.Generator) -> Wave:
    """A cymbal played backwards."""
    sides = np.stack([_metal(chance, seconds, 5000.0) for _ in range(2)], axis=1)
    time = times(seconds)
    rise = np.exp(3.5 * (time / seconds - 1)) - np.exp(-3.5)
    return np.asarray(0.4 * sides * (rise * fade(len(time), 0.05, 0.03))[:, None])


def _riser(seconds: float, chance: np.random.Generator) -> Wave:
    """Noise whose band climbs by four octaves, above and below the band of words."""
    time = times(seconds)
    progress = time / seconds
    noise = chance.standard_normal((len(time), 2))
    wave = np.zeros((len(time), 2))
    for centre, frequency in ((0.1, 400.0), (0.4, 900.0), (0.75, 6500.0), (1.0, 11000.0)):
        band = passed(noise, "bandpass", (0.75 * frequency, 1.33 * frequency))
        nearness = np.cos(np.pi / 2 * np.clip((progress - centre) / 0.35, -1, 1)) ** 2
        wave += band * nearness[:, None] * (1000 / frequency) ** 0.3
    return np.asarray(wave * (progress**1.5 * fade(len(time), 0.05, 0.03))[:, None])


STROKES: dict[str, Callable[[np.random.Generator], Wave]] = {
    "kick": _kick,
    "snare": _snare,
    "ghost": _ghost,
    "clap": _clap,
    "hat": lambda chance: _hat(chance, 60, 0.09),
    "open": lambda chance: _hat(chance, 9, 0.34),
    "shaker": _shaker,
    "rim": lambda chance: _ping(chance, 760, 60),
    "stick": lambda chance: _ping(chance, 1250, 55),
    "crash": _crash,
    "tom_high": lambda chance: _tom(chance, 175),
    "tom_mid": lambda chance: _tom(chance, 130),
    "tom_low": lambda chance: _tom(chance, 92),
}
"""Single strokes, of mono sound unless they are cymbals that ring."""

SWELLS: dict[str, Callable[[float, np.random.Generator], Wave]] = {"swell": _swell, "riser": _riser}
"""Sounds that last as long as they are told."""
