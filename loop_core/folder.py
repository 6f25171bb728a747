"""The texts of a song's own folder, from lyrics that were read elsewhere; and lyrics from such a folder."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from loop_core.casting import Part, cast
from loop_core.formats import ultrastar
from loop_core.formats.lyrics import NO_OPERATION, LyricLine, Lyrics, Note
from loop_core.operations import Operation
from loop_core.song import Song

TEMPO = 120.0
"""Beats per minute where a file does not tell."""
TAIL = 2.0
"""Seconds after the last word of a song without a recording."""
FILES = ("MP3", "AUDIO", "VOCALS", "INSTRUMENTAL")
"""Headers that name sound files."""
CHART = "song.txt"


@dataclass(frozen=True, slots=True)
class Pages:
    """The two texts of a song's folder, and which operation each line was given and why."""

    chart: str
    toml: str
    parts: tuple[Part, ...]


def pages(lyrics: Lyrics, title: str, stems: Mapping[str, str], length: float) -> Pages:
    """The chart and song.toml of lyrics.

    title: where the lyrics have none.  stems: file names by stem.  length: of the recording in seconds, 0
    without one.
    """
    title = lyrics.header("TITLE") or title
    artist = lyrics.header("ARTIST") or "unknown"
    own = [(key, value) for key, value in lyrics.headers if key not in (*FILES, "TITLE", "ARTIST")]
    files = {"AUDIO": stems.get("backing", ""), "VOCALS": stems.get("vocals", "")}
    named = [("TITLE", title), ("ARTIST", artist), *((key, name) for key, name in files.items() if name)]
    if "vocals" in stems:
        named.append(("INSTRUMENTAL", stems["backing"]))
    chart = ultrastar.chart_of(Lyrics((*named, *own), lyrics.lines, (), lyrics.bpm, lyrics.gap))
    end = chart.seconds(max(note.start + note.duration for phrase in chart.phrases for note in phrase.notes))
    parts = cast(lyrics.lines)
    rows = [
        "# Change an operation to sing another one; leave its row out to sing none.",
        f"# There are: {', '.join(Operation)}.",
        f"title = {_quoted(title)}",
        f"artist = {_quoted(artist)}",
        f"chart = {_quoted(CHART)}",
        f"tempo = {lyrics.tempo or TEMPO:.10g}",
        "beats_per_bar = 4",
        f"length = {max(length, end + (0 if length else TAIL))!r}",
        "\n[stems]",
        *(f"{name} = {_quoted(file)}" for name, file in stems.items()),
        "\n[credits]",
        *(f"{_quoted(key.lower())} = {_quoted(value)}" for key, value in _credits(own).items()),
    ]
    for index, name in lyrics.sections:
        start = chart.seconds(chart.phrases[index].notes[0].start) if index else 0.0
        rows += ["\n[[sections]]", f"name = {_quoted(name)}", f"start = {start!r}"]
    for line, part, phrase in zip(lyrics.lines, parts, chart.phrases, strict=True):
        rows += ["\n[[lines]]", f"lyric = {_quoted(phrase.text)}", _operation(part)]
        if line.translation:
            language = "zh" if any("\u4e00" <= letter <= "\u9fff" for letter in line.translation) else "en"
            rows.append(f"{language} = {_quoted(line.translation)}")
    return Pages(ultrastar.dump(chart), "\n".join([*rows, ""]), parts)


def lyrics_of_song(song: Song, chart: ultrastar.Chart) -> Lyrics:
    """A song as its folder has it, to be written in another format; every line says what it sings.

    chart: the song's own, for its headers and beats.
    """
    sung = {cue.line: str(cue.operation) for cue in song.cues}
    lines = tuple(
        LyricLine(
            tuple(Note(s.text, s.start, s.end, s.pitch, s.kind) for s in line.syllables),
            operation=sung.get(index, NO_OPERATION),
            gone=None if phrase.break_at is None else chart.seconds(phrase.break_at),
        )
        for index, (line, phrase) in enumerate(zip(song.lines, chart.phrases, strict=True))
    )
    headers = tuple((key, value) for key, value in chart.headers if key not in ultrastar.GRID and value)
    return Lyrics(headers, lines, (), *chart.grid, song.tempo)


def lost_of(song: Song, chart: ultrastar.Chart) -> Iterator[str]:
    """What only song.toml holds, and no other format; chart: the song's own, whose headers are kept."""
    if any(line.subtitles for line in song.lines):
        yield "subtitles"
    if song.sections:
        yield f"{len(song.sections)} sections"
    headers = {key.lower() for key, _ in chart.headers}
    if only := [key for key in song.credits if key.lower() not in headers]:
        yield f"credits: {', '.join(only)}"


def _operation(part: Part) -> str:
    """The row of a line's operation, which says why it is that one."""
    return (
        f"# none: {part.why}" if part.operation is None else f'operation = "{part.operation}"  # {part.why}'
    )


def _credits(headers: Sequence[tuple[str, str]]) -> dict[str, str]:
    known = ("CREATOR", "AUTHOR", "ALBUM", "EDITION", "YEAR", "PROVIDEDBY", "COMMENT")
    return {key: value for key, value in headers if key in known}


def _quoted(text: str) -> str:
    """A TOML basic string: JSON's escapes are a subset of TOML's."""
    return json.dumps(text, ensure_ascii=False)
