"""`torchaoke trace show`: a trace as a short table."""

from pathlib import Path
from typing import Annotated

import typer

from app.parts import console

TraceArgument = Annotated[
    Path, typer.Argument(metavar="FILE.jsonl", help="What `headless --trace` has written.")
]


def show(file: TraceArgument) -> None:
    """Show each cue of a run with its operation, epoch, losses and verdict.

    \b
    torchaoke headless --trace run.jsonl
    torchaoke trace show run.jsonl
    """
    from app.trace_shown import show_trace
    from loop_core.trace_file import read_trace

    show_trace(console(), read_trace(file))
