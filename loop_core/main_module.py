"""What ``__main__`` is while a script runs: its own module, where pickle and others look names up."""

import sys
from types import ModuleType

MAIN = "__main__"


class MainModule:
    """Puts a module in the place of ``__main__`` from when its script begins until it has ended.

    It stays there while the script is paused, because threads of its own may pickle something meanwhile.
    """

    def __init__(self, module: ModuleType) -> None:
        self._module = module
        self._other: ModuleType | None = None

    def begin(self) -> None:
        """Its script goes on; asked for at each pause, and quick where nothing is to be done."""
        now = sys.modules[MAIN]
        if now is not self._module:
            self._other = self._other or now
            sys.modules[MAIN] = self._module

    def end(self) -> None:
        """Its script has ended: what stood there before stands there again."""
        if self._other is not None and sys.modules[MAIN] is self._module:
            sys.modules[MAIN] = self._other
        self._other = None
