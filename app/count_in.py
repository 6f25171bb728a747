"""The bar of ticks before the music."""

import math
from dataclasses import dataclass

from loop_core.song import Song


@dataclass(frozen=True, slots=True)
class Count:
    """A bar of ticks before the music; in real seconds how far apart, when they begin, when it begins."""

    beats: int
    apart: float
    begins: float
    ends: float

    def number(self, now: float) -> int:
        """The tick that was heard last, counted from 1."""
        return min(self.beats, 1 + int((now - self.begins) / self.apart))


def count_before(song: Song, at: float, rate: float, now: float) -> Count:
    """The bar of ticks that leads to ``at``, if it begins now: each tick on one of the song's beats."""
    beat = 60 / song.tempo
    first = (math.ceil(at / beat - 0.01) - song.beats_per_bar) * beat
    return Count(song.beats_per_bar, beat / rate, now, now + (at - first) / rate)
