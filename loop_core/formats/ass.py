r"""ASS and SSA karaoke: ``\k``, ``\K``, ``\kf`` and ``\ko`` count hundredths of a second from a line's start.

As libass reads it (``ass_parse.c``); ``\kt`` sets the start of the next syllable.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from loop_core.errors import InputError
from loop_core.formats.lyrics import (
    OPERATIONS,
    Findings,
    LyricLine,
    Lyrics,
    Note,
    Written,
    check_counts,
)
from loop_core.formats.ticks import Tick, lost_music, on_grid

FIELDS = ("layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text")
TECHNICAL = frozenset(
    (
        "SCRIPTTYPE",
        "WRAPSTYLE",
        "PLAYRESX",
        "PLAYRESY",
        "PLAYDEPTH",
        "LAYOUTRESX",
        "LAYOUTRESY",
        "SCALEDBORDERANDSHADOW",
        "COLLISIONS",
        "TIMER",
        "YCBCR_MATRIX",
        "KERNING",
        "LAST_STYLE_STORAGE",
        "VIDEO_FILE",
        "AUDIO_FILE",
        "VIDEO_ASPECT_RATIO",
        "VIDEO_ZOOM",
        "VIDEO_POSITION",
        "UPDATE_DETAILS",
        "SYNCH_POINT",
    )
)
"""Lines of [Script Info] that are about the picture, as `_key` writes them."""
KNOWN = {"ORIGINAL_SCRIPT": "CREATOR"}
HEAD = """[Script Info]
ScriptType: v4.00+
PlayResX: 1920
PlayResY: 1080
WrapStyle: 0
ScaledBorderAndShadow: yes
"""
STYLES = """
[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, \
Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, \
MarginR, MarginV, Encoding
Style: Default,Arial,80,&H0000A5FF,&H00FFFFFF,&H00000000,&H80000000,0,0,0,0,100,100,0,0,1,4,0,2,60,60,60,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""

_TIME = re.compile(r"([0-9]{1,3}):([0-9]{1,2}):([0-9]{1,2})(?:[.:,]([0-9]{1,3}))?")
_BLOCK = re.compile(r"(?<!\\)\{([^{}]*)\}")
_TAGGED = re.compile(
    r"\\(kf|ko|kt|k|K)[ \t]*(-?[0-9]{0,9}(?:\.[0-9]{0,9})?)|\\(p)([0-9]{1,3})|\\([^\\]{0,40})"
)
_OPERATION = re.compile(r"op:[ \t]*([a-z_]{1,40})")
JOINER = "\u2060"
"""Written after a backslash that is a letter of the lyric, so that it begins no code."""


@dataclass(frozen=True, slots=True)
class _Event:
    number: int
    comment: bool
    fields: dict[str, str]


def parse(text: str, name: str) -> Lyrics:
    """Read a file; ``name`` is used in errors. An event's Name ``op:NAME`` gives its line an operation.

    Of files made with Aegisub's karaoke templates the source lines are read (Comment, Effect 'karaoke').
    Raises InputError when there is no event with words.
    """
    findings = Findings()
    headers: list[tuple[str, str]] = []
    events: list[_Event] = []
    fields, section = list(FIELDS), ""
    for number, line in enumerate(text.split("\n"), start=1):
        line = line.strip(" \t")
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1].lower()
        elif section == "script info" and not line.startswith((";", "!")):
            key, colon, value = line.partition(":")
            if colon and value.strip() and _key(key) and _key(key) not in TECHNICAL:
                headers.append((KNOWN.get(_key(key), _key(key)), value.strip(" \t")))
        elif section == "events":
            kind, _, value = line.partition(":")
            if kind == "Format":
                fields = [part.strip().lower() for part in value.split(",", 60)]
            elif kind in ("Dialogue", "Comment"):
                values = value.strip(" \t").split(",", len(fields) - 1)
                events.append(_Event(number, kind == "Comment", dict(zip(fields, values, strict=False))))
        check_counts(len(events) // 8, 0, len(headers), name, number)
    lines = list(_lines(_sung(events, findings), name, findings))
    if not lines:
        raise InputError(
            r"no event with words; expected lines like 'Dialogue: 0,0:00:01.00,...,{\k50}La'", name
        )
    operations = [part.strip() for part in dict(headers).get(OPERATIONS, "").split(",")]
    if operations != [""]:
        findings.add(0, f"{OPERATIONS} is for UltraStar: here the Name of an event is 'op:NAME'", "operation")
    kept = tuple((key, value) for key, value in headers if key != OPERATIONS)
    return Lyrics(kept, tuple(lines), findings.all())


def write(lyrics: Lyrics) -> Written:
    r"""ASS with ``\kf`` before each syllable.

    Times are rounded to the nearest hundredth of a second, each from the line's start on, so that no error
    adds up. A rest inside a line is a syllable without text. Shorter words are joined with the next;
    pitches are not kept.
    """
    lost = list(lost_music(lyrics))
    head = [HEAD.rstrip("\n")]
    for key, value in lyrics.headers:
        if _key(key) == key and key not in TECHNICAL and key not in (*KNOWN, OPERATIONS) and ":" not in key:
            head.append(f"{'Title' if key == 'TITLE' else key}: {value}")
        else:
            lost.append(f"header {key}")
    rows = []
    for line, ticks in on_grid(lyrics.lines, 100):
        operation = f"op:{line.operation}" if line.operation else ""
        times = f"{_time_text(ticks[0].start)},{_time_text(ticks[-1].end)}"
        rows.append(f"Dialogue: 0,{times},Default,{operation},0,0,0,,{''.join(_sweeps(ticks))}")
    return Written("\n".join([*head, STYLES.rstrip("\n"), *rows, ""]), tuple(lost))


def _sweeps(ticks: tuple[Tick, ...]) -> Iterator[str]:
    end = ticks[0].start
    for tick in ticks:
        if tick.start > end:
            yield f"{{\\k{tick.start - end}}}"
        yield f"{{\\kf{tick.end - tick.start}}}{_escaped(tick.text)}"
        end = tick.end


def _key(key: str) -> str:
    return key.strip(" \t").upper().replace(" ", "_")


def _sung(events: list[_Event], findings: Findings) -> list[_Event]:
    """The events to sing: dialogue, or the source of karaoke templates where their product is there too."""
    sources = [e for e in events if e.comment and e.fields.get("effect", "").strip().lower() == "karaoke"]
    product = [e for e in events if not e.comment and e.fields.get("effect", "").strip().lower() == "fx"]
    if sources and product:
        findings.add(0, f"{len(product)} lines made by karaoke templates", "comment")
        return sources
    comments = sum(event.comment for event in events)
    if comments:
        findings.add(0, f"{comments} Comment lines", "comment")
    return [event for event in events if not event.comment]


def _lines(events: list[_Event], name: str, findings: Findings) -> Iterator[LyricLine]:
    count = notes = 0
    for event in events:
        start, end = (_time(event.fields.get(key, "")) for key in ("start", "end"))
        if start is None or end is None or end < start:
            findings.add(event.number, "its times are none", "unreadable")
            continue
        sung = _notes(event, start, end, findings)
        if not sung:
            continue
        count, notes = count + 1, notes + len(sung)
        check_counts(count, notes, 0, name, event.number)
        operation = _OPERATION.search(event.fields.get("name", event.fields.get("actor", "")))
        yield LyricLine(sung, event.number, operation[1] if operation else "")


def _notes(event: _Event, start: float, end: float, findings: Findings) -> tuple[Note, ...]:
    """The syllables: each begins where the durations before it end."""
    notes: list[Note] = []
    at, length, began, drawing, dropped = start, None, start, False, 0
    for words, block in _runs(event.fields.get("text", "")):
        if words and not drawing:
            _add(notes, _plain(words), began, end if length is None else began + length)
        for match in _TAGGED.finditer(block):
            kind, value, drawn, scale, other = match.groups()
            if drawn:
                drawing = scale.strip("0") != ""
            elif other is not None and other.strip():
                dropped += 1
            if not kind:
                continue
            number = float(value) / 100 if value.strip("-.") else 0.0
            if kind == "kt":
                at = start + number
                findings.add(event.number, f"\\kt sets a start at {number:.2f} s of the line", "kt")
            else:
                began, length = at, max(0.0, number)
                at += length
    if dropped:
        findings.add(event.number, f"{dropped} codes of style and place", "override")
    if length is not None and notes and notes[-1].end > end + 0.005:
        findings.add(event.number, "its syllables last longer than the event", "overlap")
    return tuple(notes)


def _runs(text: str) -> Iterator[tuple[str, str]]:
    """Text and the override block after it."""
    at = 0
    for match in _BLOCK.finditer(text):
        yield text[at : match.start()], match[1]
        at = match.end()
    yield text[at:], ""


def _add(notes: list[Note], text: str, start: float, end: float) -> None:
    """One more note; text of the same syllable, after another block, is joined with it, and so are spaces."""
    if notes and (not text.strip() or notes[-1].start == start):
        notes[-1] = Note(
            notes[-1].text + text, notes[-1].start, max(notes[-1].end, end if text.strip() else 0.0)
        )
    elif text.strip():
        notes.append(Note(text, start, end))


def _time(text: str) -> float | None:
    match = _TIME.fullmatch(text.strip())
    if not match:
        return None
    hours, minutes, seconds, rest = (group or "0" for group in match.groups())
    return 3600 * int(hours) + 60 * int(minutes) + int(seconds) + float(f"0.{rest}")


def _time_text(hundredths: int) -> str:
    seconds, rest = divmod(hundredths, 100)
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:02}"


def _plain(text: str) -> str:
    text = re.sub(r"\\[Nnh]", " ", text)
    return text.replace("\\{", "{").replace("\\}", "}").replace("\\" + JOINER, "\\")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\" + JOINER).replace("{", "\\{").replace("}", "\\}")
