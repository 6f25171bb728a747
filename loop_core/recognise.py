"""Which statement of a script is which operation of its training loop, read from the text.

The epochs' loop is found first: the outermost loop that learns, whether in its own body or in functions
that it calls. Then its statements are gone through in the order in which they run, functions where they
are called, so that what follows ``model.eval()`` belongs to the testing half.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from loop_core.errors import InputError
from loop_core.kinds import Function, Kinds, is_plain
from loop_core.operations import Operation
from loop_core.source import Source

Loop = ast.For | ast.AsyncFor | ast.While
Body = list[ast.stmt]

NO_GRAD = re.compile(r"(\w+\.)*(inference_mode|no_grad)(\(\))?|(\w+\.)*set_grad_enabled\(False\)")
CLIPS = frozenset(
    ["clip_grad_norm_", "clip_grad_value_", "clip_grads_with_norm_", "unscale_", "update", "synchronize"]
)
COMMENT = re.compile(r"#\s*torchaoke:\s*([\w-]+)\s*(?:#.*)?$")
HIDDEN = frozenset({"fit", "launch", "spawn"})
"""Methods of libraries that have a training loop of their own."""
MOST_CALLS = 200
"""Functions of a script that are gone through, at most."""
NONE = "none"
"""What a comment says of a statement that is no operation."""
SETTLED = "settled"
CERTAIN, LIKELY = "certain", "likely"
IN_TEST = {Operation.FORWARD: Operation.TEST_FORWARD, Operation.LOSS: Operation.TEST_LOSS}
SAID = frozenset(Operation) - {Operation.SETUP, Operation.EPOCH, Operation.EPOCHS, Operation.REMAINING}
"""What a comment may say."""


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


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A loop, and the function that it stands in, None for the module itself."""

    loop: Loop
    body: Body
    file: int
    function: Function | None


@dataclass(slots=True, eq=False)
class Reader:
    """A script's epochs' loop and the marks of its operations, in the order in which they run first."""

    sources: tuple[Source, ...]
    trees: tuple[ast.Module, ...]
    kinds: Kinds
    wanted: str = ""
    place: Place | None = None
    others: tuple[int, ...] = ()
    _testing: bool = False
    _tested: bool = False
    _calls: list[Function] = field(default_factory=list)
    _seen: dict[tuple[int, bool], None] = field(default_factory=dict)
    _marks: dict[tuple[int, str], Mark] = field(default_factory=dict)
    _followed: set[tuple[int, str]] = field(default_factory=set)

    @property
    def marks(self) -> tuple[Mark, ...]:
        """In the order in which they run first."""
        return tuple(self._marks.values())

    def fleeting(self) -> set[int]:
        """The ids of all nodes whose variables do not stay: in functions, and in loops over batches."""
        found: set[int] = set()
        for tree in self.trees:
            for node in ast.walk(tree):
                rounds = self._marks.get((id(node), "after"))
                batches = rounds is not None and rounds.repeats is not None
                if batches or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    found.update(map(id, ast.walk(node)))
        return found

    def is_followed(self, mark: Mark) -> bool:
        """Whether an extra comes right after it."""
        return (id(mark.node), mark.where) in self._followed

    def _add(self, mark: Mark) -> Mark:
        """Keep a mark; one that stands there already stays."""
        return self._marks.setdefault((id(mark.node), mark.where), mark)

    def read(self) -> None:
        """Find the loop and mark what is in it; InputError where there is none or a comment is wrong."""
        self._check_comments()
        places = self._learning_loops()
        self.place = self._choose(places)
        self.others = tuple(p.loop.lineno for p in places if p is not self.place and p.file == 0)
        self._mark_loop(self.place)

    def _check_comments(self) -> None:
        for source in self.sources:
            for number, line in enumerate(source.lines, 1):
                match = COMMENT.search(line)
                if match and match[1] != NONE and match[1] not in SAID:
                    known = ", ".join([*sorted(SAID), NONE])
                    raise InputError(
                        f"'# torchaoke: {match[1]}' is no operation; expected one of: {known}",
                        source.path,
                        number,
                    )

    def _choose(self, places: list[Place]) -> Place:
        path = self.sources[0].path
        if self.wanted:
            named = [
                f for f in self.kinds.functions if self.wanted in (f.node.name, f"{f.owner}.{f.node.name}")
            ]
            if not named:
                raise InputError(f"--function {self.wanted!r}: there is no such function", path)
            places = [
                p for p in places if p.function is not None and p.function.node in [f.node for f in named]
            ]
        if not places:
            self._name_a_hidden_loop()
            where = f" in {self.wanted}()" if self.wanted else ""
            raise InputError(
                f"no training loop found{where}; expected a 'for' or 'while' around loss.backward() and "
                "optimizer.step(), here or in functions that it calls; a trailing comment such as "
                "'# torchaoke: backward' tells what cannot be recognised",
                path,
            )
        return self._of_epochs(places[0])

    def _of_epochs(self, place: Place) -> Place:
        """The loop itself, or one in it that says it runs over epochs where this one does not: over folds."""
        if _says_epochs(place.loop):
            return place
        inner = list(self._loops(place.body, place.file, place.function))
        for function in self._reached(place.body, self._owner(place)):
            inner += self._loops(function.node.body, function.file, function)
        return next((each for each in inner if _says_epochs(each.loop)), place)

    def _name_a_hidden_loop(self) -> None:
        """InputError where a library is asked to train: its loop cannot be seen."""
        for node in ast.walk(self.trees[0]):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in HIDDEN
            ):
                name = ast.unparse(node.func)
                raise InputError(
                    f"{name}() has its loop in a library, which cannot be stepped; "
                    "expected a loop in the script or in a module beside it",
                    self.sources[0].path,
                    node.lineno,
                )

    def _learning_loops(self) -> list[Place]:
        """The outermost loops that learn; those of the script first, and there the module's own."""
        places = [
            place
            for file, tree in enumerate(self.trees)
            for place in (
                *self._loops(tree.body, file, None),
                *(
                    p
                    for f in self.kinds.functions
                    if f.file == file
                    for p in self._loops(f.node.body, file, f)
                ),
            )
        ]
        learning = [place for place in places if self._learns(place.body, self._owner(place), set())]
        called = {id(f.node) for place in learning for f in self._reached(place.body, self._owner(place))}
        return [p for p in learning if p.function is None or id(p.function.node) not in called]

    def _loops(self, body: Body, file: int, function: Function | None) -> Iterator[Place]:
        """The outermost loops of a body that learn, lexically."""
        for statement in body:
            if isinstance(statement, ast.For | ast.AsyncFor | ast.While):
                place = Place(statement, statement.body, file, function)
                if self._learns(statement.body, self._owner(place), set()):
                    yield place
                    continue
            for inner in bodies(statement):
                yield from self._loops(inner, file, function)

    def _learns(self, body: Body, owner: str, seen: set[int]) -> bool:
        for statement in walk_here(body):
            for call in calls_of(statement):
                operation, _ = self._operation(call)
                if operation in (Operation.BACKWARD, Operation.STEP) or (
                    operation is Operation.TRAIN and ast.unparse(call.func.value) in self.kinds.models  # type: ignore[attr-defined]
                ):
                    return True
                for function in self._callees(call, owner):
                    if id(function.node) not in seen:
                        seen.add(id(function.node))
                        if self._learns(function.node.body, function.owner, seen):
                            return True
        return False

    def _passes(self, body: Body, owner: str, seen: set[int]) -> bool:
        """Whether a forward pass or a loss is in it; else, without gradients, it is an update by hand."""
        for statement in walk_here(body):
            for call in calls_of(statement):
                if self._operation(call)[0] in (Operation.FORWARD, Operation.LOSS):
                    return True
                for function in self._callees(call, owner):
                    if id(function.node) not in seen:
                        seen.add(id(function.node))
                        if self._passes(function.node.body, function.owner, seen):
                            return True
        return False

    def _reached(self, body: Body, owner: str) -> list[Function]:
        """All functions that a body calls, directly or through one another."""
        found: dict[int, Function] = {}
        waiting = [(body, owner)]
        while waiting:
            inner, of = waiting.pop()
            for statement in walk_here(inner):
                for call in calls_of(statement):
                    for function in self._callees(call, of):
                        if id(function.node) not in found:
                            found[id(function.node)] = function
                            waiting.append((function.node.body, function.owner))
        return list(found.values())

    def _callees(self, call: ast.Call, owner: str) -> list[Function]:
        """The script's functions that a call runs: those it means, and a closure that a step is given."""
        found = self.kinds.callees(call, owner)
        if isinstance(call.func, ast.Attribute) and call.func.attr == "step":
            given = {arg.id for arg in call.args if isinstance(arg, ast.Name)}
            found = [*found, *(f for f in self.kinds.functions if not f.owner and f.node.name in given)]
        return found

    def _owner(self, place: Place) -> str:
        return "" if place.function is None else place.function.owner

    def _mark_loop(self, place: Place) -> None:
        loop, file = place.loop, place.file
        block = self.trees[file].body if place.function is None else place.function.node.body
        first = _first_of(block)
        begin = loop.lineno if first is loop else first.lineno
        end = max(begin, _line_before(loop, block))
        head = loop.lineno if isinstance(loop, ast.While) else loop.iter.end_lineno or loop.lineno
        self._add(Mark(loop, "before", (Site(Operation.SETUP, begin, end, {}, file),)))
        epoch = Site(Operation.EPOCH, loop.lineno, head, {}, file)
        self._add(Mark(loop, "inside", (epoch,)))
        self._mark_body(place.body, file, self._owner(place))
        fast = Site(Operation.EPOCHS, loop.lineno, loop.end_lineno or loop.lineno, {}, file)
        self._add(Mark(loop, "end", (fast,)))
        for statement in continues_of(place.body):
            self._add(Mark(statement, "before", (fast,)))
        done = Site(Operation.REMAINING, fast.line, fast.end_line, {}, file)
        self._add(Mark(loop, "after", (done,)))
        self._testing = False
        for index, tree in enumerate(self.trees):
            for node in ast.walk(tree):
                if isinstance(node, ast.stmt) and (id(node), "around") not in self._marks:
                    saves = [c for c in calls_of(node) if self._operation(c)[0] is Operation.SAVE]
                    if saves and not inside(node, place.body):
                        site = Site(Operation.SAVE, node.lineno, node.end_lineno or node.lineno, {}, index)
                        self._add(Mark(node, "around", (site,)))

    def _mark_body(self, body: Body, file: int, owner: str) -> None:
        before: Mark | None = None
        for statement in body:
            mark = self._mark_statement(statement, file, owner, before)
            if mark is not None and mark.sites and mark.sites[0].sure == SETTLED:
                before = mark
                continue
            before = mark or (
                before if isinstance(statement, ast.Expr | ast.Assign | ast.AugAssign) else None
            )
            self._mark_callees(statement, owner)
            if isinstance(statement, ast.For | ast.AsyncFor | ast.While):
                self._mark_repetition(statement, file, owner)
                self._mark_body(statement.orelse, file, owner)
                continue
            for inner in bodies(statement):
                self._mark_body(inner, file, owner)

    def _mark_repetition(self, loop: Loop, file: int, owner: str) -> None:
        """A loop inside of an epoch: over batches, where a forward pass is in it."""
        known = set(self._marks)
        self._mark_body(loop.body, file, owner)
        inner = [mark for key, mark in self._marks.items() if key not in known]
        operations = frozenset(site.operation for mark in inner for site in mark.sites)
        if operations & {Operation.FORWARD, Operation.TEST_FORWARD, Operation.BACKWARD}:
            self._add(Mark(loop, "end", repeats=operations))
            for statement in continues_of(loop.body):
                self._add(Mark(statement, "before", repeats=operations))
            self._add(Mark(loop, "after", repeats=operations))

    def _mark_callees(self, statement: ast.stmt, owner: str) -> None:
        for call in calls_of(statement):
            for function in self._callees(call, owner):
                key = id(function.node), self._testing
                if key in self._seen or len(self._seen) > MOST_CALLS or self._only_shows(function):
                    continue
                self._seen[key] = None
                decorators = [ast.unparse(d) for d in function.node.decorator_list]
                passes = self._passes(function.node.body, function.owner, set())
                if passes and not self._testing and any(NO_GRAD.fullmatch(d) for d in decorators):
                    self._begin_test(function.node.body[0], function.file, function.node.lineno)
                    line = function.node.decorator_list[0].lineno
                    site = Site(Operation.INFERENCE_MODE, line, function.node.lineno, {}, function.file)
                    self._add(Mark(function.node, "inside", (site,)))
                self._mark_body(function.node.body, function.file, function.owner)

    def _only_shows(self, function: Function) -> bool:
        """Whether it only asks the model, after the test: for a picture, a sample."""
        tested = any(s.operation is Operation.TEST_FORWARD for m in self._marks.values() for s in m.sites)
        if not (self._testing and tested):
            return False
        inner = [function, *self._reached(function.node.body, function.owner)]
        calls = [c for f in inner for s in walk_here(f.node.body) for c in calls_of(s)]
        return not any(self._operation(call)[0] in (Operation.LOSS, Operation.BACKWARD) for call in calls)

    def _mark_statement(self, statement: ast.stmt, file: int, owner: str, before: Mark | None) -> Mark | None:
        sites = self._sites(statement, file, owner)
        if not sites:
            return self._mark_extra(statement, file, before)
        operations = {site.operation for site in sites}
        if operations & {Operation.EVAL, Operation.INFERENCE_MODE}:
            self._begin_test(statement, file, self._line_of_comment_above(statement.lineno, file))
        if Operation.TRAIN in operations or Operation.BACKWARD in operations:
            self._testing = False
        if self._testing:
            sites = [_in_test(site) for site in sites]
        where = "inside" if isinstance(statement, ast.With | ast.AsyncWith) else "around"
        known = self._marks.get((id(statement), where))
        if known is not None:
            sites = [*known.sites, *(site for site in sites if site not in known.sites)]
        mark = Mark(statement, where, tuple(sites), calls=tuple(self._nameless(statement)))
        self._marks[id(statement), where] = mark
        return mark

    def _nameless(self, statement: ast.stmt) -> Iterator[tuple[ast.Call, Operation]]:
        """The forward passes and losses of a statement that is more than a call of names with a name."""
        value = statement.value if isinstance(statement, ast.Assign) else None
        for call in calls_of(statement):
            operation, _ = self._operation(call)
            plain = call is value and is_plain(call.func) and all(map(is_plain, call.args))
            if operation in (Operation.FORWARD, Operation.LOSS) and not plain:
                yield call, operation

    def _mark_extra(self, statement: ast.stmt, file: int, before: Mark | None) -> Mark | None:
        """An extra that follows an operation at once; one that stands in an ``if`` of its own is all of it."""
        if before is None or not isinstance(statement, ast.Expr | ast.Assign | ast.If):
            return None
        calls = [(call, each) for each in walk_here([statement]) for call in calls_of(each)]
        if isinstance(statement, ast.If) and any(self._operation(call)[0] for call, _ in calls):
            return None
        for call, each in calls:
            name = ast.unparse(call.func)
            receiver, _, last = name.rpartition(".")
            scheduled = last == "step" and receiver in self.kinds.schedulers
            if scheduled or (last in CLIPS and (last != "update" or receiver in self.kinds.scalers)):
                extra = Extra(name, each.lineno, each.end_lineno or each.lineno, file)
                self._followed.add((id(before.node), before.where))
                return self._add(Mark(statement, "around", extra=extra))
        return None

    def _begin_test(self, statement: ast.stmt, file: int, line: int) -> None:
        if not self._testing:
            self._testing = True
            if not self._tested:
                self._tested = True
                self._add(Mark(statement, "before", (Site(Operation.TEST, line, line, {}, file),)))

    def _sites(self, statement: ast.stmt, file: int, owner: str) -> list[Site]:
        """The operations of a statement itself, in the order in which they run."""
        said = self._said(statement, file)
        first, last = statement.lineno, statement.end_lineno or statement.lineno
        if said is not None:
            if said == NONE:
                return []
            roles = self._roles(statement)
            return [Site(Operation(said), first, last, roles, file, SETTLED)]
        if isinstance(statement, ast.With | ast.AsyncWith):
            contexts = [ast.unparse(item.context_expr) for item in statement.items]
            unrecorded = any(NO_GRAD.fullmatch(context) for context in contexts)
            if unrecorded and self._passes(statement.body, owner, set()):
                return [Site(Operation.INFERENCE_MODE, first, first, {}, file)]
            return []
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            return []
        if not isinstance(statement, ast.Expr | ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Return):
            return []
        found: dict[Operation, str] = {}
        for call in calls_of(statement):
            operation, sure = self._operation(call)
            if operation is not None and not (operation is Operation.FORWARD and Operation.FORWARD in found):
                found.setdefault(operation, sure)
        if self._assigns_loss(statement, owner) and not found:
            found[Operation.LOSS] = CERTAIN
        final = next((op for op in reversed(found) if op in IN_TEST), None)
        return [
            Site(op, first, last, self._roles(statement, op is final or op not in IN_TEST), file, sure)
            for op, sure in found.items()
        ]

    def _said(self, statement: ast.stmt, file: int) -> str | None:
        """What a comment at the end of the statement, or of the line it begins on, says of it."""
        lines = self.sources[file].lines
        compound = bool(list(bodies(statement)))
        for number in {statement.lineno, statement.lineno if compound else statement.end_lineno or 0}:
            match = COMMENT.search(lines[number - 1]) if 0 < number <= len(lines) else None
            if match:
                return match[1]
        return None

    def _operation(self, call: ast.Call) -> tuple[Operation | None, str]:
        kinds = self.kinds
        if kinds.is_loss_function(call.func):
            return Operation.LOSS, CERTAIN
        if kinds.is_model(call.func):
            return Operation.FORWARD, CERTAIN
        match call.func:
            case ast.Name(id="print"):
                return Operation.PRINT, CERTAIN
            case ast.Attribute(value=receiver, attr=method):
                return self._method(call, ast.unparse(receiver), method)
        return None, CERTAIN

    def _method(self, call: ast.Call, receiver: str, method: str) -> tuple[Operation | None, str]:
        kinds = self.kinds
        match method:
            case "train" | "eval" if receiver in kinds.models:
                off = bool(call.args) and ast.unparse(call.args[0]) == "False"
                return (Operation.EVAL if off else Operation(method)), CERTAIN
            case "backward":
                return Operation.BACKWARD, CERTAIN
            case "zero_grad":
                return Operation.ZERO_GRAD, CERTAIN
            case "step" if receiver in kinds.optimizers or receiver in kinds.scalers:
                return Operation.STEP, CERTAIN
            case "step" if call.args and ast.unparse(call.args[0]) in kinds.optimizers:
                return Operation.STEP, CERTAIN
            case "step" if not (receiver in kinds.schedulers or receiver in kinds.instances):
                return Operation.STEP, LIKELY
            case "save" if receiver == "torch":
                return Operation.SAVE, CERTAIN
            case "set_grad_enabled" if call.args and ast.unparse(call.args[0]) == "False":
                return Operation.INFERENCE_MODE, CERTAIN
        return None, CERTAIN

    def _assigns_loss(self, statement: ast.stmt, owner: str) -> bool:
        """Whether the statement calculates what ``backward()`` is called on, not by a function of ours."""
        if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
            return False
        target = ast.unparse(statement.targets[0])
        if target not in self.kinds.losses or not is_plain(statement.targets[0]):
            return False
        names = {ast.unparse(n) for n in ast.walk(statement.value) if isinstance(n, ast.Name | ast.Attribute)}
        own = any(self._callees(call, owner) for call in calls_of(statement))
        return target not in names and not own and not isinstance(statement.value, ast.Constant)

    def _roles(self, statement: ast.stmt, final: bool = True) -> dict[str, str]:
        """The expressions that the evidence needs: who is called, with what, and where the result goes.

        final: the result is this operation's.
        """
        roles: dict[str, str] = {}
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        target = statement.target if isinstance(statement, ast.AnnAssign) else next(iter(targets), None)
        if final and target is not None and is_plain(target):
            roles["result"] = ast.unparse(target)
        for call in calls_of(statement):
            callee = ast.unparse(call.func)
            if self.kinds.is_loss_function(call.func):
                roles |= {"loss_fn": callee} if is_plain(call.func) else {}
                roles |= _named(("prediction", "target"), call.args)
            elif self.kinds.is_model(call.func):
                roles["model"] = callee.removesuffix(".forward")
                roles |= _named(("inputs",), call.args)
            elif isinstance(call.func, ast.Attribute) and is_plain(call.func.value):
                receiver = ast.unparse(call.func.value)
                role = {"train": "model", "eval": "model", "zero_grad": "optimizer", "step": "optimizer"}
                if receiver in self.kinds.scalers and call.args and is_plain(call.args[0]):
                    receiver = ast.unparse(call.args[0])
                roles.setdefault(role.get(call.func.attr, "receiver"), receiver)
        return roles

    def _line_of_comment_above(self, line: int, file: int) -> int:
        above = self.sources[file].lines[line - 2].strip() if line >= 2 else ""
        return line - 1 if above.startswith("#") else line


def _says_epochs(loop: Loop) -> bool:
    """Whether the loop's variable has 'epoch' in its name."""
    return not isinstance(loop, ast.While) and "epoch" in ast.unparse(loop.target).lower()


def _named(roles: tuple[str, ...], arguments: list[ast.expr]) -> dict[str, str]:
    """The arguments in their roles, as far as they have names."""
    pairs = zip(roles, arguments, strict=False)
    return {role: ast.unparse(argument) for role, argument in pairs if is_plain(argument)}


def _in_test(site: Site) -> Site:
    operation = IN_TEST.get(site.operation, site.operation)
    return Site(operation, site.line, site.end_line, site.roles, site.file, site.sure)


def _first_of(block: Body) -> ast.stmt:
    """The first statement that is no docstring."""
    if len(block) > 1 and isinstance(block[0], ast.Expr) and isinstance(block[0].value, ast.Constant):
        return block[1]
    return block[0]


def _line_before(loop: Loop, block: Body) -> int:
    """The last line of what stands before the loop in its block."""
    ends = [s.end_lineno or s.lineno for s in block if (s.end_lineno or s.lineno) < loop.lineno]
    return max(ends, default=loop.lineno)


def bodies(statement: ast.stmt) -> Iterator[Body]:
    """The bodies of a compound statement that run where it stands."""
    for name in ("body", "orelse", "finalbody"):
        inner = getattr(statement, name, None)
        if inner and not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield inner
    for part in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
        yield part.body


def walk_here(body: Body) -> Iterator[ast.stmt]:
    """Every statement of a body and of what is in it; functions that are defined there run elsewhere."""
    for statement in body:
        yield statement
        for inner in bodies(statement):
            yield from walk_here(inner)


def calls_of(statement: ast.stmt) -> Iterator[ast.Call]:
    """The calls of a statement itself, in the order in which they run: arguments before their call."""
    inner = {id(each) for body in bodies(statement) for each in body}

    def walk(node: ast.AST) -> Iterator[ast.Call]:
        if isinstance(node, ast.Lambda | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            return
        for child in ast.iter_child_nodes(node):
            if id(child) not in inner and not isinstance(child, ast.ExceptHandler | ast.match_case):
                yield from walk(child)
        if isinstance(node, ast.Call):
            yield node

    return walk(statement)


def continues_of(body: Body) -> Iterator[ast.stmt]:
    """The ``continue`` statements of the loop with this body."""
    for statement in body:
        if isinstance(statement, ast.Continue):
            yield statement
        elif isinstance(statement, ast.For | ast.AsyncFor | ast.While):
            yield from continues_of(statement.orelse)
        else:
            for inner in bodies(statement):
                yield from continues_of(inner)


def inside(node: ast.stmt, body: Body) -> bool:
    """Whether a statement stands somewhere in a body."""
    return any(each is node for each in walk_here(body))
