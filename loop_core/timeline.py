"""Pure questions about a song and a time."""

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

from loop_core.listing import Listing
from loop_core.operations import FAST
from loop_core.song import Line, Song

EARLY = 1.5
"""Seconds before a line at which it takes the place of one that has ended."""


@dataclass(frozen=True, slots=True)
class Part:
    """A share of a cue: most cues have one part, a fast line has one for each sixteenth note.

    cue: index of the cue.  time: when its result is shown, in seconds.  share: how much of the cue's
    work is done then, 0 to 1.
    """

    cue: int
    time: float
    share: float = 1.0


def line_at(song: Song, now: float) -> int | None:
    """The index of the line that began last; None before the first."""
    return _last(_line_starts(song), now)


def line_shown(song: Song, now: float) -> int:
    """The index of the line that stands large: the next one takes its place when this one has ended."""
    index = line_at(song, now)
    if index is None:
        return 0
    over = now > song.lines[index].end
    if over and index + 1 < len(song.lines) and song.lines[index + 1].start - now < EARLY:
        return index + 1
    return index


def cue_at(song: Song, now: float) -> int | None:
    """The index of the cue that began last; None before the first."""
    return _last(_cue_times(song), now)


def sung(line: Line, now: float) -> tuple[int, float]:
    """How far a line has been sung: whole syllables, and the share of the one being sung, 0 to 1."""
    for index, syllable in enumerate(line.syllables):
        if now < syllable.end:
            length = syllable.end - syllable.start
            share = (now - syllable.start) / length if length > 0 else 1.0
            return index, min(max(share, 0.0), 1.0)
    return len(line.syllables), 0.0


@lru_cache(maxsize=8)
def parts(song: Song) -> tuple[Part, ...]:
    """All parts of all cues, in the order of time."""
    found = []
    sixteenth = 60 / song.tempo / 4
    for index, cue in enumerate(song.cues):
        if cue.operation not in FAST:
            found.append(Part(index, cue.time))
            continue
        end = song.cues[index + 1].time if index + 1 < len(song.cues) else song.length
        count = max(1, int((end - cue.time) / sixteenth) - 1)
        found += [Part(index, cue.time + k * sixteenth, (k + 1) / count) for k in range(count)]
    return tuple(found)


@lru_cache(maxsize=8)
def _line_starts(song: Song) -> tuple[float, ...]:
    return tuple(line.start for line in song.lines)


@lru_cache(maxsize=8)
def _cue_times(song: Song) -> tuple[float, ...]:
    return tuple(cue.time for cue in song.cues)


def _last(times: tuple[float, ...], now: float) -> int | None:
    index = bisect_right(times, now)
    return index - 1 if index else None


@lru_cache(maxsize=4)
def sung_lines(song: Song, listing: Listing) -> tuple[tuple[int, int, float, str], ...]:
    """Of each cue with an operation of its own: first and last line of the source, time in seconds, lyric.

    Fast lines run the whole loop, and are of no line in particular.
    """
    own = (cue for cue in song.cues if cue.operation not in FAST)
    found = ((listing.site(cue.operation), cue) for cue in own)
    return tuple(
        (site.line, site.end_line, cue.time, song.lines[cue.line].text) for site, cue in found if site
    )
