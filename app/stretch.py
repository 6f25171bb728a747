"""Sound at another tempo or pitch, by FFmpeg's filters."""

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from app.pace import Pace

if TYPE_CHECKING:
    from av import AudioFrame

BLOCK = 8192
"""Samples that are handed to the filters at once."""
LEAD = 0.25
"""Seconds of silence before and after the sound: what the filters cut off is of it."""
EARLY, LATE = 0.0085, 0.005
"""Seconds of its input by which `atempo` brings an onset early when it slows down, late when it speeds up.

Medians of the clicks of the bundled song: the filter joins pieces of 46 ms where they are most alike, and of
two that are as good the search settles on one that lies to this side.
"""

Sound = npt.NDArray[np.int16]
"""Samples, channels."""


def stretched(sound: Sound, sample_rate: int, pace: Pace) -> Iterator[Sound]:
    """The sound at that pace, piece by piece; in all as long as its length divided by the rate, to a sample.

    All channels are cut at the same places: stems that go through it side by side stay together.
    """
    raised = round(sample_rate * 2 ** (pace.semitones / 12))
    tempos = _tempos(pace.rate * sample_rate / raised)
    skipped = round(sample_rate * (LEAD / pace.rate - _early(tempos)))
    left = round(len(sound) / pace.rate)
    for piece in _filtered(sound, sample_rate, raised, tempos):
        wanted = piece[skipped:][:left]
        skipped = max(0, skipped - len(piece))
        left -= len(wanted)
        if len(wanted):
            yield wanted
    yield np.zeros((left, sound.shape[1]), np.int16)


def as_frame(sound: Sound, sample_rate: int, number: int, layout: str) -> "AudioFrame":
    """A piece of sound as FFmpeg takes it; number: of its first sample.  layout: what its channels are."""
    from av import AudioFrame

    frame = AudioFrame.from_ndarray(np.ascontiguousarray(sound).reshape(1, -1), "s16", layout)
    frame.sample_rate, frame.pts, frame.time_base = sample_rate, number, Fraction(1, sample_rate)
    return frame


def _tempos(tempo: float) -> tuple[float, ...]:
    """Factors of a tempo that `atempo` takes: it slows down to a half at most."""
    return (tempo,) if tempo >= 0.5 else (math.sqrt(tempo),) * 2


def _early(tempos: tuple[float, ...]) -> float:
    """Seconds of the output by which its onsets come early."""
    early = 0.0
    for tempo in tempos:
        early = (early + (EARLY if tempo < 1 else -LATE if tempo > 1 else 0.0)) / tempo
    return early


def _filtered(sound: Sound, sample_rate: int, raised: int, tempos: tuple[float, ...]) -> Iterator[Sound]:
    """What the filters make of the sound between two silences; raised: the rate at which it is read."""
    import av  # 0.15 s, and only who practises needs it here
    from av.filter import Graph

    layout = f"{sound.shape[1]}C"
    graph = Graph()
    source = graph.add_abuffer(sample_rate=raised, format="s16", layout=layout, time_base=Fraction(1, raised))
    chain = [
        source,
        graph.add("aresample", str(sample_rate)),
        *(graph.add("atempo", repr(tempo)) for tempo in tempos),
        graph.add("abuffersink"),
    ]
    graph.link_nodes(*chain).configure()

    def pulled() -> Iterator[Sound]:
        while True:
            try:
                frame = graph.pull()
            except (av.BlockingIOError, av.EOFError):
                return
            yield frame.to_ndarray().astype(np.int16, copy=False).reshape(-1, sound.shape[1])

    silence = np.zeros((round(LEAD * sample_rate), sound.shape[1]), np.int16)
    sent = 0
    for part in (silence, sound, silence):
        for start in range(0, len(part), BLOCK):
            block = part[start : start + BLOCK]
            source.push(as_frame(block, raised, sent, layout))
            sent += len(block)
            yield from pulled()
    source.push(None)
    yield from pulled()
