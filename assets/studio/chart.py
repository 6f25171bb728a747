"""From a score to the two texts of a song folder: the UltraStar chart and song.toml."""

import json
from collections.abc import Sequence
from fractions import Fraction

from assets.studio.score import Line, Score, Syllable
from loop_core.errors import InputError
from loop_core.formats.ultrastar import Chart, ChartNote, Phrase

STEPS = 20
"""Chart beats in a quarter note: the smallest number that makes tenths and quarters of a beat whole."""

STEMS = ("vocals", "backing", "quiet", "click")
"""The sounds of the song; each stands in a file of its name."""

MIDDLE_C = 60
"""The MIDI note that UltraStar calls pitch 0."""


def chart(score: Score, ends: Sequence[float]) -> Chart:
    """The score as an UltraStar chart of version 1, whose BPM counts groups of four chart beats.

    ends: when the voice leaves each note, in seconds. There the note of the chart ends, as in charts that are
    made by ear: nobody is to be scored on a note where the singer has let it go.
    """
    headers = (
        ("VERSION", "1.0.0"),
        ("TITLE", score.title),
        ("ARTIST", score.artist),
        ("AUDIO", "backing.ogg"),
        ("MP3", "backing.ogg"),
        ("VOCALS", "vocals.ogg"),
        ("INSTRUMENTAL", "backing.ogg"),
        ("BPM", str(score.tempo * STEPS // 4)),
        ("GAP", "0"),
        ("LANGUAGE", score.language),
        ("YEAR", str(score.year)),
        ("CREATOR", score.creator),
    )
    breaks: list[int | None] = [_steps(line.syllables[-1].end, line) for line in score.lines]
    breaks[-1] = None
    left = iter(ends)
    phrases = (
        Phrase(tuple(_note(s, line, score, next(left)) for s in line.syllables), break_at)
        for line, break_at in zip(score.lines, breaks, strict=True)
    )
    return Chart(headers, tuple(phrases))


def song_toml(score: Score, rate: int) -> str:
    """The text of song.toml; ``rate`` (samples per second) gives the length of the stems in seconds."""
    parts = [
        "# Generated from assets/studio/score.toml: edit that, then `python -m assets.studio build`.",
        f"title = {_quoted(score.title)}",
        f"artist = {_quoted(score.artist)}",
        'chart = "song.txt"',
        f"tempo = {score.tempo}",
        f"beats_per_bar = {score.beats_per_bar}",
        f"length = {score.samples(rate) / rate!r}",
        "\n[stems]",
        *(f'{name} = "{name}.ogg"' for name in STEMS),
        "\n[credits]",
        *(f"{key} = {_quoted(value)}" for key, value in score.credits),
    ]
    for section in score.sections:
        start = score.seconds(section.bar * score.beats_per_bar)
        parts += ["\n[[sections]]", f"name = {_quoted(section.name)}", f"start = {start!r}"]
    for line in score.lines:
        onset = score.seconds(line.syllables[0].beat)
        values = {"lyric": line.lyric, "operation": line.operation, "en": line.en, "zh": line.zh}
        texts = [f"{key} = {_quoted(value)}" for key, value in values.items()]
        parts += ["\n[[lines]]", *texts[:2], f"onset = {onset!r}", *texts[2:]]
    return "\n".join([*parts, ""])


def _note(syllable: Syllable, line: Line, score: Score, end: float) -> ChartNote:
    start = _steps(syllable.beat, line)
    sung = round(end * STEPS * score.tempo / 60) - start
    return ChartNote(
        "*" if syllable.golden else ":",
        start,
        min(max(sung, 1), _steps(syllable.duration, line)),
        syllable.midi - MIDDLE_C,
        syllable.text,
    )


def _steps(beats: Fraction, line: Line) -> int:
    steps = beats * STEPS
    if steps.denominator != 1:
        raise InputError(
            f"[[phrase]] {line.lyric!r}: {float(beats):g} beats; expected a multiple of {1 / STEPS}"
        )
    return int(steps)


def _quoted(text: str) -> str:
    """A TOML basic string: JSON's escapes are a subset of TOML's."""
    return json.dumps(text, ensure_ascii=False)
