"""How loud sound is: loudness and true peak by Recommendation ITU-R BS.1770-4."""

import numpy as np
from scipy import signal

from assets.studio.sound import RATE, Wave, count

ABSOLUTE_GATE = -70.0  # LUFS, BS.1770-4 annex 1
RELATIVE_GATE = -10.0  # LU below the loudness of what passes the absolute gate
SHELF = (1681.974450955533, 3.999843853973347, 0.7071752369554196)  # Hz, dB, Q
ROLL_OFF = (38.13547087602444, 0.5003270373238773)  # Hz, Q


def weighted(stereo: Wave) -> Wave:
    """The sound through the K filter, same shape.

    BS.1770 tabulates the filter at 48 kHz only; SHELF and ROLL_OFF are the analogue filter behind the table,
    after B. De Man, "Evaluation of Implementations of the EBU R128 Loudness Measurement" (2018).
    """
    frequency, decibels, q = SHELF
    k, high = np.tan(np.pi * frequency / RATE), 10.0 ** (decibels / 20)
    middle = high**0.4996667741545416
    shelf = [high + middle * k / q + k * k, 2 * (k * k - high), high - middle * k / q + k * k]
    under = np.array([1 + k / q + k * k, 2 * (k * k - 1), 1 - k / q + k * k])
    wave = signal.lfilter(np.array(shelf) / under[0], under / under[0], stereo, axis=0)
    frequency, q = ROLL_OFF
    k = np.tan(np.pi * frequency / RATE)
    under = np.array([1 + k / q + k * k, 2 * (k * k - 1), 1 - k / q + k * k])
    return np.asarray(signal.lfilter([1.0, -2.0, 1.0], under / under[0], wave, axis=0))


def loudness(stereo: Wave) -> float:
    """The integrated loudness of a sound of shape (samples, 2), in LUFS: blocks of 0.4 s, gated twice."""
    power = np.concatenate([[0.0], np.cumsum((weighted(stereo) ** 2).sum(axis=1))])
    block = count(0.4)
    starts = np.arange(0, len(stereo) - block + 1, count(0.1))
    blocks = (power[starts + block] - power[starts]) / block
    loud = blocks[_lufs(blocks) > ABSOLUTE_GATE]
    if not len(loud):
        return float("-inf")
    return float(_lufs(np.mean(loud[_lufs(loud) > _lufs(np.mean(loud)) + RELATIVE_GATE])))


def peaks(stereo: Wave) -> Wave:
    """The true peak of each sample over both channels, found at four times the rate; shape (samples,)."""
    finer = np.abs(signal.resample_poly(stereo, 4, 1, axis=0)).max(axis=1)
    return np.asarray(finer.reshape(-1, 4).max(axis=1))


def true_peak(stereo: Wave) -> float:
    """The highest true peak in dBTP."""
    return float(20 * np.log10(peaks(stereo).max() + 1e-12))


def _lufs(power: Wave | np.floating) -> Wave:
    return np.asarray(-0.691 + 10 * np.log10(np.maximum(power, 1e-12)))
