"""How long the show takes to begin, each time in a process of its own."""

import subprocess
import sys
import time
from collections.abc import Iterator
from statistics import median

from app.bench.figures import Row
from app.bench.screen import environment

WINDOW = "import pygame; pygame.display.init(); pygame.display.set_mode((1280, 720)); pygame.display.flip()"
TORCH = "import torch; torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)"


def rows(times: int = 3) -> Iterator[Row]:
    """The median of so many processes each."""
    starts = [_start() for _ in range(times)]
    shown, ready = (median(column) for column in zip(*starts, strict=True))
    window, torch = (median(_seconds(code) for _ in range(times)) for code in (WINDOW, TORCH))
    reference = f"{window:.2f} s for an empty pygame window"
    yield Row("first picture after the command starts", f"{shown:.2f} s", reference, "0.5 s", shown <= 0.5)
    yield Row("ready to play", f"{ready:.2f} s", f"{torch:.2f} s for torch and one optimizer alone")


def _start() -> tuple[float, float]:
    """Seconds from the command to its first picture, and to the one on which the lesson is warm."""
    began = time.time()
    shown = _output("-m", "app.bench.probe").split()
    return float(shown[0]) - began, float(shown[-1]) - began


def _seconds(code: str) -> float:
    began = time.perf_counter()
    _output("-c", code)
    return time.perf_counter() - began


def _output(*arguments: str) -> str:
    command = [sys.executable, *arguments]
    done = subprocess.run(  # nosec B603  # this Python, with code from here
        command, capture_output=True, text=True, check=True, env=environment(), timeout=120
    )
    return done.stdout
