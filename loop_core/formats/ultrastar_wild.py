"""UltraStar TXT as found in the wild: unversioned, version 1, and the draft of version 2 where it says so.

What `ultrastar.parse` refuses in a song's own chart is read here as `RULES` says, and told as findings.
"""

import re
from bisect import bisect_right
from fractions import Fraction

from loop_core.errors import InputError
from loop_core.formats.lyrics import OPERATIONS, LyricLine, Lyrics, Note, check_counts, quoted
from loop_core.formats.ultrastar import GRID, MIDDLE_C
from loop_core.formats.ultrastar_rows import Rows

MIDI_MEDIAN = 36
"""A median pitch above it, three octaves over middle C, is no pitch of UltraStar but a MIDI number."""
TIMES_OF_2 = ("START", "VIDEOGAP", "PREVIEWSTART")
"""Headers in ms in version 2 and in seconds in version 1."""
NOT_FOLLOWED = (
    "START",
    "END",
    "VIDEO",
    "COVER",
    "BACKGROUND",
    "VIDEOGAP",
    "MEDLEYSTARTBEAT",
    "MEDLEYENDBEAT",
)

_NUMBER = re.compile(r"-?[0-9]{1,9}(?:[.,][0-9]{0,99})?")


def parse(text: str, name: str) -> Lyrics:
    """Read a file; ``name`` is used in errors.

    Raises InputError when it has no BPM, no notes, or more lines that fit no rule than others.
    """
    reader = Rows(name)
    ended = False
    for number, line in enumerate(text.split("\n"), start=1):
        line = line.lstrip(" \t\ufeff") if line[:1] in " \t\ufeff" else line
        if not line.strip():
            continue
        if ended:
            reader.note_that(number, f"{quoted(line)} stands after E", "after-end")
            break
        if line[0] == "#":
            _header(reader, number, line)
        elif line.rstrip() == "E":
            ended = True
        else:
            reader.read(number, line)
        headers = len(reader.headers) + len(reader.tempos)
        check_counts(len(reader.lines), reader.count, headers, name, number)
    if reader.notes:
        reader.end_line(None)
    elif reader.lines and reader.lines[-1][2] is not None:
        reader.note_that(0, "the last break has no line after it", "break-last")
    if not reader.lines:
        raise InputError("no notes; expected lines like ': 0 4 7 La'", name)
    return _lyrics(reader)


def _header(reader: Rows, number: int, line: str) -> None:
    key, colon, value = line[1:].partition(":")
    key, value = key.strip(" \t").upper(), value.strip(" \t")
    if not colon or not key:
        reader.note_that(number, f"{quoted(line)} is no header '#KEY:value'", "header")
        return
    if reader.lines or reader.notes:
        reader.note_that(number, f"#{key} stands after the first note", "late-header")
    if not value:
        return  # the same as absent
    if key in NOT_FOLLOWED:
        reader.note_that(number, f"#{key}", "kept-header")
    if key == "ENCODING":
        reader.note_that(number, f"#ENCODING: {quoted(value)}", "encoding-header")
    if key == "RELATIVE":
        reader.relative = value.lower() in ("yes", "true", "1")
    reader.headers.append((key, value))


def _lyrics(reader: Rows) -> Lyrics:
    found = dict(reader.headers)
    version = found.get("VERSION", "")
    second = version.startswith("2")
    if version and not second and not re.fullmatch(r"1\.[0-9]{1,4}\.[0-9]{1,4}", version):
        reader.note_that(0, f"version {quoted(version)}", "version")
    bpm = _bpm(reader, found, 4 if second else 1)
    gap = Fraction(0)
    if text := found.get("GAP", ""):
        if number := _NUMBER.fullmatch(text):
            gap = Fraction(number[0].replace(",", ".").rstrip("."))
        else:
            reader.note_that(0, f"GAP {quoted(text)} is no number of ms", "gap")
    if reader.relative:
        reader.note_that(0, "beats count from each break", "relative")
    headers = [(key, value) for key, value in reader.headers if key not in GRID]
    if second:
        headers = [(key, _from_ms(key, value)) for key, value in headers]
        reader.note_that(0, f"version {quoted(version)}", "version-2")
    seconds = _clock(reader, bpm, gap)
    by = _transposition(reader)
    operations = [part.strip() for part in found.get(OPERATIONS, "").split(",")]
    lines, breaks = [], iter(operations)
    for notes, voice, gone in reader.lines:
        ordered = tuple(sorted(notes, key=lambda note: note.start))
        if ordered != notes:
            reader.note_that(notes[0].number, "notes out of order", "note-order")
        sung = tuple(
            Note(n.text, seconds(n.start), seconds(n.start + n.length), MIDDLE_C + n.pitch - by, n.kind)
            for n in ordered
        )
        gone_at = None if gone is None else seconds(gone)
        lines.append(LyricLine(sung, notes[0].number, next(breaks, ""), voice, gone=gone_at))
    if len({line.voice for line in lines}) > 1:
        reader.note_that(0, "a duet", "voices")
    grid = None if reader.tempos else bpm
    return Lyrics(tuple(headers), tuple(lines), reader.findings.all(), grid, gap, _tempo(bpm))


def _bpm(reader: Rows, found: dict[str, str], divisor: int) -> Fraction:
    text = found.get("BPM", "")
    number = _NUMBER.fullmatch(text)
    bpm = Fraction(number[0].replace(",", ".").rstrip(".")) if number else Fraction(0)
    if bpm <= 0:
        given = f"BPM {quoted(text)}" if text else "no header #BPM"
        raise InputError(f"{given}; expected a number above 0, as in '#BPM:240'", reader.name)
    return bpm / divisor


def _clock(reader: Rows, bpm: Fraction, gap: Fraction) -> "_Clock":
    changes = [(beat, tempo) for beat, tempo in sorted(reader.tempos) if tempo > 0 and beat > 0]
    return _Clock(gap / 1000, ((0, bpm), *changes))


class _Clock:
    """Seconds of a beat, where the tempo may change; asked mostly in order."""

    def __init__(self, start: Fraction, tempos: tuple[tuple[int, Fraction], ...]) -> None:
        self._beats = [beat for beat, _ in tempos]
        self._lengths = [15 / tempo for _, tempo in tempos]
        times = [start]
        for index in range(1, len(tempos)):
            since = (self._beats[index] - self._beats[index - 1]) * self._lengths[index - 1]
            times.append(Fraction(times[-1] + since).limit_denominator(10**9))
        self._times = times

    def __call__(self, beat: int) -> float:
        index = max(0, bisect_right(self._beats, beat) - 1)
        return float(self._times[index] + (beat - self._beats[index]) * self._lengths[index])


def _transposition(reader: Rows) -> int:
    pitches = sorted(note.pitch for notes, _, _ in reader.lines for note in notes)
    if pitches[len(pitches) // 2] <= MIDI_MEDIAN:
        return 0
    reader.note_that(0, f"pitches around {pitches[len(pitches) // 2]}", "midi-pitch")
    return MIDDLE_C


def _from_ms(key: str, value: str) -> str:
    if key in TIMES_OF_2 and re.fullmatch(r"-?[0-9]{1,9}", value):
        return f"{int(value) / 1000:g}"
    return value


def _tempo(bpm: Fraction) -> float:
    """The music's tempo: UltraStar's BPM is a multiple of it, taken back to between 70 and 140."""
    tempo = float(bpm)
    while tempo >= 140:
        tempo /= 2
    while tempo < 70:
        tempo *= 2
    return tempo
