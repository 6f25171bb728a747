"""Which loop of a script runs over its epochs: the outermost one that learns."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from loop_core.calls import learns, reached_from
from loop_core.errors import InputError
from loop_core.kinds import Function, Kinds, makes_optimizer
from loop_core.nearest import nearest
from loop_core.statements import Body, Loop, bodies, calls_of, walk_here

HIDDEN = frozenset({"fit", "launch", "spawn"})
"""Methods of libraries that have a training loop of their own."""


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A loop, and the function that it stands in, None for the module itself."""

    loop: Loop
    body: Body
    file: int
    function: Function | None

    @property
    def owner(self) -> str:
        """The class in whose method it stands, or ''."""
        return "" if self.function is None else self.function.owner


def learning_loops(trees: Sequence[ast.Module], kinds: Kinds) -> list[Place]:
    """The outermost loops that learn; those of the script first, and there the module's own."""
    learning: list[Place] = []
    for file, tree in enumerate(trees):
        learning += _loops(kinds, tree.body, file, None)
        for function in kinds.functions:
            if function.file == file:
                learning += _loops(kinds, function.node.body, file, function)
    called = {id(f.node) for place in learning for f in reached_from(kinds, place.body, place.owner)}
    return [p for p in learning if p.function is None or id(p.function.node) not in called]


def loop_of_epochs(
    places: Sequence[Place], kinds: Kinds, wanted: str, path: Path, script: ast.Module
) -> Place:
    """The first of the loops, or one in it that runs over epochs.

    wanted: the function whose loop is meant, or ''.  path, script: of the script, for the message of the
    InputError that is raised where there is no such loop.
    """
    if wanted:
        named = [f.node for f in kinds.functions if wanted in (f.node.name, f"{f.owner}.{f.node.name}")]
        if not named:
            raise InputError(f"--function {wanted!r}: there is no such function", path)
        places = [p for p in places if p.function is not None and p.function.node in named]
    if not places:
        _name_a_hidden_loop(script, path)
        where = f" in {wanted}()" if wanted else ""
        near = nearest(kinds, script)
        if near is not None:
            raise InputError(f"no training loop found{where}; {near[1]}", path, near[0])
        raise InputError(
            f"no training loop found{where}; expected a 'for' or 'while' around loss.backward() and "
            "optimizer.step(), here or in functions that it calls; a trailing comment such as "
            "'# torchaoke: backward' tells what cannot be recognised",
            path,
        )
    return _of_epochs(kinds, places[0])


def _of_epochs(kinds: Kinds, place: Place) -> Place:
    """The loop itself, or one in it that says it runs over epochs where this one does not: over folds.

    Where none says so, a loop that makes an optimizer in each round runs over something else than epochs.
    """
    inner = list(_inner(kinds, place))
    said = next((each for each in (place, *inner) if _says_epochs(each.loop)), None)
    if said is not None:
        return said
    while _makes_optimizer(kinds, place.body):
        within = next(_inner(kinds, place), None)
        if within is None:
            break
        place = within
    return place


def _inner(kinds: Kinds, place: Place) -> Iterator[Place]:
    """The loops in a loop that learn, the outer ones first, also in the functions that it calls."""
    waiting = [place]
    seen = {id(place.loop)}
    while waiting:
        outer = waiting.pop(0)
        found = list(_loops(kinds, outer.body, outer.file, outer.function))
        for function in reached_from(kinds, outer.body, outer.owner):
            found += _loops(kinds, function.node.body, function.file, function)
        for each in found:
            if id(each.loop) not in seen:
                seen.add(id(each.loop))
                waiting.append(each)
                yield each


def _says_epochs(loop: Loop) -> bool:
    """Whether the loop's variable has 'epoch' in its name."""
    return not isinstance(loop, ast.While) and "epoch" in ast.unparse(loop.target).lower()


def _makes_optimizer(kinds: Kinds, body: Body) -> bool:
    """Whether the body itself makes an optimizer."""
    calls = (call for statement in walk_here(body) for call in calls_of(statement))
    return any(makes_optimizer(kinds, call) for call in calls)


def _loops(kinds: Kinds, body: Body, file: int, function: Function | None) -> Iterator[Place]:
    """The outermost loops of a body that learn, lexically."""
    for statement in body:
        if isinstance(statement, ast.For | ast.AsyncFor | ast.While):
            place = Place(statement, statement.body, file, function)
            if learns(kinds, statement.body, place.owner):
                yield place
                continue
        for inner in bodies(statement):
            yield from _loops(kinds, inner, file, function)


def _name_a_hidden_loop(script: ast.Module, path: Path) -> None:
    """InputError where a library is asked to train: its loop cannot be seen."""
    for node in ast.walk(script):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in HIDDEN:
            raise InputError(
                f"{ast.unparse(node.func)}() has its loop in a library, which cannot be stepped; "
                "expected a loop in the script or in a module beside it",
                path,
                node.lineno,
            )
