"""The program in a window on an X server of its own: keys and clicks from outside, and what it says."""

import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

SECONDS = 60.0
"""After so long without the expected words something is wrong."""
SIZE = (1280, 800)

needs_screen = pytest.mark.skipif(
    not (shutil.which("Xvfb") and shutil.which("xdotool")), reason="needs the programs Xvfb and xdotool"
)


@contextmanager
def screen() -> Iterator[dict[str, str]]:
    """An X server; what the environment of its programs needs."""
    reader, writer = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writer), "-screen", "0", "{}x{}x24".format(*SIZE)],
        pass_fds=[writer],
        stderr=subprocess.DEVNULL,
    )
    os.close(writer)
    try:
        with os.fdopen(reader) as number:
            yield {"DISPLAY": f":{number.readline().strip()}", "SDL_VIDEODRIVER": "x11"}
    finally:
        server.terminate()
        server.wait()


class Running:
    """The program with a speak log, in a folder, with settings and data of its own."""

    def __init__(self, folder: Path, environment: dict[str, str], *arguments: str) -> None:
        homes = {f"XDG_{kind}_HOME": str(folder / kind) for kind in ("DATA", "CONFIG", "CACHE")}
        path = {"PYTHONPATH": str(Path(__file__).parents[1]), "SDL_AUDIODRIVER": "dummy"}
        self.environment = {**os.environ, **homes, **path, **environment}
        self.errors = folder / "errors.txt"
        with self.errors.open("w") as errors:
            self.program = subprocess.Popen(
                [sys.executable, "-m", "app", *arguments, "--speak-log"],
                cwd=folder,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env=self.environment,
            )
        self.said: list[str] = []
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()

    def press(self, *keys: str) -> None:
        """Keys by their names in X."""
        subprocess.run(["xdotool", "key", *keys], check=True, env=self.environment)

    def click(self, x: int, y: int) -> None:
        """The left button of the mouse, in pixels of the screen."""
        command = ["xdotool", "mousemove", str(x), str(y), "click", "1"]
        subprocess.run(command, check=True, env=self.environment)

    def interrupt(self) -> None:
        """Ctrl-C."""
        self.program.send_signal(signal.SIGINT)

    def hears(self, words: str, meanwhile: Callable[[str], None] = lambda line: None) -> str:
        """Wait until something with these words is said; meanwhile: is told every other line."""
        while True:
            try:
                line = self._lines.get(timeout=SECONDS)
            except queue.Empty:
                raise AssertionError(f"never said: {words!r}; but: {self.said}") from None
            assert line is not None, f"the program has ended: {self.said} {self.errors.read_text()}"
            self.said.append(line)
            if words in line:
                return line
            meanwhile(line)

    def ended(self) -> tuple[int, str, str]:
        """Once it ends by itself: exit status, everything said since the last that was heard, and errors."""
        status = self.program.wait(timeout=SECONDS)
        self._listener.join()
        rest = iter(self._lines.get, None)
        return status, "\n".join(rest), self.errors.read_text()

    def close(self) -> None:
        """End the program, however it stands."""
        self.program.kill()
        self.program.wait()
        self._listener.join()
        assert self.program.stdout is not None
        self.program.stdout.close()

    def _listen(self) -> None:
        assert self.program.stdout is not None
        for line in self.program.stdout:
            self._lines.put(line.rstrip())
        self._lines.put(None)
