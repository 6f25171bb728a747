"""The one error for input that cannot be used, worded for the person who gave it."""

from pathlib import Path


class InputError(Exception):
    """Unusable input: says what was given, where, what was expected and what to do.

    ``str(error)`` is one message that starts with ``FILE:LINE:`` where a file and a line are known.
    """

    def __init__(self, message: str, path: Path | str | None = None, line: int | None = None) -> None:
        self.path = path
        self.line = line
        where = "" if path is None else f"{path}: " if line is None else f"{path}:{line}: "
        super().__init__(where + message)
