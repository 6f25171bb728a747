"""Python files as they were written, without running them: a script and the modules beside it."""

import ast
import io
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from loop_core.errors import InputError
from loop_core.files import read_bytes
from loop_core.formats.lyrics import quoted

MAX_BYTES = 250_000
DEEPEST = 120
"""Syntax within syntax: what reads it calls itself for each, and Python ends that at a thousand."""
MOST_MODULES = 64
"""Modules beside a script that are read, at most."""


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """One file: its text with plain line ends, and its name as a module, ``__main__`` for the script.

    lines: as Python counts them; `str.splitlines` ends a line at form feeds and others too.
    """

    path: Path
    module: str
    text: str
    lines: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        """The lines are those of the text."""
        object.__setattr__(self, "lines", tuple(self.text.removesuffix("\n").split("\n")))

    def tree(self) -> ast.Module:
        """Its syntax tree, a new one each time; InputError with the line where it is no Python."""
        try:
            tree = ast.parse(self.text, filename=str(self.path))
            compile(tree, str(self.path), "exec", dont_inherit=True)  # finds a stray 'return' or 'break'
        except SyntaxError as error:
            line = quoted((error.text or "").strip())
            raise InputError(f"syntax error: {error.msg}: {line}", self.path, error.lineno) from None
        except (ValueError, RecursionError, MemoryError) as error:
            raise InputError(f"not readable as Python: {error}", self.path) from None
        _check_depth(tree, self.path)
        return tree


def _check_depth(tree: ast.Module, path: Path) -> None:
    level: list[ast.AST] = [tree]
    for _ in range(DEEPEST):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    placed = next((node for node in level if isinstance(node, ast.expr | ast.stmt)), None)
    if placed is not None:
        raise InputError(f"nested more than {DEEPEST} deep; expected simpler code", path, placed.lineno)


def read_source(path: Path, module: str = "__main__") -> Source:
    """Read a file of Python; InputError when it cannot be read."""
    data = read_bytes(path, MAX_BYTES, "a training script")
    try:
        text = data.decode(_encoding_of(data))
    except UnicodeDecodeError as error:
        raise InputError(f"byte {error.start} is not UTF-8; expected Python source in UTF-8", path) from None
    return Source(path, module, text.replace("\r\n", "\n").replace("\r", "\n"))


def _encoding_of(data: bytes) -> str:
    """What its first lines say, as Python reads them; UTF-8 where they say nothing that it knows."""
    try:
        return tokenize.detect_encoding(io.BytesIO(data).readline)[0]
    except SyntaxError:
        return "utf-8"


def modules_beside(folder: Path, tree: ast.Module) -> Iterator[tuple[Source, ast.Module]]:
    """The modules of a folder that a script imports, directly or through one another.

    One that cannot be read is passed over: importing it says why, when the script runs.
    """
    seen: set[str] = set()
    waiting = list(_imported(tree))
    while waiting and len(seen) < MOST_MODULES:
        name = waiting.pop(0)
        path = _file_of(folder, name)
        if name in seen or path is None:
            continue
        seen.add(name)
        try:
            source = read_source(path, name)
            module = source.tree()
        except InputError:
            continue
        yield source, module
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        waiting += _imported(module, package)


def _imported(tree: ast.Module, package: str = "") -> Iterator[str]:
    """Every module that may be meant by the imports of a module in a package."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*filter(None, above), *filter(None, [node.module])])
            names = [base, *(f"{base}.{alias.name}" if base else alias.name for alias in node.names)]
        else:
            continue
        for name in filter(None, names):
            parts = name.split(".")
            yield from (".".join(parts[:end]) for end in range(1, len(parts) + 1))


def _file_of(folder: Path, name: str) -> Path | None:
    """The file of a module in the folder; None where it is another's."""
    base = folder.joinpath(*name.split("."))
    candidates = (base / "__init__.py", base.with_name(f"{base.name}.py"))
    return next((path for path in candidates if path.is_file()), None)
