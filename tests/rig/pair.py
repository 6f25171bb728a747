"""A known pair: a program that clicks and flashes, and says when; by which the rig is measured.

The sound server tells how long it will be until a sample is heard, and a flash is seen when the X server has
answered that it is drawn. Run as a file, with the display in the environment; prints rows of JSON.
"""

import ctypes
import json
import math
import statistics
import sys
import threading
import time
from ctypes import byref, c_int, c_uint8, c_uint32, c_void_p

import numpy as np
from numpy.typing import NDArray
from Xlib import display

RATE = 44_100
BUFFER = 512
"""Samples in the sound server's hands, as many as the program has there."""
APART, AGAINST = 0.5, (-0.04, -0.01, 0.0, 0.02, 0.06)
"""Seconds from click to click, and from a click to its flash, in turn."""
LEAD = 0.01
"""Seconds before a flash in which its moment is awaited without sleeping."""
FLASH = 0.1
"""Seconds that a flash lasts."""
BAND = (600, 880, 720, 80)
"""Where it flashes: left, top, width, height in pixels."""
ORANGE = 0xFF8000


class _Spec(ctypes.Structure):
    _fields_ = (("format", c_int), ("rate", c_uint32), ("channels", c_uint8))


class _Buffer(ctypes.Structure):
    _fields_ = tuple((name, c_uint32) for name in ("maxlength", "tlength", "prebuf", "minreq", "fragsize"))


class Loudspeaker:
    """A stream to the sound server, by its own library."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL("libpulse-simple.so.0")
        self._library.pa_simple_new.restype = c_void_p
        self._library.pa_simple_get_latency.restype = ctypes.c_uint64
        spec, error, most = _Spec(3, RATE, 2), c_int(), 0xFFFFFFFF  # 3: PA_SAMPLE_S16LE
        sizes = _Buffer(most, 4 * BUFFER, most, most, most)
        stream = self._library.pa_simple_new(
            None, b"pair", 1, None, b"pair", byref(spec), None, byref(sizes), byref(error)
        )
        if not stream:
            raise OSError(f"the sound server answers with error {error.value}")
        self._stream = c_void_p(stream)

    def play(self, sound: NDArray[np.int16]) -> float:
        """Hand over stereo samples; when the first that comes after them will be heard."""
        error = c_int()
        self._library.pa_simple_write(
            self._stream, sound.tobytes(), ctypes.c_size_t(sound.nbytes), byref(error)
        )
        before = time.monotonic()
        latency = self._library.pa_simple_get_latency(self._stream, byref(error))
        return (before + time.monotonic()) / 2 + latency / 1e6


class Lamp:
    """A window that is black or orange."""

    def __init__(self) -> None:
        self._display = display.Display()
        screen = self._display.screen()
        left, top, self._width, self._height = BAND
        self._window = screen.root.create_window(
            left,
            top,
            self._width,
            self._height,
            0,
            screen.root_depth,
            background_pixel=0,
            override_redirect=True,
        )
        self._window.map()
        self._paint = self._window.create_gc()
        self._display.sync()

    def show(self, color: int) -> float:
        """Paint it; when that was done."""
        self._paint.change(foreground=color)
        self._window.fill_rectangle(self._paint, 0, 0, self._width, self._height)
        self._display.sync()
        return time.monotonic()


def pair_sound(pairs: int) -> NDArray[np.int16]:
    """What it plays, stereo: noise, so that every sample can be told from its neighbours."""
    noise = np.random.default_rng(1).normal(0, 0.1, round((pairs + 2) * APART * RATE))
    return np.repeat((noise * 32767).astype("<i2")[:, None], 2, axis=1)


def against(pair: int) -> float:
    """By how many seconds a pair's flash is to come after its sound."""
    return AGAINST[pair % len(AGAINST)]


def play_pairs(pairs: int) -> list[tuple[float, float]]:
    """Play and flash them; when each one's sound is heard, as the server says, and when its flash is seen."""
    sound, told = pair_sound(pairs), []  # told: samples played, and when the next one will be heard
    lamp, loudspeaker = Lamp(), Loudspeaker()

    def play() -> None:
        for first in range(0, len(sound), BUFFER // 2):
            piece = sound[first : first + BUFFER // 2]
            told.append((first + len(piece), loudspeaker.play(piece)))

    player = threading.Thread(target=play)
    player.start()
    flashes = []
    for pair in range(pairs):
        sample = (pair + 1) * APART * RATE
        while (left := _heard(told, sample) + against(pair) - time.monotonic()) > 0:
            if left > LEAD:
                time.sleep(min(left - LEAD, LEAD))
        flashes.append(lamp.show(ORANGE))
        time.sleep(FLASH)
        lamp.show(0)
    player.join()
    return [(_heard(told, (pair + 1) * APART * RATE), flash) for pair, flash in enumerate(flashes)]


def _heard(told: list[tuple[int, float]], sample: float) -> float:
    """When a sample is heard, as the server told of those around it, so far as they have been played."""
    near = [time - played / RATE for played, time in told.copy() if abs(played - sample) < APART * RATE]
    return sample / RATE + statistics.median(near) if near else math.inf


if __name__ == "__main__":
    print(json.dumps(play_pairs(int(sys.argv[1]))))
