"""A picture of a sung line: waveform, spectrogram with the phones, pitch on the notes."""

from pathlib import Path

import numpy as np
import pyworld
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy import signal

from assets.studio.score import Line, Score
from assets.studio.sound import RATE, Wave, hertz
from assets.studio.vocals import OCTAVE_DOWN

BEFORE, AFTER = 0.35, 0.35  # seconds drawn around the notes
HIGHEST = 10_000  # Hz
FLOOR, CEILING = -100, -35  # dB


def draw(sound: Wave, line: Line, score: Score, path: Path) -> None:
    """Write a PNG of one line of a sound of shape (samples,) or (samples, 2), of which the left is drawn."""
    start = max(score.seconds(line.syllables[0].beat) - BEFORE, 0)
    end = score.seconds(line.syllables[-1].end) + AFTER
    samples = sound[round(start * RATE) : round(end * RATE)]
    mono = samples[:, 0] if samples.ndim == 2 else samples
    figure = Figure(figsize=(19.2, 10.8), dpi=100, layout="constrained")
    wave, spectrum, notes = figure.subplots(3, 1, sharex=True, height_ratios=(1, 3, 2))
    figure.suptitle(line.lyric)
    wave.plot(start + np.arange(len(mono)) / RATE, mono, linewidth=0.5)
    wave.set(ylim=(-1, 1), ylabel="amplitude")
    _spectrogram(spectrum, mono, start)
    _notes(notes, mono, start, line, score)
    for syllable in line.syllables:
        beat = score.seconds(syllable.beat)
        for axes in (wave, spectrum, notes):
            axes.axvline(beat, color="tab:cyan", linewidth=0.8)
        spectrum.text(beat, 0.97 * HIGHEST, " ".join(syllable.phones), color="white", va="top")
    notes.set(xlim=(start, end), xlabel="seconds")
    figure.savefig(path)


def _spectrogram(axes: Axes, mono: Wave, start: float) -> None:
    frequencies, times, power = signal.spectrogram(mono, RATE, nperseg=882, noverlap=706, nfft=2048)
    level = 10 * np.log10(power + 1e-12)
    axes.pcolormesh(
        start + times, frequencies, level, vmin=FLOOR, vmax=CEILING, cmap="magma", rasterized=True
    )
    axes.set(ylim=(0, HIGHEST), ylabel="Hz")


def _notes(axes: Axes, mono: Wave, start: float, line: Line, score: Score) -> None:
    frequency, times = pyworld.harvest(np.ascontiguousarray(mono), RATE, f0_floor=70, f0_ceil=700)
    sung = frequency > 0
    axes.plot(start + times[sung], 69 + 12 * np.log2(frequency[sung] / hertz(69)), ".", markersize=3)
    for syllable in line.syllables:
        span = score.seconds(syllable.beat), score.seconds(syllable.end)
        axes.hlines(syllable.midi + OCTAVE_DOWN, *span, color="tab:red", alpha=0.7)
        axes.text(span[0], syllable.midi + OCTAVE_DOWN + 0.5, syllable.text)
    pitches = [syllable.midi + OCTAVE_DOWN for syllable in line.syllables]
    axes.set(ylim=(min(pitches) - 5, max(pitches) + 5), ylabel="MIDI note")
