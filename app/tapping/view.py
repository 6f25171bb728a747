"""What a picture of tapping along shows, frozen."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from app.stretch import Sound
from loop_core.formats.sheet import Sheet
from loop_core.tapping import Tapping
from loop_core.timing import Unit

RESOLUTION = 0.01
"""Seconds of sound in one column of a wave."""


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """What stays the same: the words, what is tapped, and the loudness of the recording, 0 to 1."""

    title: str
    by: str
    sheet: Sheet
    units: tuple[Unit, ...]
    wave: npt.NDArray[np.float32]
    length: float


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


def wave_of(sound: Sound, sample_rate: int) -> npt.NDArray[np.float32]:
    """The loudest sample of each `RESOLUTION` of a sound, against the loudest of all."""
    step = round(sample_rate * RESOLUTION)
    whole = sound[: len(sound) // step * step].astype(np.int32)
    if not len(whole):
        return np.zeros(1, np.float32)
    peaks = np.abs(whole).reshape(-1, step * sound.shape[1]).max(axis=1).astype(np.float32)
    found: npt.NDArray[np.float32] = peaks / max(1.0, float(peaks.max()))
    return found
