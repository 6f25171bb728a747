"""A lesson's source with each operation of its loop recognised, and the code that pauses after each.

The lesson is compiled as it stands, under its own file name and line numbers, with a probe around every
operation: ``await`` at module level makes the module's code a coroutine (the same flag that asyncio's
console uses), so that its names stay ordinary globals and its tracebacks point at its own lines.
"""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType

from loop_core.errors import InputError
from loop_core.operations import Operation

STEPPING, BEFORE, PAUSE, SAVING = "__stepping__", "__before__", "__pause__", "__saving__"
"""Names that the compiled lesson finds in its globals: whether to pause inside epochs, and what to call."""

TRAINING_HALF = {
    Operation.FORWARD: Operation.TEST_FORWARD,
    Operation.LOSS: Operation.TEST_LOSS,
}
BOUNDARIES = frozenset({Operation.EPOCH, Operation.EPOCHS, Operation.REMAINING})
"""Sites that a lesson always pauses at: where an epoch begins and ends, and where the loop is over."""
NO_GRAD = re.compile(r"(\w+\.)*(inference_mode|no_grad)\(\)")
MAX_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Site:
    """A place of the source where an operation stands: lines from 1, ``line`` to ``end_line`` inclusive.

    roles: what the evidence reads there, as expressions of the source ('loss', 'self.model').
    """

    operation: Operation
    line: int
    end_line: int
    roles: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Listing:
    """A lesson as read: its source, its operations in the order of the source, and its epoch loop.

    epochs: the expression that the ``for`` of the epochs runs over, for example 'range(epochs)'.
    """

    name: str
    path: Path
    source: str
    sites: tuple[Site, ...]
    epochs: str

    @property
    def lines(self) -> tuple[str, ...]:
        """The source, line by line."""
        return tuple(_lines(self.source))

    def site(self, operation: Operation) -> Site | None:
        """The first place where ``operation`` stands."""
        return next((site for site in self.sites if site.operation is operation), None)


def read_listing(path: Path, name: str | None = None) -> Listing:
    """Read a lesson's file without running it.

    Raises InputError when it cannot be read, has a syntax error, or has no epoch loop at module level.
    """
    try:
        data = path.read_bytes()
        if len(data) > MAX_BYTES:
            raise InputError(
                f"{len(data):,} bytes; expected a training script of at most {MAX_BYTES:,}", path
            )
        source = data.decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"cannot read it: {error.strerror}", path) from None
    except UnicodeDecodeError as error:
        raise InputError(f"byte {error.start} is not UTF-8; expected Python source in UTF-8", path) from None
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    tree = _parse(source, path)
    reader = _Reader(tree, _lines(source))
    if reader.loop is None:
        raise InputError(
            "no training loop found; expected a 'for' at module level around optimizer.step(), "
            "loss.backward() or model.train()",
            path,
        )
    sites = tuple(mark.site for mark in reader.marks)
    return Listing(name or path.stem, path, source, sites, ast.unparse(reader.loop.iter))


def compile_listing(listing: Listing) -> CodeType:
    """The lesson's module code as a coroutine that awaits ``__pause__(i)`` after its site ``i``.

    Inside an epoch it pauses only while ``__stepping__`` is true; else a probe costs one look-up.
    """
    tree = _parse(listing.source, listing.path)
    reader = _Reader(tree, list(listing.lines))
    _Prober(reader.marks).visit(tree)
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    ast.fix_missing_locations(tree)
    code: CodeType = compile(tree, str(listing.path), "exec", flags=flags, dont_inherit=True)
    return code


def compile_plainly(listing: Listing) -> tuple[CodeType, CodeType, CodeType]:
    """The same source without any probe, in three parts: before the epoch loop, the loop, after it."""
    tree = _parse(listing.source, listing.path)
    loop = _Reader(tree, list(listing.lines)).loop
    assert loop is not None
    at = tree.body.index(loop)
    parts = (tree.body[:at], tree.body[at : at + 1], tree.body[at + 1 :])
    before, during, after = (compile(ast.Module(part, []), str(listing.path), "exec") for part in parts)
    return before, during, after


def _lines(source: str) -> list[str]:
    """The lines as Python counts them: `str.splitlines` ends a line at form feeds and others too."""
    return source.removesuffix("\n").split("\n")


def _parse(source: str, path: Path) -> ast.Module:
    try:
        tree = ast.parse(source, filename=str(path))
        compile(tree, str(path), "exec", dont_inherit=True)  # finds a stray 'return', 'break' or 'await'
        return tree
    except SyntaxError as error:
        line = (error.text or "").strip()
        raise InputError(f"syntax error: {error.msg}: {line!r}", path, error.lineno) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise InputError(f"not readable as Python: {error}", path) from None


@dataclass(frozen=True, slots=True)
class _Mark:
    """A site and where its probe goes: around a statement, before it, after it, or first in its body."""

    site: Site
    statement: ast.stmt
    where: str  # "around", "before", "after", "inside", "end"


class _Reader:
    """One pass over a module's tree: finds the epoch loop and marks the operations."""

    def __init__(self, tree: ast.Module, lines: list[str]) -> None:
        self.lines = lines
        self.testing = False
        self.marks: list[_Mark] = []
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        methods = [c for c in calls if isinstance(c.func, ast.Attribute)]
        receivers = {
            name: _receivers(methods, name) for name in ("train", "eval", "parameters", "state_dict")
        }
        self.models = set().union(*receivers.values())
        self.optimizers = _receivers(methods, "zero_grad") | _assigned_from(tree, r"(\w+\.)*optim\.\w+")
        self.losses = _receivers(methods, "backward")
        self.loss_functions = _assigned_from(tree, r"(\w+\.)*\w+Loss") | {
            ast.unparse(value.func)
            for target, value in _assignments(tree)
            if target in self.losses and isinstance(value, ast.Call)
        }
        loops = (s for s in tree.body if isinstance(s, ast.For))
        self.loop = next(filter(self._is_epoch_loop, loops), None)
        if self.loop is not None:
            self._read(tree, self.loop)

    def _is_epoch_loop(self, statement: ast.For) -> bool:
        return any(
            self._operation_of_call(node) in (Operation.TRAIN, Operation.STEP, Operation.BACKWARD)
            for node in ast.walk(statement)
            if isinstance(node, ast.Call)
        )

    def _read(self, tree: ast.Module, loop: ast.For) -> None:
        at = tree.body.index(loop)
        end = tree.body[at - 1].end_lineno if at else None
        setup = Site(Operation.SETUP, tree.body[0].lineno, end or loop.lineno)
        self.marks.append(_Mark(setup, loop, "before"))
        self.marks.append(_Mark(Site(Operation.EPOCH, loop.lineno, loop.lineno), loop, "inside"))
        self._read_body(loop.body)
        fast = Site(Operation.EPOCHS, loop.lineno, loop.end_lineno or loop.lineno)
        self.marks.append(_Mark(fast, loop, "end"))
        self.marks += [_Mark(fast, statement, "before") for statement in _continues(loop.body)]
        done = Site(Operation.REMAINING, fast.line, fast.end_line)
        self.marks.append(_Mark(done, loop, "after"))
        self.testing = False
        for statement in tree.body[at + 1 :]:
            for node in _walk_here(statement):
                if isinstance(node, ast.Expr) and self._operation(node) is Operation.SAVE:
                    self.marks.append(_Mark(_site(Operation.SAVE, node), node, "around"))

    def _read_body(self, body: list[ast.stmt]) -> None:
        for statement in body:
            operation = self._operation(statement)
            if operation in (Operation.EVAL, Operation.INFERENCE_MODE) and not self.testing:
                self.testing = True
                line = self._line_of_comment_above(statement.lineno)
                self.marks.append(_Mark(Site(Operation.TEST, line, line), statement, "before"))
            if operation is Operation.TRAIN:
                self.testing = False
            if operation is Operation.INFERENCE_MODE:
                site = Site(operation, statement.lineno, statement.lineno)
                self.marks.append(_Mark(site, statement, "inside"))
            elif operation is not None:
                operation = TRAINING_HALF.get(operation, operation) if self.testing else operation
                self.marks.append(
                    _Mark(_site(operation, statement, self._roles(statement)), statement, "around")
                )
            for inner in _bodies(statement):
                self._read_body(inner)

    def _operation(self, statement: ast.stmt) -> Operation | None:
        match statement:
            case ast.Expr(value=ast.Call() as call):
                return self._operation_of_call(call)
            case ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value):
                calls = [node for node in ast.walk(value) if isinstance(node, ast.Call)]
                if any(ast.unparse(call.func) in self.loss_functions for call in calls):
                    return Operation.LOSS
                if any(ast.unparse(call.func) in self.models for call in calls):
                    return Operation.FORWARD
            case ast.With(items=items):
                if any(NO_GRAD.fullmatch(ast.unparse(item.context_expr)) for item in items):
                    return Operation.INFERENCE_MODE
        return None

    def _operation_of_call(self, call: ast.Call) -> Operation | None:
        match call.func:
            case ast.Attribute(value=receiver, attr=("train" | "eval") as method):
                return Operation(method) if ast.unparse(receiver) in self.models else None
            case ast.Attribute(attr="backward"):
                return Operation.BACKWARD
            case ast.Attribute(value=receiver, attr="step"):
                return Operation.STEP if ast.unparse(receiver) in self.optimizers else None
            case ast.Attribute(attr="zero_grad"):
                return Operation.ZERO_GRAD
            case ast.Name(id="print"):
                return Operation.PRINT
            case ast.Attribute(value=ast.Name(id="torch"), attr="save"):
                return Operation.SAVE
        return None

    def _roles(self, statement: ast.stmt) -> dict[str, str]:
        """The expressions that the evidence needs: who is called, with what, and where the result goes."""
        roles: dict[str, str] = {}
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        target = statement.target if isinstance(statement, ast.AnnAssign) else next(iter(targets), None)
        if target is not None and _is_plain(target):
            roles["result"] = ast.unparse(target)
        for call in (node for node in ast.walk(statement) if isinstance(node, ast.Call)):
            callee = ast.unparse(call.func)
            arguments = [ast.unparse(a) for a in call.args if _is_plain(a)]
            if callee in self.loss_functions:
                roles["loss_fn"] = callee
                roles |= dict(zip(("prediction", "target"), arguments, strict=False))
            elif callee in self.models:
                roles["model"] = callee
                roles |= dict(zip(("inputs",), arguments, strict=False))
            elif isinstance(call.func, ast.Attribute) and _is_plain(call.func.value):
                receiver = ast.unparse(call.func.value)
                role = {"train": "model", "eval": "model", "zero_grad": "optimizer", "step": "optimizer"}
                roles.setdefault(role.get(call.func.attr, "receiver"), receiver)
        return roles

    def _line_of_comment_above(self, line: int) -> int:
        above = self.lines[line - 2].strip() if line >= 2 else ""
        return line - 1 if above.startswith("#") else line


class _Prober(ast.NodeTransformer):
    """Puts the probes of the marks into the tree."""

    def __init__(self, marks: list[_Mark]) -> None:
        self.at = {(id(mark.statement), mark.where): (index, mark.site) for index, mark in enumerate(marks)}

    def visit(self, node: ast.AST) -> ast.AST | list[ast.stmt]:
        wheres = ("before", "around", "after", "inside", "end")
        marks = {where: self.at[id(node), where] for where in wheres if (id(node), where) in self.at}
        self.generic_visit(node)
        if not marks or not isinstance(node, ast.stmt):
            return node
        result: list[ast.stmt] = [node]
        for where, (index, site) in marks.items():
            at_start = ast.copy_location(ast.Pass(), node)
            match where:
                case "before":
                    result = [_probe(PAUSE, index, site, at_start), *result]
                case "after":
                    result = [*result, _probe(PAUSE, index, site, at_start)]
                case "around":
                    if site.operation is Operation.SAVE:
                        _Saver().visit(node)
                    before, after = (_probe(name, index, site, at_start) for name in (BEFORE, PAUSE))
                    result = [before, *result, after]
                case "inside" | "end":
                    assert isinstance(node, ast.For | ast.With)
                    pause = _probe(PAUSE, index, site, at_start)
                    node.body = [*node.body, pause] if where == "end" else [pause, *node.body]
                    if isinstance(node, ast.With):
                        result = [_probe(BEFORE, index, site, at_start), *result]
        return result


class _Saver(ast.NodeTransformer):
    """Hands ``torch.save`` to the stepper, which calls it so that a file is written whole or not at all."""

    def visit_Call(self, node: ast.Call) -> ast.Call:
        self.generic_visit(node)
        if ast.unparse(node.func) == "torch.save":
            name = ast.Name(SAVING, ast.Load())
            node.func = ast.copy_location(ast.Call(name, [node.func], []), node)
        return node


def _probe(name: str, index: int, site: Site, at: ast.stmt) -> ast.stmt:
    call = f"await {name}({index})" if name == PAUSE else f"{name}({index})"
    always = site.operation in BOUNDARIES
    probe = ast.parse(call if always else f"if {STEPPING}: {call}").body[0]
    for node in ast.walk(probe):
        if hasattr(node, "lineno"):
            ast.copy_location(node, at)
    return probe


def _site(operation: Operation, statement: ast.stmt, roles: dict[str, str] | None = None) -> Site:
    return Site(operation, statement.lineno, statement.end_lineno or statement.lineno, roles or {})


def _bodies(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        inner = getattr(statement, name, None)
        if inner and not isinstance(statement, ast.FunctionDef | ast.ClassDef):
            yield inner
    for part in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
        yield part.body


def _continues(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The ``continue`` statements of the loop with this body."""
    for statement in body:
        if isinstance(statement, ast.Continue):
            yield statement
        elif isinstance(statement, ast.For | ast.While):
            yield from _continues(statement.orelse)
        else:
            for inner in _bodies(statement):
                yield from _continues(inner)


def _walk_here(statement: ast.stmt) -> Iterator[ast.stmt]:
    yield statement
    for body in _bodies(statement):
        for inner in body:
            yield from _walk_here(inner)


def _is_plain(expression: ast.expr) -> bool:
    """Whether looking the expression up runs no code of the lesson: a name, or attributes of one."""
    while isinstance(expression, ast.Attribute):
        expression = expression.value
    return isinstance(expression, ast.Name)


def _receivers(methods: list[ast.Call], name: str) -> set[str]:
    return {
        ast.unparse(call.func.value)
        for call in methods
        if isinstance(call.func, ast.Attribute) and call.func.attr == name and _is_plain(call.func.value)
    }


def _assignments(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and _is_plain(node.targets[0]):
            yield ast.unparse(node.targets[0]), node.value


def _assigned_from(tree: ast.Module, callee: str) -> set[str]:
    """Names that are assigned the result of a call whose callee matches the pattern."""
    matches: Callable[[str], object] = re.compile(callee).fullmatch
    return {
        target
        for target, value in _assignments(tree)
        if isinstance(value, ast.Call) and matches(ast.unparse(value.func))
    }
