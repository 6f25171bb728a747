"""Lines on a grid of whole ticks, for the formats that write times as text."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from loop_core.formats.lyrics import HELD, LyricLine, Lyrics, Note


@dataclass(frozen=True, slots=True)
class Tick:
    """A sung word on the grid: start and end in ticks."""

    text: str
    start: int
    end: int


def on_grid(lines: Sequence[LyricLine], per_second: int) -> Iterator[tuple[LyricLine, tuple[Tick, ...]]]:
    """Each line with its words on a grid, to the nearest tick, halves up.

    Held notes belong to the word before them. A word that rounds to no length is joined with the next; a
    line lasts at least a tick and begins after the one before it has begun.
    """
    before = -1
    for line in lines:
        ticks: list[Tick] = []
        waiting = ""
        floor = before + 1
        for note in _joined(line.notes):
            start = max(floor, _rounded(note.start * per_second))
            end = max(start, _rounded(note.end * per_second))
            floor = end
            if end == start:
                waiting += note.text
            else:
                ticks.append(Tick(waiting + note.text, start, end))
                waiting = ""
        if waiting and ticks:
            last = ticks.pop()
            ticks.append(Tick(last.text + waiting, last.start, last.end))
        elif not ticks:
            start = max(before + 1, _rounded(line.start * per_second))
            ticks = [Tick(waiting, start, start + 1)]
        before = ticks[0].start
        yield line, tuple(ticks)


def lost_music(lyrics: Lyrics) -> Iterator[str]:
    """What a format of words and times cannot hold of these lines."""
    notes = [note for line in lyrics.lines for note in line.notes]
    if any(note.pitch is not None for note in notes):
        yield "pitches"
    if any(note.kind != "normal" for note in notes):
        yield "golden, rap and freestyle notes"
    held = sum(note.text.strip() == HELD for note in notes)
    if held:
        yield f"{held} held notes: they are part of the syllable before"
    if any(line.translation for line in lyrics.lines):
        yield "translations"
    if any(line.voice != 1 for line in lyrics.lines):
        yield "who sings which line of the duet"


def _rounded(ticks: float) -> int:
    return math.floor(ticks + 0.5)


def _joined(notes: Sequence[Note]) -> list[Note]:
    found: list[Note] = []
    for note in notes:
        held = note.text.strip() == HELD
        if held and found:
            space = " " if note.text != note.text.rstrip() else ""
            found[-1] = Note(found[-1].text + space, found[-1].start, note.end)
        else:
            text = note.text.replace(HELD, "") or HELD
            found.append(Note(text, note.start, note.end))
    return found
