"""A small song to start one's own from: every operation of the loop once, on a simple tune."""

from fractions import Fraction

from loop_core.formats.lyrics import LyricLine, Lyrics, Note
from loop_core.operations import Operation

BPM = Fraction(400)
"""UltraStar's: four times the tempo."""
BEAT = 15 / 400
"""Seconds of a beat of the chart; sixteen of them are a beat of the music."""
WORDS = (
    (Operation.SETUP, "Data, mod|el, ready"),
    (Operation.EPOCH, "Start an|oth|er ep|och"),
    (Operation.TRAIN, "Mod|el, in train|ing mode"),
    (Operation.FORWARD, "Go for|ward, guess"),
    (Operation.LOSS, "How far off? The loss"),
    (Operation.ZERO_GRAD, "Gra|dients to ze|ro"),
    (Operation.BACKWARD, "Back|ward through the graph"),
    (Operation.STEP, "Op|ti|miz|er, step"),
    (Operation.TEST, "Now we test"),
    (Operation.EVAL, "Mod|el, eval mode"),
    (Operation.INFERENCE_MODE, "No gra|dients here"),
    (Operation.TEST_FORWARD, "For|ward on the test"),
    (Operation.TEST_LOSS, "How far off this time?"),
    (Operation.PRINT, "Print it out"),
    (Operation.REMAINING, "All the rest, and fast"),
    (Operation.SAVE, "Save it, and good night"),
)
"""A line for each operation; its syllables end at spaces and bars."""
TUNE = (60, 64, 67, 64, 65, 62, 60)


def starter() -> Lyrics:
    """The song: a bar of four beats at 100 a minute before it, and a line every two bars."""
    lines = []
    for index, (operation, words) in enumerate(WORDS):
        syllables = words.replace(" ", " |").split("|")
        first = 64 + 128 * index
        notes = (
            Note(text, (first + 16 * k) * BEAT, (first + 16 * k + 14) * BEAT, TUNE[k])
            for k, text in enumerate(syllables)
        )
        lines.append(LyricLine(tuple(notes), operation=str(operation)))
    return Lyrics((("CREATOR", "me"),), tuple(lines), (), BPM, Fraction(0), float(BPM) / 4)
