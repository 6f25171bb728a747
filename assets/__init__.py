"""The files that Torchaoke carries with it."""

from pathlib import Path

FOLDER = Path(__file__).parent
FONTS = FOLDER / "fonts"
SONGS = FOLDER / "songs"
