"""What can be done beside the song, one file each; the music pauses for it."""

from typing import Protocol

from loop_core import activity


class Activity(Protocol):
    """Takes the keys while it is open, and says what to show."""

    def press(self, key: int) -> bool:
        """One key, as pygame numbers them; whether the activity stays open."""

    def choose(self, item: int) -> None:
        """A click on an item of what is shown."""

    def drop(self, item: int) -> None:
        """The mouse's button is let go over an item."""

    def view(self) -> activity.Activity:
        """What there is to see now."""

    def close(self) -> None:
        """Leave it: what has been asked for and has not begun is not wanted any more."""
