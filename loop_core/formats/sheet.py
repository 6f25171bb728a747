"""A sheet: the words of a song as plain text, without times, a line of the song on each of its lines.

A bar parts the syllables of a word, as in ``ep|och``; without bars each word is one, and of Chinese, Japanese
and Korean text each character. Empty lines part sections; ``[Chorus]`` alone on a line names the one that
begins there. ``[ti:TITLE]``, ``[ar:ARTIST]`` and ``[op:OPERATION]`` before a line mean what they do in LRC.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from loop_core.errors import InputError
from loop_core.formats.decoding import decode, read_bytes
from loop_core.formats.lrc import TAGS
from loop_core.formats.lyrics import Finding, Findings, check_counts, quoted

BAR = "|"
MOST_SYLLABLES = 300
"""Of one line."""
_CHARACTER = "[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff]"
_SMALL = "ぁぃぅぇぉゃゅょゎァィゥェォャュョヮー"
_PIECE = re.compile(
    rf"(?:{_CHARACTER}|(?:(?!{_CHARACTER})[^\s|])+)[{_SMALL}]*[、。，．！？：；」』）…”’]*\s*"
)
_TAG = re.compile(r"\[[ \t]*([A-Za-z][A-Za-z-]{0,30})[ \t]*:[ \t]*(.*?)[ \t]*\]")
_HEADING = re.compile(r"\[[ \t]*([^\[\]]{1,60}?)[ \t]*\]")


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A line to be sung; number: in the file, from 1.  operation: as the file says it, '' for none said.

    syllables: as they follow each other, with the spaces between words at their ends.
    """

    syllables: tuple[str, ...]
    number: int
    operation: str = ""

    @property
    def text(self) -> str:
        """The line as it is read."""
        return "".join(self.syllables)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole file: headers under UltraStar's names, lines, sections as (index of their first line, name)."""

    headers: tuple[tuple[str, str], ...]
    lines: tuple[SheetLine, ...]
    sections: tuple[tuple[int, str], ...] = ()
    findings: tuple[Finding, ...] = ()


def read_sheet(path: Path, encoding: str = "") -> Sheet:
    """A file of words; encoding: where a guess would be wrong.  Raises InputError when it has none."""
    text, decided = decode(read_bytes(path), str(path), encoding)
    sheet = parse(text, str(path))
    return Sheet(sheet.headers, sheet.lines, sheet.sections, (*decided, *sheet.findings))


def parse(text: str, name: str) -> Sheet:
    """Read a sheet; ``name`` is used in errors."""
    headers: list[tuple[str, str]] = []
    lines: list[SheetLine] = []
    sections: list[tuple[int, str]] = []
    findings = Findings()
    operation, heading, parted, count = "", "", True, 0
    for number, row in enumerate(text.split("\n"), start=1):
        row = row.strip()
        if not row:
            parted = True
        elif tag := _TAG.fullmatch(row):
            key = TAGS.get(tag[1].upper(), tag[1].upper())
            if key == "OP":
                operation = tag[2]
            elif tag[2]:
                headers.append((key, tag[2]))
        elif named := _HEADING.fullmatch(row):
            heading, parted = named[1], True
            findings.add(number, quoted(row), "heading")
        elif syllables := tuple(_syllables(row)):
            if len(syllables) > MOST_SYLLABLES:
                expected = f"expected at most {MOST_SYLLABLES}: one line of the song on each line"
                raise InputError(f"{len(syllables)} syllables; {expected}", name, number)
            if parted:
                sections.append((len(lines), heading))
            lines.append(SheetLine(syllables, number, operation))
            operation, heading, parted = "", "", False
            count += len(syllables)
        check_counts(len(lines), count, len(headers), name, number)
    if not lines:
        raise InputError("no words; expected a line of the song on each line", name)
    named_sections = tuple((at, words or f"Part {index}") for index, (at, words) in enumerate(sections, 1))
    return Sheet(tuple(headers), tuple(lines), named_sections if len(sections) > 1 else (), findings.all())


def _syllables(row: str) -> Iterator[str]:
    """Words and what bars part of them; signs that stand alone go with the syllable before them."""
    found: list[str] = []
    for part in row.split(BAR):
        if found and part[:1].isspace():
            found[-1] += " "
        for piece in _PIECE.findall(part):
            if found and not any(letter.isalnum() for letter in piece):
                found[-1] += piece
            else:
                found.append(piece)
    if found and any(letter.isalnum() for piece in found for letter in piece):
        found[-1] = found[-1].rstrip()
        yield from (re.sub(r"\s+$", " ", piece) for piece in found)
