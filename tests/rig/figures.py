"""What a performance comes to: how far apart picture and sound are, how many pictures come."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .listening import Heard
from .looking import Seen
from .matching import Match, match
from .song import Song

SAME = 0.4
"""Seconds within which a lit line and its sound belong together."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A line: when it was heard and seen lit, both by the monotonic clock; seen is nan where it never was."""

    text: str
    start: float
    heard: float
    seen: float

    @property
    def apart(self) -> float:
        """Picture minus sound, in seconds."""
        return self.seen - self.heard


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """lines: of the song.  match: of its sound.  between: seconds from picture to picture while words fill.

    rate: pictures a second meanwhile.
    """

    lines: tuple[Pair, ...]
    match: Match
    between: NDArray[np.float64]
    rate: float

    @property
    def apart(self) -> NDArray[np.float64]:
        """Picture minus sound of each line that was seen, in seconds."""
        return np.array([pair.apart for pair in self.lines if not np.isnan(pair.seen)])

    @property
    def longest_gap(self) -> float:
        """In seconds, 0 where there is none."""
        return max((max(gap.seconds, abs(gap.longer)) for gap in self.match.gaps), default=0.0)


def figures_of(song: Song, seen: Seen, heard: Heard) -> Figures:
    """Bring together what was seen and heard of a song."""
    found = match(heard.sound, song)
    lines = tuple(
        Pair(line.text, line.start, at, _nearest(seen.onsets, at))
        for line in song.lines
        for at in [heard.at(found.sample(line.start))]
    )
    apart = float(np.nanmedian([pair.apart for pair in lines]))
    spans = [
        (heard.at(found.sample(start)) + apart, heard.at(found.sample(end)) + apart)
        for line in song.lines
        for start, end in line.syllables
    ]
    shown = [seen.times[(seen.times >= start) & (seen.times < end)] for start, end in spans]
    count = sum(map(len, shown))
    return Figures(
        lines,
        found,
        np.concatenate([np.diff(times) for times in shown]),
        count / sum(end - start for start, end in spans),
    )


def _nearest(times: NDArray[np.float64], to: float) -> float:
    near = times[np.abs(times - to) < SAME]
    return float(near[np.argmin(np.abs(near - to))]) if len(near) else float("nan")


def write_rows(path: Path, runs: dict[str, Figures]) -> None:
    """A row for each line of each run, times in milliseconds."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["run", "line", "song_s", "heard_s", "seen_s", "picture_minus_sound_ms"])
        table.writerows(_rows(runs))


def _rows(runs: dict[str, Figures]) -> Iterator[tuple[str, str, float, float, float, float]]:
    for name, figures in runs.items():
        for pair in figures.lines:
            times = (round(time, 4) for time in (pair.start, pair.heard, pair.seen))
            yield (name, pair.text, *times, round(1000 * pair.apart, 2))
