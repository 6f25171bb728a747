"""A sound server of a test's own, whose only device comes and goes."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

needs_sound_server = pytest.mark.skipif(
    not (shutil.which("pulseaudio") and shutil.which("pactl")),
    reason="needs the programs pulseaudio and pactl",
)

START = 30.0
"""Seconds until it must be there, or gone."""


class SoundServer:
    """PulseAudio in a folder; environment: what programs need to find it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._socket, self._settings = folder / "socket", folder / "daemon.conf"
        self._settings.write_text("rlimit-rttime = -1\n")  # on a busy machine the kernel would kill it
        home = {"HOME": str(folder), "XDG_RUNTIME_DIR": str(folder), "PULSE_CONFIG": str(self._settings)}
        self._own = {**os.environ, **home, "PULSE_SERVER": f"unix:{self._socket}"}
        self.environment = {"PULSE_SERVER": f"unix:{self._socket}", "SDL_AUDIODRIVER": "pulseaudio"}
        self._device = ""
        self._server: subprocess.Popen[bytes] | None = None

    def start(self, device: bool = True) -> None:
        """With or without its device."""
        began = self._server is not None
        module = f"module-native-protocol-unix socket={self._socket} auth-anonymous=1"
        options = ["-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1", "-L", module]
        self._socket.unlink(missing_ok=True)
        self._server = subprocess.Popen(
            ["pulseaudio", *options], env=self._own, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        end = time.monotonic() + START
        while not self._socket.exists() and self._server.poll() is None and time.monotonic() < end:
            time.sleep(0.02)
        if not self._socket.exists() and not began:
            pytest.skip("pulseaudio does not start here")
        assert self._socket.exists(), f"pulseaudio: status {self._server.poll()}"
        if device:
            self.plug()

    def plug(self) -> None:
        """The device appears."""
        self._device = self._ask("load-module", "module-null-sink", "sink_name=null", "rate=48000").strip()

    def unplug(self) -> None:
        """The device is gone."""
        self._ask("unload-module", self._device)

    def heard(self) -> int:
        """How many streams play."""
        return len(self._ask("list", "short", "sink-inputs").splitlines())

    def send(self, number: signal.Signals) -> None:
        """A signal to the server."""
        assert self._server is not None
        self._server.send_signal(number)

    def kill(self) -> None:
        """End the server, where it runs, as an accident would."""
        if self._server is not None:
            self._server.kill()
            self._server.wait(timeout=START)

    def _ask(self, *arguments: str) -> str:
        done = subprocess.run(
            ["pactl", *arguments], env=self._own, timeout=30, check=True, capture_output=True, text=True
        )
        return done.stdout
