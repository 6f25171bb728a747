"""`torchaoke trace compare`: where two runs part."""

import math
from pathlib import Path
from typing import Annotated

import typer

from app import completing
from app.options import read_names
from loop_core.errors import InputError


def compare(
    a: Annotated[Path, typer.Argument(metavar="A.jsonl", help="The trace of one run.")],
    b: Annotated[Path, typer.Argument(metavar="B.jsonl", help="That of another one.")],
    tolerance: Annotated[
        str, typer.Option(metavar="NUMBER", help="How far two numbers may be from each other, as in 1e-6.")
    ] = "0",
    ignore: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAMES",
            help="What is not compared, as in evidence,code_lines.",
            autocompletion=completing.field,
        ),
    ] = None,
    times: Annotated[
        bool, typer.Option("--times", help="Compare the times of runs in real time as well.")
    ] = False,
) -> None:
    """Say the first place where two runs part: cue, operation, epoch, value, and how much differs after it.

    Exits with 0 when nothing differs, with 1 when something does, with 2 for unusable input.

    Numbers are compared to the last bit. With --tolerance they may differ by that share of the larger one,
    or by that much where both are below 1; so may decimal numbers in printed text, and by one in their last
    digit. The times of a run in real time are never the same twice, and are left out without --times.

    \b
    torchaoke trace compare run.jsonl other.jsonl
    torchaoke trace compare here.jsonl there.jsonl --tolerance 1e-6
    torchaoke trace compare mine.jsonl yours.jsonl --ignore evidence,code_lines
    """
    from app.comparison_shown import comparison_lines
    from loop_core.trace_compare import FIELDS
    from loop_core.trace_compare import compare as compared
    from loop_core.trace_file import TIMES, read_trace

    allowed = _read_tolerance(tolerance)
    ignored = set(read_names("--ignore", ignore, FIELDS) if ignore else ())
    traces = read_trace(a), read_trace(b)
    untimed = not times and (any(trace.real for trace in traces) or traces[0].fps != traces[1].fps)
    found = compared(*traces, allowed, ignored | set(TIMES if untimed else ()))
    for line in comparison_lines(*traces, found, untimed, sorted(ignored)):
        typer.echo(line)
    raise typer.Exit(0 if found.first is None else 1)


def _read_tolerance(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= 1:
        raise InputError(f"--tolerance {text!r}; expected a number from 0 to 1, as in 1e-6")
    return value
