"""What is still held after many songs."""

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from app.bench.figures import DEFAULT_LESSON, OpenConductor, Row
from app.virtual import ticks

TIMES = 100
BEFORE = 5
"""Songs after which everything that is kept once has been made."""


def rows(open_conductor: OpenConductor, times: int = TIMES) -> Iterator[Row]:
    """One conductor through ``times`` songs; the reference is what the process held before them."""
    if _resident() is None:
        yield Row("memory", "not measured: this system has no /proc/self/statm")
        return
    with closing(open_conductor(None, DEFAULT_LESSON)) as conductor:
        for song in range(BEFORE + times):
            if song == BEFORE:
                start = _resident() or 0.0
            for _ in ticks(conductor, (number / 10 for number in range(int(conductor.song.length * 10)))):
                pass
        end = _resident() or 0.0
    yield Row(
        f"more after {times} songs in virtual time",
        f"{end - start:.2f} MB",
        f"{start:.0f} MB before them",
        "2 MB",
        end - start <= 2,
    )


def _resident() -> float | None:
    """Resident memory in MB, where Linux tells it."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return None
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
