"""The window itself, on SDL's dummy drivers and in processes of its own."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pygame
import pytest

from app.display import SIGNS, key_of

PLAY = """
import signal, sys, threading, time
from functools import partial
from pathlib import Path
from app import parts, window
from app.settings import load_settings
from assets import SONGS
from loop_core.lessons import find_lesson
from loop_core.song import load_song

pictures = []

def watch(frame):
    {watch}

kept = load_settings(Path(sys.argv[1]) / "settings.toml")
song, lesson = load_song(SONGS / "optimization_loop"), find_lesson("straight_line")
opening = partial(parts.conductor_for, song, Path(sys.argv[1]), time.perf_counter)
options = {{"start": True, "fullscreen": False, "size": (1280, 720), "watch": watch, "kept": kept}}
status = window.play(song, lesson, opening, **options)
print("status", status, "threads", threading.active_count(), "torch", "torch" in sys.modules)
"""


def play(folder: str, watch: str, **environment: str) -> subprocess.CompletedProcess[str]:
    drivers = {"SDL_VIDEODRIVER": "dummy", "SDL_AUDIODRIVER": "dummy", **environment}
    return subprocess.run(
        [sys.executable, "-c", PLAY.format(watch=watch), folder],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, **drivers},
    )


def test_the_song_plays_and_the_first_operation_is_shown(tmp_path: Path) -> None:
    done = play(str(tmp_path), "return frame.snapshot is not None")
    assert done.stderr == ""
    assert done.stdout.strip() == "status 0 threads 1 torch True"


def test_the_first_picture_comes_before_torch(tmp_path: Path) -> None:
    done = play(str(tmp_path), "print('torch' in sys.modules, frame.ready); return True")
    assert done.stdout.splitlines()[0] == "False False"
    assert done.stderr == ""


def test_closing_the_window_during_torch_s_import_ends_at_once_and_cleanly(tmp_path: Path) -> None:
    second = "pictures.append(frame.ready); return len(pictures) == 2"
    done = play(str(tmp_path), second)
    assert done.returncode == 0
    assert done.stderr == ""
    assert done.stdout.startswith("status 0 threads 1")


def test_without_a_sound_device_the_show_goes_on(tmp_path: Path) -> None:
    done = play(str(tmp_path), "return frame.now > 0.5", SDL_AUDIODRIVER="none of these")
    assert done.stdout.startswith("status 0")
    assert done.stderr == ""


PRESS = (
    "game = window.pygame; keys = [getattr(game, name) for name in {keys!r}]; "
    "first = frame.controls.sound and not pictures; "
    "first and [game.event.post(game.event.Event(game.KEYDOWN, key=key, unicode='')) for key in keys]; "
    "frame.controls.sound and pictures.append(frame); return len(pictures) == 10"
)
"""Presses keys at the first picture with sound, and ends with the tenth."""


def test_what_the_keys_have_changed_is_kept_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("language = 'zh'\nnew = 1\n", encoding="utf-8")
    done = play(str(tmp_path), PRESS.format(keys=("K_t", "K_MINUS", "K_k", "K_e", "K_PERIOD")))
    assert (done.stderr, done.returncode) == ("", 0)
    found = tomllib.loads(path.read_text(encoding="utf-8"))
    assert found.pop("offsets") == {"dummy": {"0, 1024 x 768": 0.005}}
    expected = {"language": "zh", "new": 1, "theme": "light", "lesson": "straight_line"}
    assert found == {**expected, "volume": 0.9, "difficulty": "hard"}


def test_the_show_goes_by_what_was_calibrated_for_its_devices(tmp_path: Path) -> None:
    kept = "[sounds]\ndummy = 0.18\n[pictures]\n'0, 1024 x 768' = 0.05\n"
    (tmp_path / "settings.toml").write_text(kept, encoding="utf-8")
    watch = "return bool(frame.controls.sound) and not print(frame.controls.offset)"
    done = play(str(tmp_path), watch)
    assert done.stdout.splitlines()[0] == "0.13"


def test_settings_that_cannot_be_kept_are_one_line_and_no_failure(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").mkdir()
    (tmp_path / "settings.toml" / "in the way").touch()
    done = play(str(tmp_path), PRESS.format(keys=("K_t",)))
    assert done.returncode == 0
    assert done.stderr.startswith("torchaoke: settings are not kept: ")
    assert done.stderr.count("\n") == 1


def test_damaged_settings_are_told_in_the_window(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("theme = 7", encoding="utf-8")
    done = play(str(tmp_path), "print(frame.controls.message); return True")
    said = done.stdout.splitlines()[0]
    assert said.startswith("Settings could not be read, and are kept as settings.damaged-1.toml: ")
    assert said.endswith("settings.toml: theme is 7; expected a name")
    assert (tmp_path / "settings.damaged-1.toml").read_text(encoding="utf-8") == "theme = 7"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no variable says where pictures go")
def test_p_writes_a_picture_and_says_its_name(tmp_path: Path) -> None:
    watch = (
        "key = window.pygame.event.Event(window.pygame.KEYDOWN, key=window.pygame.K_p, unicode='p'); "
        "pictures or (pictures.append(0), window.pygame.event.post(key)); "
        "return frame.controls.message.startswith('Picture: ') and not print(frame.controls.message)"
    )
    folders = {"XDG_CONFIG_HOME": str(tmp_path), "XDG_PICTURES_DIR": str(tmp_path / "pictures")}
    done = play(str(tmp_path), watch, **folders)
    (path,) = (tmp_path / "pictures" / "Torchaoke").iterdir()
    assert done.stdout.splitlines()[0] == f"Picture: {path.name}"
    assert path.read_bytes().startswith(b"\x89PNG")
    assert done.stderr == ""


# Each picture of this many, or the first of the song, is where Ctrl-C comes.
@pytest.mark.parametrize("moment", ["len(pictures) == 1", "len(pictures) == 2", "frame.now > 0.2"])
def test_ctrl_c_ends_the_show_with_130(tmp_path: Path, moment: str) -> None:
    send = f"pictures.append(0); ({moment}) and signal.raise_signal(signal.SIGINT); return False"
    done = play(str(tmp_path), send)
    assert done.stderr.splitlines()[-1] == "KeyboardInterrupt"
    assert "status" not in done.stdout


def test_ctrl_c_at_the_command_line_says_so_and_nothing_else(tmp_path: Path) -> None:
    code = "import signal, app.window as w; w.Show.open = lambda show: signal.raise_signal(signal.SIGINT); "
    code += (
        "from app.__main__ import main; import sys; sys.argv = ['torchaoke', 'play', '--no-settings']; main()"
    )
    drivers = {"SDL_VIDEODRIVER": "dummy", "SDL_AUDIODRIVER": "dummy"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, **drivers},
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "interrupted\n")


def test_without_a_display_the_message_names_headless() -> None:
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    done = subprocess.run(
        [sys.executable, "-m", "app", "play"],
        capture_output=True,
        text=True,
        timeout=60,
        env={**environment, "SDL_VIDEODRIVER": "no such driver"},
    )
    assert done.returncode == 2
    assert done.stderr.startswith("torchaoke: no display:")
    assert "torchaoke headless" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("sign", sorted(SIGNS))
def test_a_sign_is_the_same_key_on_every_keyboard(sign: str) -> None:
    elsewhere = pygame.event.Event(pygame.KEYDOWN, key=pygame.K_8, unicode=sign)
    assert key_of(elsewhere) == ord(sign)
    assert key_of(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_8, unicode="8")) == pygame.K_8
