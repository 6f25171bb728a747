"""`torchaoke trace csv` and `trace tensorboard`: a trace for other programs."""

from pathlib import Path
from typing import Annotated

import typer

from app.commands.trace.showing import TraceArgument
from app.options import check_target, own_folder
from loop_core.errors import InputError
from loop_core.files import folder_written_whole, writing

EVENTS = "events.out.tfevents."
"""What the names of TensorBoard's files begin with."""


def csv(
    file: TraceArgument,
    to: Annotated[
        Path | None,
        typer.Option(
            metavar="OUT.csv", help="The file. Default: the trace's name, in this folder.", show_default=False
        ),
    ] = None,
    losses: Annotated[
        bool, typer.Option("--losses", help="One row per epoch with both losses, of the fast epochs too.")
    ] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Replace a file that is there already.")] = False,
) -> None:
    """Write a trace as CSV: one row per operation, or with --losses one per epoch, and one of names above.

    RFC 4180 in UTF-8. Numbers are written to the last bit, and what is not known as an empty cell.

    \b
    torchaoke trace csv run.jsonl
    torchaoke trace csv run.jsonl --losses --to losses.csv
    """
    from loop_core.trace_file import read_trace
    from loop_core.trace_tables import loss_rows, operation_rows, write_csv

    trace = read_trace(file)
    target = to or Path(f"{file.stem}{'.losses' if losses else ''}.csv")
    check_target(target, "--to")
    if target.exists() and not replace:
        raise InputError("this is there already; expected another name with --to, or --replace", target)
    rows = loss_rows(trace) if losses else operation_rows(trace)
    with writing(target) as part:
        write_csv(part, rows)
    typer.echo(f"{target}: {len(rows) - 1} {'epochs' if losses else 'operations'}")


def tensorboard(
    file: TraceArgument,
    to: Annotated[Path, typer.Option(metavar="FOLDER", help="A new folder for the event files.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace a folder of event files that is there already.")
    ] = False,
) -> None:
    """Write a trace for TensorBoard: losses, gradient norm and learning rate by epoch, and what was printed.

    It needs `pip install ".[tensorboard]"`.

    \b
    torchaoke trace tensorboard run.jsonl --to runs/circles
    tensorboard --logdir runs
    """
    from loop_core.trace_board import write_board
    from loop_core.trace_file import read_trace

    trace = read_trace(file)
    own_folder(to.parent, "--to")
    if to.is_dir() and replace and not all(path.name.startswith(EVENTS) for path in to.iterdir()):
        raise InputError("not only event files are in there; expected another folder", to)
    try:
        with folder_written_whole(to, replace) as part:
            write_board(trace, part)
    except OSError as error:
        raise InputError(f"cannot write it: {error.strerror or error}", to) from None
    typer.echo(f"{to}: {len(trace.losses())} epochs; look at it with: tensorboard --logdir {to}")
