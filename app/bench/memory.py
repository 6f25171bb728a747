"""What is still held after many songs."""

from collections.abc import Iterator
from contextlib import closing

from app.bench.figures import DEFAULT_LESSON, OpenConductor, Row
from app.bench.held import held
from app.virtual import ticks

TIMES = 100
BEFORE = 5
"""Songs after which everything that is kept once has been made."""


def rows(open_conductor: OpenConductor, times: int = TIMES) -> Iterator[Row]:
    """One conductor through ``times`` songs; the reference is what the process held before them."""
    if held() is None:
        yield Row("memory", "not measured: this system has no /proc/self/statm")
        return
    with closing(open_conductor(None, DEFAULT_LESSON)) as conductor:
        for song in range(BEFORE + times):
            if song == BEFORE:
                start = _resident()
            for _ in ticks(conductor, (number / 10 for number in range(int(conductor.song.length * 10)))):
                pass
        end = _resident()
    yield Row(
        f"more after {times} songs in virtual time",
        f"{end - start:.2f} MB",
        f"{start:.0f} MB before them",
        "2 MB",
        end - start <= 2,
    )


def _resident() -> float:
    found = held()
    return 0.0 if found is None else found.memory
