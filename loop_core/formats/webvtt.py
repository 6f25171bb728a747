"""WebVTT with inner timestamps (W3C, https://www.w3.org/TR/webvtt1/): one cue per line of the song."""

import re
from collections.abc import Iterator
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

OURS = "NOTE torchaoke"
"""The first line of the comment block that holds the headers, which WebVTT has no place for."""

BLINK = Fraction(1, 50)
"""Seconds: what is shown shorter was not meant to be read."""

_STAMP = r"(?:([0-9]{2,4}):)?([0-5][0-9]):([0-5][0-9])\.([0-9]{3})"
_TIMING = re.compile(rf"[ \t]*{_STAMP}[ \t]*-->[ \t]*{_STAMP}(?:[ \t]+(.*))?")
_MARK = re.compile(rf"<(?:{_STAMP}|[^<>]{{0,400}})>")
_INNER = re.compile(rf"<{_STAMP}>")
_ENTITY = re.compile(r"&(amp|lt|gt|nbsp|lrm|rlm|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "nbsp": "\xa0", "lrm": "\u200e", "rlm": "\u200f"}
_HEADER = re.compile(r"([^:]{1,60}):(.*)")
_OPERATION = re.compile(r"op:[ \t]*([a-z_]{1,40})")


def parse(text: str, name: str) -> Lyrics:
    """Read a file; ``name`` is used in errors. A cue's identifier ``op:NAME`` gives its line an operation.

    Raises InputError when it does not begin with WEBVTT, or has no cue with words.
    """
    everything = text.split("\n")
    if not re.match(r"WEBVTT(?![^ \t])", everything[0]):
        raise InputError(f"begins with {quoted(everything[0])}; expected 'WEBVTT'", name, 1)
    findings = Findings()
    headers: list[tuple[str, str]] = []
    lines: list[LyricLine] = []
    last, notes = "", 0
    for first, block in _blocks(everything):
        if block[0].startswith("NOTE"):
            headers += _headers(block) if block[0].strip() == OURS else []
            check_counts(0, 0, len(headers), name, first)
            continue
        at = next((index for index, row in enumerate(block[:2]) if "-->" in row), None)
        if at is None:
            if first > 1 and block[0].strip() in ("STYLE", "REGION"):
                findings.add(first, f"a block {block[0].strip()}", "cue-settings")
            elif first > 1:
                findings.add(first, f"{quoted(block[0])} is no cue: it has no '-->'", "unreadable")
            continue
        timing = _TIMING.fullmatch(block[at])
        if timing is None:
            findings.add(first + at, f"{quoted(block[at])} is no timing", "unreadable")
            continue
        if (timing[9] or "").strip():
            findings.add(first + at, f"settings {quoted(timing[9])}", "cue-settings")
        start, end = _time(timing.groups()[:4]), _time(timing.groups()[4:8])
        rows = block[at + 1 :]
        payload = " ".join(_new_rows(rows, last, end - start, first, findings))
        last = next((words for words in map(_words, reversed(rows)) if words), last)
        sung = _notes(payload, start, end, first + at, findings)
        if sung:
            operation = _OPERATION.fullmatch(block[0].strip()) if at else None
            lines.append(LyricLine(sung, first + at, operation[1] if operation else ""))
            notes += len(sung)
            check_counts(len(lines), notes, 0, name, first)
    if not lines:
        raise InputError("no cue with words; expected '00:01.000 --> 00:02.000' and words below it", name)
    return Lyrics(tuple(headers), tuple(lines), findings.all())


def write(lyrics: Lyrics) -> Written:
    """WebVTT with each word in a ``<c>`` and a stamp before all but the first.

    Times are rounded to the nearest thousandth of a second. A rest inside a line is two stamps. Shorter
    words are joined with the next; pitches are not kept.
    """
    lost = list(lost_music(lyrics))
    head = []
    for key, value in lyrics.headers:
        row = f"{key}: {value}"
        if key == OPERATIONS or "-->" in row or not _HEADER.fullmatch(row) or key != key.strip():
            lost.append(f"header {key}")
        else:
            head.append(row)
    blocks = ["WEBVTT"] if not head else ["WEBVTT", "\n".join([OURS, *head])]
    for line, ticks in on_grid(lyrics.lines, 1000):
        operation = [f"op:{line.operation}"] if line.operation else []
        timing = f"{_stamp(ticks[0].start)} --> {_stamp(ticks[-1].end)}"
        blocks.append("\n".join([*operation, timing, "".join(_spans(ticks))]))
    return Written("\n\n".join(blocks) + "\n", tuple(lost))


def _spans(ticks: tuple[Tick, ...]) -> Iterator[str]:
    end = ticks[0].start
    for index, tick in enumerate(ticks):
        if tick.start > end:
            yield f"<{_stamp(end)}>"
        if index:
            yield f"<{_stamp(tick.start)}>"
        yield f"<c>{escaped(tick.text)}</c>"
        end = tick.end


def escaped(text: str) -> str:
    """Text as it stands in a cue."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _stamp(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}"


def _blocks(rows: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Rows without an empty one between, and the number of the first."""
    block: list[str] = []
    for number, row in enumerate([*rows, ""], start=1):
        if row.strip(" \t"):
            block.append(row)
        elif block:
            yield number - len(block), block
            block = []


def _headers(block: list[str]) -> Iterator[tuple[str, str]]:
    for row in block[1:]:
        if match := _HEADER.fullmatch(row):
            key, value = match[1].strip(" \t").upper(), match[2].strip(" \t")
            if key and value:
                yield key, value


def _new_rows(rows: list[str], last: str, seconds: Fraction, number: int, findings: Findings) -> list[str]:
    """The rows without what a roll-up caption repeats: the row before, above new stamped words or alone.

    Alone it stays for a hundredth of a second, without tags; a line that is sung twice is not meant.
    """
    stamped = any(_INNER.search(row) for row in rows)
    kept = []
    for index, row in enumerate(rows):
        above = stamped and index + 1 < len(rows) and not _INNER.search(row)
        alone = len(rows) == 1 and seconds <= BLINK and "<" not in row
        if (above or alone) and last and _words(row) == last:
            findings.add(number, f"{quoted(last)} only repeats the caption before", "roll-up")
        else:
            kept.append(row)
    return kept


def _words(row: str) -> str:
    return _plain(_MARK.sub("", row)).strip()


def _notes(payload: str, start: Fraction, end: Fraction, number: int, findings: Findings) -> tuple[Note, ...]:
    """Words from stamp to stamp; what lies between two stamps without words is a rest."""
    parts: list[tuple[Fraction, list[str]]] = [(start, [])]
    at, dropped = 0, 0
    for match in _MARK.finditer(payload):
        parts[-1][1].append(payload[at : match.start()])
        at = match.end()
        if match[2] is None:
            dropped += match[0] not in ("<c>", "</c>")
            continue
        time = _time(match.groups())
        inside = min(max(time, parts[-1][0]), max(end, start))
        if inside != time:
            findings.add(number, f"stamp {match[0]} is outside its cue or before the last", "stamp-order")
        parts.append((inside, []))
    parts[-1][1].append(payload[at:])
    if dropped:
        findings.add(number, f"{dropped} tags of style or voice", "cue-settings")
    notes: list[Note] = []
    for (begins, pieces), (ends, _) in zip(parts, [*parts[1:], (max(end, start), [])], strict=True):
        words = _plain("".join(pieces))
        if words.strip():
            notes.append(Note(words, float(begins), float(ends)))
        elif words and notes:
            notes[-1] = Note(notes[-1].text + words, notes[-1].start, notes[-1].end)
    return tuple(notes)


def _time(groups: tuple[str | None, ...]) -> Fraction:
    hours, minutes, seconds, rest = (int(group or 0) for group in groups)
    return 3600 * hours + 60 * minutes + seconds + Fraction(rest, 1000)


def _plain(text: str) -> str:
    return _ENTITY.sub(_character, text)


def _character(match: re.Match[str]) -> str:
    name = match[1]
    if not name.startswith("#"):
        return _NAMED[name]
    code = int(f"0{name[1:]}", 16) if name[1] in "xX" else int(name[1:])
    usable = 32 <= code < 0x110000 and not 0x7F <= code < 0xA0 and not 0xD800 <= code < 0xE000
    return chr(code) if usable else "\ufffd"
