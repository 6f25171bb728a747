"""``torchaoke play`` that tells its times and ends: run as ``python -m app.bench.probe``.

It imports nothing that the command does not import, so that the times are the command's own.
"""

import time
from functools import partial
from typing import TYPE_CHECKING

from app import cli, window

if TYPE_CHECKING:  # it imports numpy, which must not come before the window
    from collections.abc import Callable

    from loop_core.frame import Frame


def watch(frame: "Frame") -> bool:
    """Print the time of each picture that is on screen; the show ends when the lesson is warm."""
    print(time.time(), flush=True)
    return frame.ready


def watched(play: "Callable[..., int]", *arguments: object, **options: object) -> int:
    """The show, told of by `watch` whatever else would watch it."""
    return play(*arguments, **{**options, "watch": watch})


if __name__ == "__main__":
    window.play = partial(watched, window.play)
    cli.app(["play", "--no-settings"])
