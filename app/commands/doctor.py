"""`torchaoke doctor`: what this machine has."""

import typer

from app.parts import console, saved_folder
from app.settings import settings_path
from assets import SONGS


def doctor() -> None:
    """Say what this machine has, and what is used instead of what is missing.

    Exits with 0 when the song can run at least headless, with 1 when it cannot.

    \b
    torchaoke doctor
    """
    from app import doctor as checks

    found = checks.findings(SONGS, saved_folder(), settings_path())
    raise typer.Exit(0 if checks.show(console(), found) else 1)
