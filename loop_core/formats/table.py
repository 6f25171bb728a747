"""The song formats by name: a new one is a module beside this one, and a line here."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from loop_core.errors import InputError
from loop_core.formats import ass, lrc, midi, ultrastar, ultrastar_wild, webvtt
from loop_core.formats.decoding import decode, read_bytes
from loop_core.formats.lyrics import Lyrics, Written
from loop_core.formats.tidying import tidied


@dataclass(frozen=True, slots=True)
class Format:
    """A format: how its text (or, where ``binary`` is given, its bytes) is read, and written where it can be.

    suffixes: of its files, the first for new ones.  rounding: what writing and reading back keeps.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    parse: Callable[[str, str], Lyrics] | None = None
    binary: Callable[[bytes, str, str], Lyrics] | None = None
    write: Callable[[Lyrics], Written] | None = None
    rounding: str = ""


FORMATS = (
    Format(
        "ultrastar",
        "UltraStar TXT: unversioned, 1, and the draft of 2",
        (".txt",),
        parse=ultrastar_wild.parse,
        write=ultrastar.write,
        rounding="exact for charts; 10 ms for times of that grid, 1 ms for others",
    ),
    Format("lrc", "LRC, enhanced", (".lrc",), parse=lrc.parse, write=lrc.write, rounding="10 ms"),
    Format("ass", "ASS karaoke", (".ass", ".ssa"), parse=ass.parse, write=ass.write, rounding="10 ms"),
    Format("webvtt", "WebVTT", (".vtt",), parse=webvtt.parse, write=webvtt.write, rounding="1 ms"),
    Format("midi", "MIDI karaoke", (".kar", ".mid", ".midi"), binary=midi.parse),
)

WRITABLE = tuple(form for form in FORMATS if form.write is not None)


def format_of(path: Path) -> Format:
    """The format that a file's name ends with; InputError with the suffixes that there are."""
    for form in FORMATS:
        if path.suffix.lower() in form.suffixes:
            return form
    known = ", ".join(suffix for form in FORMATS for suffix in form.suffixes)
    raise InputError(f"suffix {path.suffix!r} is no song format; expected one of: {known}", path)


def read_lyrics(path: Path, encoding: str = "", voice: int | None = None) -> Lyrics:
    """A file of any format, ready to be a song; what was decided on the way are its findings.

    encoding: of its text, where a guess would be wrong.  voice: the one of a duet, both where it is None.
    Raises InputError when it cannot be used.
    """
    form = format_of(path)
    return lyrics_of(read_bytes(path), form, str(path), encoding, voice)


def lyrics_of(data: bytes, form: Format, name: str, encoding: str = "", voice: int | None = None) -> Lyrics:
    """The content of a file in a format, as `read_lyrics`; ``name`` is used in errors."""
    if form.binary is not None:
        return tidied(chosen_voice(form.binary(data, name, encoding), voice), name)
    assert form.parse is not None
    text, decided = decode(data, name, encoding)
    lyrics = chosen_voice(form.parse(text, name), voice)  # first: what both sing is kept once
    return tidied(replace(lyrics, findings=(*decided, *lyrics.findings)), name)


def chosen_voice(lyrics: Lyrics, voice: int | None) -> Lyrics:
    """The lines of one voice of a duet, or of both; InputError for a voice that it has not."""
    voices = sorted({line.voice for line in lyrics.lines})
    if voice is None:
        return lyrics
    if voice not in voices:
        raise InputError(f"--voice {voice}; the song has: {', '.join(map(str, voices))}")
    return replace(lyrics, lines=tuple(line for line in lyrics.lines if line.voice == voice))
