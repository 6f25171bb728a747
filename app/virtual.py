"""Virtual time: the frames of a song as fast as they can be made, and how far that has come."""

import sys
from collections.abc import Iterable, Iterator

from loop_core.conductor import Conductor
from loop_core.frame import Frame


def ticks(conductor: Conductor, times: Iterable[float]) -> Iterator[Frame]:
    """The frames of a song at these times, in seconds."""
    for now in times:
        yield conductor.tick(min(now, conductor.song.length))


def watched(frames: Iterable[Frame], count: int, doing: str) -> Iterable[Frame]:
    """The same frames, with a bar and the time left on standard error where somebody can see it."""
    if not sys.stderr.isatty():
        return frames
    from rich.console import Console
    from rich.progress import track

    return track(frames, doing, count, console=Console(stderr=True))
