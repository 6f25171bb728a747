"""Pure questions about a song and a time."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import lru_cache

from loop_core.listing import Listing
from loop_core.operations import FAST
from loop_core.song import Line, Song

EARLY = 1.5
"""Seconds before a line at which it takes the place of one that has ended."""
LEAD = 0.15
"""Seconds before a line at which its first consonant has not begun."""
CLOSE = 0.02
"""Seconds before the next line by which a fast line must be over."""


@dataclass(frozen=True, slots=True)
class Part:
    """A share of a cue: most cues have one part, a fast line has one for each sixteenth note.

    cue: index of the cue.  time: when its result is shown, in seconds.  share: how much of the cue's
    work is done then, 0 to 1.
    """

    cue: int
    time: float
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Loop:
    """What is practised again and again: a 'line' or a 'section', from ``start`` to ``end`` in seconds."""

    kind: str
    start: float
    end: float


def beat_at(song: Song, now: float) -> int:
    """The beat of its bar that the song is on, from 0; the first bar begins with the song."""
    return int(now * song.tempo / 60 + 1e-6) % song.beats_per_bar


@lru_cache(maxsize=8)
def line_edges(song: Song) -> tuple[float, ...]:
    """Where each line can be cut from the one before it, which has ended by then; in seconds."""
    ends = (0.0, *(line.end for line in song.lines))
    return tuple(max(line.start - LEAD, end) for line, end in zip(song.lines, ends, strict=False))


def line_loop(song: Song, now: float) -> Loop:
    """The line at ``now`` alone; before the first line, that one."""
    edges = line_edges(song)
    index = max(0, bisect_right(edges, now) - 1)
    return Loop("line", edges[index], (*edges[1:], song.length)[index])


def section_loop(song: Song, now: float) -> Loop:
    """The section at ``now`` with its lines whole; of a song without sections, all of it."""
    edges = _section_edges(song)
    index = max(0, bisect_right(edges, now) - 1)
    return Loop("section", edges[index], (*edges[1:], song.length)[index])


def line_at(song: Song, now: float) -> int | None:
    """The index of the line that began last; None before the first."""
    return _last(_line_starts(song), now)


def line_shown(song: Song, now: float) -> int:
    """The index of the line to look at: the one being sung, or the next one shortly before it begins."""
    index = line_at(song, now)
    if index is None:
        return 0
    following = song.lines[index + 1 : index + 2]
    soon = now >= song.lines[index].end and any(line.start - now < EARLY for line in following)
    return index + 1 if soon else index


def line_held(song: Song, now: float) -> int:
    """The index of the line that was sung last where the song stands still between two lines."""
    return max(0, bisect_left(line_edges(song), now) - 1)


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
def deadlines(song: Song) -> tuple[tuple[float, int], ...]:
    """Of each cue the time in seconds that the song should not pass without its result, and its last part.

    A fast line's epochs may be late inside it: they must have ended just before the next line begins.
    """
    last = {part.cue: index for index, part in enumerate(parts(song))}
    return tuple((_deadline(song, cue, parts(song)[index].time), index) for cue, index in last.items())


def _deadline(song: Song, cue: int, last: float) -> float:
    """last: the time of the cue's last part."""
    if song.cues[cue].operation not in FAST:
        return last
    if cue + 1 == len(song.cues):
        return max(last, song.lines[-1].end)
    after = song.cues[cue + 1]
    return max(last, min(after.time, line_edges(song)[after.line]) - CLOSE)


@lru_cache(maxsize=8)
def _section_edges(song: Song) -> tuple[float, ...]:
    return (0.0, *(_section_edge(song, section.start) for section in song.sections if section.start > 0))


def _section_edge(song: Song, start: float) -> float:
    """Before a line that begins there or up to a beat earlier; after one that is still sung."""
    for line, edge in zip(song.lines, line_edges(song), strict=True):
        if start - 60 / song.tempo < line.start <= start:
            return edge
    return max((line.end for line in song.lines if line.start < start < line.end), default=start)


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
