"""A sheet and the taps on its lines or syllables become lyrics; what a tap leaves open is estimated."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import numpy as np
import numpy.typing as npt

from loop_core.formats.lrc import LONGEST_LINE, LONGEST_WORD
from loop_core.formats.lyrics import LyricLine, Lyrics, Note
from loop_core.formats.sheet import Sheet
from loop_core.tapping import APART, Tap

Levels = npt.NDArray[np.float32]
LINE, SYLLABLE = "line", "syllable"
WAYS = (LINE, SYLLABLE)
"""What there is a tap on."""
PACE = 0.1
"""Seconds for a letter where a song has only one tap."""
SHARE, SLOW = 0.75, 1.3
"""A line without an end lasts this share of the time to the next; at most so many times what its letters
take of that in the song's middle line. In the bundled song the middle line lasts 0.68 of it.
"""
HELD = 2.5
"""The last syllable of a line without an end, so many times the song's middle syllable."""
RESOLUTION = 0.01
"""Seconds of a recording in one of its levels."""
QUIET = 0.1
"""The voice is silent below this, against its loudest."""
BREATH = 5
"""Levels after a beginning and before the next one that do not count: taps are no more exact."""
_WIDE = re.compile("[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3]")


@dataclass(frozen=True, slots=True)
class Unit:
    """What one tap is on: the syllables ``first`` to before ``last`` of a line, by its index."""

    line: int
    first: int
    last: int
    text: str


def units_of(sheet: Sheet, by: str) -> tuple[Unit, ...]:
    """What is tapped, in order; by: one of `WAYS`."""
    if by == LINE:
        return tuple(Unit(index, 0, len(line.syllables), line.text) for index, line in enumerate(sheet.lines))
    return tuple(
        Unit(index, at, at + 1, syllable)
        for index, line in enumerate(sheet.lines)
        for at, syllable in enumerate(line.syllables)
    )


def timed(
    sheet: Sheet, units: Sequence[Unit], taps: Sequence[Tap], length: float, voice: Levels | None = None
) -> Lyrics:
    """The sheet with a tap for each of its units; length: of the recording, in seconds.

    voice: how loud it is, 0 to 1, each `RESOLUTION`; None where it is not alone.
    A unit ends where it was said to; a line else where the voice falls silent, or where its letters tell.
    Syllables inside a unit take as long as they have letters.
    """
    ends = _ends(units, taps, length, voice)
    notes: list[list[Note]] = [[] for _ in sheet.lines]
    for unit, tap, end in zip(units, taps, ends, strict=True):
        syllables = sheet.lines[unit.line].syllables[unit.first : unit.last]
        whole = sum(map(letters, syllables))
        start, sung = tap.start, 0
        for syllable in syllables:
            sung += letters(syllable)
            until = end if sung == whole else round(tap.start + (end - tap.start) * sung / whole, 3)
            notes[unit.line].append(Note(syllable, start, until))
            start = until
    lines = tuple(
        LyricLine(tuple(found), line.number, line.operation)
        for found, line in zip(notes, sheet.lines, strict=True)
    )
    return Lyrics(sheet.headers, lines, sheet.findings, sections=sheet.sections)


def letters(syllable: str) -> int:
    """How long a syllable is to sing, in letters of a Latin word; at least one."""
    count = sum(letter.isalnum() for letter in syllable) + 2 * len(_WIDE.findall(syllable))
    return max(1, count)


def _ends(units: Sequence[Unit], taps: Sequence[Tap], length: float, voice: Levels | None) -> list[float]:
    by_line = any(unit.last - unit.first > 1 for unit in units)
    gaps = [after.start - tap.start for tap, after in pairwise(taps)]
    paces = [gap / letters(unit.text) for gap, unit in zip(gaps, units, strict=False)]
    pace, syllable = median(paces or [PACE]), median(gaps or [2 * PACE])
    ends = []
    for index, (unit, tap) in enumerate(zip(units, taps, strict=True)):
        following = index + 1 < len(taps)
        limit = taps[index + 1].start if following else max(length, tap.start + APART)
        if tap.end is not None:
            ends.append(min(tap.end, limit))
            continue
        silent = None if voice is None else _silent(voice, tap.start, limit)
        if following and units[index + 1].line == unit.line:
            longest = LONGEST_WORD
        elif silent is not None:
            longest = silent - tap.start
        elif by_line:
            gap = min(limit - tap.start, LONGEST_LINE, SLOW * pace * letters(unit.text))
            longest = SHARE * gap
        else:
            longest = min(LONGEST_WORD, HELD * syllable)
        ends.append(round(min(limit, tap.start + max(longest, APART)), 3))
    return ends


def _silent(voice: Levels, start: float, limit: float) -> float | None:
    """Where the voice was heard last before ``limit``; None where it goes on until then, or was not heard."""
    first, last = round(start / RESOLUTION) + BREATH, round(limit / RESOLUTION) - BREATH
    loud = np.flatnonzero(voice[first:last] > QUIET)
    if not len(loud) or first + int(loud[-1]) + 1 >= last:
        return None
    return (first + int(loud[-1]) + 1) * RESOLUTION
