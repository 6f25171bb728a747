"""The window is resized, hidden, toggled; the machine sleeps, or is busy: the show goes on where it was."""

import os
import shutil
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from faults import quits
from screen import SECONDS, Running, needs_screen, screen
from Xlib import X
from Xlib.display import Display

from app.player import SilentPlayer
from loop_core.clock import ASLEEP, BLINK, AwakeClock, VirtualClock

STALL = 2.0
TOGGLES = 50
FONTS = 40
"""Files that the fonts of another size keep open, at most."""

pytestmark = needs_screen
needs_manager = pytest.mark.skipif(not shutil.which("openbox"), reason="needs the window manager openbox")


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A screen; pictures and temporary files go to folders of the test's own."""
    with screen() as environment:
        for name in ("tmp", "pictures"):
            (tmp_path / name).mkdir()
        homes = {"TMPDIR": str(tmp_path / "tmp"), "XDG_PICTURES_DIR": str(tmp_path / "pictures")}
        yield {**environment, **homes}


@pytest.fixture
def manager(environment: dict[str, str]) -> Iterator[None]:
    with subprocess.Popen(["openbox", "--sm-disable"], env={**os.environ, **environment}) as running:
        yield
        running.terminate()


@pytest.fixture
def play(environment: dict[str, str], tmp_path: Path) -> Iterator[Running]:
    running = Running(tmp_path, environment, "play", "--start", "--size", "1000x700")
    yield running
    running.close()


def xdotool(running: Running, *command: str) -> str:
    done = subprocess.run(
        ["xdotool", *command], check=True, env=running.environment, capture_output=True, text=True, timeout=30
    )
    return done.stdout.strip()


def looked(seen: Display) -> bytes:
    """The top of the screen, where the show's top line stands."""
    top = seen.screen().root.get_image(0, 0, 1000, 60, X.ZPixmap, 0xFFFFFFFF)
    return bytes(top.data)


def descriptors(running: Running) -> int:
    return len(list(Path(f"/proc/{running.program.pid}/fd").iterdir()))


def pictured(running: Running, tmp_path: Path) -> tuple[int, int]:
    """The size of the picture that the window is asked for."""
    running.press("p")
    name = running.hears("Picture: ").removeprefix("Picture: ")
    head = (tmp_path / "pictures" / "Torchaoke" / name).read_bytes()[:24]
    width, height = struct.unpack(">II", head[16:24])
    return width, height


@needs_manager
def test_the_stage_fills_the_window_at_every_size(manager: None, play: Running, tmp_path: Path) -> None:
    play.hears("sung: Let's train!")
    window = xdotool(play, "getactivewindow")
    for size in ((1200, 720), (960, 540), (1004, 760), (1280, 700)):
        xdotool(play, "windowsize", "--sync", window, *map(str, size))
        assert pictured(play, tmp_path) == size
    quits(play, tmp_path / "tmp")


@needs_manager
def test_fifty_times_full_screen_and_back_leaves_the_window_as_it_was(
    manager: None, play: Running, tmp_path: Path
) -> None:
    play.hears("sung: Let's train!")
    window = xdotool(play, "getactivewindow")
    xdotool(play, "windowsize", "--sync", window, "1100", "720")
    assert pictured(play, tmp_path) == (1100, 720)
    held = descriptors(play)
    xdotool(play, "key", "--delay", "100", *["f"] * (2 * TOGGLES - 1))
    assert pictured(play, tmp_path) == (1280, 800)  # all of the screen
    play.press("f")
    play.hears("sung:")
    assert pictured(play, tmp_path) == (1100, 720)
    assert descriptors(play) <= held + FONTS
    quits(play, tmp_path / "tmp")


@needs_manager
def test_a_window_that_is_minimised_plays_on(manager: None, play: Running, tmp_path: Path) -> None:
    play.hears("sung: Let's train!")
    window = xdotool(play, "getactivewindow")
    xdotool(play, "windowminimize", window)
    play.hears("sung: For an epoch in a range")
    play.hears("sung: Call model dot train")
    xdotool(play, "windowmap", window, "windowactivate", "--sync", window)
    assert pictured(play, tmp_path) == (1000, 700)
    xdotool(play, "windowfocus", "--sync", window)
    quits(play, tmp_path / "tmp")


def test_a_window_that_was_covered_is_whole_again_while_the_show_stands_still(
    environment: dict[str, str], play: Running, tmp_path: Path
) -> None:
    play.hears("sung: Let's train!")
    play.press("space")
    play.hears("paused")
    with closing(Display(environment["DISPLAY"])) as seen:
        before = looked(seen)
        windows = seen.screen().root.query_tree().children
        (window,) = (window for window in windows if window.get_geometry().width == 1000)
        window.unmap()
        assert looked(seen) != before
        window.map()
        end = time.monotonic() + SECONDS
        while looked(seen) != before and time.monotonic() < end:
            pass
        assert looked(seen) == before
        window.set_input_focus(X.RevertToParent, X.CurrentTime)  # there is nobody else who would
        seen.sync()
    quits(play, tmp_path / "tmp")


def test_a_process_that_was_stopped_goes_on_where_it_was(play: Running, tmp_path: Path) -> None:
    play.hears("sung: For an epoch in a range")
    began = time.monotonic()
    play.program.send_signal(signal.SIGSTOP)
    time.sleep(STALL)  # what it survives takes so long
    play.program.send_signal(signal.SIGCONT)
    said: list[str] = []
    play.hears("sung: Call model dot train", said.append)
    assert time.monotonic() - began > STALL + 2  # it has 2.8 s to go, of which nothing is left out
    assert not any("vamp" in line for line in said)
    quits(play, tmp_path / "tmp")


@pytest.mark.parametrize("seconds", [2.0, 3600.0])
def test_a_song_without_sound_goes_on_where_it_was_when_the_machine_wakes(seconds: float) -> None:
    real = VirtualClock(100.0)
    awake = AwakeClock(real.now)
    player = SilentPlayer(60.0, awake.now)
    player.play(10.0)
    for _ in range(60):
        real.advance(1 / 60)
        awake.tick()
    assert player.position() == pytest.approx(11.0)
    real.advance(seconds)
    awake.tick()
    assert player.position() == pytest.approx(11.0 + BLINK)


def test_a_slow_picture_is_no_sleep() -> None:
    real = VirtualClock()
    awake = AwakeClock(real.now)
    for _ in range(10):
        real.advance(ASLEEP)
        awake.tick()
    assert awake.now() == pytest.approx(10 * ASLEEP)


def test_with_all_cores_busy_the_show_goes_on_and_ends_at_once(play: Running, tmp_path: Path) -> None:
    others = [
        subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(os.cpu_count() or 1)
    ]
    try:
        play.hears("sung: Let's train!")
        began = time.monotonic()
        play.hears("forward in epoch 0: shape (40, 1)")
        assert time.monotonic() - began < 7 + 2  # in the song it is 7 s later
        quits(play, tmp_path / "tmp")
    finally:
        for other in others:
            other.kill()
            other.wait()
