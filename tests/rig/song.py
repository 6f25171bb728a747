"""Songs as files: the chart and the stems of a folder; and a song of the rig's own, exact by its making."""

import math
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from .room import RATE

NOTE = re.compile(r"[:*FRG] +(-?\d+) +(\d+) +-?\d+ (.*)")
"""A note of an UltraStar chart: first beat, beats, pitch, syllable."""
OPERATIONS = (
    *("setup", "epoch", "train", "forward", "loss", "zero_grad", "backward", "step"),
    *("test", "eval", "inference_mode", "test_forward", "test_loss", "print"),
)
BEATS = 2
"""Of the rig's own song, from line to line; at 120 a minute."""
CLICK = 0.005
"""Seconds."""


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """text: its words.  syllables: where each begins and ends, in seconds of the song."""

    text: str
    syllables: tuple[tuple[float, float], ...]

    @property
    def start(self) -> float:
        """Where its first syllable begins."""
        return self.syllables[0][0]


@dataclass(frozen=True, slots=True, eq=False)
class Song:
    """stems: what is heard of it, by name, each a mono sound of -1 to 1 at the sink's rate."""

    lines: tuple[Line, ...]
    stems: dict[str, NDArray[np.float32]]

    @property
    def length(self) -> float:
        """In seconds, of its longest stem."""
        return max(map(len, self.stems.values())) / RATE


def read_song(folder: Path) -> Song:
    """A song's folder: its lines, and the stems that are played unasked, the voice and the first other."""
    table = tomllib.loads((folder / "song.toml").read_text(encoding="utf-8"))
    names = [name for name in table["stems"] if name != "vocals"][:1]
    names += ["vocals"] if "vocals" in table["stems"] else []
    return Song(
        read_lines((folder / table["chart"]).read_text(encoding="utf-8")),
        {name: _read_stem(folder / table["stems"][name]) for name in names},
    )


def read_lines(chart: str) -> tuple[Line, ...]:
    """The lines of an UltraStar chart."""
    headers = dict(re.findall(r"^#(\w+):(.*)$", chart, re.MULTILINE))
    beat, gap = 15 / float(headers["BPM"].replace(",", ".")), float(headers.get("GAP", "0")) / 1000
    lines = []
    for phrase in re.split(r"^- .*$", chart, flags=re.MULTILINE):
        notes = [match for match in map(NOTE.fullmatch, phrase.splitlines()) if match]
        if notes:
            starts = [
                (gap + beat * int(note[1]), gap + beat * (int(note[1]) + int(note[2]))) for note in notes
            ]
            lines.append(Line("".join(note[3] for note in notes).strip(), tuple(starts)))
    return tuple(lines)


def _read_stem(path: Path) -> NDArray[np.float32]:
    sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
    if rate != RATE:
        raise ValueError(f"{path}: {rate} samples a second; expected {RATE}")
    return sound.mean(axis=1)


def write_own_song(folder: Path, rounds: int = 1) -> None:
    """A song whose sound never repeats and never pauses: noise, and a click where each line begins.

    A line is lit within hundredths of a second. rounds: how often the loop is sung.
    """
    names = OPERATIONS + OPERATIONS[1:] * (rounds - 1)
    starts = [BEATS * (index + 2) for index in range(len(names))]  # in beats of the music, of 50 in the chart
    words = [name.replace("_", " ") for name in names]
    length = (starts[-1] + 2 * BEATS) * 0.5
    chart = [
        "#VERSION:1.0.0",
        "#TITLE:Clicks",
        "#ARTIST:Torchaoke",
        "#AUDIO:backing.flac",
        "#BPM:1500",
        "#GAP:0",
    ]
    rows = [
        'title = "Clicks"',
        'artist = "Torchaoke"',
        'chart = "song.txt"',
        "tempo = 120",
        "beats_per_bar = 4",
    ]
    rows += [f"length = {length}", "[stems]", 'backing = "backing.flac"', "[credits]"]
    for word, name, start in zip(words, names, starts, strict=True):
        beat = 50 * start
        chart += [f": {beat} 2 0 {word[0]}", f": {beat + 2} 60 0 {word[1:]}", f"- {beat + 70}"]
        rows += ["[[lines]]", f'lyric = "{word}"', f'operation = "{name}"']
    sound = np.random.default_rng(0).normal(0, 0.05, math.ceil(length * RATE))
    for start in starts:
        at = round(start * 0.5 * RATE)
        sound[at : at + round(CLICK * RATE)] = 0.8 * (-1) ** np.arange(round(CLICK * RATE))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "song.txt").write_text("\n".join([*chart[:-1], "E", ""]), encoding="utf-8")
    (folder / "song.toml").write_text("\n".join([*rows, ""]), encoding="utf-8")
    soundfile.write(folder / "backing.flac", np.repeat(sound[:, None], 2, axis=1), RATE)
