"""The modules beside a script: while it runs it finds them as its own, compiled with their probes."""

import importlib.util
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import CodeType, ModuleType
from typing import Any

from loop_core.source import Source


class Beside(MetaPathFinder, Loader):
    """Finds them; other scripts' modules of the same names are out of sight meanwhile."""

    def __init__(
        self,
        sources: Sequence[Source],
        codes: Sequence[CodeType],
        prepare: Callable[[dict[str, Any]], None],
    ) -> None:
        """sources, codes: of each module.  prepare: is given a module's variables before it runs."""
        self._sources = {source.module: source for source in sources}
        self._codes = {source.module: code for source, code in zip(sources, codes, strict=True)}
        self._prepare = prepare
        self._imported: dict[str, ModuleType] = {}

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self._codes)

    @contextmanager
    def found(self) -> Iterator[None]:
        """What is imported inside finds them."""
        sys.meta_path.insert(0, self)
        others = {name: sys.modules.pop(name) for name in self._codes if name in sys.modules}
        sys.modules.update(self._imported)
        try:
            yield
        finally:
            self._imported = {name: sys.modules.pop(name) for name in self._codes if name in sys.modules}
            sys.modules.update(others)
            sys.meta_path.remove(self)

    def find_spec(self, name: str, path: Any, target: Any = None) -> ModuleSpec | None:
        """Where a module beside the script is; None of all others."""
        source = self._sources.get(name)
        if source is None:
            return None
        package = [str(source.path.parent)] if source.path.name == "__init__.py" else None
        return importlib.util.spec_from_file_location(
            name, source.path, loader=self, submodule_search_locations=package
        )

    def exec_module(self, module: ModuleType) -> None:
        """Run its code, with its probes."""
        self._prepare(vars(module))
        exec(self._codes[module.__name__], vars(module))  # nosec B102  # the user asked to run it
