"""Which statement of a script is which operation of its training loop, read from the text.

The epochs' loop is found first: the outermost loop that learns, whether in its own body or in functions
that it calls. Then its statements are gone through in the order in which they run, functions where they
are called, so that what follows ``model.eval()`` belongs to the testing half.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from loop_core.calls import (
    calculates_loss,
    callees_of,
    calls_in,
    decided_later,
    goes_on_learning,
    operation_of,
    passes,
    roles_of,
    switches_mode,
)
from loop_core.comments import NONE, words_said
from loop_core.epochs_loop import Place, learning_loops, loop_of_epochs
from loop_core.kinds import Function, Kinds, is_plain
from loop_core.losses import find_losses, loss_of, mentions, unnamed_loss
from loop_core.operations import Operation
from loop_core.probing import RESULT
from loop_core.sites import CERTAIN, IN_TEST, LIKELY, SETTLED, Extra, Mark, Site, both_halves, in_test
from loop_core.source import Source
from loop_core.statements import (
    Body,
    Loop,
    bodies,
    calls_of,
    continues_of,
    first_of,
    inside,
    line_before,
    walk_here,
)

NO_GRAD = re.compile(r"(\w+\.)*(inference_mode|no_grad)(\(\))?|(\w+\.)*set_grad_enabled\(False\)")
CLIPS = frozenset(
    ["clip_grad_norm_", "clip_grad_value_", "clip_grads_with_norm_", "unscale_", "update", "synchronize"]
)
MODES = frozenset({Operation.TRAIN, Operation.EVAL})
SWITCHES = MODES | {Operation.INFERENCE_MODE}
"""What may depend on the phase that a loop is in."""
MOST_CALLS = 200
"""Functions of a script that are gone through, at most."""


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
    _both: bool = False  # which half it is, is known only when it runs
    _aside: bool = False  # a teacher's answer, which is no operation of the loop
    _parts: dict[str, dict[str, str]] = field(default_factory=dict)  # the roles of what a loss is a sum of
    _rest: list[tuple[Body, str]] = field(default_factory=list)  # what is still to come, outermost first
    _seen: dict[tuple[int, bool, bool, bool], None] = field(default_factory=dict)
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
        self.kinds.said |= words_said(self.sources, self.trees)
        find_losses(self.kinds, self.trees)
        places = learning_loops(self.trees, self.kinds)
        script = self.sources[0].path, self.trees[0]
        self.place = loop_of_epochs(places, self.kinds, self.wanted, *script)
        self.others = tuple(p.loop.lineno for p in places if p is not self.place and p.file == 0)
        self._mark_loop(self.place)

    def _mark_loop(self, place: Place) -> None:
        loop, file = place.loop, place.file
        block = self.trees[file].body if place.function is None else place.function.node.body
        first = first_of(block)
        begin = loop.lineno if first is loop else first.lineno
        end = max(begin, line_before(loop, block))
        head = loop.lineno if isinstance(loop, ast.While) else loop.iter.end_lineno or loop.lineno
        self._add(Mark(loop, "before", (Site(Operation.SETUP, begin, end, {}, file),)))
        epoch = Site(Operation.EPOCH, loop.lineno, head, {}, file)
        self._add(Mark(loop, "inside", (epoch,)))
        self._mark_body(place.body, file, place.owner)
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
                    saves = [c for c in calls_of(node) if operation_of(self.kinds, c)[0] is Operation.SAVE]
                    if saves and not inside(node, place.body):
                        site = Site(Operation.SAVE, node.lineno, node.end_lineno or node.lineno, {}, index)
                        self._add(Mark(node, "around", (site,)))

    def _mark_body(self, body: Body, file: int, owner: str) -> None:
        before, both = None, self._both
        for place, statement in enumerate(body, 1):
            self._rest.append((body[place:], owner))
            before = self._mark_with_inner(statement, file, owner, before)
            self._rest.pop()
        self._both = both

    def _mark_with_inner(
        self, statement: ast.stmt, file: int, owner: str, before: Mark | None
    ) -> Mark | None:
        """A statement and what is in it or called by it; the operation that what follows may belong to."""
        half = self._testing, self._both, self._aside
        mark = self._mark_statement(statement, file, owner, before)
        if mark is not None and mark.sites and mark.sites[0].sure == SETTLED:
            return mark
        self._mark_callees(statement, owner)
        if isinstance(statement, ast.For | ast.AsyncFor | ast.While):
            self._mark_repetition(statement, file, owner)
            self._mark_body(statement.orelse, file, owner)
        elif switches_mode(self.kinds, statement):
            self._mark_switch(statement, file, owner)
        else:
            for inner in bodies(statement):
                self._mark_body(inner, file, owner)
        if isinstance(statement, ast.With | ast.AsyncWith):
            self._leave_block(*half)
        return mark or (before if isinstance(statement, ast.Expr | ast.Assign | ast.AugAssign) else None)

    def _mark_switch(self, statement: ast.stmt, file: int, owner: str) -> None:
        """Branches of which one trains and one tests: what follows them serves both halves."""
        rest, self._rest = self._rest, []
        for inner in bodies(statement):
            self._mark_body(inner, file, owner)
        self._rest = rest
        self._testing, self._both = False, True

    def _leave_block(self, testing: bool, both: bool, aside: bool) -> None:
        """Behind a block without gradients the training half goes on, where a backward pass comes."""
        self._both, self._aside = both, aside
        self._testing = self._testing and (testing or not self._leads_on())

    def _leads_on(self) -> bool:
        """Whether a backward pass is to come before the model is set to training again."""
        rest = (goes_on_learning(self.kinds, body, owner) for body, owner in reversed(self._rest))
        return next((found for found in rest if found is not None), False)

    def _is_aside(self, body: Body, owner: str) -> bool:
        """Whether a block without gradients only asks a model for what is then learned from."""
        undecided = self._testing or self._both
        return not undecided and not calculates_loss(self.kinds, body, owner) and self._leads_on()

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
            for function in callees_of(self.kinds, call, owner):
                key = id(function.node), self._testing, self._both, self._aside
                if key in self._seen or len(self._seen) > MOST_CALLS or self._only_shows(function):
                    continue
                self._seen[key] = None
                self._mark_function(function)

    def _mark_function(self, function: Function) -> None:
        half, node = (self._testing, self._both, self._aside), function.node
        unrecorded = any(NO_GRAD.fullmatch(ast.unparse(d)) for d in node.decorator_list)
        if unrecorded and not self._testing and passes(self.kinds, node.body, function.owner):
            if self._is_aside(node.body, function.owner):
                self._aside = True
            else:
                self._begin_test(node.body[0], function.file, node.lineno)
                line = node.decorator_list[0].lineno
                site = Site(Operation.INFERENCE_MODE, line, node.lineno, {}, function.file)
                self._add(Mark(node, "inside", (site,)))
        self._mark_body(node.body, function.file, function.owner)
        if unrecorded:
            self._leave_block(*half)

    def _only_shows(self, function: Function) -> bool:
        """Whether it only asks the model, after the test: for a picture, a sample."""
        tested = any(s.operation is Operation.TEST_FORWARD for m in self._marks.values() for s in m.sites)
        if not (self._testing and tested):
            return False
        calls = calls_in(self.kinds, function.node.body, function.owner)
        learning = (Operation.LOSS, Operation.BACKWARD)
        return not any(operation_of(self.kinds, call)[0] in learning for call in calls)

    def _mark_statement(self, statement: ast.stmt, file: int, owner: str, before: Mark | None) -> Mark | None:
        sites = self._sites(statement, file, owner)
        if not sites:
            return self._mark_extra(statement, file, before)
        operations = {site.operation for site in sites}
        if any(site.operation in SWITCHES and site.sure == LIKELY for site in sites):
            self._both = True
        elif Operation.INFERENCE_MODE in operations or (
            Operation.EVAL in operations and not self._leads_on()
        ):
            self._begin_test(statement, file, self._line_of_comment_above(statement.lineno, file))
        if Operation.TRAIN in operations or Operation.BACKWARD in operations:
            self._testing = False
        if self._both:
            sites = both_halves(sites)
        elif self._testing:
            sites = [in_test(site) for site in sites]
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
        named = isinstance(statement, ast.Assign) and is_plain(statement.targets[0])
        blamed = unnamed_loss(self.kinds, statement)
        if blamed is not None:
            yield blamed, Operation.LOSS
        for call in calls_of(statement):
            operation, _ = operation_of(self.kinds, call)
            plain = named and call is value and is_plain(call.func) and all(map(is_plain, call.args))
            if operation in (Operation.FORWARD, Operation.LOSS) and not plain:
                yield call, operation

    def _mark_extra(self, statement: ast.stmt, file: int, before: Mark | None) -> Mark | None:
        """An extra that follows an operation at once; an ``if`` around nothing else is one too."""
        if before is None or not isinstance(statement, ast.Expr | ast.Assign | ast.If):
            return None
        calls = [(call, each) for each in walk_here([statement]) for call in calls_of(each)]
        if isinstance(statement, ast.If) and any(operation_of(self.kinds, call)[0] for call, _ in calls):
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
        said = self.kinds.said.get(id(statement))
        first, last = statement.lineno, statement.end_lineno or statement.lineno
        if said is not None:
            if said == NONE:
                return []
            roles = roles_of(self.kinds, statement)
            return [Site(Operation(said), first, last, roles, file, SETTLED)]
        if isinstance(statement, ast.With | ast.AsyncWith):
            return self._sites_of_block(statement, file, owner)
        if not isinstance(statement, ast.Expr | ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Return):
            return []
        found = self._found(statement)
        loss = loss_of(self.kinds, statement, owner)
        if loss is not None and not found.keys() & {Operation.LOSS, Operation.BACKWARD}:
            found[Operation.LOSS] = LIKELY
        if self._aside:
            found = {operation: sure for operation, sure in found.items() if operation not in IN_TEST}
        if Operation.LOSS in found and id(statement) in self.kinds.parts:
            del found[Operation.LOSS]
            roles = roles_of(self.kinds, statement)
            self._parts[roles["result"]] = roles
        final = next((op for op in reversed(found) if op in IN_TEST), None)
        sites = []
        for op, sure in found.items():
            roles = roles_of(self.kinds, statement, op is final or op not in IN_TEST, loss or "")
            if op is Operation.LOSS and loss is not None:
                roles = self._of_parts(statement) | roles | ({} if loss else {"result": RESULT})
            sites.append(Site(op, first, last, roles, file, sure))
        return sites

    def _of_parts(self, statement: ast.stmt) -> dict[str, str]:
        """What the first part of a sum of losses is calculated from."""
        names = mentions(statement)
        first: dict[str, str] = next((roles for name, roles in self._parts.items() if name in names), {})
        return {role: first[role] for role in ("loss_fn", "prediction", "target") if role in first}

    def _found(self, statement: ast.stmt) -> dict[Operation, str]:
        """The operations of a statement's calls, and how sure each is."""
        found: dict[Operation, str] = {}
        for call in calls_of(statement):
            operation, sure = operation_of(self.kinds, call)
            if operation is Operation.TRAIN and decided_later(call):
                found |= dict.fromkeys(MODES, LIKELY)
            elif operation is Operation.BACKWARD and unnamed_loss(self.kinds, statement) is not None:
                found |= {Operation.LOSS: LIKELY, operation: sure}
            elif operation is not None:
                found.setdefault(operation, sure)
        if found.keys() >= MODES:
            found |= dict.fromkeys(MODES, LIKELY)
        return found

    def _sites_of_block(self, block: ast.With | ast.AsyncWith, file: int, owner: str) -> list[Site]:
        """A ``with`` without gradients, or with them only in training, where something is asked in it."""
        contexts = [item.context_expr for item in block.items]
        unrecorded = any(NO_GRAD.fullmatch(ast.unparse(context)) for context in contexts)
        undecided = any(_may_switch(context) for context in contexts)
        if not (unrecorded or undecided) or not passes(self.kinds, block.body, owner):
            return []
        if unrecorded and self._is_aside(block.body, owner):
            self._aside = True
            return []
        sure = CERTAIN if unrecorded else LIKELY
        return [Site(Operation.INFERENCE_MODE, block.lineno, block.lineno, {}, file, sure)]

    def _line_of_comment_above(self, line: int, file: int) -> int:
        above = self.sources[file].lines[line - 2].strip() if line >= 2 else ""
        return line - 1 if above.startswith("#") else line


def _may_switch(context: ast.expr) -> bool:
    """Whether gradients are switched off by it in some cases: ``set_grad_enabled(phase == "train")``."""
    if isinstance(context, ast.IfExp):
        return any(NO_GRAD.fullmatch(ast.unparse(each)) for each in (context.body, context.orelse))
    called = isinstance(context, ast.Call) and ast.unparse(context.func).endswith("set_grad_enabled")
    return called and isinstance(context, ast.Call) and decided_later(context)
