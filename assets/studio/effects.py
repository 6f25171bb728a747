"""What a recorded voice goes through before it is mixed."""

import numpy as np
from scipy.ndimage import uniform_filter1d

from assets.studio.sound import Wave, bell, count, passed

THRESHOLD, RATIO, KNEE = -24.0, 3.0, 6.0  # dB under full scale, and decibels in for one out above it; dB
AIR_FROM, AIR_ABOVE = 3500.0, 7000.0  # Hz: what the air is made of, and where it is added
AIR = 0.2


def polished(voice: Wave) -> Wave:
    """A voice made even and clear, mono of shape (samples,): equalizer, compressor, air."""
    voice = passed(voice, "highpass", 100)
    voice = bell(bell(voice, 350, -3, 0.9), 3000, 4, 0.8)
    return airy(compressed(voice))


def compressed(wave: Wave) -> Wave:
    """Loud moments made quieter.

    D. Giannoulis et al., "Digital Dynamic Range Compressor Design" (2012).
    """
    level = 10 * np.log10(uniform_filter1d(wave**2, count(0.012)) + 1e-12)
    over = level - THRESHOLD
    bent = np.where(over > KNEE / 2, over, np.clip(over + KNEE / 2, 0, None) ** 2 / (2 * KNEE))
    change = uniform_filter1d((1 / RATIO - 1) * bent, count(0.01))
    return np.asarray(wave * 10.0 ** (change / 20))


def airy(wave: Wave) -> Wave:
    """Overtones added above a voice that was recorded with few samples per second."""
    high = passed(wave, "highpass", AIR_FROM, order=4)
    harmonics = np.tanh(6 * high) / 6 * np.abs(np.tanh(8 * high))
    return np.asarray(wave + AIR * passed(harmonics, "highpass", AIR_ABOVE, order=4))
