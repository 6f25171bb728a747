"""One run of a lesson: its variables, what it prints and saves, and its code, resumed from site to site."""

import builtins
import os
import traceback
from collections import deque
from collections.abc import Callable, Coroutine, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FunctionType, coroutine
from typing import Any

from loop_core.files import written_whole
from loop_core.listing import BEFORE, PAUSE, SAVING, STEPPING, Listing, Site
from loop_core.snapshot import Saved

CONSOLE_LINES = 40


@coroutine
def _pause(index: int) -> Generator[int, None, None]:
    yield index


class Run:
    """A lesson's code between its first line and its end.

    printed: lines since the last `take_printed`.
    saved: the last file, and the object that was saved.  error: the lesson's own traceback.
    """

    def __init__(
        self, listing: Listing, code: CodeType, folder: Path, before: Callable[[Site], None]
    ) -> None:
        """code: from `compile_listing`.  folder: where relative paths of ``torch.save`` lead.

        before: called just before each operation while stepping.
        """
        self.listing = listing
        self.folder = folder
        self.console: deque[str] = deque(maxlen=CONSOLE_LINES)
        self.printed: list[str] = []
        self.saved: tuple[Saved, object] | None = None
        self.error: str | None = None
        self.names: dict[str, Any] = {
            "__name__": "__main__",
            "__file__": str(listing.path),
            "__builtins__": {**vars(builtins), "print": self._print},
            STEPPING: True,
            BEFORE: lambda index: before(listing.sites[index]),
            PAUSE: _pause,
            SAVING: self._saving,
        }
        self._running: Coroutine[int, None, None] | None = FunctionType(code, self.names)()

    @property
    def stepping(self) -> bool:
        """Whether to pause after each operation, or only where epochs begin and end."""
        return bool(self.names[STEPPING])

    @stepping.setter
    def stepping(self, stepping: bool) -> None:
        self.names[STEPPING] = stepping

    def resume(self) -> Site | None:
        """Run to the next pause; None when the lesson has ended, by itself or by an error."""
        if self._running is None:
            return None
        try:
            return self.listing.sites[self._running.send(None)]
        except StopIteration:
            self._running = None
        except (Exception, SystemExit) as error:
            self._running = None
            self.error = lesson_traceback(error, self.listing)
            self.console.extend(self.error.splitlines())
        return None

    def value(self, site: Site | None, role: str) -> Any:
        """What the site's expression for a role stands for now; None when there is no such thing."""
        if site is None or role not in site.roles:
            return None
        expression = site.roles[role]
        if expression in self.names:
            return self.names[expression]
        first, *attributes = expression.split(".")
        value = self.names.get(first)
        for attribute in attributes:
            value = getattr(value, attribute, None)
        return value

    @contextmanager
    def unheard(self) -> Iterator[None]:
        """Whatever the lesson's code prints inside is not kept."""
        kept = self.printed, self.console
        self.printed, self.console = [], deque()
        try:
            yield
        finally:
            self.printed, self.console = kept

    def take_printed(self) -> tuple[str, ...]:
        """The lines printed since the last call."""
        lines, self.printed = tuple(self.printed), []
        return lines

    def close(self) -> None:
        """Leave the lesson where it stands; its ``with`` blocks end here, on this thread."""
        if self._running is not None:
            self._running.close()
            self._running = None

    def _print(self, *values: object, sep: str | None = None, end: str | None = None, **to: Any) -> None:
        if to.get("file") is not None:
            print(*values, sep=sep, end=end, **to)
            return
        text = (" " if sep is None else sep).join(map(str, values)) + (
            "" if end in (None, "\n") else str(end)
        )
        lines = text.splitlines() or [""]
        self.printed.extend(lines)
        self.console.extend(lines)

    def _saving(self, save: Callable[..., None]) -> Callable[..., None]:
        """Stands in for ``torch.save`` in the lesson: the same call, into a file written whole."""

        def saving(obj: object, f: Any, *arguments: Any, **options: Any) -> None:
            if not isinstance(f, str | os.PathLike):
                save(obj, f, *arguments, **options)
                return
            path = self.folder / f
            with written_whole(path) as part:
                save(obj, part, *arguments, **options)
            self.saved = Saved(path.name, path.stat().st_size, str(path)), obj

        return saving


def lesson_traceback(error: BaseException, listing: Listing) -> str:
    """The traceback as the lesson run plainly would give it: from the lesson's first own line on."""
    frames = traceback.extract_tb(error.__traceback__)
    first = next((i for i, frame in enumerate(frames) if frame.filename == str(listing.path)), 0)
    lines = traceback.format_list(frames[first:]) + traceback.format_exception_only(error)
    return "Traceback (most recent call last):\n" + "".join(lines).rstrip()
