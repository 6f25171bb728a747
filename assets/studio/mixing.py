"""From voice and bands to stems: with each backing, the vocals add up to a finished mix."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import maximum_filter1d, minimum_filter1d, uniform_filter1d

from assets.studio.loudness import loudness, peaks, weighted
from assets.studio.sound import RATE, Wave, count, fade, gain, passed

LEAD_OVER_BAND = 9.5  # dB, K-weighted, while the voice sounds
LEAD_OVER_QUIET = 13.0
CLICK = -14.0  # dB of its peak
DUCKING, BODY_DUCKING = 3.0, 6.0  # dB by which the band steps back while the voice sounds, and its body more
BODY = 300.0, 5000.0  # Hz: where words are understood
TARGET = -16.0  # LUFS of the mix
CEILING = -2.2  # dBTP of mix and stems: Vorbis may add a decibel
LAST_FADE = 0.5  # seconds


@dataclass(frozen=True, slots=True)
class Stems:
    """Sounds of one shape (samples, 2): the vocals, and three backings that fit them."""

    vocals: Wave
    backing: Wave
    quiet: Wave
    click: Wave


def mix(voice: Wave, band: Wave, quiet: Wave, click: Wave) -> Stems:
    """Balance, duck, limit and set the loudness; all of shape (samples, 2)."""
    sounding = presence(voice)
    band = _ducked(band, sounding)
    voice = voice * (gain(LEAD_OVER_BAND) * _level(band, sounding) / _level(voice, sounding))
    edges = fade(len(voice), 0.002, LAST_FADE)[:, None]
    vocals, backing = _mastered(voice * edges, band * edges)
    quiet = quiet * (gain(-LEAD_OVER_QUIET) * _level(vocals, sounding) / _level(quiet, sounding))
    click = click * (gain(CLICK) / np.abs(click).max())
    return Stems(vocals, backing, _beneath(quiet * edges, vocals), _beneath(click * edges, vocals))


def _ducked(band: Wave, sounding: Wave) -> Wave:
    body = passed(band, "bandpass", BODY, order=1)
    back, further = (gain(-decibels) ** sounding[:, None] for decibels in (DUCKING, BODY_DUCKING))
    return np.asarray((band - body) * back + body * further)


def presence(lead: Wave) -> Wave:
    """Where the lead sounds: 1 there, 0 elsewhere, with slopes of a fifth of a second; shape (samples,)."""
    level = uniform_filter1d((lead**2).sum(axis=1), count(0.03))
    active = (level > gain(-30) ** 2 * level.max()).astype(np.float64)
    return np.asarray(uniform_filter1d(maximum_filter1d(active, count(0.25)), count(0.2)))


def _level(wave: Wave, sounding: Wave) -> float:
    return float(np.sqrt(np.mean((weighted(wave)[sounding > 0.9]) ** 2)))


def _mastered(vocals: Wave, backing: Wave) -> tuple[Wave, Wave]:
    """The limiter takes loudness away again, so the gain is found in a few rounds."""
    factor = gain(TARGET - loudness(vocals + backing))
    for _ in range(3):
        limited = _limited(factor * vocals, factor * backing)
        factor *= gain(TARGET - loudness(limited[0] + limited[1]))
    return limited


def _limited(vocals: Wave, backing: Wave) -> tuple[Wave, Wave]:
    """Keep mix and stems below the ceiling by one gain for both."""
    highest = np.max([peaks(wave) for wave in (vocals, backing, vocals + backing)], axis=0)
    smooth = _ahead(gain(CEILING) / np.maximum(highest, 1e-9))
    return vocals * smooth, backing * smooth


def _beneath(backing: Wave, vocals: Wave) -> Wave:
    """Keep a backing where, with the vocals as they are, the sum stays below the ceiling."""
    left = np.maximum(gain(CEILING) - peaks(vocals), 0)
    return np.asarray(backing * _ahead(left / np.maximum(peaks(backing), 1e-9)))


def _ahead(allowed: Wave) -> Wave:
    """A smooth gain of at most 1 that is down 4 ms before it has to be; shape (samples, 1)."""
    window = 2 * round(0.004 * RATE) + 1
    smooth = uniform_filter1d(minimum_filter1d(np.minimum(allowed, 1.0), window), window)
    return np.asarray(smooth[:, None])
