"""The studio's command line: `python -m assets.studio build | check | picture | trial`."""

import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from assets import SONGS
from loop_core.errors import InputError

EXTRA = "torchaoke[studio]"
FOLDER = SONGS / "optimization_loop"
Song = Annotated[Path, typer.Option(help="The song folder to measure.")]

warnings.filterwarnings("ignore", "pkg_resources is deprecated", UserWarning)  # pyworld asks for it

cli = typer.Typer(add_completion=False, help="Make the jingle from its score, and measure it.")


@cli.command()
def build(to: Annotated[Path, typer.Option(help="The song folder to write into.")] = FOLDER) -> None:
    """Make the chart, song.toml and all stems, all of them or none."""
    with _errors():
        from assets.studio import folder, making, score, vocals

        sheet = score.read()
        with _progress(making.steps(sheet)) as started:
            folder.write_all(to, making.song_files(sheet, vocals.SINGERS, started))
    print(f"Wrote the song to {to}")


@cli.command()
def check(song: Song = FOLDER) -> None:
    """Print the figures of the song; exit with 1 when one is below its bar."""
    with _errors():
        from assets.studio import check, score

        sheet = score.read()
        with _progress(None) as started:
            found = list(check.figures(song, sheet, started))
    table = Table("figure", "value", "bar", "")
    for figure in found:
        low, high = ("" if end is None else f"{end:g}" for end in (figure.least, figure.most))
        bar = f"{low} to {high}" if low and high else f"at least {low}" if low else f"at most {high}"
        met = "" if not low and not high else "ok" if figure.is_met else "MISSED"
        table.add_row(figure.name, f"{figure.value:.1f} {figure.unit}", bar if met else "", met)
    Console(width=None if sys.stdout.isatty() else 100).print(table)
    missed = sum(not figure.is_met for figure in found)
    print(f"{missed} figures miss their bar." if missed else "Every figure meets its bar.")
    raise typer.Exit(1 if missed else 0)


@cli.command()
def picture(
    to: Annotated[Path, typer.Option(help="The folder for the pictures, one PNG for each line.")],
    song: Song = FOLDER,
    stem: Annotated[str, typer.Option(help="The stem to draw, or 'mix'.")] = "vocals",
) -> None:
    """Draw every line: waveform, spectrogram with the phones, pitch on the notes."""
    with _errors():
        from assets.studio import check, picture, score

        sheet, sounds = score.read(), check.stems(song)
        sounds["mix"] = sounds["vocals"] + sounds["backing"]
        if stem not in sounds:
            raise InputError(f"--stem {stem!r}; expected one of {', '.join(sounds)}")
        to.mkdir(parents=True, exist_ok=True)
        with _progress(len(sheet.lines)) as started:
            for number, line in enumerate(sheet.lines, start=1):
                started(line.lyric)
                picture.draw(sounds[stem], line, sheet, to / f"{number:02}.png")
    print(f"Drew {len(sheet.lines)} lines to {to}")


@cli.command()
def trial() -> None:
    """Let the lead sing sentences that the song does not have, and count what a recogniser hears of them."""
    with _errors():
        from assets.studio import score, trying

        sheet = score.trial(score.read())
        with _progress(2 * len(sheet.lines)) as started:
            lines, words = trying.recognised(sheet, started)
    print(f"{lines:.1f} % of the lines recognised, word error rate {words:.1f} %")


@contextmanager
def _errors() -> Iterator[None]:
    """What the user can mend ends in one line and exit status 2."""
    try:
        yield
    except ImportError as error:
        _stop(f"The studio cannot start: {error}. Install what it needs with: pip install '{EXTRA}'")
    except InputError as error:
        _stop(str(error))
    except OSError as error:
        _stop(f"{error}. Choose another folder with --to or --song.")


@contextmanager
def _progress(total: int | None) -> Iterator[Callable[[str], None]]:
    columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("", total=total)

        def started(step: str) -> None:
            progress.update(task, description=step, advance=0 if total is None else 1)

        yield started


def _stop(message: str) -> None:
    print(message, file=sys.stderr)
    raise typer.Exit(2)


if __name__ == "__main__":
    cli()
