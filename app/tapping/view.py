"""What a picture of tapping along shows, frozen."""

from dataclasses import dataclass

import numpy as np

from app.stretch import Sound
from loop_core.formats.sheet import Sheet
from loop_core.tapping import Tapping
from loop_core.timing import RESOLUTION, Levels, Unit


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """What stays the same: the words, what is tapped, and the loudness of the recording, 0 to 1.

    alone: it is that of the voice alone.
    """

    title: str
    by: str
    sheet: Sheet
    units: tuple[Unit, ...]
    wave: Levels
    length: float
    alone: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """One picture. now: what is heard, in seconds.  speed, wanted: per cent.

    saved: whether the song on disk has these taps.  busy: it is being written.
    """

    work: Work
    tapping: Tapping
    now: float
    playing: bool
    speed: int
    wanted: int
    saved: bool
    busy: bool
    message: str
    language: str
    theme: str
    sound: str


def wave_of(sound: Sound, sample_rate: int) -> Levels:
    """The loudest sample of each `RESOLUTION` of a sound, against the loudest of all."""
    step = round(sample_rate * RESOLUTION)
    whole = sound[: len(sound) // step * step].astype(np.int32)
    if not len(whole):
        return np.zeros(1, np.float32)
    peaks = np.abs(whole).reshape(-1, step * sound.shape[1]).max(axis=1).astype(np.float32)
    found: Levels = peaks / max(1.0, float(peaks.max()))
    return found
