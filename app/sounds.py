"""Sounds as samples: what files hold, and ticks. The only user of pydub."""

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from app.sound_file import decoded
from app.stretch import Sound
from loop_core.errors import InputError

if TYPE_CHECKING:
    from pydub import AudioSegment

SAMPLE_RATE = 44100
TICK = 0.04
"""Seconds that a tick of the count-in sounds."""
TICK_PITCHES = (1760.0, 1320.0)
"""In hertz: of the first tick, and of the others."""


def decode(path: Path, heard: Callable[[float], None] | None = None) -> "AudioSegment":
    """A file of any format that FFmpeg's libraries read, as 16-bit stereo at 44.1 kHz.

    heard: called with the seconds decoded so far.  Raises InputError when it holds no sound that can be
    decoded, or is longer than a song.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydub looks for an ffmpeg program, which is not needed here
        from pydub import AudioSegment
    chunks: list[bytes] = []
    count = 0
    for part in decoded(path, "s16", "stereo", SAMPLE_RATE):
        chunks.append(bytes(part.planes[0])[: 4 * part.samples])
        count += part.samples
        if heard is not None:
            heard(count / SAMPLE_RATE)
    if not chunks:
        raise InputError("no sound in it", path)
    return AudioSegment(data=b"".join(chunks), sample_width=2, frame_rate=SAMPLE_RATE, channels=2)


def samples(path: Path) -> Sound:
    """What `decode` finds in a file."""
    return np.frombuffer(decode(path).raw_data, np.int16).reshape(-1, 2)


def ticks(beats: int, apart: float) -> Sound:
    """So many short ticks, ``apart`` seconds from one to the next, the first of them higher."""
    sound = np.zeros((round(beats * apart * SAMPLE_RATE), 2), np.int16)
    times = np.arange(round(TICK * SAMPLE_RATE)) / SAMPLE_RATE
    for beat in range(beats):
        start = round(beat * apart * SAMPLE_RATE)
        wave = np.sin(2 * np.pi * TICK_PITCHES[beat > 0] * times) * np.exp(-8 * times / TICK)
        sound[start : start + len(times)] = np.round(0.5 * (1 << 15) * wave)[:, None]
    return sound


def ticks_at(times: Sequence[float], seconds: float | None = None) -> Sound:
    """A tick at each of these times, in a sound of so many seconds, or to the end of the last one."""
    seconds = times[-1] + TICK if seconds is None else seconds
    sound = np.zeros((round(seconds * SAMPLE_RATE), 2), np.int16)
    tick = ticks(1, TICK)
    for moment in times:
        start = round(moment * SAMPLE_RATE)
        room = sound[start : start + len(tick)]
        room[:] = tick[: len(room)]
    return sound
