"""A training script as read: its files, the operations of its loop, and the code that pauses after each."""

import ast
from collections.abc import Container
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from types import CodeType

from loop_core.kinds import kinds_of
from loop_core.operations import Operation
from loop_core.probing import compile_probed
from loop_core.recognise import Reader
from loop_core.sites import Extra, Mark, Site
from loop_core.source import Source, modules_beside, read_source


@dataclass(frozen=True, slots=True, eq=False)
class Probe:
    """Where the compiled script calls: what has been done there.

    sites: the operations of its statement.  extra: what is done with the operation before it.
    repeats: at the end of a round of a loop over batches (over: of all its rounds) the operations in it.
    followed: an extra comes next.  fleeting: the variables of the statement do not stay.
    begins, ends: an epoch does here.
    """

    sites: tuple[Site, ...] = ()
    extra: Extra | None = None
    repeats: frozenset[Operation] = frozenset()
    over: bool = False
    followed: bool = False
    fleeting: bool = False

    operations: frozenset[Operation] = field(init=False)
    begins: bool = field(init=False)
    ends: bool = field(init=False)

    def __post_init__(self) -> None:
        """The operations are those of the sites, as the text has them."""
        operations = frozenset(site.operation for site in self.sites)
        object.__setattr__(self, "operations", operations)
        object.__setattr__(self, "begins", Operation.EPOCH in operations)
        object.__setattr__(self, "ends", Operation.EPOCHS in operations)


@dataclass(frozen=True, slots=True, eq=False)
class Listing:
    """A script: its files, the script itself first; its operations in the order in which they run first.

    sites: the operations.  extras: what runs with the operation before it.  probes: what the compiled code
    numbers.  epochs: the expression that the ``for`` of the epochs runs over, for example 'range(epochs)';
    '' of a ``while``.  others: lines of further loops that learn, which nobody sings.
    folder: of the modules beside it.  function: whose loop is meant.  arguments: of its command line.
    standalone: it runs without being given anything.
    """

    name: str
    sources: tuple[Source, ...]
    sites: tuple[Site, ...]
    extras: tuple[Extra, ...]
    probes: tuple[Probe, ...]
    epochs: str
    folder: Path
    function: str = ""
    arguments: tuple[str, ...] = ()
    others: tuple[int, ...] = ()
    standalone: bool = True

    @property
    def path(self) -> Path:
        """The script's file."""
        return self.sources[0].path

    @property
    def source(self) -> str:
        """The script's text."""
        return self.sources[0].text

    @property
    def lines(self) -> tuple[str, ...]:
        """The script, line by line."""
        return self.sources[0].lines

    def rewritten(self, text: str) -> "Listing":
        """The same with another text of the script; where its operations stand is not read again."""
        script = replace(self.sources[0], text=text)
        return replace(self, sources=(script, *self.sources[1:]))

    def site(self, operation: Operation) -> Site | None:
        """The first place where ``operation`` stands."""
        return next((site for site in self.sites if site.operation is operation), None)


@lru_cache(maxsize=32)
def part_of(listing: Listing, file: int) -> Listing:
    """One file of a listing, with the operations that stand in it."""
    if len(listing.sources) == 1:
        return listing
    sites = tuple(replace(site, file=0) for site in listing.sites if site.file == file)
    return replace(listing, sources=(listing.sources[file],), sites=sites)


def read_listing(
    path: Path,
    name: str | None = None,
    function: str = "",
    arguments: tuple[str, ...] = (),
    folder: Path | None = None,
) -> Listing:
    """Read a training script without running it.

    function: the one whose loop is meant, where there are several.  arguments: of its command line.
    folder: of the modules beside it, its own by default.  Raises InputError when the script cannot
    be read, has a syntax error, or has no training loop.
    """
    script = read_source(path)
    beside = folder or path.resolve().parent
    reader, sources, _ = _read(script, beside, function)
    assert reader.place is not None
    loop = reader.place.loop
    fleeting = reader.fleeting()
    sites = [site for mark in reader.marks for site in mark.sites]
    return Listing(
        name or path.stem,
        sources,
        tuple(sites),
        tuple(mark.extra for mark in reader.marks if mark.extra is not None),
        tuple(_probe(mark, reader, fleeting) for mark in reader.marks),
        "" if isinstance(loop, ast.While) else ast.unparse(loop.iter),
        beside,
        function,
        arguments,
        reader.others,
    )


def compile_listing(listing: Listing) -> tuple[CodeType, ...]:
    """The code of each file, which calls ``__torchaoke_pause__(i)`` after its probe ``i``.

    Inside an epoch it does so only while ``__torchaoke_stepping__`` is true; else a probe costs one look-up.
    """
    reader, sources, trees = _read(listing.sources[0], listing.folder, listing.function)
    fleeting = reader.fleeting()
    return tuple(
        compile_probed(source, reader.marks, tree, fleeting)
        for source, tree in zip(sources, trees, strict=True)
    )


def compile_plainly(listing: Listing) -> tuple[CodeType, CodeType, CodeType]:
    """A script without any probe, in three parts: before its epoch loop, the loop, after it.

    Only where the loop stands in the script itself and not in a function.
    """
    reader, _, trees = _read(listing.sources[0], listing.folder, listing.function)
    assert reader.place is not None
    body, path = trees[0].body, str(listing.path)
    at = body.index(reader.place.loop)
    parts = (body[:at], body[at : at + 1], body[at + 1 :])
    before, during, after = (compile(ast.Module(part, []), path, "exec") for part in parts)
    return before, during, after


def _read(
    script: Source, folder: Path, function: str
) -> tuple[Reader, tuple[Source, ...], tuple[ast.Module, ...]]:
    tree = script.tree()
    beside = list(modules_beside(folder, tree))
    sources = (script, *(source for source, _ in beside))
    trees = (tree, *(module for _, module in beside))
    reader = Reader(sources, trees, kinds_of(trees), function)
    reader.read()
    return reader, sources, trees


def _probe(mark: Mark, reader: Reader, fleeting: Container[int]) -> Probe:
    over, followed = mark.where == "after", reader.is_followed(mark)
    fleets = id(mark.node) in fleeting
    return Probe(mark.sites, mark.extra, mark.repeats or frozenset(), over, followed, fleets)
