"""The rows of an UltraStar file from the wild, one after the other: notes in beats, breaks, voices, tempi."""

import re
from dataclasses import dataclass, field
from fractions import Fraction

from loop_core.errors import InputError
from loop_core.formats.lyrics import HELD, Findings, quoted
from loop_core.formats.ultrastar import NOTE_TYPES

_NOTE = re.compile(
    r"([!\"$-~])(:?)[ \t]*(-?[0-9]{1,9})[ \t]+(-?[0-9]{1,9})[ \t]+(-?[0-9]{1,9})(?:[ \t](.*))?"
)
_BEAT = re.compile(r"-?[0-9]{1,9}")
_INLINE = re.compile(r"-[ \t]*([0-9]{1,9})[ \t]+([:*FRG][ \t].*)")
_VOICE = re.compile(r"P([ \t]*)([0-9])[ \t]*")
_TEMPO = re.compile(r"B[ \t]+(-?[0-9]{1,9})[ \t]+([0-9]{1,9}(?:[.,][0-9]{1,99})?)[ \t]*")


@dataclass(frozen=True, slots=True)
class Beats:
    """A note in beats."""

    number: int
    kind: str
    start: int
    length: int
    pitch: int
    text: str


@dataclass(slots=True)
class Rows:
    """What has been read so far.

    lines: notes, voice, and the beat at which the line leaves the screen.  origin: where beats count from.
    count: of notes.
    """

    name: str
    headers: list[tuple[str, str]] = field(default_factory=list)
    lines: list[tuple[tuple[Beats, ...], int, int | None]] = field(default_factory=list)
    notes: list[Beats] = field(default_factory=list)
    findings: Findings = field(default_factory=Findings)
    relative: bool = False
    tempos: list[tuple[int, Fraction]] = field(default_factory=list)
    voices: tuple[int, ...] = (1,)
    origin: int = 0
    unreadable: int = 0
    count: int = 0

    def note_that(self, number: int, text: str, rule: str) -> None:
        """A finding."""
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
        """The notes since the last one are a line, of each voice that sings."""
        for voice in self.voices:
            self.lines.append((tuple(self.notes), voice, gone))
        self.notes = []

    def _unreadable(self, number: int, line: str) -> None:
        self.unreadable += 1
        if self.unreadable > 20 + self.count:
            raise InputError(
                f"{quoted(line)} is no line of UltraStar; expected notes like ': 0 4 7 La'", self.name, number
            )
        self.note_that(number, f"{quoted(line)} is no line of UltraStar", "unreadable")

    def _note(self, number: int, match: re.Match[str]) -> None:
        kind, colon, start, length, pitch, text = match.groups()
        if colon:
            self.note_that(number, f"{kind + colon!r}", "inline")
        if kind not in NOTE_TYPES:
            self.note_that(number, f"note type {kind!r}", "unknown-type")
            kind = "F"
        if int(length) <= 0 and kind != "F":
            rule = "zero-length" if int(length) == 0 else "negative-length"
            self.note_that(number, f"a note of length {length}", rule)
            kind = "F"
        if int(start) < 0:
            self.note_that(number, f"starts at beat {start}", "negative-start")
        if not (text or "").strip():
            self.note_that(number, "a note without text", "no-text")
            text = HELD
        at = int(start) + self.origin
        self.count += 1
        self.notes.append(Beats(number, NOTE_TYPES[kind], at, max(0, int(length)), int(pitch), text))

    def _break(self, number: int, line: str) -> None:
        if match := _INLINE.fullmatch(line):
            self.note_that(number, f"a break and a note in {quoted(line)}", "inline")
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
            self.note_that(number, f"a second number in {quoted(line)}", "second-number")
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
            self.note_that(number, f"{match[0]!r}", "voice-space")
        if self.notes:
            self.end_line(None)
        self.voices = (int(voice) or 1,)
        self.origin = 0
        if voice == "3" and not any(key == "VERSION" for key, _ in self.headers):
            self.voices = (1, 2)
            self.note_that(number, "P3: both voices", "voice-3")
        elif int(voice) > 2:
            self.note_that(number, f"P{voice}: another voice", "voice-3")
