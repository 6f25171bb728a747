"""UltraStar TXT, version 1 of the published specification: text to `Chart` and back, losing nothing.

Specification: https://usdx.eu/format (repository UltraStar-Deluxe/format, version 1.0.0).
"""

import re
from dataclasses import dataclass
from fractions import Fraction

from loop_core.errors import InputError

NOTE_TYPES = {":": "normal", "*": "golden", "F": "freestyle", "R": "rap", "G": "golden rap"}
REQUIRED = ("VERSION", "BPM", "TITLE", "ARTIST")

_HEADER = re.compile(r"#[ \t]*([^:]*?)[ \t]*:[ \t]*(.*?)[ \t]*\Z")
_NOTE = re.compile(r"([!\"$-~])[ \t]+([0-9]{1,9})[ \t]+([0-9]{1,9})[ \t]+(-?[0-9]{1,9})[ \t](.+)\Z")
_BREAK = re.compile(r"-[ \t]*([0-9]{1,9})[ \t]*\Z")
_VOICE = re.compile(r"P[ \t]*[0-9][ \t]*\Z")
_VERSION = re.compile(r"1\.[0-9]+\.[0-9]+\Z")
_NUMBER = re.compile(r"-?[0-9]{1,9}(?:[.,][0-9]{1,99})?\Z")
_LINE_END = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class ChartNote:
    """One syllable: type character, start and duration in beats, pitch in semitones from C4, text."""

    type: str
    start: int
    duration: int
    pitch: int
    text: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """The notes of one sung line, and the beat at which the line after it appears (None: the last)."""

    notes: tuple[ChartNote, ...]
    break_at: int | None = None

    @property
    def text(self) -> str:
        """The line's words; ``~`` (a note that holds the syllable before it) is left out."""
        return "".join(note.text for note in self.notes).replace("~", "").strip()


@dataclass(frozen=True, slots=True)
class Chart:
    """A whole file: headers in their order, phrases in theirs."""

    headers: tuple[tuple[str, str], ...]
    phrases: tuple[Phrase, ...]

    def header(self, key: str, default: str = "") -> str:
        """The last value given for ``key``, or ``default``."""
        return dict(self.headers).get(key, default)

    def seconds(self, beat: int) -> float:
        """The time of a beat: GAP (ms) + beat * 60 / (4 * BPM); version 1 quadruples BPM."""
        gap = _number(self.header("GAP", "0"))
        return float(gap / 1000 + Fraction(beat * 60) / (4 * _number(self.header("BPM"))))


def parse(text: str, name: str) -> Chart:
    """Read a version 1 file; ``name`` is used in errors.

    Raises InputError with the line number when a line fits no rule of the grammar.
    """
    headers: list[tuple[str, str]] = []
    phrases: list[Phrase] = []
    notes: list[ChartNote] = []
    for number, line in enumerate(_LINE_END.split(text.removeprefix("\ufeff")), start=1):
        if not line.strip():
            continue
        if line.startswith("#"):
            if phrases or notes:
                raise InputError(
                    f"{line!r} is a header after the first note; headers come first", name, number
                )
            headers.append(_header(line, name, number))
        elif line.rstrip() == "E":
            break
        elif _VOICE.match(line):
            raise InputError(f"{line!r} changes the voice; expected a song for one voice", name, number)
        elif line.startswith("-"):
            if not (match := _BREAK.match(line)):
                raise InputError(f"{line!r} is no line break; expected '- BEAT', as in '- 128'", name, number)
            if notes:
                phrases.append(Phrase(tuple(notes), int(match[1])))
                notes = []
        else:
            notes.append(_note(line, name, number))
    if notes:
        phrases.append(Phrase(tuple(notes)))
    _check_headers(dict(headers), name)
    if not phrases:
        raise InputError("no notes; expected lines like ': 0 4 7 La'", name)
    return Chart(tuple(headers), tuple(phrases))


def dump(chart: Chart) -> str:
    """The file's text, with LF line ends and no byte order mark: ``parse(dump(chart))`` is ``chart``."""
    lines = [f"#{key}:{value}" for key, value in chart.headers]
    for phrase in chart.phrases:
        lines += [f"{n.type} {n.start} {n.duration} {n.pitch} {n.text}" for n in phrase.notes]
        if phrase.break_at is not None:
            lines.append(f"- {phrase.break_at}")
    return "\n".join([*lines, "E", ""])


def _header(line: str, name: str, number: int) -> tuple[str, str]:
    match = _HEADER.match(line)
    if not match or not match[1]:
        raise InputError(f"{line!r} is no header; expected '#KEY:value'", name, number)
    key, value = match[1].upper(), match[2]
    if key == "VERSION" and not _VERSION.match(value):
        raise InputError(f"version {value!r}; expected 1.x.y, as in '#VERSION:1.0.0'", name, number)
    if key == "BPM" and not (_NUMBER.match(value) and _number(value) > 0):
        raise InputError(f"BPM {value!r}; expected a number above 0, as in '#BPM:104'", name, number)
    if key == "GAP" and value and not _NUMBER.match(value):
        raise InputError(f"GAP {value!r}; expected milliseconds, as in '#GAP:4615'", name, number)
    return key, value


def _note(line: str, name: str, number: int) -> ChartNote:
    if not (match := _NOTE.match(line)):
        raise InputError(
            f"{line!r} is no note; expected 'TYPE START DURATION PITCH TEXT', as in ': 0 4 7 La'",
            name,
            number,
        )
    kind, start, duration, pitch, text = match.groups()
    return ChartNote(kind, int(start), int(duration), int(pitch), text)


def _check_headers(headers: dict[str, str], name: str) -> None:
    missing = [key for key in REQUIRED if not headers.get(key)]
    if not (headers.get("AUDIO") or headers.get("MP3")):
        missing.append("AUDIO")
    if missing:
        raise InputError(f"header #{missing[0]} is missing or empty; version 1 requires it", name)


def _number(text: str) -> Fraction:
    return Fraction((text or "0").replace(",", "."))
