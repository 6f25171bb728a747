"""Where the operations of a training loop stand in a script, and where its probes go."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from loop_core.operations import Operation

SETTLED = "settled"
CERTAIN, LIKELY = "certain", "likely"
IN_TEST = {Operation.FORWARD: Operation.TEST_FORWARD, Operation.LOSS: Operation.TEST_LOSS}
"""What an operation is called in the testing half."""


@dataclass(frozen=True, slots=True)
class Site:
    """A place of the source where an operation stands: lines from 1, ``line`` to ``end_line`` inclusive.

    roles: what the evidence reads there, as expressions of the source ('loss', 'self.model').
    file: index of the source.  sure: 'settled' by a comment, 'certain', or 'likely', which is decided by what
    the objects are when it runs.
    """

    operation: Operation
    line: int
    end_line: int
    roles: dict[str, str] = field(default_factory=dict)
    file: int = 0
    sure: str = CERTAIN


@dataclass(frozen=True, slots=True)
class Extra:
    """A statement of the loop that no song sings, and that belongs to one before it: a scheduler's step."""

    name: str
    line: int
    end_line: int
    file: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A statement's operations and where its probe goes: around it, before it, after it, in its body.

    repeats: of a loop over batches, the operations in it.
    calls: forward passes and losses whose objects have no names, so that the calls themselves are watched.
    """

    node: ast.AST
    where: str  # "around", "before", "after", "inside", "end"
    sites: tuple[Site, ...] = ()
    extra: Extra | None = None
    repeats: frozenset[Operation] | None = None
    calls: tuple[tuple[ast.Call, Operation], ...] = ()


def in_test(site: Site) -> Site:
    """The same in the testing half."""
    return replace(site, operation=IN_TEST.get(site.operation, site.operation))


def both_halves(sites: Sequence[Site]) -> list[Site]:
    """The same where one statement serves training and testing."""
    passing = [replace(s, sure=LIKELY) for s in sites if s.operation in IN_TEST and s.sure != SETTLED]
    others = [s for s in sites if s.operation not in IN_TEST or s.sure == SETTLED]
    return [*passing, *map(in_test, passing), *others]
