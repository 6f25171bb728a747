"""A screen and a loudspeaker of one's own: an X server in memory, and a sound server with an empty sink."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

RATE = 44_100
"""The sink's, and the songs': nothing is resampled on the way, so that every sample can be compared."""
SINK = "null"
START = 30.0
"""Seconds until the sound server must be there."""
PROGRAMS = ("Xvfb", "xdotool", "pulseaudio", "parec")


def missing() -> str:
    """The programs that the rig needs and that are not there, with commas; '' when all are."""
    return ", ".join(program for program in PROGRAMS if shutil.which(program) is None)


@contextmanager
def screen(width: int, height: int) -> Iterator[dict[str, str]]:
    """An X server; what the environment of its programs needs."""
    reader, writer = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writer), "-screen", "0", f"{width}x{height}x24"],
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


@contextmanager
def loudspeaker(rate: int = RATE) -> Iterator[dict[str, str]]:
    """A sound server whose only sink takes samples as its clock, the system's own, demands them.

    What the environment of its programs needs. Raises OSError when it does not start.
    """
    with tempfile.TemporaryDirectory(prefix="rig-") as folder:
        socket = Path(folder, "socket")
        settings = Path(folder, "daemon.conf")
        settings.write_text("rlimit-rttime = -1\n")  # on a busy machine the kernel would kill it
        home = {"HOME": folder, "XDG_RUNTIME_DIR": folder, "PULSE_SERVER": f"unix:{socket}"}
        environment = {**os.environ, **home, "PULSE_CONFIG": str(settings)}
        modules = (  # without rewinds what was recorded is never taken back and recorded anew
            f"module-null-sink sink_name={SINK} rate={rate} channels=2 format=s16le norewinds=1",
            f"module-native-protocol-unix socket={socket} auth-anonymous=1",
        )
        loaded = [part for module in modules for part in ("-L", module)]
        command = ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", *loaded]
        with Path(folder, "errors").open("w+") as errors:
            server = subprocess.Popen(command, env=environment, stderr=errors)
            try:
                _wait_for(socket, server)
                yield {**home, "SDL_AUDIODRIVER": "pulseaudio"}
            finally:
                ended = server.poll()
                server.terminate()
                server.wait(timeout=30)
                if ended is not None:
                    errors.seek(0)
                    raise OSError(f"pulseaudio ended by itself with {ended}: {errors.read().strip()}")


def _wait_for(path: Path, server: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + START
    while not path.exists() and server.poll() is None and time.monotonic() < end:
        time.sleep(0.02)
