"""What every fault has to leave behind: a program that ends at once, in silence and without a trace."""

import time
from pathlib import Path

from screen import Running

SOON = 5.0
"""Seconds in which the program ends, whatever has happened."""


def quits(running: Running, temporary: Path, errors: str = "") -> None:
    """By its key Q, with these words on standard error; none of its files is left in ``temporary``."""
    running.press("q")
    began = time.monotonic()
    status, _, said = running.ended()
    assert (status, said) == (0, errors)
    assert time.monotonic() - began < SOON
    assert list(temporary.glob("*torchaoke*")) == []
