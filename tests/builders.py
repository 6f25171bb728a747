"""Builds what several tests need: lessons edited from a bundled one, steppers, small songs."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from loop_core.formats.ultrastar import Chart, ChartNote, Phrase, dump
from loop_core.lessons import find_lesson
from loop_core.listing import read_listing
from loop_core.operations import Operation
from loop_core.pitch import Track
from loop_core.scoring import beats_of
from loop_core.snapshot import Snapshot
from loop_core.song import Song, load_song
from loop_core.stepper import Stepper

STRAIGHT_LINE = find_lesson("straight_line").path.read_text(encoding="utf-8")

EPOCH = (
    Operation.EPOCH,
    Operation.TRAIN,
    Operation.FORWARD,
    Operation.LOSS,
    Operation.ZERO_GRAD,
    Operation.BACKWARD,
    Operation.STEP,
    Operation.TEST,
    Operation.EVAL,
    Operation.INFERENCE_MODE,
    Operation.TEST_FORWARD,
    Operation.TEST_LOSS,
    Operation.PRINT,
)
"""The operations of one epoch in the order in which songs and lessons have them."""

WHOLE_SONG = (
    Operation.SETUP,
    *EPOCH,
    Operation.EPOCHS,
    *EPOCH,
    Operation.REMAINING,
    Operation.SAVE,
)


def edited(*edits: tuple[str, str], source: str = STRAIGHT_LINE) -> str:
    """The lesson with each (old, new) replaced; every old text must stand there exactly once."""
    for old, new in edits:
        assert source.count(old) == 1, f"{old!r} stands there {source.count(old)} times"
        source = source.replace(old, new)
    return source


def open_stepper(source: str, folder: Path, epochs_per_fast_line: int = 10) -> Stepper:
    """A stepper of a lesson written to ``folder``; what the lesson saves goes there too."""
    path = folder / "lesson.py"
    path.write_text(source, encoding="utf-8")
    return Stepper(read_listing(path), folder, epochs_per_fast_line)


def sing(stepper: Stepper, operations: Iterable[Operation], first: int = 0) -> list[Snapshot]:
    """The snapshots of these operations, as the cues of a song numbered from ``first``."""
    return [stepper.perform(number, operation)[0] for number, operation in enumerate(operations, first)]


def named(snapshot: Snapshot) -> dict[str, object]:
    """A snapshot's parameters, values and gradients, as plain lists by name."""
    return {p.name: (p.value.tolist(), None if p.grad is None else p.grad.tolist()) for p in snapshot.params}


def write_song(
    folder: Path,
    operations: Sequence[Operation | None] = WHOLE_SONG,
    beats_per_line: int = 8,
    stems: Sequence[str] = ("vocals",),
    word: str = "La",
) -> Path:
    """A song's folder: one line of two syllables per operation at BPM 120, a fast line of twice the length.

    word: what the lines begin with, before their number.
    At BPM 120 a beat of the chart is an eighth of a second.  stems: their names; their files are empty.
    """
    folder.mkdir(parents=True, exist_ok=True)
    phrases, entries, beat = [], [], beats_per_line
    for index, operation in enumerate(operations):
        half = beats_per_line // 2
        notes = (
            ChartNote(":", beat, half, 0, f"{word}{index}"),
            ChartNote(":", beat + half, half - 1, 2, "la"),
        )
        beat += beats_per_line * (2 if operation in (Operation.EPOCHS, Operation.REMAINING) else 1)
        phrases.append(Phrase(notes, beat))
        entry = f'[[lines]]\nlyric = "{word}{index}la"\nen = "Line {index}"\n'
        entries.append(entry if operation is None else f'{entry}operation = "{operation}"\n')
    headers = {"VERSION": "1.0.0", "TITLE": "T", "ARTIST": "A", "AUDIO": "vocals.ogg", "BPM": "120"}
    (folder / "song.txt").write_text(dump(Chart(tuple(headers.items()), tuple(phrases))), encoding="utf-8")
    head = (
        'title = "T"\nartist = "A"\nchart = "song.txt"\ntempo = 120\nbeats_per_bar = 4\n'
        f"length = {(beat + beats_per_line) / 8}\n"
        + "".join(["[stems]\n", *(f'{name} = "{name}.ogg"\n' for name in stems)])
        + '[credits]\nwords = "us"\n[[sections]]\nname = "All"\nstart = 0\n'
    )
    (folder / "song.toml").write_text(head + "".join(entries), encoding="utf-8")
    for name in stems:
        (folder / f"{name}.ogg").touch()
    return folder


def small_song(
    folder: Path,
    operations: Sequence[Operation | None] = WHOLE_SONG,
    beats_per_line: int = 8,
    stems: Sequence[str] = ("vocals",),
) -> Song:
    """The song of `write_song`, loaded."""
    return load_song(write_song(folder, operations, beats_per_line, stems))


def performance(song: Song, away: float | NDArray[np.float64] = 0.0, frames: int = 3) -> Track:
    """Somebody who sings every beat ``away`` semitones from its note; NaN: is silent in it."""
    beats = beats_of(song)
    inside = (np.arange(frames) + 0.5) / frames * beats.length
    pitches = np.repeat(beats.pitches + away, frames)
    return Track((beats.starts[:, None] + inside).ravel(), pitches, np.full(len(pitches), 0.1))
