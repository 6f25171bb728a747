"""How well a song was sung, by the rules of UltraStar Deluxe: of at most 10 000 points.

Rules: its sources ``UNote.pas``, ``UMusic.pas`` and ``USingScores.pas``.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from loop_core.pitch import HOP, Track
from loop_core.song import Song

MOST, BONUS = 10_000, 1_000
"""All points of a song, and those of them that are given for whole lines."""
FORGIVEN = 2
"""Points that a line may lack and still have its whole bonus."""
FACTORS = {"normal": 1, "golden": 2, "freestyle": 0, "rap": 1, "golden rap": 2}
"""What a beat of a note is worth against one of a normal note."""
RATINGS = ("Awful", "Awful", "Poor", "Bad", "Not bad", "Good", "Great", "Awesome", "Perfect")
"""The word for a line of which so many eighths were sung right."""


class Difficulty(StrEnum):
    """How far a sung pitch may be from the note's."""

    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"

    @property
    def tolerance(self) -> int:
        """In semitones, after both were rounded and brought into one octave."""
        return {"easy": 2, "medium": 1, "hard": 0}[self]


@dataclass(frozen=True, slots=True)
class LineScore:
    """A line's points for its notes, of how many, and its bonus; perfection: its share of that, 0 to 1."""

    notes: float
    most: float
    bonus: float
    perfection: float

    @property
    def rating(self) -> str:
        """The word for it."""
        return RATINGS[round(self.perfection * (len(RATINGS) - 1))]


@dataclass(frozen=True, slots=True)
class Score:
    """The points of a song; lines: of each of them, None for one without notes that count or not yet sung."""

    lines: tuple[LineScore | None, ...]

    @property
    def total(self) -> int:
        """Of `MOST`."""
        return round(sum(line.notes + line.bonus for line in self.lines if line is not None))


@dataclass(frozen=True, slots=True, eq=False)
class Beats:
    """Every beat of the chart that lies in a note, in their order; arrays (beats,), read-only.

    length: of each, in seconds.  lines, notes: the indices of their line and of its syllable.
    rap: those that any voice hits.
    """

    length: float
    starts: npt.NDArray[np.float64]
    lines: npt.NDArray[np.int_]
    notes: npt.NDArray[np.int_]
    pitches: npt.NDArray[np.int_]
    factors: npt.NDArray[np.int_]
    rap: npt.NDArray[np.bool_]


@lru_cache(maxsize=8)
def beats_of(song: Song) -> Beats:
    """The beats that singing is scored on: the chart's, joined where they are shorter than a frame."""
    length = song.beat * max(1, int(np.ceil(HOP / song.beat)))
    rows = [
        (
            syllable.start,
            index,
            note,
            syllable.pitch,
            FACTORS[syllable.kind],
            "rap" in syllable.kind,
            round((syllable.end - syllable.start) / length),
        )
        for index, line in enumerate(song.lines)
        for note, syllable in enumerate(line.syllables)
    ]
    *columns, counts = (np.array(column) for column in zip(*rows, strict=True))
    starts, lines, notes, pitches, factors, rap = (np.repeat(column, counts) for column in columns)
    starts = starts + length * np.concatenate([np.arange(count) for count in counts])
    for values in (starts, lines, notes, pitches, factors, rap):
        values.flags.writeable = False
    return Beats(length, starts, lines, notes, pitches, factors, rap)


def hits(song: Song, sung: Track, difficulty: Difficulty) -> npt.NDArray[np.bool_]:
    """Of each of `beats_of` whether it was hit: it has voiced frames, and at least half of them are right.

    A pitch is rounded to a semitone and moved by octaves to within half an octave of the note's.
    """
    beats = beats_of(song)
    voiced = ~np.isnan(sung.pitches)
    times, pitches = sung.times[voiced], np.round(sung.pitches[voiced])
    beat = np.searchsorted(beats.starts, times, side="right") - 1
    inside = (beat >= 0) & (times < beats.starts[beat] + beats.length) if len(beats.starts) else beat >= 0
    beat, pitches = beat[inside], pitches[inside]
    away = np.abs((pitches - beats.pitches[beat] + 6) % 12 - 6)
    right = (away <= difficulty.tolerance) | beats.rap[beat]
    heard, matched = (
        np.bincount(beat[chosen], minlength=len(beats.starts)) for chosen in (slice(None), right)
    )
    return (heard > 0) & (2 * matched >= heard)


def score(song: Song, sung: Track, difficulty: Difficulty, until: float = float("inf")) -> Score:
    """The points for what was sung; lines that end after ``until`` seconds have no bonus yet.

    A beat of a note brings (`MOST` - `BONUS`) / (sum of all factors) * factor. Each line with notes that
    count has the same share of `BONUS`, of which it brings points / (possible points - `FORGIVEN`), at most
    all; all also where no more than `FORGIVEN` points are possible.
    """
    beats = beats_of(song)
    worth = (MOST - BONUS) * beats.factors / max(1, beats.factors.sum())
    found, count = hits(song, sung, difficulty), len(song.lines)
    points = np.bincount(beats.lines, worth * found, minlength=count)
    most = np.bincount(beats.lines, worth, minlength=count)
    share = BONUS / max(1, int((most > 0).sum()))
    ended = [line.end <= until for line in song.lines]
    return Score(tuple(map(_line, points.tolist(), most.tolist(), ended, [share] * count)))


def _line(points: float, most: float, ended: bool, share: float) -> LineScore | None:
    if most == 0:
        return None
    needed = most - FORGIVEN
    perfection = min(1.0, points / needed) if needed > 0 else 1.0
    return LineScore(points, most, share * perfection if ended else 0.0, perfection)
