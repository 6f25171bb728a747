"""How late the microphone hears what the show plays, measured through the air."""

import time
from collections.abc import Callable
from functools import partial

import pygame
from rich.console import Console

from app.audio import play_once
from app.microphone import measure_latency, open_stream
from loop_core.errors import InputError
from loop_core.latency import TRUSTED


def calibrate(console: Console, keep: Callable[[str, float], None]) -> bool:
    """Play clicks and say whether they were heard; keep: takes the microphone's name and its latency."""
    real = time.perf_counter
    console.print("Playing clicks: hold the microphone to the loudspeaker or the headphones.")
    try:
        name, found = measure_latency(play_once, partial(open_stream, real), real)
    except pygame.error as error:
        raise InputError(f"no sound: {error}") from None
    finally:
        pygame.quit()
    heard = found.confidence >= TRUSTED
    if heard:
        console.print(f"{name}: {1000 * found.seconds:.0f} ms, from now on allowed for")
        keep(name, found.seconds)
    else:
        console.print("The clicks were not heard: louder, or nearer.")
    return heard
