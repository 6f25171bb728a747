"""Clicks are found again: with a known delay, in noise and in rooms, and through a sound server."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from loop_core.latency import MOST, TRUSTED, clicks, find_delay

RATE = 44_100
PLAYED = clicks(RATE)
NEEDED = ("pulseaudio", "pactl", "paplay", "parec")


def heard(
    seconds: float, *, level: float = 1.0, noise: float = 0.0, room: float = 0.0, seed: int = 0
) -> NDArray[np.float64]:
    """The clicks so much later; room: how loud the reverberation is against the direct sound."""
    random = np.random.default_rng(seed)
    start = round(seconds * RATE)
    sound = np.zeros(start + len(PLAYED) + RATE)
    sound[start : start + len(PLAYED)] = level * PLAYED
    if room:
        tail = random.normal(0, 1, RATE // 2) * np.exp(-np.arange(RATE // 2) / (0.1 * RATE))
        tail[: round(0.004 * RATE)] = 0.0
        tail *= room / np.sqrt((tail**2).sum())
        tail[0] = 1.0
        size, count = len(sound), 1 << 19
        sound = np.fft.irfft(np.fft.rfft(sound, count) * np.fft.rfft(tail, count))[:size]
    return sound + random.normal(0, noise, len(sound)) if noise else sound


@settings(max_examples=10, deadline=None)
@given(seconds=st.floats(0, MOST - 0.01), level=st.floats(0.001, 2))
def test_a_known_delay_is_found_to_the_millisecond(seconds: float, level: float) -> None:
    found = find_delay(PLAYED, heard(seconds, level=level), RATE)
    assert found.seconds == pytest.approx(seconds, abs=0.001)
    assert found.confidence > 0.7


@pytest.mark.parametrize("seconds", [0.0, 0.0123, 0.2, 0.777])
@pytest.mark.parametrize("noise", [0.0, 0.02, 0.2])
@pytest.mark.parametrize("room", [0.0, 0.5, 1.0])
def test_noise_and_reverberation_move_it_by_less_than_ten_milliseconds(
    seconds: float, noise: float, room: float
) -> None:
    for seed in range(2):
        found = find_delay(PLAYED, heard(seconds, noise=noise, room=room, seed=seed), RATE)
        assert found.seconds == pytest.approx(seconds, abs=0.01)
        assert found.confidence > TRUSTED


@pytest.mark.parametrize("seed", range(4))
def test_noise_without_clicks_is_not_trusted(seed: int) -> None:
    noise = np.random.default_rng(seed).normal(0, 0.1, 5 * RATE)
    assert find_delay(PLAYED, noise, RATE).confidence < TRUSTED


def test_silence_has_no_delay() -> None:
    assert find_delay(PLAYED, np.zeros(RATE), RATE).confidence == 0.0
    assert find_delay(PLAYED, np.empty(0), RATE).confidence == 0.0


@pytest.fixture
def sound_server(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A sound server of its own, whose only sink at 48 kHz is heard by its monitor; what reaches it."""
    missing = [program for program in NEEDED if shutil.which(program) is None]
    if missing:
        pytest.skip(f"needs {', '.join(missing)}")
    socket = tmp_path / "socket"
    home = {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path), "PULSE_SERVER": f"unix:{socket}"}
    environment = {**os.environ, **home}
    modules = (
        "module-null-sink sink_name=null rate=48000",
        f"module-native-protocol-unix socket={socket} auth-anonymous=1",
    )
    loaded = [part for module in modules for part in ("-L", module)]
    start = ["pulseaudio", "-n", "--daemonize=yes", "--exit-idle-time=-1", "--disallow-exit=no", *loaded]
    if subprocess.run(start, env=environment, timeout=30, check=False, capture_output=True).returncode:
        pytest.skip("pulseaudio does not start here")
    yield environment
    subprocess.run(["pactl", "exit"], env=environment, timeout=30, check=True)


def test_clicks_are_found_in_what_a_sound_server_played(sound_server: dict[str, str], tmp_path: Path) -> None:
    raw = f"--rate={RATE} --channels=1 --format=s16le --raw".split()
    (tmp_path / "clicks").write_bytes((PLAYED * 32767).astype("<i2").tobytes())
    record = ["parec", "-d", "null.monitor", "--latency-msec=20", *raw]
    play = ["paplay", "-d", "null", "--volume=20000", *raw, str(tmp_path / "clicks")]
    with subprocess.Popen(record, env=sound_server, stdout=subprocess.PIPE) as recorder:
        assert recorder.stdout is not None
        recorder.stdout.read(RATE // 5)  # it has begun
        with subprocess.Popen(play, env=sound_server) as player:
            sound = np.frombuffer(recorder.stdout.read(2 * (len(PLAYED) + RATE)), "<i2") / 32768
            assert player.wait(timeout=30) == 0
        recorder.terminate()
    found = find_delay(PLAYED, sound, RATE)
    assert found.confidence > 0.7
    for later in (0.05, 0.3):
        shifted = find_delay(PLAYED, np.concatenate([np.zeros(round(later * RATE)), sound]), RATE)
        assert shifted.seconds == pytest.approx(found.seconds + later, abs=0.001)
