"""What every format's lines go through before they are a song: in order, without overlap, from 0 s on."""

from collections.abc import Sequence
from dataclasses import replace

from loop_core.errors import InputError
from loop_core.formats.lyrics import (
    HELD,
    Findings,
    LyricLine,
    Lyrics,
    Note,
    check_counts,
    milliseconds,
    quoted,
)

LONGEST = 24 * 3600.0
"""Seconds that a song may have."""


def tidied(lyrics: Lyrics, name: str) -> Lyrics:
    """The same words as a song can show them; each change is a finding, and no word is lost.

    Lines are sorted by their beginning. Raises InputError for a time of more than `LONGEST` seconds or of
    more lines or notes than `check_counts` allows.
    """
    findings = Findings()
    for finding in lyrics.findings:
        findings.add(finding.line, finding.text, finding.rule)
    for line in lyrics.lines:
        for note in line.notes:
            if not (-LONGEST < note.start <= note.end < LONGEST):
                raise InputError(
                    f"{quoted(note.text)} would be sung at {note.start:.6g} s; expected a time within a day",
                    name,
                    line.number or None,
                )
    check_counts(len(lyrics.lines), sum(len(line.notes) for line in lyrics.lines), 0, name, 0)
    lines = [_in_order(line, findings) for line in lyrics.lines]
    lines = _apart(sorted(lines, key=lambda line: line.start), findings)
    limits = (*(line.start for line in lines[1:]), LONGEST)
    cut = [_cut(line, limit, findings) for line, limit in zip(lines, limits, strict=True)]
    return replace(lyrics, lines=tuple(cut), findings=findings.all())


def _in_order(line: LyricLine, findings: Findings) -> LyricLine:
    """Notes from 0 s on, none before the one ahead of it; texts that do not begin or end with spaces."""
    notes: list[Note] = []
    for note in line.notes:
        before = notes[-1].start if notes else 0.0
        if note.start < 0:
            findings.add(line.number, f"{quoted(note.text)} begins at {note.start:.3f} s", "before-zero")
        elif note.start < before:
            findings.add(line.number, f"{quoted(note.text)} is stamped before the word ahead", "order")
        start = max(note.start, before)
        pitch = _in_range(note.pitch)
        if pitch != note.pitch:
            findings.add(line.number, f"pitch {note.pitch}", "pitch-range")
        notes.append(replace(note, start=start, end=max(note.end, start), pitch=pitch))
    notes[0] = replace(notes[0], text=notes[0].text.lstrip() or HELD)
    notes[-1] = replace(notes[-1], text=notes[-1].text.rstrip() or HELD)
    found = replace(line, notes=tuple(notes))
    if not found.text:
        findings.add(line.number, "a line without words", "wordless")
        found = replace(found, notes=(replace(notes[0], text="…"), *notes[1:]))
    return found


def _apart(lines: Sequence[LyricLine], findings: Findings) -> list[LyricLine]:
    """Of lines in the same millisecond the first; another text becomes its translation."""
    kept: list[LyricLine] = []
    for line in lines:
        first = kept[-1] if kept else None
        if first is None or milliseconds(line.start) > milliseconds(first.start):
            kept.append(line)
        elif line.text == first.text:
            findings.add(line.number, f"{quoted(line.text)} twice at the same time", "both-sing")
        elif first.translation:
            findings.add(line.number, f"{quoted(line.text)} is one more at the same time", "third-text")
        else:
            kept[-1] = replace(first, translation=line.text)
            findings.add(
                line.number, f"{quoted(line.text)} is at the time of line {first.number}", "same-time"
            )
    return kept


def _cut(line: LyricLine, limit: float, findings: Findings) -> LyricLine:
    """The line with each note cut where the next begins, and all of it where the next line does."""
    starts = (*(note.start for note in line.notes[1:]), limit)
    if line.end > limit or any(n.end > start for n, start in zip(line.notes, starts, strict=True)):
        findings.add(line.number, f"{quoted(line.text)} overlaps", "overlap")
    notes = tuple(
        replace(note, start=min(note.start, limit), end=min(note.end, start, limit))
        for note, start in zip(line.notes, starts, strict=True)
    )
    return replace(line, notes=notes)


def _in_range(pitch: int | None) -> int | None:
    """A MIDI note, 0 to 127, of the same name."""
    if pitch is None or 0 <= pitch <= 127:
        return pitch
    return pitch % 12 if pitch < 0 else 108 + pitch % 12
