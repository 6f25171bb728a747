"""A song: its lines and syllables in seconds, and the operation that each line sings.

A song is a folder: ``song.toml`` names the chart, the stems and, line by line, the operation and its onset.
"""

import difflib
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from loop_core.errors import InputError
from loop_core.files import read_bytes
from loop_core.formats import decoding, ultrastar
from loop_core.formats.lyrics import LONGEST_SONG
from loop_core.operations import Operation

MAX_BYTES, LONGEST_ROW = 200_000, 1_200
"""Of song.toml, and letters of one of its lines: a dotted key takes time by the square of its length."""
MOST_STEMS = 8
MOST_LETTERS = 1_000
"""Of a title, a line or a subtitle."""


@dataclass(frozen=True, slots=True)
class Syllable:
    """One sung note: its text (with the spaces of the chart), start and end in seconds, MIDI pitch."""

    text: str
    start: float
    end: float
    pitch: int
    kind: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the song; subtitles: what it does, by language ('en', 'zh')."""

    text: str
    syllables: tuple[Syllable, ...]
    subtitles: Mapping[str, str] = field(default_factory=dict)

    @property
    def start(self) -> float:
        """Where its first syllable begins, in seconds."""
        return self.syllables[0].start

    @property
    def end(self) -> float:
        """Where its last syllable ends, in seconds."""
        return self.syllables[-1].end


@dataclass(frozen=True, slots=True)
class Cue:
    """From ``time`` (seconds) on, the result of ``operation`` is shown; line: index of the line."""

    time: float
    operation: Operation
    line: int


@dataclass(frozen=True, slots=True)
class Section:
    """A named part of the song from ``start`` (seconds) on."""

    name: str
    start: float


@dataclass(frozen=True, slots=True, eq=False)
class Song:
    """A whole song; times in seconds, tempo in beats per minute.

    beat: the length of the chart's own beat, on which singing is scored.
    stems: audio files by name; 'vocals' is the voice, each other one a backing.  credits: who made what.
    """

    name: str
    title: str
    artist: str
    tempo: float
    beat: float
    beats_per_bar: int
    length: float
    lines: tuple[Line, ...]
    cues: tuple[Cue, ...]
    sections: tuple[Section, ...]
    stems: Mapping[str, Path]
    credits: Mapping[str, str]

    @property
    def has_voice(self) -> bool:
        """Whether the voice is a stem of its own beside a backing, so that it can be switched off."""
        return "vocals" in self.stems and len(self.stems) > 1

    @property
    def backings(self) -> tuple[str, ...]:
        """The stems to choose one of, 'backing' first; the voice where there is nothing behind it."""
        names = [name for name in self.stems if name != "vocals"]
        return tuple(sorted(names, key=lambda name: name != "backing") or self.stems)


def find_song(name: str, songs: Path) -> Path:
    """The folder of a bundled song, or the folder that ``name`` is a path of.

    Raises InputError with the nearest names when there is none.
    """
    bundled = {folder.name: folder for folder in song_folders(songs)}
    if name in bundled:
        return bundled[name]
    if Path(name).is_dir():
        return Path(name)
    near = difflib.get_close_matches(name, bundled, n=2, cutoff=0.4)
    hint = f"did you mean {' or '.join(map(repr, near))}?" if near else f"there are: {', '.join(bundled)}"
    raise InputError(f"no song and no folder {name!r}; {hint}")


def song_folders(songs: Path) -> list[Path]:
    """The folders below ``songs`` that hold a song."""
    return sorted(path.parent for path in songs.glob("*/song.toml"))


def load_song(folder: Path) -> Song:
    """Read a song's folder.

    Raises InputError that names the file, and the line where there is one, when something in it is
    missing or does not fit.
    """
    path, table = _read_toml(folder)
    chart_path, chart = _chart(folder, table, path)
    entries = _list(table, "lines", path)
    if len(entries) != len(chart.phrases):
        raise InputError(
            f"{len(entries)} [[lines]]; expected {len(chart.phrases)}, one per line of {chart_path.name}",
            path,
        )
    lines = []
    for index, (entry, phrase) in enumerate(zip(entries, chart.phrases, strict=True)):
        where = f"[[lines]] number {index + 1}"
        subtitles = {key: value for key, value in entry.items() if key in ("en", "zh")}
        line = _line(chart, phrase, _texts(subtitles, path, where))
        if _text(entry, "lyric", path, where) != line.text:
            given, found = _short(entry["lyric"]), _short(line.text)
            raise InputError(f"{where}: lyric {given}; {chart_path.name} has {found}", path)
        lines.append(line)
    _check_order(lines, chart_path)
    files = _table(table, "stems", path)
    if len(files) > MOST_STEMS:
        raise InputError(f"{len(files)} stems; expected at most {MOST_STEMS}", path)
    stems = {
        _shown(name, "a stem's name", path): inside(folder, str(file), path) for name, file in files.items()
    }
    return Song(
        name=folder.resolve().name,
        title=_text(table, "title", path),
        artist=_text(table, "artist", path),
        tempo=_number(table, "tempo", path, 1, 1000),
        beat=chart.seconds(1) - chart.seconds(0),
        beats_per_bar=int(_number(table, "beats_per_bar", path, 1, 32)),
        length=_number(table, "length", path, lines[-1].end, LONGEST_SONG),
        lines=tuple(lines),
        cues=tuple(_cues(entries, lines, path)),
        sections=tuple(_section(entry, path) for entry in _list({"sections": [], **table}, "sections", path)),
        stems=stems,
        credits=_texts(_table(table, "credits", path), path, "[credits]"),
    )


def load_chart(folder: Path) -> ultrastar.Chart:
    """The chart that a song's folder names; InputError as in `load_song`."""
    path, table = _read_toml(folder)
    return _chart(folder, table, path)[1]


def _chart(folder: Path, table: Mapping[str, Any], path: Path) -> tuple[Path, ultrastar.Chart]:
    chart_path = inside(folder, _text(table, "chart", path), path)
    text = _decoded(decoding.read_bytes(chart_path), chart_path)
    return chart_path, ultrastar.parse(text, str(chart_path))


def inside(folder: Path, name: str, named_in: Path) -> Path:
    """The file ``name`` of a song's folder; InputError when it is missing or outside."""
    path = folder / name
    try:
        real = Path(os.path.realpath(path))  # of links in a circle too
        outside = Path(name).is_absolute() or not real.is_relative_to(os.path.realpath(folder))
        there, regular = os.path.lexists(path), path.is_file()
    except (OSError, ValueError) as error:
        raise InputError(f"{name[:80]!r} can be no file's name: {error}", named_in) from None
    if outside:
        raise InputError(f"file {name!r} is outside the song's folder; expected a name inside it", named_in)
    if not regular:
        what = "is no regular file" if there else f"is missing from {folder}"
        raise InputError(f"file {name!r} {what}", named_in)
    return path


def _line(chart: ultrastar.Chart, phrase: ultrastar.Phrase, subtitles: Mapping[str, str]) -> Line:
    syllables = tuple(
        Syllable(
            note.text,
            chart.seconds(note.start),
            chart.seconds(note.start + note.duration),
            ultrastar.MIDDLE_C + note.pitch,
            ultrastar.NOTE_TYPES.get(note.type, "freestyle"),
        )
        for note in phrase.notes
    )
    return Line(phrase.text, syllables, subtitles)


def _check_order(lines: list[Line], path: Path) -> None:
    end = 0.0
    for line in lines:
        for syllable in line.syllables:
            if syllable.start < end:
                raise InputError(
                    f"syllable {syllable.text.strip()!r} of {line.text!r} starts at {syllable.start:.3f} s, "
                    f"before the one ahead of it ends at {end:.3f} s",
                    path,
                )
            end = syllable.end


def _cues(entries: list[Mapping[str, Any]], lines: list[Line], path: Path) -> Iterator[Cue]:
    before = -1.0
    for index, (entry, line) in enumerate(zip(entries, lines, strict=True)):
        where = f"[[lines]] number {index + 1}"
        onset = _number({"onset": line.start, **entry}, "onset", path, 0, line.end, where)
        if onset <= before:
            raise InputError(
                f"{where}: its onset is at {onset:.3f} s, not after the one before it at {before:.3f} s", path
            )
        before = onset
        if "operation" in entry:
            yield Cue(onset, _operation(entry["operation"], path, where), index)


def _operation(value: object, path: Path, where: str) -> Operation:
    try:
        return Operation(str(value))
    except ValueError:
        near = difflib.get_close_matches(str(value), list(Operation), n=2, cutoff=0.4)
        hint = " or ".join(repr(str(operation)) for operation in near or Operation)
        raise InputError(f"{where}: no operation {_short(value)}; expected {hint}", path) from None


def _section(entry: Mapping[str, Any], path: Path) -> Section:
    return Section(_text(entry, "name", path, "[[sections]]"), _number(entry, "start", path, 0, LONGEST_SONG))


def _decoded(data: bytes, path: Path) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"byte {error.start} is not UTF-8; expected UTF-8 text", path) from None


def _read_toml(folder: Path) -> tuple[Path, Mapping[str, Any]]:
    """A folder's song.toml, its path and what is in it."""
    path = inside(folder, "song.toml", folder)
    text = _decoded(read_bytes(path, MAX_BYTES, "a song.toml"), path)
    for number, row in enumerate(text.split("\n"), start=1):
        if len(row) > LONGEST_ROW:
            raise InputError(f"{len(row):,} characters; expected at most {LONGEST_ROW:,}", path, number)
    try:
        return path, tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # no TOML, too many digits; too deep
        raise InputError(f"not TOML: {error}", path) from None


def _text(table: Mapping[str, Any], key: str, path: Path, where: str = "") -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value:
        raise InputError(f"{where + ': ' if where else ''}{key} is {_short(value)}; expected a text", path)
    return _shown(value, key, path, where)


def _texts(table: Mapping[str, Any], path: Path, where: str) -> dict[str, str]:
    return {key: _shown(str(value), _short(key), path, where) for key, value in table.items()}


def _shown(text: str, key: str, path: Path, where: str = "") -> str:
    """A text, or InputError where stage and terminal cannot show it."""
    if len(text) > MOST_LETTERS or decoding.CONTROL.search(text):
        what = f"expected at most {MOST_LETTERS:,} characters, and none that control a terminal"
        raise InputError(f"{where + ': ' if where else ''}{key} is {_short(text)}; {what}", path)
    return text


def _short(value: object) -> str:
    """A value as an error quotes it."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _number(
    table: Mapping[str, Any], key: str, path: Path, low: float, high: float, where: str = ""
) -> float:
    value = table.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        expected = f"expected a number from {low:g} to {high:g}"
        raise InputError(f"{where + ': ' if where else ''}{key} is {_short(value)}; {expected}", path)
    return float(value)


def _table(table: Mapping[str, Any], key: str, path: Path) -> Mapping[str, Any]:
    value = table.get(key, {})
    if not isinstance(value, Mapping):
        raise InputError(f"{key} is {_short(value)}; expected a table [{key}]", path)
    return value


def _list(table: Mapping[str, Any], key: str, path: Path) -> list[Mapping[str, Any]]:
    value = table.get(key)
    if not isinstance(value, list) or not all(isinstance(entry, Mapping) for entry in value):
        raise InputError(f"{key} is {_short(value)}; expected tables [[{key}]]", path)
    return value
