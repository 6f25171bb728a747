"""What else keeps the machine busy while something is measured."""

import os
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Load:
    """Cores kept busy by whatever else runs on the machine, and by this program and its children."""

    others: float
    own: float


class Meter:
    """What keeps the machine busy from its making on."""

    def __init__(self) -> None:
        self._began = self._read()

    def load(self) -> Load:
        """Until now, of children that have ended."""
        seconds, busy, own = (now - then for now, then in zip(self._read(), self._began, strict=True))
        return Load((busy - own) / seconds, own / seconds)

    @staticmethod
    def _read() -> tuple[float, float, float]:
        user, nice, system, _, _, interrupts, softer, *_ = Path("/proc/stat").read_text().split()[1:]
        busy = sum(map(int, (user, nice, system, interrupts, softer))) / os.sysconf("SC_CLK_TCK")
        return time.monotonic(), busy, sum(os.times()[:4])
