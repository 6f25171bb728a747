"""A learner's evening in a real window: X server, keys from outside, and nothing read but what is said."""

import json
import os
import queue
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import soundfile
from builders import WHOLE_SONG, write_song

from loop_core.song import load_song

SECONDS = 60.0
"""After so long without the expected words something is wrong."""

pytestmark = pytest.mark.skipif(
    not (shutil.which("Xvfb") and shutil.which("xdotool")), reason="needs the programs Xvfb and xdotool"
)


@pytest.fixture
def display() -> Iterator[str]:
    """An X server of its own."""
    reader, writer = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1280x800x24"],
        pass_fds=[writer],
        stderr=subprocess.DEVNULL,
    )
    os.close(writer)
    with os.fdopen(reader) as number:
        yield f":{number.readline().strip()}"
    server.terminate()
    server.wait()


class Learner:
    """Runs the program, listens to its speak log, and presses keys."""

    def __init__(self, display: str, folder: Path, *arguments: str) -> None:
        homes = {f"XDG_{kind}_HOME": str(folder / kind) for kind in ("DATA", "CONFIG", "CACHE")}
        self._environment = {
            **os.environ,
            **homes,
            "DISPLAY": display,
            "SDL_VIDEODRIVER": "x11",
            "SDL_AUDIODRIVER": "dummy",
        }
        self.program = subprocess.Popen(
            [sys.executable, "-m", "app", *arguments, "--speak-log"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self._environment,
        )
        self.said: list[str] = []
        self._lines: queue.Queue[str] = queue.Queue()
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()

    def press(self, *keys: str) -> None:
        """Keys by their names in X."""
        subprocess.run(["xdotool", "key", *keys], check=True, env=self._environment)

    def hears(self, words: str, meanwhile: Callable[[str], None] = lambda line: None) -> str:
        """Wait until something with these words is said; meanwhile: is told every other line."""
        while True:
            try:
                line = self._lines.get(timeout=SECONDS)
            except queue.Empty:
                raise AssertionError(f"never said: {words!r}; but: {self.said}") from None
            self.said.append(line)
            assert line, f"the program has ended: {self.said}"
            if words in line:
                return line
            meanwhile(line)

    def close(self) -> None:
        """End the program, however it stands."""
        self.program.kill()
        self.program.wait()
        self._listener.join()
        assert self.program.stdout is not None
        assert self.program.stderr is not None
        self.program.stdout.close()
        self.program.stderr.close()

    def _listen(self) -> None:
        assert self.program.stdout is not None
        for line in self.program.stdout:
            self._lines.put(line.rstrip())
        self._lines.put("")


def test_a_learner_s_evening(display: str, tmp_path: Path) -> None:
    song = write_song(tmp_path / "song", (*WHOLE_SONG[:14], *WHOLE_SONG[-2:]), 4, ["backing"], "Melody")
    soundfile.write(song / "backing.ogg", np.zeros(round(44100 * load_song(song).length)), 44100)
    with closing(Learner(display, tmp_path, "karaoke", "--song", str(song))) as learner:
        evening(learner)
    kept = json.loads((tmp_path / "DATA" / "torchaoke" / "progress.json").read_text(encoding="utf-8"))
    assert {card["activity"] for card in kept["cards"]} == {"predict", "wrong loops", "build", "cloze"}


def evening(learner: Learner) -> None:
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
    assert learner.program.wait(timeout=SECONDS) == 0
    assert learner.program.stderr is not None
    assert learner.program.stderr.read() == ""
