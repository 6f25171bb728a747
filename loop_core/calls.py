"""Which operation a call is, what stands around it in which role, and which functions it leads to."""

import ast
from collections.abc import Iterator

from loop_core.kinds import Function, Kinds, is_named, is_plain
from loop_core.operations import Operation
from loop_core.sites import CERTAIN, LIKELY
from loop_core.statements import Body, bodies, calls_of, walk_here

LEARNING = frozenset({Operation.BACKWARD, Operation.STEP, Operation.TRAIN})
"""What only a loop that learns has."""


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
        case "set_grad_enabled" if decided_later(call):
            return Operation.INFERENCE_MODE, LIKELY
    return None, CERTAIN


def decided_later(call: ast.Call) -> bool:
    """Whether what a switch is given is known only when it runs: ``model.train(phase == "train")``."""
    return bool(call.args) and not isinstance(call.args[0], ast.Constant)


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
    """Whether something is trained in it, or a comment says so."""
    parts = (body, *(function.node.body for function in reached_from(kinds, body, owner)))
    said = {kinds.said.get(id(statement)) for part in parts for statement in walk_here(part)}
    return bool(said & LEARNING) or any(
        operation_of(kinds, call)[0] in LEARNING for call in calls_in(kinds, body, owner)
    )


def goes_on_learning(kinds: Kinds, body: Body, owner: str) -> bool | None:
    """Whether a backward pass comes in it before a training mode is set; None where neither comes."""
    for statement in walk_here(body):
        said = kinds.said.get(id(statement))
        if said in (Operation.BACKWARD, Operation.TRAIN):
            return said == Operation.BACKWARD
        functions = [f for call in calls_of(statement) for f in callees_of(kinds, call, owner)]
        reached = [c for f in functions for c in calls_in(kinds, f.node.body, f.owner)]
        for call in (*calls_of(statement), *reached):
            operation, _ = operation_of(kinds, call)
            if operation in (Operation.BACKWARD, Operation.TRAIN):
                return operation is Operation.BACKWARD
    return None


def switches_mode(kinds: Kinds, statement: ast.stmt) -> bool:
    """Whether one branch sets a model to training and another one to testing."""
    if not isinstance(statement, ast.If | ast.Match):
        return False
    modes = {Operation.TRAIN, Operation.EVAL}
    found = [
        {operation_of(kinds, call)[0] for each in walk_here(branch) for call in calls_of(each)} & modes
        for branch in bodies(statement)
    ]
    return {Operation.TRAIN} in found and {Operation.EVAL} in found


def calculates_loss(kinds: Kinds, body: Body, owner: str) -> bool:
    """Whether a loss function is called in it."""
    return any(operation_of(kinds, call)[0] is Operation.LOSS for call in calls_in(kinds, body, owner))


def passes(kinds: Kinds, body: Body, owner: str) -> bool:
    """Whether a forward pass or a loss is in it; else, without gradients, it is an update by hand."""
    wanted = (Operation.FORWARD, Operation.LOSS)
    return any(operation_of(kinds, call)[0] in wanted for call in calls_in(kinds, body, owner))


def roles_of(kinds: Kinds, statement: ast.stmt, final: bool = True, loss: str = "") -> dict[str, str]:
    """The expressions that the evidence needs: who is called, with what, and where the result goes.

    final: the result is this operation's.  loss: the name of the loss, of several results.
    """
    roles: dict[str, str] = {}
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    target = statement.target if isinstance(statement, ast.AnnAssign) else next(iter(targets), None)
    if isinstance(target, ast.Tuple) and target.elts:
        target = next((each for each in target.elts if ast.unparse(each) == loss), target.elts[0])
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
        elif isinstance(call.func, ast.Attribute) and is_named(call.func.value):
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
