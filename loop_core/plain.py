"""The same lesson run plainly, without a probe: what the stepped loop is compared with."""

import builtins
import contextlib
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loop_core.listing import Listing, compile_plainly


@dataclass(frozen=True, slots=True)
class PlainRun:
    """A finished run: the lesson's variables, and the seconds that its epoch loop took."""

    names: dict[str, Any]
    seconds: float


def run_plainly(listing: Listing, folder: Path) -> PlainRun:
    """Run the whole file in ``folder``, its ``print`` silent; raises whatever the lesson raises."""
    before, loop, after = compile_plainly(listing)
    quiet = {**vars(builtins), "print": lambda *values, **options: None}
    names: dict[str, Any] = {"__name__": "__main__", "__file__": str(listing.path), "__builtins__": quiet}
    with contextlib.chdir(folder):
        exec(before, names)  # nosec B102  # a lesson, as any Python would run it
        start = time.perf_counter()
        exec(loop, names)  # nosec B102  # as above
        seconds = time.perf_counter() - start
        exec(after, names)  # nosec B102  # as above
    return PlainRun(names, seconds)
