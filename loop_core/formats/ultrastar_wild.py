"""UltraStar TXT as found in the wild: unversioned, version 1, and the draft of version 2 where it says so.

What `ultrastar.parse` refuses in a song's own chart is read here as `RULES` says, and told as findings.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from fractions import Fraction

from loop_core.errors import InputError
from loop_core.formats.lyrics import HELD, OPERATIONS, Findings, LyricLine, Lyrics, Note, check_counts, quoted
from loop_core.formats.ultrastar import GRID, MIDDLE_C, NOTE_TYPES

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
_NOTE = re.compile(
    r"([!\"$-~])(:?)[ \t]*(-?[0-9]{1,9})[ \t]+(-?[0-9]{1,9})[ \t]+(-?[0-9]{1,9})(?:[ \t](.*))?"
)
_BEAT = re.compile(r"-?[0-9]{1,9}")
_INLINE = re.compile(r"-[ \t]*([0-9]{1,9})[ \t]+([:*FRG][ \t].*)")
_VOICE = re.compile(r"P([ \t]*)([0-9])[ \t]*")
_TEMPO = re.compile(r"B[ \t]+(-?[0-9]{1,9})[ \t]+([0-9]{1,9}(?:[.,][0-9]{1,99})?)[ \t]*")


@dataclass(frozen=True, slots=True)
class _Beats:
    """A note in beats."""

    number: int
    kind: str
    start: int
    length: int
    pitch: int
    text: str


@dataclass(slots=True)
class _Reader:
    """What has been read so far."""

    name: str
    headers: list[tuple[str, str]] = field(default_factory=list)
    lines: list[tuple[tuple[_Beats, ...], int, int | None]] = field(default_factory=list)
    notes: list[_Beats] = field(default_factory=list)
    findings: Findings = field(default_factory=Findings)
    relative: bool = False
    tempos: list[tuple[int, Fraction]] = field(default_factory=list)
    voices: tuple[int, ...] = (1,)
    origin: int = 0
    unreadable: int = 0
    count: int = 0

    def note_that(self, number: int, text: str, rule: str) -> None:
        self.findings.add(number, text, rule)

    def read(self, number: int, line: str) -> None:
        """One line that is no header; in order of likelihood."""
        if line[0] == "-":
            self._break(number, line)
        elif match := _VOICE.fullmatch(line):
            self._voice(number, match)
        elif match := _TEMPO.fullmatch(line):
            self.tempos.append((int(match[1]) + self.origin, Fraction(match[2].replace(",", "."))))
            self.note_that(number, f"tempo {match[2]} from beat {match[1]} on", "tempo-change")
        elif match := _NOTE.fullmatch(line):
            self._note(number, match)
        else:
            self._unreadable(number, line)

    def end_line(self, gone: int | None) -> None:
        for voice in self.voices:
            self.lines.append((tuple(self.notes), voice, gone))
        self.notes = []

    def _unreadable(self, number: int, line: str) -> None:
        self.unreadable += 1
        if self.unreadable > 20 + self.count:
            raise InputError(
                f"{quoted(line)} is no line of UltraStar; expected notes like ': 0 4 7 La'", self.name, number
            )
        self.note_that(number, f"left out {quoted(line)}", "unreadable")

    def _note(self, number: int, match: re.Match[str]) -> None:
        kind, colon, start, length, pitch, text = match.groups()
        if colon:
            self.note_that(number, f"read {kind + colon!r} as {kind!r}", "inline")
        if kind not in NOTE_TYPES:
            self.note_that(number, f"note type {kind!r} became F, freestyle", "unknown-type")
            kind = "F"
        if int(length) <= 0 and kind != "F":
            rule = "zero-length" if int(length) == 0 else "negative-length"
            self.note_that(number, f"length {length}: became freestyle, of length 0", rule)
            kind = "F"
        if int(start) < 0:
            self.note_that(number, f"starts at beat {start}", "negative-start")
        if not (text or "").strip():
            self.note_that(number, "no text: a held note", "no-text")
            text = HELD
        at = int(start) + self.origin
        self.count += 1
        self.notes.append(_Beats(number, NOTE_TYPES[kind], at, max(0, int(length)), int(pitch), text))

    def _break(self, number: int, line: str) -> None:
        if match := _INLINE.fullmatch(line):
            self.note_that(number, f"read as a break and a note: {quoted(line)}", "inline")
            self._break(number, f"- {match[1]}")
            self.read(number, match[2])
            return
        numbers = line[1:].split(maxsplit=2)
        if len(numbers) > 2 or not all(map(_BEAT.fullmatch, numbers)):
            self._unreadable(number, line)
            return
        first, second = (*numbers, None, None)[:2]
        if first is None:
            self.note_that(number, "a break without a beat", "break-bare")
        if second is not None and not self.relative:
            self.note_that(number, f"dropped the second number of {quoted(line)}", "second-number")
        gone = None if first is None else int(first) + self.origin
        if not self.notes:
            self.note_that(number, "a break with no note since the last", "break-double")
        else:
            self.end_line(gone)
        if self.relative:
            self.origin += int(second or first or 0)

    def _voice(self, number: int, match: re.Match[str]) -> None:
        space, voice = match.groups()
        if space:
            self.note_that(number, f"read {match[0]!r} as 'P{voice}'", "voice-space")
        if self.notes:
            self.end_line(None)
        self.voices = (int(voice) or 1,)
        self.origin = 0
        if voice == "3" and not any(key == "VERSION" for key, _ in self.headers):
            self.voices = (1, 2)
            self.note_that(number, "P3: both voices", "voice-3")
        elif int(voice) > 2:
            self.note_that(number, f"P{voice}: another voice", "voice-3")


def parse(text: str, name: str) -> Lyrics:
    """Read a file; ``name`` is used in errors.

    Raises InputError when it has no BPM, no notes, or more lines that fit no rule than others.
    """
    reader = _Reader(name)
    ended = False
    for number, line in enumerate(text.split("\n"), start=1):
        line = line.lstrip(" \t\ufeff") if line[:1] in " \t\ufeff" else line
        if not line.strip():
            continue
        if ended:
            reader.note_that(number, f"left out what stands after E: {quoted(line)}", "after-end")
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


def _header(reader: _Reader, number: int, line: str) -> None:
    key, colon, value = line[1:].partition(":")
    key, value = key.strip(" \t").upper(), value.strip(" \t")
    if not colon or not key:
        reader.note_that(number, f"left out {quoted(line)}: a header is '#KEY:value'", "header")
        return
    if reader.lines or reader.notes:
        reader.note_that(number, f"#{key} stands after the first note", "late-header")
    if not value:
        return  # the same as absent
    if key in NOT_FOLLOWED:
        reader.note_that(number, f"#{key} is kept, and not followed", "kept-header")
    if key == "RELATIVE":
        reader.relative = value.lower() in ("yes", "true", "1")
    reader.headers.append((key, value))


def _lyrics(reader: _Reader) -> Lyrics:
    found = dict(reader.headers)
    version = found.get("VERSION", "")
    second = version.startswith("2")
    if version and not second and not re.fullmatch(r"1\.[0-9]{1,4}\.[0-9]{1,4}", version):
        reader.note_that(0, f"version {quoted(version)}: read as without one", "version")
    bpm = _bpm(reader, found, 4 if second else 1)
    gap = Fraction(0)
    if text := found.get("GAP", ""):
        if number := _NUMBER.fullmatch(text):
            gap = Fraction(number[0].replace(",", ".").rstrip("."))
        else:
            reader.note_that(0, f"GAP {quoted(text)} is no number of ms: taken as 0", "gap")
    if reader.relative:
        reader.note_that(0, "beats counted from each break: rewritten from the start", "relative")
    headers = [(key, value) for key, value in reader.headers if key not in GRID]
    if second:
        headers = [(key, _from_ms(key, value)) for key, value in headers]
        reader.note_that(0, f"version {quoted(version)}: rewritten as version 1", "version-2")
    seconds = _clock(reader, bpm, gap)
    by = _transposition(reader)
    operations = [part.strip() for part in found.get(OPERATIONS, "").split(",")]
    lines, breaks = [], iter(operations)
    for notes, voice, gone in reader.lines:
        ordered = tuple(sorted(notes, key=lambda note: note.start))
        if ordered != notes:
            reader.note_that(notes[0].number, "notes sorted by their beats", "note-order")
        sung = tuple(
            Note(n.text, seconds(n.start), seconds(n.start + n.length), MIDDLE_C + n.pitch - by, n.kind)
            for n in ordered
        )
        gone_at = None if gone is None else seconds(gone)
        lines.append(LyricLine(sung, notes[0].number, next(breaks, ""), voice, gone=gone_at))
    if len({line.voice for line in lines}) > 1:
        reader.note_that(0, "a duet: both voices are in the song; --voice 1 or 2 takes one", "voices")
    grid = None if reader.tempos else bpm
    return Lyrics(tuple(headers), tuple(lines), reader.findings.all(), grid, gap, _tempo(bpm))


def _bpm(reader: _Reader, found: dict[str, str], divisor: int) -> Fraction:
    text = found.get("BPM", "")
    number = _NUMBER.fullmatch(text)
    bpm = Fraction(number[0].replace(",", ".").rstrip(".")) if number else Fraction(0)
    if bpm <= 0:
        given = f"BPM {quoted(text)}" if text else "no header #BPM"
        raise InputError(f"{given}; expected a number above 0, as in '#BPM:240'", reader.name)
    return bpm / divisor


def _clock(reader: _Reader, bpm: Fraction, gap: Fraction) -> "_Clock":
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


def _transposition(reader: _Reader) -> int:
    pitches = sorted(note.pitch for notes, _, _ in reader.lines for note in notes)
    if pitches[len(pitches) // 2] <= MIDI_MEDIAN:
        return 0
    reader.note_that(
        0, f"pitches are MIDI numbers (median {pitches[len(pitches) // 2]}): less 60", "midi-pitch"
    )
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


def chosen_voice(lyrics: Lyrics, voice: int | None) -> Lyrics:
    """The lines of one voice of a duet, or of both; InputError for a voice that it has not."""
    voices = sorted({line.voice for line in lyrics.lines})
    if voice is None:
        return lyrics
    if voice not in voices:
        raise InputError(f"--voice {voice}; the song has: {', '.join(map(str, voices))}")
    lines = tuple(line for line in lyrics.lines if line.voice == voice)
    return replace(lyrics, lines=lines)
