"""LRC: stamped lines, and both ways of stamping words inside them, ``<mm:ss.xx>`` and ``[mm:ss.xx]``.

There is no specification; what is accepted, and what is decided where players differ, stands in `RULES`.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from fractions import Fraction

from loop_core.errors import InputError
from loop_core.formats.lyrics import (
    OPERATIONS,
    Findings,
    LyricLine,
    Lyrics,
    Note,
    Written,
    check_counts,
    quoted,
)
from loop_core.formats.ticks import Tick, lost_music, on_grid

TAGS = {
    "TI": "TITLE",
    "AR": "ARTIST",
    "AL": "ALBUM",
    "AU": "AUTHOR",
    "BY": "CREATOR",
    "RE": "EDITOR",
    "VE": "EDITOR-VERSION",
    "BPM": "TEMPO",
}
"""LRC's names of what UltraStar and others call otherwise."""
NAMES = {"TITLE": "ti", "ARTIST": "ar", "ALBUM": "al", "AUTHOR": "au", "CREATOR": "by"}
UNWRITABLE = frozenset({*TAGS, "OFFSET", "LENGTH", "OP", OPERATIONS})
LONGEST_LINE, LONGEST_WORD = 8.0, 2.0
"""Seconds that a line, and the last word of a line with stamped words, lasts when the file does not say."""

_STAMP = r"[ \t]*([0-9]{1,6})[ \t]*:[ \t]*([0-9]{1,2})(?:[ \t]*[.:,][ \t]*([0-9]{1,3}))?[ \t]*"
_LEADING = re.compile(rf"[ \t]*\[{_STAMP}\]")
_INNER = re.compile(rf"<{_STAMP}>|\[{_STAMP}\]")
_ALMOST = re.compile(r"[<\[][ \t]*-?[0-9][-0-9:., \t]{0,20}[>\]]")
_TAG = re.compile(r"\[[ \t]*([^\[\]:0-9][^\[\]:]{0,60}):(.*)\][ \t]*")
_OFFSET = re.compile(r"[+-]?[0-9]{1,8}")


@dataclass(frozen=True, slots=True)
class _Words:
    """A line before its end is known: (start or None, text); a pair without text ends the word ahead."""

    number: int
    start: Fraction
    parts: tuple[tuple[Fraction, str], ...]
    operation: str


def parse(text: str, name: str) -> Lyrics:
    """Read a file; ``name`` is used in errors.

    A positive ``[offset:]`` (ms) makes the words come earlier. ``[op:NAME]`` on a line of its own gives the
    next line its operation. Raises InputError when no line has a stamp.
    """
    headers: list[tuple[str, str]] = []
    found: list[_Words] = []
    clears: list[Fraction] = []
    findings = Findings()
    offset = Fraction(0)
    length: Fraction | None = None
    operation = ""
    count = 0
    for number, line in enumerate(text.split("\n"), start=1):
        stamps, at = _leading(line)
        if stamps:
            words = _words(number, line[at:], stamps[0], operation, findings)
            count += len(stamps) * len(words.parts)
            check_counts(len(found), count, len(headers), name, number)
            if words.parts:
                found += _repeated(words, stamps, findings)
                operation = ""
            else:
                clears += stamps
        elif tag := _TAG.fullmatch(line.strip()):
            key, value = tag[1].strip().upper(), tag[2].strip(" \t")
            key = TAGS.get(key, key)
            if key == "OP":
                operation = value
            elif key == "OFFSET":
                offset = _offset(value, number, findings)
            elif key == "LENGTH":
                length = _length(value)
            elif value:
                headers.append((key, value))
        elif line.strip():
            findings.add(number, f"{quoted(line.strip())} has no stamp", "no-stamp")
        check_counts(len(found), 0, len(headers), name, number)
    if not found:
        raise InputError("no stamped line; expected lines like '[00:12.50]words'", name)
    if offset:
        findings.add(0, f"offset {int(offset * 1000):+} ms", "offset")
    lines = _ended(found, clears, length, findings)
    operations = [part.strip() for part in dict(headers).get(OPERATIONS, "").split(",")]
    if operations != [""]:
        in_order = sorted(range(len(lines)), key=lambda index: lines[index].start)
        for index, value in zip(in_order, operations, strict=False):
            lines[index] = replace(lines[index], operation=lines[index].operation or value)
    kept = tuple((key, value) for key, value in headers if key != OPERATIONS)
    moved = tuple(_moved(line, -offset) for line in lines)
    return Lyrics(kept, moved, findings.all(), tempo=_tempo(dict(kept).get("TEMPO", "")))


def write(lyrics: Lyrics) -> Written:
    """Enhanced LRC with ``<mm:ss.xx>`` before each word and after the last.

    Times are rounded to the nearest hundredth of a second. A rest inside a line is a stamp without a word.
    Words shorter than that are joined with the next; pitches are not kept.
    """
    lost = list(lost_music(lyrics))
    rows = []
    for key, value in lyrics.headers:
        if key in NAMES:
            rows.append(f"[{NAMES[key]}:{value}]")
        elif key not in UNWRITABLE and _TAG.fullmatch(f"[{key}:{value}]"):
            rows.append(f"[{key.lower()}:{value}]")
        else:
            lost.append(f"header {key}")
    rows.append("")
    for line, ticks in on_grid(lyrics.lines, 100):
        if line.operation:
            rows.append(f"[op:{line.operation}]")
        rows.append(f"[{_stamp(ticks[0].start)}]" + _inner(ticks, lost))
    return Written("\n".join([*rows, ""]), tuple(dict.fromkeys(lost)))


def _inner(ticks: tuple[Tick, ...], lost: list[str]) -> str:
    parts, end = [], ticks[0].start
    for tick in ticks:
        if tick.start > end:
            parts.append(f"<{_stamp(end)}>")
        text = tick.text
        if _INNER.search(text) or _LEADING.match(text) or _ALMOST.search(text):
            text = text.translate({ord("<"): "‹", ord("["): "("})
            lost.append("brackets around figures, which would be stamps")
        parts.append(f"<{_stamp(tick.start)}>{text}")
        end = tick.end
    return "".join([*parts, f"<{_stamp(end)}>"])


def _stamp(hundredths: int) -> str:
    seconds, rest = divmod(hundredths, 100)
    return f"{seconds // 60:02}:{seconds % 60:02}.{rest:02}"


def _leading(line: str) -> tuple[list[Fraction], int]:
    stamps: list[Fraction] = []
    at = 0
    while match := _LEADING.match(line, at):
        if (time := _time(match.groups())) not in stamps[-1:]:
            stamps.append(time)
        at = match.end()
        if len(stamps) > 1000:
            break
    return stamps, at


def _time(groups: tuple[str | None, ...]) -> Fraction:
    """Minutes, seconds and a fraction of one to three digits, in seconds."""
    minutes, seconds, rest = (group or "0" for group in groups)
    return 60 * int(minutes) + int(seconds) + Fraction(int(rest), 10 ** len(rest))


def _words(number: int, text: str, start: Fraction, operation: str, findings: Findings) -> _Words:
    """The words of a line: cut at its inner stamps, without what looks like a stamp and is none."""
    parts: list[tuple[Fraction, str]] = []
    at, time = 0, start
    for match in _INNER.finditer(text):
        parts.append((time, text[at : match.start()]))
        groups = match.groups()
        at, time = match.end(), _time(groups[:3] if groups[0] is not None else groups[3:])
    parts.append((time, text[at:]))
    stamped = len(parts) > 1
    clean: list[tuple[Fraction, str]] = []
    for index, (time, raw) in enumerate(parts):
        words, count = _ALMOST.subn("", raw)
        if count:
            findings.add(number, f"no stamp, but like one, in {quoted(raw)}", "bad-stamp")
        if words.strip():
            clean.append((time, words))
        elif clean and index:
            if words and clean[-1][1]:
                clean[-1] = (clean[-1][0], clean[-1][1] + words)
            clean.append((time, ""))
    if not any(words for _, words in clean):
        clean = []
    elif not stamped:
        clean = [(start, clean[0][1].strip())]
    return _Words(number, start, tuple(clean), operation)


def _repeated(words: _Words, stamps: list[Fraction], findings: Findings) -> list[_Words]:
    if len(stamps) > 1 and len(words.parts) > 1:
        findings.add(words.number, "a repeated line with stamped words", "repeat")
    return [
        replace(
            words, start=stamp, parts=tuple((time + stamp - stamps[0], text) for time, text in words.parts)
        )
        for stamp in stamps
    ]


def _ended(
    found: list[_Words], clears: list[Fraction], length: Fraction | None, findings: Findings
) -> list[LyricLine]:
    """The lines with notes; a word ends at the next stamp of its line, the last one at a line's or later."""
    ends = [*clears, *(words.start for words in found)]
    times = sorted([*ends, length] if length is not None else ends)
    lines = []
    for words in found:
        notes = []
        following = [*words.parts[1:], (None, "")]
        for (start, text), (stop, _) in zip(words.parts, following, strict=True):
            if not text:
                continue
            if stop is None:
                stop = _end(start, times, LONGEST_LINE if len(words.parts) == 1 else LONGEST_WORD)
                findings.add(words.number, "its end is not given", "end-unknown")
            notes.append(Note(text, float(start), float(max(start, stop))))
        lines.append(LyricLine(tuple(notes), words.number, words.operation))
    return lines


def _end(start: Fraction, times: list[Fraction], most: float) -> Fraction:
    index = bisect_right(times, start)
    latest = start + Fraction(most)
    return min(times[index], latest) if index < len(times) else latest


def _moved(line: LyricLine, by: Fraction) -> LyricLine:
    if not by:
        return line
    notes = (replace(n, start=n.start + float(by), end=n.end + float(by)) for n in line.notes)
    return replace(line, notes=tuple(notes))


def _offset(value: str, number: int, findings: Findings) -> Fraction:
    if not _OFFSET.fullmatch(value):
        findings.add(number, f"offset {quoted(value)} is no number of ms", "offset-none")
        return Fraction(0)
    return Fraction(int(value), 1000)


def _length(value: str) -> Fraction | None:
    match = re.fullmatch(_STAMP, value)
    return _time(match.groups()) if match else None


def _tempo(value: str) -> float | None:
    match = re.fullmatch(r"[0-9]{1,3}(?:[.,][0-9]{1,9})?", value)
    tempo = float(value.replace(",", ".")) if match else 0.0
    return tempo if 20 <= tempo <= 400 else None
