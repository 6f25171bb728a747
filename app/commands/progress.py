"""`torchaoke progress`: what a learner has answered."""

from typing import Annotated

import typer

from app.parts import console


def progress(
    reset: Annotated[bool, typer.Option("--reset", help="Forget all results; asks before it does.")] = False,
) -> None:
    """Print what you have answered, line by line, and what to repeat when.

    \b
    torchaoke progress
    torchaoke progress --reset
    """
    from datetime import date

    from app.learning import progress as learning

    path = learning.progress_path()
    if reset:
        if not path.exists():
            typer.echo("there are none")
        elif typer.confirm(f"Delete all results in {path}?"):
            typer.echo("deleted" if learning.reset(path) else "there were none")
        return
    found, message = learning.load_progress(path)
    if message:
        typer.echo(message, err=True)
    learning.show_progress(console(), found, date.today())
