"""The figures of a song folder, each with its bar, measured on the files as they are."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyworld
import soundfile
from scipy.ndimage import uniform_filter1d

from assets.studio.chart import STEMS
from assets.studio.listening import hear, spelled, word_errors
from assets.studio.loudness import loudness, true_peak
from assets.studio.score import Score
from assets.studio.sound import RATE, Wave, count, gain, hertz
from assets.studio.vocals import OCTAVE_DOWN
from loop_core.errors import InputError
from loop_core.formats import ultrastar

SILENT = -50.0  # dB under full scale
STEADY_FROM, STEADY_SHARE = 0.05, 0.45  # where a vowel's pitch is measured: seconds, and share of its note
PITCH_STEP = 0.005  # seconds


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value and the bar it has to meet, both ends included; None is no bar."""

    name: str
    value: float
    unit: str
    least: float | None = None
    most: float | None = None

    @property
    def is_met(self) -> bool:
        """Whether the value is within the bar."""
        above = self.least is None or self.value >= self.least
        return above and (self.most is None or self.value <= self.most)


def stems(folder: Path) -> dict[str, Wave]:
    """Every stem of a song folder, shape (samples, 2); raises InputError where one cannot be read."""
    sounds: dict[str, Wave] = {}
    for name in STEMS:
        path = folder / f"{name}.ogg"
        try:
            sounds[name], rate = soundfile.read(path, always_2d=True)
        except (OSError, RuntimeError) as error:
            raise InputError(f"cannot be read ({error}); expected an Ogg Vorbis file", path) from error
        if rate != RATE or sounds[name].shape[1] != 2:
            raise InputError(f"{rate} Hz, {sounds[name].shape[1]} channels; expected {RATE} Hz, 2", path)
        if len(sounds[name]) != len(sounds[STEMS[0]]):
            samples = f"{len(sounds[name])} samples; expected {len(sounds[STEMS[0]])}, as in {STEMS[0]}.ogg"
            raise InputError(samples, path)
    return sounds


def figures(
    folder: Path, score: Score, started: Callable[[str], None] = lambda task: None
) -> Iterator[Figure]:
    """Measure a song folder against its score; ``started`` hears what is being measured."""
    started("reading the files")
    sounds = stems(folder)
    vocals, mix = sounds["vocals"], sounds["vocals"] + sounds["backing"]
    yield from _heard("vocals", vocals, score, 100.0, None, started)
    yield from _heard("mix", mix, score, 97.0, 45.0, started)
    started("pitch")
    cents = np.abs(pitch_errors(vocals[:, 0], score))  # the second voice stands to the right
    yield Figure("pitch of the vowels, median", float(np.median(cents)), "cents", most=10)
    yield Figure("pitch of the vowels, 95 %", float(np.percentile(cents, 95)), "cents", most=40)
    started("levels")
    yield Figure("mix, loudness", loudness(mix), "LUFS", -17, -15)
    for name in STEMS[1:]:
        both = vocals + sounds[name]
        yield Figure(f"vocals + {name}, true peak", true_peak(both), "dBTP", most=-1)
        yield Figure(f"vocals + {name}, clipped", float((np.abs(both) >= 1).sum()), "samples", most=0)
    yield Figure("longest silence of a verse", _longest_silence(vocals, score), "s", most=1.5)
    lengths = {abs(len(sound) - score.samples(RATE)) for sound in sounds.values()}
    yield Figure("stems, length against the score", float(max(lengths)), "samples", most=0)
    size = sum((folder / f"{name}.ogg").stat().st_size for name in STEMS[:2])
    yield Figure("vocals and backing together", size / 1e6, "MB", most=2.5)
    yield Figure("chart, times against the score", 1000 * _chart_error(folder, score), "ms", most=1)


def pitch_errors(mono: Wave, score: Score) -> Wave:
    """How far the sung pitch is from the notes, in cents, every 5 ms in the steady part of each vowel.

    The pitch is found by Harvest (M. Morise, "Harvest: A High-Performance Fundamental Frequency Estimator
    from Speech Signals", 2017).
    """
    found, times = pyworld.harvest(
        np.ascontiguousarray(mono), RATE, f0_floor=70, f0_ceil=700, frame_period=1000 * PITCH_STEP
    )
    errors = []
    for syllable in score.syllables:
        start, length = score.seconds(syllable.beat), score.seconds(syllable.duration)
        here = (times >= start + STEADY_FROM) & (times < start + STEADY_SHARE * length) & (found > 0)
        errors.append(1200 * np.log2(found[here] / hertz(syllable.midi + OCTAVE_DOWN)))
    return np.concatenate(errors)


def _heard(
    name: str,
    sound: Wave,
    score: Score,
    lines: float,
    words: float | None,
    started: Callable[[str], None],
) -> Iterator[Figure]:
    right = errors = spoken = 0
    late: list[float] = []
    for line, heard in zip(score.lines, hear(sound, score), strict=True):
        started(f"{name}: {line.lyric}")
        expected = spelled(line)
        right += heard.line == expected
        errors += word_errors(expected, heard.words)
        spoken += len(expected)
        for onset, syllable in zip(heard.onsets or (), line.syllables, strict=False):
            late.append(1000 * abs(onset - score.seconds(syllable.beat)))
    yield Figure(f"{name}, lines recognised", 100 * right / len(score.lines), "%", least=lines)
    yield Figure(f"{name}, word error rate", 100 * errors / spoken, "%", most=words)
    if name == "vocals":
        yield Figure("vowel onset, aligned", 100 * len(late) / len(score.syllables), "%", least=90)
        yield Figure("vowel onset against the beat, median", float(np.median(late)), "ms", most=10)
        yield Figure("vowel onset against the beat, 95 %", float(np.percentile(late, 95)), "ms", most=30)


def _longest_silence(vocals: Wave, score: Score) -> float:
    """The longest pause of the voice, in seconds, inside a section that is called a verse."""
    power = uniform_filter1d((vocals**2).max(axis=1), count(0.02))
    sounding = np.flatnonzero(power > gain(SILENT) ** 2) / RATE
    starts = [score.seconds(section.bar * score.beats_per_bar) for section in score.sections]
    ends = [*starts[1:], score.seconds(score.bars * score.beats_per_bar)]
    longest = 0.0
    for section, start, end in zip(score.sections, starts, ends, strict=True):
        if section.name.startswith("Verse"):
            inside = sounding[(sounding >= start) & (sounding < end)]
            longest = max([longest, *(b - a for a, b in pairwise([start, *inside, end]))])
    return longest


def _chart_error(folder: Path, score: Score) -> float:
    """How far, in seconds, a note of the chart begins beside the score's, or ends after it, at most."""
    path = folder / "song.txt"
    try:
        chart = ultrastar.parse(path.read_text(encoding="utf-8"), str(path))
    except UnicodeDecodeError as error:
        raise InputError(f"cannot be read ({error}); expected a chart in UTF-8", path) from error
    notes = [note for phrase in chart.phrases for note in phrase.notes]
    if len(notes) != len(score.syllables):
        raise InputError(f"{len(notes)} notes; the score has {len(score.syllables)}", path)
    return max(
        max(
            abs(chart.seconds(note.start) - score.seconds(syllable.beat)),
            chart.seconds(note.start + note.duration) - score.seconds(syllable.end),
        )
        for note, syllable in zip(notes, score.syllables, strict=True)
    )
