"""Which operation a call is, what stands around it in which role, and which functions it leads to."""

import ast
from collections.abc import Iterator

from loop_core.kinds import Function, Kinds, is_plain
from loop_core.operations import Operation
from loop_core.sites import CERTAIN, LIKELY
from loop_core.statements import Body, calls_of, walk_here


def operation_of(kinds: Kinds, call: ast.Call) -> tuple[Operation | None, str]:
    """Which operation a call is, and how sure that is."""
    if kinds.is_loss_function(call.func):
        return Operation.LOSS, CERTAIN
    if kinds.is_model(call.func):
        return Operation.FORWARD, CERTAIN
    match call.func:
        case ast.Name(id="print"):
            return Operation.PRINT, CERTAIN
        case ast.Attribute(value=receiver, attr=method):
            return _of_method(kinds, call, ast.unparse(receiver), method)
    return None, CERTAIN


def _of_method(kinds: Kinds, call: ast.Call, receiver: str, method: str) -> tuple[Operation | None, str]:
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


def callees_of(kinds: Kinds, call: ast.Call, owner: str) -> list[Function]:
    """The script's functions that a call runs: those it means, and a closure that a step is given."""
    found = kinds.callees(call, owner)
    if isinstance(call.func, ast.Attribute) and call.func.attr == "step":
        given = {arg.id for arg in call.args if isinstance(arg, ast.Name)}
        found = [*found, *(f for f in kinds.functions if not f.owner and f.node.name in given)]
    return found


def reached_from(kinds: Kinds, body: Body, owner: str) -> list[Function]:
    """All functions that a body calls, directly or through one another."""
    found: dict[int, Function] = {}
    waiting = [(body, owner)]
    while waiting:
        inner, of = waiting.pop()
        for statement in walk_here(inner):
            for call in calls_of(statement):
                for function in callees_of(kinds, call, of):
                    if id(function.node) not in found:
                        found[id(function.node)] = function
                        waiting.append((function.node.body, function.owner))
    return list(found.values())


def calls_in(kinds: Kinds, body: Body, owner: str) -> Iterator[ast.Call]:
    """Every call of a body and of the functions that it leads to."""
    for part in (body, *(function.node.body for function in reached_from(kinds, body, owner))):
        for statement in walk_here(part):
            yield from calls_of(statement)


def learns(kinds: Kinds, body: Body, owner: str) -> bool:
    """Whether something is trained in it."""
    return any(
        operation in (Operation.BACKWARD, Operation.STEP) or operation is Operation.TRAIN
        for call in calls_in(kinds, body, owner)
        for operation, _ in [operation_of(kinds, call)]
    )


def passes(kinds: Kinds, body: Body, owner: str) -> bool:
    """Whether a forward pass or a loss is in it; else, without gradients, it is an update by hand."""
    wanted = (Operation.FORWARD, Operation.LOSS)
    return any(operation_of(kinds, call)[0] in wanted for call in calls_in(kinds, body, owner))


def assigns_loss(kinds: Kinds, statement: ast.stmt, owner: str) -> bool:
    """Whether the statement calculates what ``backward()`` is called on, not by a function of ours."""
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return False
    target = ast.unparse(statement.targets[0])
    if target not in kinds.losses or not is_plain(statement.targets[0]):
        return False
    names = {ast.unparse(n) for n in ast.walk(statement.value) if isinstance(n, ast.Name | ast.Attribute)}
    own = any(callees_of(kinds, call, owner) for call in calls_of(statement))
    return target not in names and not own and not isinstance(statement.value, ast.Constant)


def roles_of(kinds: Kinds, statement: ast.stmt, final: bool = True) -> dict[str, str]:
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
        if kinds.is_loss_function(call.func):
            roles |= {"loss_fn": callee} if is_plain(call.func) else {}
            roles |= _named(("prediction", "target"), call.args)
        elif kinds.is_model(call.func):
            roles["model"] = callee.removesuffix(".forward")
            roles |= _named(("inputs",), call.args)
        elif isinstance(call.func, ast.Attribute) and is_plain(call.func.value):
            receiver = ast.unparse(call.func.value)
            role = {"train": "model", "eval": "model", "zero_grad": "optimizer", "step": "optimizer"}
            if receiver in kinds.scalers and call.args and is_plain(call.args[0]):
                receiver = ast.unparse(call.args[0])
            roles.setdefault(role.get(call.func.attr, "receiver"), receiver)
    return roles


def _named(roles: tuple[str, ...], arguments: list[ast.expr]) -> dict[str, str]:
    """The arguments in their roles, as far as they have names."""
    pairs = zip(roles, arguments, strict=False)
    return {role: ast.unparse(argument) for role, argument in pairs if is_plain(argument)}
