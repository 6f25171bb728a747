"""A sound server of a test's own, whose only device comes and goes."""

import os
import select
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

needs_sound_server = pytest.mark.skipif(
    not (shutil.which("pulseaudio") and shutil.which("pactl")),
    reason="needs the programs pulseaudio and pactl",
)


class SoundServer:
    """PulseAudio in a folder; environment: what programs need to find it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._socket, self._pid = folder / "socket", folder / "pulse" / "pid"
        home = {"HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}
        self._own = {**os.environ, **home, "PULSE_SERVER": f"unix:{self._socket}"}
        self.environment = {"PULSE_SERVER": f"unix:{self._socket}", "SDL_AUDIODRIVER": "pulseaudio"}
        self._device = ""
        self._began = False

    def start(self, device: bool = True) -> None:
        """With or without its device."""
        module = f"module-native-protocol-unix socket={self._socket} auth-anonymous=1"
        options = ["-n", "--daemonize=yes", "--exit-idle-time=-1", "--disallow-exit=no", "-L", module]
        done = subprocess.run(
            ["pulseaudio", *options], env=self._own, timeout=30, capture_output=True, text=True
        )
        if done.returncode and not self._began:
            pytest.skip("pulseaudio does not start here")
        assert done.returncode == 0, done.stderr
        self._began = True
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
        os.kill(int(self._pid.read_text()), number)

    def kill(self) -> None:
        """End the server, where it runs, as an accident would."""
        with suppress(FileNotFoundError, ProcessLookupError):
            process = os.pidfd_open(int(self._pid.read_text()))
            signal.pidfd_send_signal(process, signal.SIGKILL)
            select.select([process], [], [])
            os.close(process)

    def _ask(self, *arguments: str) -> str:
        done = subprocess.run(
            ["pactl", *arguments], env=self._own, timeout=30, check=True, capture_output=True, text=True
        )
        return done.stdout
