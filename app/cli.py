"""The command line: every command in a table."""

from typing import Annotated

import typer

from app.commands.bench import bench
from app.commands.calibrate import calibrate
from app.commands.doctor import doctor
from app.commands.explain import explain
from app.commands.headless import headless
from app.commands.karaoke import karaoke
from app.commands.lessons import lessons
from app.commands.picture import picture
from app.commands.play import play
from app.commands.progress import progress
from app.commands.sing import sing
from app.commands.songs import songs
from app.commands.trace import trace
from app.commands.video import video
from app.group import plain_app
from app.manual import MANUALS, OVERVIEW
from app.parts import version

app = plain_app(OVERVIEW)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"torchaoke {version()}")
        raise typer.Exit


@app.callback()
def torchaoke(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Sing the PyTorch training loop while a real one runs to the music. Without a command: play.

    \b
    torchaoke                              the show, in a window
    torchaoke play --lesson circles        another training loop to the same song
    torchaoke sing                         with a microphone: notes and points
    torchaoke calibrate                    sound and picture brought together
    torchaoke headless --lesson all        every operation proved, without window and sound
    torchaoke video show.mp4               the show as a film
    torchaoke doctor                       what this machine has
    """


COMMANDS = (
    play,
    karaoke,
    sing,
    calibrate,
    headless,
    video,
    picture,
    explain,
    lessons,
    progress,
    doctor,
    bench,
)
"""In the order in which `--help` lists them, and `songs` and `trace` after them."""

for command in COMMANDS:
    app.command(epilog=MANUALS[command.__name__])(command)
app.add_typer(songs, name="songs")
app.add_typer(trace, name="trace")
