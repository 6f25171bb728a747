"""The score of a song, read from one TOML file into frozen types and checked on the way."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from loop_core.errors import InputError
from loop_core.operations import Operation

SCORE = Path(__file__).with_name("score.toml")
TRIAL = Path(__file__).with_name("trial.toml")

VOWELS = frozenset({"aa", "ae", "ah", "ao", "aw", "ay", "eh", "er", "ey", "ih", "iy", "ow", "oy", "uh", "uw"})
CONSONANTS = frozenset({*"bdfgklmnprstvwyz", "ch", "dh", "hh", "jh", "ng", "sh", "th", "zh"})

CHORDS = {"C": (0, 4, 7), "Dm": (2, 5, 9), "F": (5, 9, 0), "G": (7, 11, 2), "Am": (9, 0, 4)}
"""The chords that a score can use: their pitch classes (C is 0), root first."""


@dataclass(frozen=True, slots=True)
class Syllable:
    """One sung note: its text and ARPAbet phones, its start and duration in beats, its MIDI pitch."""

    text: str
    phones: tuple[str, ...]
    stressed: bool
    beat: Fraction
    duration: Fraction
    midi: int
    golden: bool

    @property
    def end(self) -> Fraction:
        """The beat at which the note stops."""
        return self.beat + self.duration

    @property
    def vowel(self) -> str:
        """The one phone of the syllable that can be held."""
        return next(phone for phone in self.phones if phone in VOWELS)


@dataclass(frozen=True, slots=True)
class Line:
    """A line in its place: its syllables are counted in beats from the start of the song."""

    lyric: str
    operation: str
    en: str
    zh: str
    syllables: tuple[Syllable, ...]

    @property
    def words(self) -> tuple[tuple[Syllable, ...], ...]:
        """The syllables of each word."""
        found: list[list[Syllable]] = [[]]
        for syllable in self.syllables:
            found[-1].append(syllable)
            if syllable.text.endswith(" "):
                found.append([])
        return tuple(tuple(word) for word in found if word)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the song: the bar it starts on (the first is 0), and chord and groove of each bar."""

    name: str
    bar: int
    chords: tuple[str, ...]
    grooves: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """A whole song; ``tempo`` is in beats per minute and ``tail`` in seconds after the last bar."""

    title: str
    artist: str
    creator: str
    year: int
    language: str
    tempo: int
    beats_per_bar: int
    tail: Fraction
    credits: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    lines: tuple[Line, ...]

    @property
    def bars(self) -> int:
        """How many bars are played."""
        return sum(len(section.chords) for section in self.sections)

    @property
    def syllables(self) -> tuple[Syllable, ...]:
        """Every sung note of the song in order."""
        return tuple(syllable for line in self.lines for syllable in line.syllables)

    def seconds(self, beat: Fraction | int) -> float:
        """The time of a beat, or the length of so many beats."""
        return float(Fraction(beat) * 60 / self.tempo)

    def samples(self, rate: int) -> int:
        """The length of the song, tail included, at ``rate`` samples per second."""
        return round((Fraction(self.bars * self.beats_per_bar * 60, self.tempo) + self.tail) * rate)

    def chord_at(self, beat: Fraction) -> str:
        """The chord that sounds at a beat."""
        chords = [chord for section in self.sections for chord in section.chords]
        return chords[min(max(int(beat // self.beats_per_bar), 0), len(chords) - 1)]


@dataclass(frozen=True, slots=True)
class _Table:
    """A TOML table with the name under which errors speak of it."""

    values: Mapping[str, Any]
    where: str
    path: Path | str

    def fail(self, message: str) -> InputError:
        return InputError(f"{self.where}: {message}", self.path)

    def text(self, key: str) -> str:
        value = self.values.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.fail(f"{key} = {value!r}; expected a text that is not empty")
        return value

    def whole(self, key: str, least: int = 1) -> int:
        value = self.values.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise self.fail(f"{key} = {value!r}; expected a whole number from {least}")
        return value

    def tables(self, key: str) -> Iterator["_Table"]:
        found = self.values.get(key)
        if not isinstance(found, list) or not found or not all(isinstance(item, dict) for item in found):
            raise self.fail(f"no [[{key}]]; expected at least one such table")
        for number, item in enumerate(found, start=1):
            name = item.get("lyric") or item.get("phrase") or item.get("name") or ""
            yield _Table(item, f"[[{key}]] {number}" + (f" {name!r}" if name else ""), self.path)


def read(path: Path = SCORE) -> Score:
    """Read a score file; raises InputError, with the table named, when it cannot be used."""
    return _score(_file(path))


def parse(text: str, path: Path | str) -> Score:
    """Read a score's text; ``path`` is used in errors, as in `read`."""
    return _score(_top(text, path))


def _file(path: Path) -> _Table:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot be read ({error}); expected a score in TOML", path) from error
    return _top(text, path)


def _top(text: str, path: Path | str) -> _Table:
    try:
        return _Table(tomllib.loads(text), "the top level", path)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"no TOML: {error}", path) from error


def _score(top: _Table) -> Score:
    beats_per_bar = top.whole("beats_per_bar")
    phrases = {table.text("lyric"): (table, _syllables(table)) for table in top.tables("phrase")}
    return Score(
        title=top.text("title"),
        artist=top.text("artist"),
        creator=top.text("creator"),
        year=top.whole("year"),
        language=top.text("language"),
        tempo=top.whole("tempo"),
        beats_per_bar=beats_per_bar,
        tail=_tail(top),
        credits=_credits(top),
        sections=tuple(_sections(top)),
        lines=_in_order(top, [_line(table, phrases, beats_per_bar) for table in top.tables("line")]),
    )


def trial(score: Score, path: Path = TRIAL) -> Score:
    """A score to the same music whose lines are the phrases of ``path``, one in each bar."""
    top = _file(path)
    start = min(line.syllables[0].beat for line in score.lines) // score.beats_per_bar
    lines = []
    for number, table in enumerate(top.tables("phrase")):
        beat = (start + number) * score.beats_per_bar
        syllables = tuple(replace(syllable, beat=beat + syllable.beat) for syllable in _syllables(table))
        lines.append(Line(table.text("lyric"), "", "", "", syllables))
    return replace(score, lines=tuple(lines))


def _tail(top: _Table) -> Fraction:
    value = top.values.get("tail")
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 60:
        raise top.fail(f"tail = {value!r}; expected seconds from 0 to 60")
    return Fraction(str(value))


def _credits(top: _Table) -> tuple[tuple[str, str], ...]:
    values = top.values.get("credits")
    if not isinstance(values, dict):
        raise top.fail(f"credits = {values!r}; expected a table [credits]")
    table = _Table(values, "[credits]", top.path)
    return tuple((key, table.text(key)) for key in values)


def _sections(top: _Table) -> Iterator[Section]:
    bar = 0
    for table in top.tables("section"):
        chords, grooves = tuple(table.text("chords").split()), tuple(table.text("grooves").split())
        if len(chords) != len(grooves):
            raise table.fail(f"{len(chords)} chords but {len(grooves)} grooves; expected one each for a bar")
        if unknown := set(chords) - set(CHORDS):
            raise table.fail(f"chord {min(unknown)!r}; expected one of {', '.join(CHORDS)}")
        yield Section(table.text("name"), bar, chords, grooves)
        bar += len(chords)


def _syllables(table: _Table) -> tuple[Syllable, ...]:
    texts = table.values.get("syllables")
    if not isinstance(texts, list) or not all(isinstance(text, str) and text.strip() for text in texts):
        raise table.fail(f"syllables = {texts!r}; expected a list of texts")
    if (joined := "".join(texts).strip()) != table.text("lyric"):
        raise table.fail(f"the syllables join to {joined!r}; expected the lyric")
    notes, phones = table.text("notes").split(), table.text("phones").split(" . ")
    if not len(texts) == len(notes) == len(phones):
        raise table.fail(
            f"{len(texts)} syllables, {len(notes)} notes, {len(phones)} groups of phones; "
            "expected as many of each"
        )
    return tuple(map(_syllable, [table] * len(texts), texts, notes, phones, _stresses(texts, phones)))


def _stresses(texts: list[str], phones: list[str]) -> list[bool]:
    """Which syllables bear the stress of their word: those with a 1 behind the vowel, else the first."""
    stresses: list[bool] = []
    for text, group in zip(texts, phones, strict=True):
        stresses.append("1" in group)
        if text.endswith(" ") or len(stresses) == len(texts):
            start = next((k for k in range(len(stresses) - 1, 0, -1) if texts[k - 1].endswith(" ")), 0)
            stresses[start] |= not any(stresses[start:])
    return stresses


def _syllable(table: _Table, text: str, note: str, phones: str, stressed: bool) -> Syllable:
    names = tuple(phones.replace("1", "").split())
    try:
        beat, duration, midi = note.removesuffix("*").split(":")
        syllable = Syllable(
            text, names, stressed, Fraction(beat), Fraction(duration), int(midi), note.endswith("*")
        )
    except (ValueError, ZeroDivisionError) as error:
        raise table.fail(f"note {note!r}; expected beat:duration:midi, as in '1.5:0.5:69'") from error
    if syllable.duration <= 0 or not 0 <= syllable.midi <= 127:
        raise table.fail(f"note {note!r}; expected a duration above 0 and a MIDI pitch from 0 to 127")
    if unknown := set(syllable.phones) - VOWELS - CONSONANTS:
        raise table.fail(f"phone {min(unknown)!r}; expected ARPAbet in small letters")
    if sum(phone in VOWELS for phone in syllable.phones) != 1:
        raise table.fail(f"phones {phones!r} of {text!r}; expected one vowel for each syllable")
    return syllable


def _line(
    table: _Table, phrases: Mapping[str, tuple[_Table, tuple[Syllable, ...]]], beats_per_bar: int
) -> Line:
    lyric = table.text("phrase")
    if lyric not in phrases:
        raise table.fail(f"phrase = {lyric!r}; expected the lyric of a [[phrase]]")
    operation = table.text("operation")
    if operation not in list(Operation):
        raise table.fail(f"operation = {operation!r}; expected one of {', '.join(Operation)}")
    phrase, syllables = phrases[lyric]
    start = table.whole("bar", least=0) * beats_per_bar
    return Line(
        lyric=lyric,
        operation=operation,
        en=(table if "en" in table.values else phrase).text("en"),
        zh=(table if "zh" in table.values else phrase).text("zh"),
        syllables=tuple(replace(syllable, beat=start + syllable.beat) for syllable in syllables),
    )


def _in_order(top: _Table, lines: list[Line]) -> tuple[Line, ...]:
    last_end = Fraction(0)
    for table, line in zip(top.tables("line"), lines, strict=True):
        for syllable in line.syllables:
            if syllable.beat < last_end:
                raise table.fail(
                    f"{syllable.text.strip()!r} starts at beat {float(syllable.beat):g}, before the note "
                    f"before it ends at {float(last_end):g}; expected one note at a time"
                )
            last_end = syllable.end
    return tuple(lines)
