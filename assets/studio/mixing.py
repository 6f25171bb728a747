"""From lead and band to two stems which add up to the finished mix."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import maximum_filter1d, minimum_filter1d, uniform_filter1d

from assets.studio.loudness import loudness, peaks, weighted
from assets.studio.sound import RATE, Wave, count, fade, gain

LEAD_OVER_BAND = 6.5  # dB, K-weighted, while the lead sounds
DUCKING = 3.5  # dB by which the band steps back while the lead sounds
TARGET = -16.0  # LUFS of the mix
CEILING = -2.2  # dBTP of mix and stems: Vorbis may add a decibel
LAST_FADE = 0.5  # seconds


@dataclass(frozen=True, slots=True)
class Stems:
    """Two sounds of one shape (samples, 2); their sum is the mix."""

    vocals: Wave
    backing: Wave


def mix(lead: Wave, band: Wave) -> Stems:
    """Balance, duck, limit and set the loudness of a lead and a band, both of shape (samples, 2)."""
    sounding = presence(lead)
    band = band * gain(-DUCKING) ** sounding[:, None]
    lead = lead * (gain(LEAD_OVER_BAND) * _level(band, sounding) / _level(lead, sounding))
    edges = fade(len(lead), 0.002, LAST_FADE)[:, None]
    return _mastered(Stems(lead * edges, band * edges))


def presence(lead: Wave) -> Wave:
    """Where the lead sounds: 1 there, 0 elsewhere, with slopes of a fifth of a second; shape (samples,)."""
    level = uniform_filter1d((lead**2).sum(axis=1), count(0.03))
    active = (level > gain(-30) ** 2 * level.max()).astype(np.float64)
    return np.asarray(uniform_filter1d(maximum_filter1d(active, count(0.25)), count(0.2)))


def _level(wave: Wave, sounding: Wave) -> float:
    return float(np.sqrt(np.mean((weighted(wave)[sounding > 0.9]) ** 2)))


def _mastered(stems: Stems) -> Stems:
    """The limiter takes loudness away again, so the gain is found in a few rounds."""
    factor = gain(TARGET - loudness(stems.vocals + stems.backing))
    for _ in range(3):
        done = _limited(Stems(factor * stems.vocals, factor * stems.backing))
        factor *= gain(TARGET - loudness(done.vocals + done.backing))
    return done


def _limited(stems: Stems) -> Stems:
    """Keep mix and stems below the ceiling by one gain for both, looking 4 ms ahead."""
    highest = np.max([peaks(w) for w in (stems.vocals, stems.backing, stems.vocals + stems.backing)], axis=0)
    needed = np.minimum(1.0, gain(CEILING) / np.maximum(highest, 1e-9))
    window = 2 * round(0.004 * RATE) + 1
    smooth = uniform_filter1d(minimum_filter1d(needed, window), window)[:, None]
    return Stems(stems.vocals * smooth, stems.backing * smooth)
