"""How late the microphone hears what the show plays, measured through the air."""

import time
from functools import partial

import pygame
from rich.console import Console

from app.audio import play_once
from app.microphone import measure_latency, open_stream
from loop_core.errors import InputError
from loop_core.latency import TRUSTED


def calibrate(console: Console) -> bool:
    """Play clicks, print what ``--latency`` is here, and say whether they were heard."""
    real = time.perf_counter
    console.print("Playing clicks: hold the microphone to the loudspeaker or the headphones.")
    try:
        found = measure_latency(play_once, partial(open_stream, real), real)
    except pygame.error as error:
        raise InputError(f"no sound: {error}") from None
    finally:
        pygame.quit()
    heard = found.confidence >= TRUSTED
    if heard:
        console.print(f"torchaoke sing --latency {1000 * found.seconds:.0f}")
    else:
        console.print("The clicks were not heard: louder, or nearer.")
    return heard
