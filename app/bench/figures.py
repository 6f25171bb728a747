"""What the parts of the bench give, take and share."""

import gc
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from loop_core.conductor import Conductor
from loop_core.lessons import Lesson, find_lesson

FPS = 60
SIZE = (1920, 1080)
DEFAULT_LESSON = find_lesson("straight_line")

OpenConductor = Callable[[Callable[[], float] | None, Lesson], Conductor]


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: what, its value, the reference and its value, the target and whether it is met."""

    what: str
    value: str
    reference: str = ""
    target: str = ""
    met: bool | None = None


def milliseconds(work: Callable[[], object], times: int) -> float:
    """The median time that ``work`` takes."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return 1000 * median(taken)


def forget() -> None:
    """Empty all caches that earlier pictures have filled, as fonts that a closed window leaves unusable."""
    for name in [name for name in sys.modules if name.startswith(("app.", "loop_core."))]:
        for kept in vars(sys.modules[name]).values():
            if hasattr(kept, "cache_clear"):
                kept.cache_clear()
    gc.collect()
