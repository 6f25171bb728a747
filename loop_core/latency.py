"""How much later a microphone hears what was played: clicks, and finding them again in a recording.

The delay is where the correlation of both is largest, as in C. H. Knapp and G. C. Carter, "The Generalized
Correlation Method for Estimation of Time Delay", IEEE Trans. ASSP 24(4), 1976.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

GAPS = (0.31, 0.47, 0.37, 0.59, 0.41, 0.53, 0.43)
"""Seconds from click to click: no two alike, so that clicks fit over each other in one way only."""
CLICK, LOW, HIGH = 0.03, 500.0, 5000.0
"""A click is a sweep of so many seconds from hertz to hertz: what small loudspeakers can play."""
LEVEL = 0.5
MOST = 1.0
"""Seconds of delay that are searched."""
DIRECT = 0.6
"""Share of the highest peak from which the first one counts: echoes that come later may be louder."""
APART = 0.1
"""Seconds around the peak that belong to it: the room's own sound."""
TRUSTED = 0.3
"""The confidence from which on a delay is one: in noise alone it stays under 0.2."""


@dataclass(frozen=True, slots=True)
class Delay:
    """Seconds of delay; confidence: 0 to 1, how far its peak stands above all that is apart from it."""

    seconds: float
    confidence: float


def clicks(rate: int) -> Array:
    """What is played: clicks, then silence of `MOST` seconds; mono from -1 to 1; rate: samples a second."""
    time = np.arange(round(CLICK * rate)) / rate
    sweep = np.sin(2 * np.pi * (LOW * time + (HIGH - LOW) * time**2 / (2 * CLICK)))
    click = LEVEL * np.hanning(len(time)) * sweep
    starts = np.round(np.cumsum((0.0, *GAPS)) * rate).astype(int)
    sound = np.zeros(starts[-1] + round(MOST * rate))
    for start in starts:
        sound[start : start + len(click)] += click
    return sound


def find_delay(played: Array, recorded: Array, rate: int) -> Delay:
    """How much later, from 0 to `MOST` seconds, ``recorded`` has what was ``played``.

    Both are mono and begin in the same moment. Quietness, noise and echoes do not move the delay.
    """
    envelope = _envelope(played, recorded)[: round(MOST * rate)]
    highest = float(envelope.max(initial=0.0))
    if highest == 0.0:
        return Delay(0.0, 0.0)
    first = int(np.argmax(envelope >= DIRECT * highest))
    near = envelope[first : first + round(CLICK * rate)]
    peak = first + int(near.argmax())
    apart = np.abs(np.arange(len(envelope)) - peak) > APART * rate
    return Delay(peak / rate, max(0.0, 1 - float(envelope[apart].max(initial=0.0)) / float(envelope[peak])))


def _envelope(played: Array, recorded: Array) -> Array:
    """The size of the correlation at each delay, as that of its analytic signal: its waves do not matter."""
    count = 1 << (len(played) + len(recorded)).bit_length()
    spectrum = np.fft.fft(recorded, count) * np.fft.fft(played, count).conj()
    spectrum[count // 2 + 1 :] = 0.0
    return np.abs(np.fft.ifft(spectrum))
