"""MIDI karaoke (KAR): words in text or lyric events, and pitches where a channel sings them, through mido.

Standard MIDI Files 1.0; the KAR convention: ``@T`` is title, then artist; a word that begins with ``\\``
begins a paragraph, with ``/`` a line.
"""

import io
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from loop_core.errors import InputError
from loop_core.formats.decoding import decode
from loop_core.formats.lyrics import HELD, OPERATIONS, Findings, LyricLine, Lyrics, Note, check_counts

MAX_BYTES = 1_000_000
"""A MIDI file of a song has some ten to hundred thousand bytes."""
REST, LETTERS = 1.0, 60
"""Where no line is marked: seconds of rest, or letters, after which one begins."""
LONGEST_SYLLABLE = 1.0
SHARE = 0.6
"""Of the syllables that a channel must begin to be the melody."""
NEAR = 0.03
"""Seconds between a syllable and its note."""


@dataclass(frozen=True, slots=True)
class _Word:
    tick: int
    text: str


def parse(data: bytes, name: str, encoding: str = "") -> Lyrics:
    """Read a file; ``name`` is used in errors. An ``@I TORCHAOKE-OPERATIONS:`` lists the lines' operations.

    Raises InputError when it is no MIDI file, is larger than `MAX_BYTES`, or has no words.
    """
    if len(data) > MAX_BYTES:
        raise InputError(f"{len(data):,} bytes; expected a MIDI file of at most {MAX_BYTES:,}", name)
    file = _file(data, name)
    findings = Findings()
    seconds = _Tempos(file, name)
    words = _words(file, name, findings)
    raw = "\n".join(word.text for word in words).encode("latin-1", "replace")
    text, decided = decode(raw, name, encoding)
    for finding in decided:
        findings.add(finding.line, finding.text, finding.rule)
    pieces = text.split("\n")
    words = [_Word(word.tick, piece) for word, piece in zip(words, pieces, strict=False)]
    tags = [word.text for word in words if word.text.startswith("@")]
    grouped = _grouped([word for word in words if not word.text.startswith("@")], seconds, findings)
    if not grouped:
        raise InputError("no words in it; expected text or lyric events, as in a KAR file", name)
    check_counts(len(grouped), sum(map(len, grouped)), len(tags), name, 0)
    sung = _melody(file, grouped, seconds, findings)
    headers = tuple(_headers(tags))
    operations = iter(part.strip() for part in dict(headers).get(OPERATIONS, "").split(","))
    lines = tuple(
        LyricLine(notes, operation=next(operations, "")) for notes in _notes(grouped, sung, seconds)
    )
    kept = tuple((key, value) for key, value in headers if key != OPERATIONS)
    return Lyrics(kept, lines, findings.all(), tempo=seconds.tempo)


def _file(data: bytes, name: str) -> Any:
    import mido

    if not data.startswith(b"MThd"):
        raise InputError(f"begins with {data[:4]!r}; expected the mark b'MThd' of a MIDI file", name)
    try:
        return mido.MidiFile(file=io.BytesIO(data), clip=True)
    except Exception as error:  # EOFError, KeyError, its own: they share no other base
        raise InputError(f"broken MIDI file: {str(error) or 'it ends too early'}", name) from None


class _Tempos:
    """Seconds of a tick, by the tempo map of all tracks."""

    def __init__(self, file: Any, name: str) -> None:
        division = file.ticks_per_beat
        if division < 0:  # SMPTE: frames per second and ticks per frame
            frames, ticks = -(division >> 8), division & 0xFF
            self._beat, fixed = int(frames * ticks), True
        else:
            self._beat, fixed = int(division), False
        if self._beat <= 0:
            raise InputError(f"a beat of {division} ticks; expected more than none", name)
        changes: dict[int, int] = {0: 1_000_000 if fixed else 500_000}
        for track in file.tracks:
            at = 0
            for message in track:
                at += message.time
                if message.type == "set_tempo" and not fixed:
                    changes[at] = message.tempo
        self._ticks = sorted(changes)
        self._tempos = [changes[tick] for tick in self._ticks]
        self._starts = [0.0]
        for (a, b), tempo in zip(pairwise(self._ticks), self._tempos, strict=False):
            self._starts.append(self._starts[-1] + (b - a) * tempo / 1e6 / self._beat)
        slowest, fastest = 20, 400
        first = 6e7 / max(1, self._tempos[0])
        self.tempo = first if not fixed and slowest <= first <= fastest else None

    def __call__(self, tick: int) -> float:
        index = bisect_right(self._ticks, tick) - 1
        since = (tick - self._ticks[index]) * self._tempos[index] / 1e6 / self._beat
        return self._starts[index] + since


def _words(file: Any, name: str, findings: Findings) -> list[_Word]:
    """The text or the lyric events of the track that has most of them, and every track's tags."""
    found: dict[tuple[int, str], list[_Word]] = defaultdict(list)
    tags: list[_Word] = []
    for number, track in enumerate(file.tracks):
        at = 0
        for message in track:
            at += message.time
            if message.type in ("lyrics", "text"):
                marks = message.text.replace("\r\n", "\n").replace("\r", "\n")
                text = marks.replace("\n", "/") if message.type == "lyrics" else marks.replace("\n", " ")
                word = _Word(at, text)
                if text.startswith("@"):
                    tags.append(word)
                elif text:
                    found[number, message.type].append(word)
    if not found:
        raise InputError("no words in it; expected text or lyric events, as in a KAR file", name)
    most = max(found, key=lambda key: len(found[key]))
    if len(found) > 1:
        others = len(found) - 1
        findings.add(
            0, f"words taken from track {most[0] + 1} ({most[1]}), not from {others} more", "kar-track"
        )
    return [*tags, *found[most]]


def _grouped(words: Sequence[_Word], seconds: _Tempos, findings: Findings) -> list[list[_Word]]:
    """Words by line, as they are marked; by rests and length where none is marked."""
    lines: list[list[_Word]] = []
    marked = any(word.text[:1] in "/\\" or word.text[-1:] == "/" for word in words if word.text)
    letters, last, fresh = 0, 0, True
    for word in words:
        text, ends = word.text, False
        while text[:1] in ("/", "\\"):
            text, fresh = text[1:], True
        while text[-1:] == "/":
            text, ends = text[:-1], True
        if not marked and lines:
            rest = seconds(word.tick) - seconds(last) > REST
            fresh = rest or (letters > LETTERS and lines[-1][-1].text.endswith(" "))
        if text.strip():
            if fresh or not lines:
                lines.append([])
                letters = 0
            lines[-1].append(_Word(word.tick, text))
            letters, last, fresh = letters + len(text), word.tick, False
        fresh = fresh or ends
    if lines and not marked:
        findings.add(0, "no marks of lines: broken at rests", "no-breaks")
    return lines


def _melody(
    file: Any, lines: Sequence[Sequence[_Word]], seconds: _Tempos, findings: Findings
) -> dict[int, tuple[int, float]]:
    """Pitch and end in seconds by the tick of a syllable, from the channel that begins most of them."""
    starts = sorted({word.tick for line in lines for word in line})
    times = [seconds(tick) for tick in starts]
    begun: dict[tuple[int, int], dict[int, tuple[int, float]]] = defaultdict(dict)
    for channel, tick, pitch, end in _played(file):
        begin, stop = seconds(tick), seconds(end)
        index = bisect_left(times, begin - NEAR)
        if channel[1] != 9 and index < len(times) and times[index] - begin <= NEAR:
            known = begun[channel].get(starts[index])
            if known is None or pitch > known[0]:
                begun[channel][starts[index]] = (pitch, stop)
    best = max(begun, key=lambda key: len(begun[key]), default=None)
    if best is None or len(begun[best]) < SHARE * len(starts):
        findings.add(0, "no channel begins enough of the syllables", "melody")
        findings.add(0, "the ends of syllables", "midi-end")
        return {}
    share = len(begun[best]) / len(starts)
    where = f"track {best[0] + 1}, channel {best[1] + 1}"
    findings.add(0, f"pitches from {where}, which begins {share:.0%} of the syllables", "melody")
    return begun[best]


def _played(file: Any) -> Iterator[tuple[tuple[int, int], int, int, int]]:
    """Of each note: its track and channel, where it begins and ends in ticks, its pitch."""
    for number, track in enumerate(file.tracks):
        at = 0
        sounding: dict[tuple[int, int], int] = {}
        for message in track:
            at += message.time
            if message.type not in ("note_on", "note_off"):
                continue
            key = (message.channel, message.note)
            if key in sounding:
                begun = sounding.pop(key)
                yield (number, message.channel), begun, message.note, at
            if message.type == "note_on" and message.velocity > 0:
                sounding[key] = at


def _notes(
    lines: Sequence[Sequence[_Word]], sung: dict[int, tuple[int, float]], seconds: _Tempos
) -> Iterator[tuple[Note, ...]]:
    flat = [word.tick for line in lines for word in line]
    following = dict(pairwise(flat))
    for line in lines:
        notes: list[Note] = []
        for word in line:
            start = seconds(word.tick)
            after = following.get(word.tick)
            limit = seconds(after) if after is not None and after >= word.tick else float("inf")
            pitch, end = sung.get(word.tick, (None, start + LONGEST_SYLLABLE))
            text = HELD if word.text.strip() in ("-", "+") and notes else word.text
            notes.append(Note(text, start, max(start, min(end, limit)), pitch))
        yield tuple(notes)


def _headers(tags: Sequence[str]) -> Iterator[tuple[str, str]]:
    """``@T`` is title, then artist, then whatever; ``@L`` language; ``@I`` information."""
    titles = iter(("TITLE", "ARTIST"))
    for tag in tags:
        kind, value = tag[1:2].upper(), tag[2:].strip()
        if not value or kind in ("K", "V"):
            continue
        if kind == "T":
            yield next(titles, "COMMENT"), value
        elif kind == "L":
            yield "LANGUAGE", value
        elif value.upper().startswith(f"{OPERATIONS}:"):
            yield OPERATIONS, value.partition(":")[2]
        else:
            yield "COMMENT", value
