"""A learner's evening in a real window: keys from outside, and nothing read but what is said."""

import json
from contextlib import closing
from pathlib import Path

import numpy as np
import soundfile
from builders import WHOLE_SONG, write_song
from screen import Running, needs_screen, screen

from loop_core.song import load_song


@needs_screen
def test_a_learner_s_evening(tmp_path: Path) -> None:
    song = write_song(tmp_path / "song", (*WHOLE_SONG[:14], *WHOLE_SONG[-2:]), 4, ["backing"], "Melody")
    soundfile.write(song / "backing.ogg", np.zeros(round(44100 * load_song(song).length)), 44100)
    arguments = "karaoke", "--song", str(song)
    with screen() as display, closing(Running(tmp_path, display, *arguments)) as learner:
        evening(learner)
    kept = json.loads((tmp_path / "DATA" / "torchaoke" / "progress.json").read_text(encoding="utf-8"))
    assert {card["activity"] for card in kept["cards"]} == {"predict", "wrong loops", "build", "cloze"}


def evening(learner: Running) -> None:
    """Questions, what needs work, a wrong loop, the cards, a gap; then the window is closed."""

    def answer(line: str) -> None:
        if " question: " in line:
            learner.press("4" if ", 4 " in line else "1")

    learner.hears("ready: ")
    learner.press("space")
    learner.hears("playing")
    results = learner.hears(" results: ", answer)
    assert "right at once; needs work: " in results
    learner.press("Return")
    learner.hears("playing")
    learner.hears(" results: ", answer)
    learner.press("Escape", "x")
    learner.hears("wrong loop 1 of ")
    learner.press("Down", "Return")
    assert "Silent" in learner.hears("training loss at the end")
    learner.press("Escape", "Escape", "y")
    learner.hears("card 1 of ")
    learner.press("Return")
    assert "wrong: " in learner.hears("training loss at the end")
    learner.press("Escape", "w", "space")
    learner.hears(": 1 melody")
    learner.press("1")
    learner.hears(" filled: Melody")
    learner.press("q")
    status, _, errors = learner.ended()
    assert (status, errors) == (0, "")
