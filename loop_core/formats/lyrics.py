"""What every song format is read into and written from: words and notes in seconds, nothing of a window."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from loop_core.errors import InputError

KINDS = ("normal", "golden", "freestyle", "rap", "golden rap")
HELD = "~"
"""The text of a note that holds the syllable before it (UltraStar)."""
OPERATIONS = "TORCHAOKE-OPERATIONS"
"""The header that names an operation for each line: UltraStar keeps keys with a hyphen for programs."""
NO_OPERATION = "none"
MOST_LINES, MOST_NOTES, MOST_HEADERS = 10_000, 100_000, 1_000
"""Of one file; a song of an hour has some thousand notes."""
MOST_FINDINGS = 1_000
LONGEST_SONG = 30 * 60
"""Seconds: its recordings are decoded in memory, ten million bytes a minute."""


@dataclass(frozen=True, slots=True)
class Note:
    """One sung syllable: text with its spaces, start and end in seconds, MIDI pitch where one is known."""

    text: str
    start: float
    end: float
    pitch: int | None = None
    kind: str = "normal"


@dataclass(frozen=True, slots=True)
class LyricLine:
    """One sung line, of at least one note.

    number: its line in the file, from 1; 0 where there is none.  operation: as the file says it; '' where
    it says nothing, 'none' where the line is to have none.  voice: 1 or 2 of a duet.  translation: another
    text that the file has at the same time.  gone: where the line leaves the screen, in seconds.
    """

    notes: tuple[Note, ...]
    number: int = 0
    operation: str = ""
    voice: int = 1
    translation: str = ""
    gone: float | None = None

    @property
    def text(self) -> str:
        """The line's words, without the marks of held notes."""
        return "".join(note.text for note in self.notes).replace(HELD, "").strip()

    @property
    def start(self) -> float:
        """Where its first note begins, in seconds."""
        return self.notes[0].start

    @property
    def end(self) -> float:
        """Where its last note ends, in seconds."""
        return self.notes[-1].end


@dataclass(frozen=True, slots=True)
class Finding:
    """What was decided, changed or left out. line: of the file, 0 for all of it.  rule: a key of `RULES`."""

    line: int
    text: str
    rule: str = ""


@dataclass(slots=True)
class Findings:
    """Findings as they are made; of one rule at most `MOST_FINDINGS` are kept, and the others counted."""

    _kept: list[Finding] = field(default_factory=list)
    _counts: Counter[str] = field(default_factory=Counter)

    def add(self, line: int, text: str, rule: str) -> None:
        """One more."""
        self._counts[rule] += 1
        if self._counts[rule] <= MOST_FINDINGS:
            self._kept.append(Finding(line, text, rule))

    def all(self) -> tuple[Finding, ...]:
        """Those that were kept, by line, and how many more there are of a rule."""
        more = (
            Finding(0, f"and {count - MOST_FINDINGS:,} more", rule)
            for rule, count in self._counts.items()
            if count > MOST_FINDINGS
        )
        return (*sorted(self._kept, key=lambda finding: finding.line), *more)


@dataclass(frozen=True, slots=True)
class Lyrics:
    """A file as read: headers in their order under UltraStar's names, lines, and what was decided.

    bpm, gap: the grid of an UltraStar file: a beat is 15 / bpm seconds, beat 0 is at ``gap`` milliseconds;
    bpm is None for formats without beats.  tempo: the music's, in beats per minute, where the file tells.
    sections: the index of the first line of each, and its name.
    """

    headers: tuple[tuple[str, str], ...]
    lines: tuple[LyricLine, ...]
    findings: tuple[Finding, ...] = ()
    bpm: Fraction | None = None
    gap: Fraction = Fraction(0)
    tempo: float | None = None
    sections: tuple[tuple[int, str], ...] = ()

    def header(self, key: str) -> str:
        """The last value given for ``key``; '' without one."""
        return dict(self.headers).get(key, "")


@dataclass(frozen=True, slots=True)
class Written:
    """A file's text, and what of the song it could not hold."""

    text: str
    lost: tuple[str, ...] = ()


def operations_header(lines: Sequence[LyricLine]) -> tuple[tuple[str, str], ...]:
    """The header with each line's operation, where any line has one."""
    if not any(line.operation for line in lines):
        return ()
    return ((OPERATIONS, ",".join(line.operation for line in lines)),)


def milliseconds(seconds: float) -> int:
    """The nearest one."""
    return round(1000 * Fraction(seconds))


def quoted(text: str) -> str:
    """A piece of a file as an error quotes it: at most sixty characters."""
    return repr(text if len(text) <= 60 else text[:57] + "...")


def check_counts(lines: int, notes: int, headers: int, name: str, number: int) -> None:
    """InputError where a file has more of something than any song; number: the line read last."""
    counts = ((lines, MOST_LINES, "lines"), (notes, MOST_NOTES, "notes"), (headers, MOST_HEADERS, "headers"))
    for count, most, what in counts:
        if count > most:
            raise InputError(f"more than {most:,} {what}; expected one song", name, number)
