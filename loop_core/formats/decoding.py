"""Bytes of unknown encoding to text: byte order marks, UTF-8, what the file says, and then a guess.

In this order: a byte order mark (UTF-8, UTF-16, UTF-32); UTF-16 without one, where every other byte is zero;
UTF-8; the encoding that ``#ENCODING`` names; the likeliest of a list, by charset-normalizer. A guess is a
finding, so that nobody wonders about wrong letters.
"""

import codecs
import re
from pathlib import Path

from loop_core import files
from loop_core.errors import InputError
from loop_core.formats.lyrics import Finding, quoted

MAX_BYTES = 10_000_000
MOST_ROWS = 300_000
"""Lines of a text file: a note a line, that is more than any song has."""
LONGEST_ROW = 50_000
"""Characters of one of them."""

ENCODINGS = {
    "utf8": "utf-8",
    "utf16": "utf-16",
    "utf16le": "utf-16-le",
    "utf16be": "utf-16-be",
    "cp1252": "cp1252",
    "windows1252": "cp1252",
    "iso88591": "latin-1",
    "latin1": "latin-1",
    "cp1250": "cp1250",
    "cp1251": "cp1251",
    "cp1253": "cp1253",
    "cp1254": "cp1254",
    "iso88592": "iso8859-2",
    "iso885915": "iso8859-15",
    "koi8r": "koi8-r",
    "cp437": "cp437",
    "cp850": "cp850",
    "cp865": "cp865",
    "cp866": "cp866",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "gb18030": "gb18030",
    "big5": "big5",
    "shiftjis": "cp932",
    "cp932": "cp932",
    "euckr": "cp949",
    "cp949": "cp949",
}
"""By their names without hyphens, spaces and capitals."""

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
GUESSED = ("cp1252", "cp1250", "cp1251", "koi8_r", "gb18030", "big5", "shift_jis", "cp949")
_SAID = re.compile(rb"^#[ \t]*ENCODING[ \t]*:[ \t]*([A-Za-z0-9 _-]{1,40})", re.IGNORECASE | re.MULTILINE)
_USUAL = re.compile("[A-Za-zÀ-ÖØ-öø-ÿŒœŠšŸŽž\u2018\u2019\u201c\u201d\u201e«»–—…€¡¿°´\xa0\\x00-\\x7f]*")
CONTROL = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\u2028\u2029]")


def read_bytes(path: Path) -> bytes:
    """A file's bytes; InputError when it cannot be read or is larger than `MAX_BYTES`."""
    return files.read_bytes(path, MAX_BYTES, "a file of words and notes")


def encoding_named(name: str) -> str:
    """Python's name of an encoding; InputError with those that there are."""
    found = ENCODINGS.get(re.sub(r"[^a-z0-9]", "", name.lower()))
    if found is None:
        known = ", ".join(dict.fromkeys(ENCODINGS.values()))
        raise InputError(f"no encoding {quoted(name)}; expected one of: {known}")
    return found


def decode(data: bytes, name: str, encoding: str = "") -> tuple[str, tuple[Finding, ...]]:
    """The text with LF line ends and without control characters, and what was decided.

    encoding: to use whatever the file says.  Raises InputError when the bytes are not of that encoding.
    """
    text, findings = _decode(data, name, encoding)
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if text.count("\n") > MOST_ROWS:
        raise InputError(f"more than {MOST_ROWS:,} lines; expected one song", name)
    for number, row in enumerate(text.split("\n"), start=1):
        if len(row) > LONGEST_ROW:
            raise InputError(f"{len(row):,} characters; expected at most {LONGEST_ROW:,}", name, number)
    clean, count = CONTROL.subn(" ", text)
    if count:
        line = text.count("\n", 0, _first(CONTROL, text)) + 1
        findings = (*findings, Finding(line, f"{count} control characters", "control"))
    return clean, findings


def _decode(data: bytes, name: str, encoding: str) -> tuple[str, tuple[Finding, ...]]:
    if encoding:
        return _strictly(data, encoding_named(encoding), name), ()
    for mark, marked in MARKS:
        if data.startswith(mark):
            return _strictly(data[len(mark) :], marked, name), ()
    head = data[:4096]
    for start, wide in ((1, "utf-16-le"), (0, "utf-16-be")):
        if (
            len(head) >= 8
            and head[start::2].count(0) > 0.4 * len(head) / 2
            and not head[1 - start :: 2].count(0)
        ):
            return _strictly(data, wide, name), (Finding(0, f"read as {wide}: it has no mark", "encoding"),)
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError:
        pass
    said = _SAID.search(data[:65536])
    if said and (known := ENCODINGS.get(re.sub(r"[^a-z0-9]", "", said[1].decode("ascii").lower()))):
        try:
            return data.decode(known), ()
        except UnicodeDecodeError:
            pass
    text, guess = _guessed(data)
    return text, (Finding(0, f"read as {guess}", "encoding"),)


def _strictly(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError(
            f"byte {error.start} is no {encoding}; expected text in that encoding", name, line
        ) from None


def _guessed(data: bytes) -> tuple[str, str]:
    """West European where all its letters are usual ones; else what charset-normalizer finds likeliest."""
    from charset_normalizer import from_bytes

    try:
        western = data.decode("cp1252")
    except UnicodeDecodeError:
        western = ""
    best = from_bytes(data, cp_isolation=list(GUESSED)).best()
    guess = best.encoding if best is not None else "cp1252"
    if guess in ("cp1250", "cp1252") and western and _USUAL.fullmatch(western):
        return western, "cp1252"
    if guess == "cp949" and re.search("[\u4e00-\u9fff]", data.decode(guess, "ignore")):
        guess = "gb18030"  # nobody mixes Hangul and Chinese characters any more
    try:
        return data.decode(guess), guess
    except UnicodeDecodeError:
        return data.decode("latin-1"), "latin-1"


def _first(pattern: re.Pattern[str], text: str) -> int:
    found = pattern.search(text)
    return found.start() if found else 0
