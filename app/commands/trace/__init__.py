"""`torchaoke trace`: what happened in a run, shown, exported and compared."""

import typer

from app.commands.trace.comparing import compare
from app.commands.trace.exporting import csv, tensorboard
from app.commands.trace.showing import show
from app.manual import MANUALS

trace = typer.Typer(
    epilog=MANUALS["trace"], rich_markup_mode=None, context_settings={"help_option_names": ["-h", "--help"]}
)


@trace.callback(invoke_without_command=True)
def say_how(context: typer.Context) -> None:
    """Show what happened in a run, export it, or say where two runs part.

    A trace is what `torchaoke headless --trace FILE.jsonl` writes.

    \b
    torchaoke headless --lesson circles --trace run.jsonl
    torchaoke trace show run.jsonl
    torchaoke trace csv run.jsonl
    torchaoke trace tensorboard run.jsonl --to runs/circles
    torchaoke trace compare run.jsonl other.jsonl
    """
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


trace.command(epilog=MANUALS["trace show"])(show)
trace.command(epilog=MANUALS["trace csv"])(csv)
trace.command(epilog=MANUALS["trace tensorboard"])(tensorboard)
trace.command(epilog=MANUALS["trace compare"])(compare)
