"""How the show is set, shared by all that the keys change; and the word that is shown for a while."""

from collections.abc import Callable
from dataclasses import replace

from loop_core.frame import Controls
from loop_core.words import Words

MESSAGE_SECONDS = 2.0
LETTERS_A_SECOND = 12.0
"""As slowly as a subtitle is read."""


class Board:
    """The controls as they stand."""

    def __init__(self, controls: Controls, real: Callable[[], float]) -> None:
        """real: the clock by which a message goes away."""
        self.controls = controls
        self._real = real
        self._message_until = 0.0

    def set(self, **changes: object) -> None:
        """Change some of them, by name."""
        self.controls = replace(self.controls, **changes)  # type: ignore[arg-type]

    def say(self, message: Words | str, *values: object) -> None:
        """Show a short word for a while, in the language that is set; values: to be put into it."""
        if isinstance(message, Words):
            message = message.said(self.controls.language)
        message = message.format(*values) if values else message
        self._message_until = self._real() + max(MESSAGE_SECONDS, len(message) / LETTERS_A_SECOND)
        self.set(message=message)

    def tick(self) -> None:
        """Take the word away when its time is over."""
        if self.controls.message and self._real() > self._message_until:
            self.set(message="")


def after(names: tuple[str, ...], name: str) -> str:
    """The next of several names, the first after the last one or after one that is not among them."""
    return names[(names.index(name) + 1) % len(names)] if name in names else names[0]
