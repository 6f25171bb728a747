"""Which statements calculate what ``backward()`` is called on, where no loss function says so."""

import ast
import re
from collections.abc import Iterator, Sequence

from loop_core.kinds import Function, Kinds, assignments, is_plain
from loop_core.statements import Body, calls_of, walk_here

COLLECTED = (
    ast.Constant,
    ast.List,
    ast.Dict,
    ast.Set,
    ast.ListComp,
    ast.DictComp,
    ast.SetComp,
    ast.GeneratorExp,
)
COLLECTORS = frozenset(["list", "dict", "deque", "defaultdict", "float", "int", "set", "tuple", "item"])
BLANK = re.compile(r"torch\.(tensor|as_tensor|zeros|ones|empty|full)(_like)?")


def find_losses(kinds: Kinds, trees: Sequence[ast.Module]) -> None:
    """Note which losses are made only from what had their name, and which statements return one."""
    _note_blamed_by_comment(kinds, trees)
    given = list(assignments(node for tree in trees for node in ast.walk(tree)))
    made = {target for target, value in given if not is_bare(value) and target not in mentions(value)}
    kinds.remade = kinds.losses - made - set(_unpacked(trees))
    scopes = [(tree.body, "") for tree in trees] + [(f.node.body, f.owner) for f in kinds.functions]
    for body, owner in scopes:
        _note_returned(kinds, body, owner)
    for body, _ in scopes:
        _note_parts(kinds, body)


def _unpacked(trees: Sequence[ast.Module]) -> Iterator[str]:
    """The names that are given one of several results."""
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.Assign):
            tuples = (target for target in node.targets if isinstance(target, ast.Tuple | ast.List))
            yield from (ast.unparse(each) for one in tuples for each in one.elts)


def is_bare(value: ast.expr) -> bool:
    """Whether a value is no tensor that was calculated: a number, a collection, a tensor of constants."""
    if isinstance(value, ast.UnaryOp):
        return is_bare(value.operand)
    if isinstance(value, ast.Call):
        callee = ast.unparse(value.func)
        return callee.rpartition(".")[2] in COLLECTORS or BLANK.fullmatch(callee) is not None
    return isinstance(value, COLLECTED)


def mentions(value: ast.AST) -> set[str]:
    """The names that stand in an expression or a statement, with their attributes."""
    return {ast.unparse(n) for n in ast.walk(value) if isinstance(n, ast.Name | ast.Attribute)}


def loss_of(kinds: Kinds, statement: ast.stmt, owner: str) -> str | None:
    """The name of the loss that a statement calculates, '' of one that it returns; None of any other."""
    if isinstance(statement, ast.Return):
        return "" if id(statement) in kinds.returning else None
    target, value = _assigned(statement)
    if target is None or value is None or is_bare(value):
        return None
    if isinstance(value, ast.Call) and kinds.callees(value, owner):
        return None
    names = target.elts if isinstance(target, ast.Tuple) else [target]
    found = next((ast.unparse(n) for n in names if is_plain(n) and ast.unparse(n) in kinds.losses), None)
    if found is None or (found in mentions(value) and found not in kinds.remade):
        return None
    if found not in kinds.blamed and any(kinds.callees(call, owner) for call in calls_of(statement)):
        return None
    answers = isinstance(value, ast.Call) and kinds.is_model(value.func)
    if isinstance(target, ast.Tuple) and not answers:
        return None
    return found if not answers or found in kinds.blamed or "loss" in found.lower() else None


def unnamed_loss(kinds: Kinds, statement: ast.stmt) -> ast.Call | None:
    """The call whose answer ``backward()`` is called on at once, where no loss function is in it."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return None
    blamed = call.func.value
    if call.func.attr != "backward" or not isinstance(blamed, ast.Call):
        return None
    inner = [node for node in ast.walk(blamed) if isinstance(node, ast.Call)]
    asks = any(kinds.is_model(each.func) for each in inner)
    direct = kinds.is_model(blamed.func) or any(kinds.is_loss_function(each.func) for each in inner)
    return blamed if asks and not direct else None


def _note_parts(kinds: Kinds, body: Body) -> None:
    """Note the statements of which a loss is calculated that is assigned or returned beside them."""
    statements = list(walk_here(body))
    whole = (mentions(value) for each in statements if (value := _whole(kinds, each)) is not None)
    names = set[str]().union(*whole) - kinds.losses
    for statement in statements:
        target, _ = _assigned(statement)
        if target is not None and is_plain(target) and ast.unparse(target) in names:
            kinds.parts.add(id(statement))


def _whole(kinds: Kinds, statement: ast.stmt) -> ast.expr | None:
    """What is assigned to a loss or returned as one."""
    if isinstance(statement, ast.Return):
        return statement.value if id(statement) in kinds.returning else None
    target, value = _assigned(statement)
    return value if target is not None and ast.unparse(target) in kinds.blamed else None


def _assigned(statement: ast.stmt) -> tuple[ast.expr | None, ast.expr | None]:
    """The one target of an assignment, and its value."""
    match statement:
        case ast.Assign(targets=[target], value=value):
            return target, value
        case ast.AnnAssign(target=target, value=value):
            return target, value
    return None, None


def _note_blamed_by_comment(kinds: Kinds, trees: Sequence[ast.Module]) -> None:
    """What a statement is given that a comment calls the backward pass is a loss."""
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.stmt) and kinds.said.get(id(node)) == "backward":
                firsts = (call.args[0] for call in calls_of(node) if call.args)
                names = {ast.unparse(first) for first in firsts if is_plain(first)}
                kinds.losses |= names
                kinds.blamed |= names


def _note_returned(kinds: Kinds, body: Body, owner: str) -> None:
    """Where the script's own functions calculate what ``backward()`` is called on in this body."""
    statements = list(walk_here(body))
    blamed = {name for each in statements for call in calls_of(each) for name in _blamed(kinds, call)}
    waiting: list[tuple[ast.expr, int | None, str]] = []
    for statement in statements:
        target, value = _assigned(statement)
        if target is None or value is None:
            continue
        if isinstance(target, ast.Tuple):
            places = (i for i, name in enumerate(target.elts) if ast.unparse(name) in blamed)
            waiting += [(value, place, owner) for place in places]
        elif ast.unparse(target) in blamed:
            waiting.append((value, None, owner))
    seen: set[int] = set()
    while waiting:
        value, place, of = waiting.pop()
        if not isinstance(value, ast.Call) or id(value) in seen:
            continue
        seen.add(id(value))
        for function in kinds.callees(value, of):
            waiting += _note_returns(kinds, function, place)


def _note_returns(
    kinds: Kinds, function: Function, place: int | None
) -> Iterator[tuple[ast.expr, int | None, str]]:
    """Note what a function returns as a loss; the calls of others that it returns.

    place: of the loss, where it is one of several that are returned.
    """
    for statement in walk_here(function.node.body):
        if not isinstance(statement, ast.Return) or statement.value is None:
            continue
        value, whole = statement.value, place is None
        if isinstance(value, ast.Tuple) and place is not None and place < len(value.elts):
            value = value.elts[place]
        if is_plain(value):
            kinds.losses.add(ast.unparse(value))
        elif isinstance(value, ast.Call) and kinds.callees(value, function.owner):
            yield value, place, function.owner
        elif whole and not is_bare(value) and not isinstance(value, ast.Tuple):
            kinds.returning.add(id(statement))


def _blamed(kinds: Kinds, call: ast.Call) -> set[str]:
    """The known losses on which a call of ``backward`` is made."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr != "backward":
        return set()
    return mentions(call) & kinds.losses
