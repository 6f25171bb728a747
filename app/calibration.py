"""How late the microphone hears what the show plays, measured through the air."""

import time
from functools import partial

import pygame
from rich.console import Console

from app.audio import play_once
from app.microphone import measure_latency, open_stream
from app.settings import Kept
from loop_core.errors import InputError
from loop_core.latency import TRUSTED


def calibrate(console: Console, kept: Kept) -> bool:
    """Play clicks, keep by how much later they were heard, and say whether they were."""
    real = time.perf_counter
    if kept.message is not None:
        console.print(kept.message.en)
    console.print("Playing clicks: hold the microphone to the loudspeaker or the headphones.")
    try:
        name, found = measure_latency(play_once, partial(open_stream, real), real)
    except pygame.error as error:
        raise InputError(f"no sound: {error}") from None
    finally:
        pygame.quit()
    if found.confidence < TRUSTED:
        console.print("The clicks were not heard: louder, or nearer.")
        return False
    kept.keep(lambda settings: settings.with_latency(name, found.seconds))
    console.print(f"{name}: {1000 * found.seconds:.0f} ms, from now on allowed for")
    return True
