"""Where in a song a recording is, sample by sample; and where it is not what the song's stems are."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import correlate

from .room import RATE
from .song import Song

PIECE = RATE // 100
"""Samples that are compared at a time."""
DIFFERENT = 0.1
"""So much of a piece's loudness may differ from the stems, by rounding and by another decoder."""
QUIET = 0.002
"""Loudness, of 1, that is not looked at."""
ALIKE = 0.99
"""Correlation of a piece from which on it is taken to be the same."""
FOUND = 0.45
"""Correlation from which on a longer part is taken to be found, though there may be another gap in it."""
NEAR, FAR = RATE // 10, 12 * RATE
"""Samples around where a place of the song should be in which it is sought; far only when it is lost."""
SOUGHT, LOST = 12, 50
"""Pieces by which a place is sought, and after how many that are not found it is lost."""

TAIL = 10
"""Pieces at the end that are not compared: there the song may be cut off."""

Sound = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Gap:
    """Something else is heard than the song, from ``at`` of it on; both in seconds.

    longer: by so much the song comes later from then on.
    """

    at: float
    seconds: float
    longer: float


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """lags: of each piece of the song, by how many samples it comes later in the recording.

    shift: by how many samples the voice comes later than the backing.  gaps: in the order of the song.
    """

    lags: NDArray[np.int64]
    shift: int
    gaps: tuple[Gap, ...]

    def sample(self, time: float) -> float:
        """The sample of the recording with which a time of the song is heard."""
        return time * RATE + self.lags[min(int(time * RATE) // PIECE, len(self.lags) - 1)]


def match(sound: NDArray[np.int16], song: Song) -> Match:
    """Find the song in a recording of it, stereo, which has silence before and after."""
    heard = sound.mean(axis=1, dtype=np.float32) / 32768
    stems = _padded(song)
    mixed = stems.sum(axis=1)
    lags = _follow(heard, mixed)
    straight = _straightened(heard, lags)
    shift = 0
    if stems.shape[1] > 1:
        shift = _shift(straight, stems[:, 1])
        stems[:, 1] = _moved(stems[:, 1], shift)
    gains = np.linalg.lstsq(stems, straight, rcond=None)[0]
    unlike = _loudness(straight - stems @ gains) > np.maximum(QUIET, DIFFERENT * _loudness(stems @ gains))
    return Match(lags, shift, tuple(_gaps(unlike[:-TAIL], lags[:-TAIL])))


def _padded(song: Song) -> Sound:
    """The stems beside each other (samples, stems), in whole pieces."""
    length = max(map(len, song.stems.values()))
    stems = np.zeros((length - length % PIECE, len(song.stems)), np.float32)
    for column, stem in enumerate(song.stems.values()):
        stems[: len(stem), column] = stem[: len(stems)]
    return stems


def _follow(heard: Sound, mixed: Sound) -> NDArray[np.int64]:
    """The lag of each piece: as before where it is heard there, else where it is found."""
    pieces = len(mixed) // PIECE
    lag = _found(heard, mixed[: 2 * SOUGHT * PIECE], 0, len(heard)) or 0
    found = np.zeros(pieces, np.int64)
    lost = 0
    for index in range(pieces):
        start = index * PIECE
        if _alike(heard, mixed, start, lag):
            lost = 0
        else:
            lost += 1
            first, last = (
                (start + lag - NEAR, start + lag + NEAR) if lost < LOST else (start, start + lag + FAR)
            )
            again = _found(heard, mixed[start : start + SOUGHT * PIECE], max(0, first), last)
            if again is not None:
                lag = again - start
                _fill(found[index - lost + 1 : index], heard, mixed, index - lost + 1, lag)
        found[index] = lag
    return found


def _fill(lags: NDArray[np.int64], heard: Sound, mixed: Sound, first: int, lag: int) -> None:
    """The pieces before one that was found, back to where its lag does not fit: it is theirs too."""
    for back in range(len(lags) - 1, -1, -1):
        if not _alike(heard, mixed, (first + back) * PIECE, lag):
            return
        lags[back] = lag


def _found(heard: Sound, sought: Sound, first: int, last: int) -> int | None:
    """The sample from ``first`` to ``last`` with which a part of the song begins; None where none does."""
    room = heard[first : last + len(sought)]
    if len(room) <= len(sought):
        return None
    power = np.concatenate([[0.0], np.cumsum(room.astype(np.float64) ** 2)])
    here = np.sqrt(np.maximum(power[len(sought) :] - power[: -len(sought)], len(sought) * QUIET**2))
    alike = correlate(room, sought, "valid", "fft") / here / max(float(np.linalg.norm(sought)), 1e-9)
    best = int(np.argmax(alike))
    return first + best if alike[best] > FOUND else None


def _alike(heard: Sound, mixed: Sound, start: int, lag: int) -> bool:
    """Whether a piece is heard with this lag; of a quiet one nothing says no."""
    piece = mixed[start : start + PIECE]
    here = heard[start + lag : start + lag + PIECE] if start + lag >= 0 else heard[:0]
    if len(here) < PIECE or _loudness(piece)[0] < QUIET:
        return True
    return float(piece @ here) > ALIKE * float(np.linalg.norm(piece) * np.linalg.norm(here))


def _straightened(heard: Sound, lags: NDArray[np.int64]) -> Sound:
    """The recording as the song should have been: each piece from where it was found."""
    samples = (np.arange(len(lags) * PIECE).reshape(-1, PIECE) + lags[:, None]).ravel()
    inside = (samples >= 0) & (samples < len(heard))
    return np.where(inside, heard[np.clip(samples, 0, len(heard) - 1)], 0).astype(np.float32)


def _shift(straight: Sound, voice: Sound) -> int:
    """By how many samples the voice comes later than the backing, whose place is known."""
    alike = correlate(straight, voice, "full", "fft")[len(voice) - 1 - NEAR : len(voice) + NEAR]
    return int(np.argmax(alike)) - NEAR


def _moved(sound: Sound, later: int) -> Sound:
    moved = np.zeros_like(sound)
    moved[max(0, later) : len(sound) + min(0, later)] = sound[max(0, -later) : len(sound) - max(0, later)]
    return moved


def _loudness(sound: Sound) -> NDArray[np.float64]:
    """Of each piece, of 1."""
    return np.sqrt(np.mean(sound.reshape(-1, PIECE).astype(np.float64) ** 2, axis=1))


def _gaps(unlike: NDArray[np.bool_], lags: NDArray[np.int64]) -> list[Gap]:
    """Neighbouring pieces that differ from the song, or have another lag than those before them, are one."""
    moved = np.diff(lags, prepend=lags[:1])
    gaps: list[Gap] = []
    last = -2
    for index in np.flatnonzero(unlike | (moved != 0)):
        gap = Gap(int(index) * PIECE / RATE, int(unlike[index]) * PIECE / RATE, int(moved[index]) / RATE)
        if index - last <= 1:
            before = gaps.pop()
            gap = Gap(before.at, before.seconds + gap.seconds, before.longer + gap.longer)
        gaps.append(gap)
        last = index
    return gaps
