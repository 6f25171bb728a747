"""UltraStar TXT, version 1 of the published specification: text to `Chart` and back, losing nothing.

Specification: https://usdx.eu/format (repository UltraStar-Deluxe/format, version 1.0.0). This is the chart
of a song's own folder, read strictly; files from elsewhere go through `ultrastar_wild`.
"""

import re
from dataclasses import dataclass
from fractions import Fraction

from loop_core.errors import InputError
from loop_core.formats.lyrics import OPERATIONS, LyricLine, Lyrics, Note, Written, operations_header, quoted

MIDDLE_C = 60
"""The MIDI note that UltraStar calls pitch 0."""
NOTE_TYPES = {":": "normal", "*": "golden", "F": "freestyle", "R": "rap", "G": "golden rap"}
_TYPES = {kind: character for character, kind in NOTE_TYPES.items()}
MOST_BEATS = 10**9
"""More than a number of nine digits can count."""
GRID = ("BPM", "GAP", "VERSION", "RELATIVE", "ENCODING", OPERATIONS)
"""Headers that say how to read the file, and are written anew."""
REQUIRED = ("VERSION", "BPM", "TITLE", "ARTIST")

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

    @property
    def grid(self) -> tuple[Fraction, Fraction]:
        """BPM, of groups of four beats, and GAP in milliseconds."""
        return _number(self.header("BPM")), _number(self.header("GAP", "0"))

    def seconds(self, beat: int) -> float:
        """The time of a beat: GAP (ms) + beat * 60 / (4 * BPM); version 1 quadruples BPM."""
        bpm, gap = self.grid
        return float(gap / 1000 + Fraction(beat * 60) / (4 * bpm))


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
                    f"{quoted(line)} is a header after the first note; headers come first", name, number
                )
            headers.append(_header(line, name, number))
        elif line.rstrip() == "E":
            break
        elif _VOICE.match(line):
            raise InputError(f"{quoted(line)} changes the voice; expected a song for one voice", name, number)
        elif line.startswith("-"):
            if not (match := _BREAK.match(line)):
                raise InputError(
                    f"{quoted(line)} is no line break; expected '- BEAT', as in '- 128'", name, number
                )
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


def write(lyrics: Lyrics) -> Written:
    """Version 1, on the grid that the lyrics came from; else on one of 10 ms or, where needed, of 1 ms.

    A time of such a grid is exact, another one is rounded to the nearest beat. Notes without a pitch become
    rap notes at pitch 0.
    """
    lost = [f"header {key}" for key, _ in lyrics.headers if not _is_key(key)]
    if any(line.translation for line in lyrics.lines):
        lost.append("translations")
    if any(line.voice != 1 for line in lyrics.lines):
        lost.append("who sings which line of the duet")
    return Written(dump(chart_of(lyrics)), tuple(lost))


def chart_of(lyrics: Lyrics) -> Chart:
    """The lyrics as a chart, as `write` says."""
    bpm, gap = _grid(lyrics)
    earliest = min(_beat(note.start, bpm, gap) for line in lyrics.lines for note in line.notes)
    if earliest < 0:  # version 1 has no beats before 0
        gap += earliest * 15000 / bpm
    phrases = []
    for index, line in enumerate(lyrics.lines):
        notes = tuple(_chart_note(note, bpm, gap) for note in line.notes)
        last = index + 1 == len(lyrics.lines)
        phrases.append(Phrase(notes, None if last else _break_at(line, lyrics.lines[index + 1], bpm, gap)))
    own = [(key, value) for key, value in lyrics.headers if _is_key(key)]
    known = dict(own)
    needed = {"TITLE": "Untitled", "ARTIST": "unknown", "AUDIO": known.get("MP3") or "unknown"}
    missing = [(key, value) for key, value in needed.items() if not known.get(key)]
    grid = [("BPM", _decimal(bpm)), ("GAP", _decimal(gap))]
    headers = [("VERSION", "1.0.0"), *missing, *own, *grid, *operations_header(lyrics.lines)]
    return Chart(tuple(headers), tuple(phrases))


def _is_key(key: str) -> bool:
    """Whether a header of this name can be kept, and is not one that is written anew."""
    return key not in GRID and key.strip(" \t") == key == key.upper() != "" and ":" not in key


def _grid(lyrics: Lyrics) -> tuple[Fraction, Fraction]:
    """BPM, and the gap in ms: the lyrics' own where all times are on it, else 10 ms or 1 ms a beat."""
    times = [1000 * time for line in lyrics.lines for note in line.notes for time in (note.start, note.end)]
    if lyrics.bpm is not None and _number(_decimal(lyrics.bpm)) == lyrics.bpm:
        beats = [(time - float(lyrics.gap)) * float(lyrics.bpm) / 15_000 for time in times]
        fits = all(abs(beat - round(beat)) < 0.01 and beat < MOST_BEATS for beat in beats)
        if fits and abs(lyrics.gap) < MOST_BEATS:
            return lyrics.bpm, lyrics.gap
    coarse = all(abs(time - 10 * round(time / 10)) < 1e-6 for time in times)
    return Fraction(1500 if coarse else 15000), Fraction(0)


def _beat(seconds: float, bpm: Fraction, gap: Fraction) -> int:
    """The nearest beat."""
    return round((Fraction(seconds) - gap / 1000) * bpm / 15)


def _chart_note(note: Note, bpm: Fraction, gap: Fraction) -> ChartNote:
    start, end = (_beat(time, bpm, gap) for time in (note.start, note.end))
    if note.pitch is None:
        return ChartNote(
            "R" if note.kind == "normal" else _TYPES[note.kind], start, end - start, 0, note.text
        )
    kind, pitch = _TYPES[note.kind], note.pitch - MIDDLE_C
    return ChartNote(kind, start, end - start, pitch, note.text)


def _break_at(line: LyricLine, following: LyricLine, bpm: Fraction, gap: Fraction) -> int:
    """Where the line leaves the screen: as the file said, between its end and the next line's beginning."""
    earliest, latest = _beat(line.end, bpm, gap), _beat(following.start, bpm, gap)
    wanted = earliest if line.gone is None else _beat(line.gone, bpm, gap)
    return min(max(earliest, wanted), max(earliest, latest))


def _decimal(number: Fraction) -> str:
    """A decimal number, with at most twelve digits after the point."""
    whole, rest = divmod(abs(round(number * 10**12)), 10**12)
    text = f"{whole}.{rest:012}".rstrip("0").rstrip(".")
    return f"-{text}" if number < 0 and text != "0" else text


def _header(line: str, name: str, number: int) -> tuple[str, str]:
    key, colon, value = line[1:].partition(":")
    key, value = key.strip(" \t").upper(), value.strip(" \t")
    if not colon or not key:
        raise InputError(f"{quoted(line)} is no header; expected '#KEY:value'", name, number)
    if key == "VERSION" and not _VERSION.match(value):
        raise InputError(f"version {quoted(value)}; expected 1.x.y, as in '#VERSION:1.0.0'", name, number)
    if key == "BPM" and not (_NUMBER.match(value) and _number(value) > 0):
        raise InputError(f"BPM {quoted(value)}; expected a number above 0, as in '#BPM:104'", name, number)
    if key == "GAP" and value and not _NUMBER.match(value):
        raise InputError(f"GAP {quoted(value)}; expected milliseconds, as in '#GAP:4615'", name, number)
    return key, value


def _note(line: str, name: str, number: int) -> ChartNote:
    if not (match := _NOTE.match(line)):
        raise InputError(
            f"{quoted(line)} is no note; expected 'TYPE START DURATION PITCH TEXT', as in ': 0 4 7 La'",
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
