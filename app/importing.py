"""A file of words becomes a song's folder, with its recording or, without one, with clicks."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from app.recording import SUFFIXES, keep, write
from app.sound_file import LIMIT
from app.sounds import ticks_at
from app.stretch import Sound
from loop_core.errors import InputError
from loop_core.files import folder_written_whole
from loop_core.folder import CHART, TAIL, Pages, pages
from loop_core.formats.lyrics import LONGEST_SONG, Finding, Lyrics, quoted
from loop_core.song import Song, inside, load_song

MOST_LETTERS = 50
"""Of a line that fits on the stage."""
Heard = Callable[[str, float], None]
"""Called with the name of the recording that is decoded, and the seconds of it so far."""


@dataclass(frozen=True, slots=True)
class Imported:
    """A new song, its two texts, and what was decided."""

    song: Song
    pages: Pages
    findings: tuple[Finding, ...]


def import_song(
    lyrics: Lyrics, path: Path, folder: Path, audio: Path | None, replace_it: bool, heard: Heard
) -> Imported:
    """Write the folder of a song, whole or not at all.

    path: the file that the lyrics were read from, beside which recordings are looked for; its name is the
    title where it has none.  audio: a recording to take instead.  Raises InputError when something cannot
    be used, and where ``folder`` is there already, unless it is to be replaced.
    """
    sources, findings = recordings(lyrics, path, audio)
    return write_song(lyrics, path.stem, folder, sources, findings, replace_it, heard)


def write_song(
    lyrics: Lyrics,
    title: str,
    folder: Path,
    sources: Mapping[str, Path],
    findings: Sequence[Finding],
    replace_it: bool,
    heard: Heard,
) -> Imported:
    """Write the folder of a song, as `import_song`, with these recordings as its stems.

    title: where the lyrics have none.  findings: what was decided about the recordings.
    """
    end = max(line.end for line in lyrics.lines)
    if end > LONGEST_SONG:
        raise InputError(f"{title}: the words end at {end:.0f} s; expected one song, {LIMIT} at most")
    findings = (*_lacking(lyrics), *findings)
    try:
        with folder_written_whole(folder, replace_it) as part:
            stems, length = {}, 0.0
            for stem, source in sources.items():
                stems[stem], seconds = keep(source, part, stem, partial(heard, source.name))
                length = max(length, seconds)
            if not stems:
                stems = {"backing": "backing.flac"}
                write(part / "backing.flac", clicks(lyrics))
                findings = (*findings, Finding(0, _no_recording(lyrics), "no-recording"))
            elif length < lyrics.lines[-1].end:
                text = f"the recording ends at {length:.1f} s, the words at {lyrics.lines[-1].end:.1f} s"
                findings = (*findings, Finding(0, text, "short-recording"))
            found = pages(lyrics, title, stems, length)
            (part / CHART).write_text(found.chart, encoding="utf-8", newline="\n")
            (part / "song.toml").write_text(found.toml, encoding="utf-8", newline="\n")
            load_song(part)  # what cannot be loaded is not put there
    except OSError as error:
        raise InputError(f"cannot write it: {error.strerror or error}", folder) from None
    return Imported(load_song(folder), found, (*lyrics.findings, *findings))


def recordings(lyrics: Lyrics, path: Path, audio: Path | None) -> tuple[dict[str, Path], tuple[Finding, ...]]:
    """The files to take as stems, and what was decided about them.

    Those that UltraStar headers name, if they are in the file's own folder; else one of the file's own name
    beside it. A voice is only taken with an instrumental: a mix has the voice in it already.
    """
    if audio is not None:
        if not audio.is_file():
            raise InputError("--audio: there is no such file; expected a recording", audio)
        return {"backing": audio}, (Finding(0, MIX, "mix"),)
    found, findings = {}, []
    key = "AUDIO" if lyrics.header("AUDIO") else "MP3"
    for stem, header in (("mix", key), ("vocals", "VOCALS"), ("instrumental", "INSTRUMENTAL")):
        name = lyrics.header(header)
        if not name:
            continue
        try:
            found[stem] = inside(path.parent, name.replace("\\", "/"), path)
        except InputError as error:
            findings.append(Finding(0, f"#{header}: {_without(error, path)}", "recording"))
    if not found:
        beside = (path.with_suffix(suffix) for suffix in SUFFIXES)
        mix = next((file for file in beside if file.is_file() and file != path), None)
        found = {} if mix is None else {"mix": inside(path.parent, mix.name, path)}
    if "vocals" in found and "instrumental" in found:
        return {"backing": found["instrumental"], "vocals": found["vocals"]}, tuple(findings)
    if found.pop("vocals", None):
        findings.append(Finding(0, "#VOCALS without an instrumental", "mix"))
    if "mix" in found:
        findings.append(Finding(0, MIX, "mix"))
        found = {"backing": found.pop("mix"), **found}
    elif found:
        found = {"backing": found["instrumental"]}
    return found, tuple(findings)


MIX = "one recording of everything"


def clicks(lyrics: Lyrics) -> Sound:
    """A tick on each beat where the file tells the tempo, else where each line begins."""
    length = lyrics.lines[-1].end + TAIL
    if lyrics.tempo is None:
        return ticks_at([line.start for line in lyrics.lines], length)
    apart = 60 / lyrics.tempo
    return ticks_at(np.arange(float(lyrics.gap) / 1000 % apart, length, apart).tolist(), length)


def _lacking(lyrics: Lyrics) -> Iterator[Finding]:
    missing = [key.lower() for key in ("TITLE", "ARTIST") if not lyrics.header(key)]
    if missing:
        yield Finding(0, f"no {' and no '.join(missing)}", "title")
    for line in lyrics.lines:
        if len(line.text) > MOST_LETTERS:
            yield Finding(line.number, f"{quoted(line.text)} has {len(line.text)} letters", "long-line")
    pitchless = sum(note.pitch is None for line in lyrics.lines for note in line.notes)
    if pitchless:
        yield Finding(0, f"{pitchless} notes without a pitch", "no-pitch")


def _no_recording(lyrics: Lyrics) -> str:
    where = "where each line begins" if lyrics.tempo is None else f"on each beat, {lyrics.tempo:.0f} a minute"
    return f"no recording: a click {where}"


def _without(error: InputError, path: Path) -> str:
    return str(error).removeprefix(f"{path}: ")


def told(findings: Sequence[Finding]) -> Iterator[tuple[str, Finding, int]]:
    """Findings with the same words once: their lines in words, the first of them, and how many there are."""
    grouped: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        grouped.setdefault((finding.rule, _general(finding)), []).append(finding)
    for same in grouped.values():
        numbers = list(dict.fromkeys(finding.line for finding in same if finding.line))
        shown = ", ".join(map(str, numbers[:5])) + (f" and {len(numbers) - 5} more" if numbers[5:] else "")
        yield (f"line{'s' if numbers[1:] else ''} {shown}" if numbers else "", same[0], len(same))


def _general(finding: Finding) -> str:
    """Findings of one rule are told together, but not those that are about the whole file."""
    return "" if finding.line else finding.text
