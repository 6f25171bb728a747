"""`torchaoke lessons`: the training loops."""

from app.parts import console


def lessons() -> None:
    """List the training loops that can run to a song.

    \b
    torchaoke lessons
    """
    from app.lists import show_lessons

    show_lessons(console())
