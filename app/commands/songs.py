"""`torchaoke songs`: the songs."""

from app.parts import console
from assets import SONGS


def songs() -> None:
    """List the songs that come with Torchaoke.

    \b
    torchaoke songs
    """
    from app.lists import show_songs

    show_songs(console(), SONGS)
