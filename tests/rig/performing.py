"""The program on the rig's stage, seen and heard from its start to the song's end."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .listening import Heard, Listener
from .looking import Looker, Seen
from .room import loudspeaker, screen

ROOT = Path(__file__).parents[2]
SIZE = (1920, 1080)
STEP = 0.005
"""Seconds by which a press of a key moves the picture against the sound."""
SILENCE = 3.0
"""After so many seconds of it a song is over."""
START = 120.0
"""Seconds until it must have begun, torch's import and all."""


@contextmanager
def stage() -> Iterator[dict[str, str]]:
    """A screen and a loudspeaker; the environment of a program that is to perform on them."""
    with (
        screen(*SIZE) as shown,
        loudspeaker() as sounding,
        tempfile.TemporaryDirectory(prefix="rig-") as home,
    ):
        homes = {f"XDG_{kind}_HOME": f"{home}/{kind}" for kind in ("DATA", "CONFIG", "CACHE")}
        environment = {**os.environ, **shown, **sounding, **homes}
        corner = ["xdotool", "mousemove", *map(str, SIZE)]  # the pointer explains what it stands on
        subprocess.run(corner, env=environment, check=True, timeout=30)
        yield environment


class Audience:
    """Sees and hears what is on a stage, until `close`."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.looker = Looker(environment["DISPLAY"])
        self.listener = Listener(environment)

    def close(self) -> tuple[Seen, Heard]:
        """What was seen and heard."""
        return self.looker.close(), self.listener.close()


def perform(song: Path, length: float, earlier: int = 0) -> tuple[Seen, Heard]:
    """Play a song as in a talk: full HD, started by itself, torch running; what was seen and heard.

    length: of the song, in seconds.  earlier: so many steps the picture is moved by its key; later where
    negative.  Raises OSError when the program does not do its part.
    """
    size = "{}x{}".format(*SIZE)
    command = [sys.executable, "-m", "app", "play", "--start", "--size", size, "--song", str(song)]
    with stage() as environment:
        audience = Audience(environment)
        try:
            with subprocess.Popen(command, env=environment, cwd=ROOT) as program:
                try:
                    _wait(program, "sound", lambda: audience.listener.silence == 0, START)
                    if earlier:
                        _press(environment, *["comma" if earlier > 0 else "period"] * abs(earlier))
                    _wait(program, "the end", lambda: audience.listener.silence > SILENCE, 2 * length + START)
                    _press(environment, "q")
                    status = program.wait(timeout=30)
                finally:
                    program.kill()
        finally:
            recorded = audience.close()
    if status:
        raise OSError(f"the program ended with {status}")
    return recorded


def _wait(program: "subprocess.Popen[bytes]", what: str, until: Callable[[], bool], seconds: float) -> None:
    """For what the program does; OSError when it does not within so many seconds."""
    end = time.monotonic() + seconds
    while not until():
        if program.poll() is not None or time.monotonic() > end:
            raise OSError(f"{what} was awaited for {seconds:.0f} s; the program's status is {program.poll()}")
        time.sleep(0.1)


def _press(environment: dict[str, str], *keys: str) -> None:
    subprocess.run(["xdotool", "key", *keys], env=environment, check=True, timeout=30)
