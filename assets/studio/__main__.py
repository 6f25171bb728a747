"""The studio's command line: `python -m assets.studio build`."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from assets import SONGS
from loop_core.errors import InputError

EXTRA = "torchaoke[studio]"
FOLDER = SONGS / "optimization_loop"

cli = typer.Typer(add_completion=False, help="Make the jingle from its score.")


@cli.callback()
def studio() -> None:
    """Make the jingle from its score."""


@cli.command()
def build(to: Annotated[Path, typer.Option(help="The song folder to write into.")] = FOLDER) -> None:
    """Make song.txt, song.toml, vocals.ogg and backing.ogg, all of them or none."""
    try:
        from assets.studio import making, score
    except (ModuleNotFoundError, OSError) as error:  # OSError: soundfile without its sound library
        _stop(f"The studio cannot start: {error}. Install what it needs with: pip install '{EXTRA}'")
    try:
        with Progress(console=Console(stderr=True)) as progress:
            task = progress.add_task("score", total=len(making.STEPS) + 1)

            def started(step: str) -> None:
                progress.update(task, description=step, advance=1)

            making.write_all(to, making.song_files(score.read(), started=started))
            progress.update(task, description="done", advance=1)
    except InputError as error:
        _stop(str(error))
    except OSError as error:
        _stop(f"Cannot write the song: {error}. Choose another folder with --to.")
    print(f"Wrote song.txt, song.toml, vocals.ogg and backing.ogg to {to}")


def _stop(message: str) -> None:
    print(message, file=sys.stderr)
    raise typer.Exit(2)


if __name__ == "__main__":
    cli()
