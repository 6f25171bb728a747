"""What a name stands for, looked up without running any code of the script."""

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from types import FunctionType, ModuleType
from typing import Any

NOTHING = object()
SUMS: Mapping[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}


def looked_up(expression: str, *scopes: Mapping[str, Any]) -> Any:
    """The object of a name or of attributes of one, in the first scope that has it; None without any.

    At the end an element of a dict, a list or a tuple may be named: 'optimizers["a"]'.
    """
    if expression.endswith("]"):
        part = ast.parse(expression, mode="eval").body
        assert isinstance(part, ast.Subscript)
        return _element(looked_up(ast.unparse(part.value), *scopes), ast.literal_eval(part.slice))
    first, *attributes = expression.split(".")
    for scope in scopes:
        if first in scope:
            value = scope[first]
            for attribute in attributes:
                value = _attribute(value, attribute)
            return value
    return None


def _element(whole: Any, key: Any) -> Any:
    """An element of one of Python's own collections, which runs no code; None where there is none."""
    if type(whole) is dict:
        return whole.get(key)
    inside = type(whole) in (list, tuple) and isinstance(key, int) and -len(whole) <= key < len(whole)
    return whole[key] if inside else None


def tensors_in(value: Any, deep: int = 2) -> Iterator[Any]:
    """The tensors that a value is or holds: in a tuple, a list, a dict, an object with fields."""
    if hasattr(value, "grad_fn"):
        yield value
    elif deep and isinstance(value, tuple | list | Mapping):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from tensors_in(each, deep - 1)
    elif deep and not isinstance(value, type | ModuleType | FunctionType):
        for each in tuple(getattr(value, "__dict__", {}).values()):
            yield from tensors_in(each, deep - 1)


def answer_of(value: Any) -> Any:
    """The first tensor of an answer of several; else the answer itself."""
    return next(tensors_in(value), value)


def count_of(expression: str, *scopes: Mapping[str, Any]) -> int | None:
    """How many values an expression runs over: a ``range`` of whole numbers, or a progress bar around one."""
    try:
        node: ast.expr = ast.parse(expression, mode="eval").body
    except SyntaxError:
        return None
    while isinstance(node, ast.Call) and node.args:
        name = ast.unparse(node.func).rpartition(".")[2]
        if name in ("range", "trange"):
            ends = [_whole(argument, scopes) for argument in node.args]
            whole = [end for end in ends if end is not None]
            return len(range(*whole)) if len(whole) == len(ends) <= 3 and 0 not in whole[2:] else None
        node = node.args[0]
    return None


def _whole(node: ast.expr, scopes: tuple[Mapping[str, Any], ...]) -> int | None:
    """A whole number from constants and names; None of anything else."""
    match node:
        case ast.Constant(value=int() as value):
            return value
        case ast.Name() | ast.Attribute():
            found = looked_up(ast.unparse(node), *scopes)
            return found if isinstance(found, int) else None
        case ast.BinOp(left=left, op=op, right=right) if type(op) in SUMS:
            a, b = _whole(left, scopes), _whole(right, scopes)
            return None if a is None or b is None else SUMS[type(op)](a, b)
    return None


def _attribute(value: Any, name: str) -> Any:
    """An attribute that is stored, on the object, its class or its module; properties are not run."""
    for kept in (getattr(value, "__dict__", {}), *_members(value)):
        if name in kept:
            return kept[name]
    for kind in type(value).__mro__ if value is not None else ():
        found = vars(kind).get(name, NOTHING)
        if found is not NOTHING and not isinstance(found, property):
            return getattr(value, name, None)
    return None


def _members(value: Any) -> list[Mapping[str, Any]]:
    """What a `torch.nn.Module` keeps apart from its other attributes."""
    kept = getattr(value, "__dict__", {})
    names = ("_modules", "_parameters", "_buffers")
    return [kept[name] for name in names if isinstance(kept.get(name), Mapping)]
