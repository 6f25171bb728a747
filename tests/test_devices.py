"""Sound device and display have names: what SDL says, or the driver."""

import os
import subprocess
import sys
from pathlib import Path

import pygame
import pytest
from screen import SIZE, needs_screen, screen
from test_latency import sound_server  # noqa: F401

from app import devices

ASK = """
import pygame
from app.devices import display, sound_device
pygame.display.init()
pygame.display.set_mode((300, 200))
pygame.mixer.init()
print(sound_device(pygame.mixer.get_driver()))
print(display())
"""


def asked(**environment: str) -> list[str]:
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", ASK],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=Path(__file__).parents[1],
        env={**os.environ, "PYGAME_HIDE_SUPPORT_PROMPT": "1", **environment},
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.splitlines()


def test_a_driver_without_devices_is_called_by_its_own_name() -> None:
    sound, display = asked(SDL_VIDEODRIVER="dummy", SDL_AUDIODRIVER="dummy")
    assert sound == "dummy"
    assert display == "0, 1024 x 768"


def test_where_sdl_cannot_be_asked_drivers_stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "_sdl", lambda: None)
    pygame.display.init()
    pygame.display.set_mode((300, 200))
    assert devices.sound_device("alsa") == "alsa"
    assert devices.display() == "dummy, 1024 x 768"


@needs_screen
def test_a_sound_server_s_default_sink_and_the_display_have_their_names(
    sound_server: dict[str, str],  # noqa: F811
) -> None:
    more = [
        "load-module",
        "module-null-sink",
        "sink_name=two",
        "sink_properties=device.description=Headphones",
    ]
    subprocess.run(["pactl", *more], env=sound_server, timeout=30, check=True, capture_output=True)
    subprocess.run(["pactl", "set-default-sink", "two"], env=sound_server, timeout=30, check=True)
    with screen() as environment:
        found = asked(**{**sound_server, **environment, "SDL_AUDIODRIVER": "pulseaudio"})
    assert found[0] == "Headphones"
    assert found[1].endswith("{} x {}".format(*SIZE))
