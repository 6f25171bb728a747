"""What comes nearest to a training loop in a script without a recognisable one."""

import ast
import re

from loop_core.kinds import Kinds
from loop_core.operations import Operation

GRADIENTS = re.compile(r"(\w+\.)*(autograd\.grad|grad_and_value|value_and_grad|func\.(grad|vjp|jacrev)|vjp)")
"""Calls that calculate gradients without ``backward()``."""
TELLS = (
    "end this line with '# torchaoke: backward', "
    "and the one where the weights change with '# torchaoke: step'"
)


def nearest(kinds: Kinds, script: ast.Module) -> tuple[int, str] | None:
    """The line and what stands there; None of a script with nothing like it."""
    loops = [node for node in ast.walk(script) if isinstance(node, ast.For | ast.AsyncFor | ast.While)]
    calls = [node for node in ast.walk(script) if isinstance(node, ast.Call)]
    learning = next((call for call in calls if _is_backward(call)), None)
    if learning is not None or kinds.said:
        return _outside(kinds, script, learning)
    gradients = next((call for call in calls if GRADIENTS.fullmatch(ast.unparse(call.func))), None)
    if gradients is not None:
        return gradients.lineno, f"what comes nearest is {ast.unparse(gradients.func)}(): {TELLS}"
    asked = [loop for loop in loops if any(_asks(kinds, node) for node in ast.walk(loop))]
    if asked:
        text = "what comes nearest is this loop, which asks a model; expected loss.backward() and "
        return asked[0].lineno, f"{text}optimizer.step() in it, or comments such as '# torchaoke: backward'"
    return None


def _outside(kinds: Kinds, script: ast.Module, learning: ast.Call | None) -> tuple[int, str] | None:
    """What learns, but in no loop: once, or by functions that call themselves."""
    said = (node.lineno for node in ast.walk(script) if id(node) in kinds.said and isinstance(node, ast.stmt))
    line = next(said, None) if learning is None else learning.lineno
    if line is None:
        return None
    functions = [f.node for f in kinds.functions if f.file == 0]
    around = next((f for f in functions if f.lineno <= line <= (f.end_lineno or 0)), None)
    name = "what the comment marks" if learning is None else f"{ast.unparse(learning.func)}()"
    if around is not None:
        named = (node for node in ast.walk(around) if isinstance(node, ast.Call))
        again = any(ast.unparse(call.func).rpartition(".")[2] == around.name for call in named)
        how = "calls itself" if again else "is called by no loop that is seen"
        return line, f"{name} stands in {around.name}(), which {how}; expected a 'for' or 'while' around it"
    return line, f"{name} stands in no loop; expected a 'for' or 'while' around it"


def _is_backward(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr == Operation.BACKWARD


def _asks(kinds: Kinds, node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and kinds.is_model(node.func)
