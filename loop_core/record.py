"""A cue as it was played: when its operation ran, when its result was shown, and whether the song waited."""

from dataclasses import dataclass
from typing import Literal

from loop_core.snapshot import Snapshot
from loop_core.song import Cue

Timing = Literal["on time", "late", "vamped"]


@dataclass(frozen=True, slots=True)
class Record:
    """A cue as it was played, in song seconds.

    due: when its operation was to start.  started, ended: when it did and when it was done.
    onset: when its result was to be shown.  shown: when the first frame with it was.
    printed: all that its parts printed.
    late: a picture of its time came without it.  bars: for how many the song stood still for it.
    """

    cue: Cue
    snapshot: Snapshot
    printed: tuple[str, ...]
    due: float
    started: float
    ended: float
    onset: float
    shown: float
    late: bool = False
    bars: int = 0

    @property
    def timing(self) -> Timing:
        """Whether the song went on in time with it, without it, or waited."""
        if self.bars:
            return "vamped"
        return "late" if self.late else "on time"
