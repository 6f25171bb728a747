"""The lead on lines that it was not tuned on: what a recogniser understands of the raw voice."""

from collections.abc import Callable

import numpy as np

from assets.studio.listening import hear, spelled, word_errors
from assets.studio.score import Score
from assets.studio.singing import sing
from assets.studio.sound import RATE, place
from assets.studio.vocals import OCTAVE_DOWN, SINGERS


def recognised(score: Score, started: Callable[[str], None] = lambda lyric: None) -> tuple[float, float]:
    """Lines recognised and word error rate, in percent, of the lead alone and without effects."""
    lead = np.zeros(score.samples(RATE))
    for number, line in enumerate(score.lines):
        started(line.lyric)
        sung = sing(line, SINGERS.lead(line), score, OCTAVE_DOWN, seed=number)
        place(lead, sung.samples, sung.start)
    right = errors = words = 0
    for line, heard in zip(score.lines, hear(lead, score), strict=True):
        started(line.lyric)
        right += heard.line == spelled(line)
        errors += word_errors(spelled(line), heard.words)
        words += len(spelled(line))
    return 100 * right / len(score.lines), 100 * errors / words
