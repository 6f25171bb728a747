"""How a script has ended."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ending:
    """How it stands with a script's end.

    error: why it stopped: its traceback, or one line.  exited: how it ended itself with ``sys.exit()``, as
    in 'with status 2', "" where it did not.  unbegun: it came to its end, and its loop has never begun.
    """

    error: str | None = None
    exited: str = ""
    unbegun: bool = False

    @property
    def failed(self) -> bool:
        """Whether it has not done what it was run for."""
        return self.error is not None or self.unbegun

    def words(self, when: str = "") -> str:
        """What became of a script that failed, to be said after its name; when: as in 'afterwards'."""
        early = " before its loop began" if self.unbegun else ""
        at = f" {when}" if when else ""
        if self.exited:
            return f"ended itself{at} {self.exited}{early}"
        return f"stopped{at}: {self.error.splitlines()[-1]}" if self.error is not None else f"ended{early}"


def exit_words(code: object) -> str:
    """How a script has ended itself, by what it gave ``sys.exit()``."""
    if not exit_fails(code):
        return "with sys.exit()"
    return f"with status {code:d}" if isinstance(code, int) else f"with status 1: {code}"


def exit_fails(code: object) -> bool:
    """Whether Python's own status would not be 0."""
    return code is not None and not (isinstance(code, int) and code == 0)
