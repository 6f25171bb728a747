"""Compiles a script with a probe around every operation of its loop, under its own names and line numbers.

A probe is a plain call, so a script may be stopped wherever its operations stand: in functions, in methods,
in a closure that an optimizer calls, in a module beside the script.
"""

import ast
from collections.abc import Container, Iterable, Sequence
from types import CodeType

from loop_core.operations import Operation
from loop_core.sites import Mark
from loop_core.source import Source

STEPPING, BEFORE, PAUSE, NOTE, CALL, SAVING, RESULT = (
    f"__torchaoke_{name}__" for name in ("stepping", "before", "pause", "note", "call", "saving", "result")
)
"""Names that the compiled script finds in its globals: whether to pause inside epochs, and what to call."""

BOUNDARIES = frozenset({Operation.EPOCH, Operation.EPOCHS, Operation.REMAINING})
"""Where a script is always paused: where an epoch begins and ends, and where the loop is over."""
NOTED = frozenset({Operation.FORWARD, Operation.LOSS, Operation.TEST_FORWARD, Operation.TEST_LOSS})
"""What is looked at in fast epochs too, where it stands in a function, whose variables are soon gone."""


def compile_probed(
    source: Source, marks: Sequence[Mark], nodes: ast.Module, fleeting: Container[int]
) -> CodeType:
    """One file's code.

    marks: of all files, whose places number the probes.  nodes: the tree that they were read in; it is
    changed, and a mark is of this file when its node is in it.  fleeting: ids of nodes whose variables do
    not stay.
    """
    own = {id(node) for node in ast.walk(nodes)}
    at = [(index, mark) for index, mark in enumerate(marks) if id(mark.node) in own]
    _Prober(at, fleeting).visit(nodes)
    ast.fix_missing_locations(nodes)
    code: CodeType = compile(nodes, str(source.path), "exec", dont_inherit=True)
    return code


class _Prober(ast.NodeTransformer):
    """Puts the probes of the marks into the tree."""

    def __init__(self, marks: Iterable[tuple[int, Mark]], fleeting: Container[int]) -> None:
        self.at = {(id(mark.node), mark.where): (index, mark) for index, mark in marks}
        self.fleeting = fleeting

    def visit(self, node: ast.AST) -> ast.AST | list[ast.stmt]:
        wheres = ("before", "around", "after", "inside", "end")
        marks = {where: self.at[id(node), where] for where in wheres if (id(node), where) in self.at}
        self.generic_visit(node)
        if not marks or not isinstance(node, ast.stmt):
            return node
        result: list[ast.stmt] = [node]
        for where, (index, mark) in marks.items():
            at_start = ast.copy_location(ast.Pass(), node)
            match where:
                case "before":
                    result = [_pause(index, mark, at_start), *result]
                case "after":
                    result = [*result, _pause(index, mark, at_start)]
                case "around":
                    result = self._around(node, index, mark, result)
                case "inside" | "end":
                    assert isinstance(
                        node, ast.For | ast.AsyncFor | ast.While | ast.With | ast.AsyncWith | ast.FunctionDef
                    )
                    pause = _pause(index, mark, at_start)
                    node.body = [*node.body, pause] if where == "end" else [pause, *node.body]
                    if isinstance(node, ast.With | ast.AsyncWith):
                        result = [_probe(f"if {STEPPING}: {BEFORE}({index})", at_start), *result]
        return result

    def _around(self, node: ast.stmt, index: int, mark: Mark, result: list[ast.stmt]) -> list[ast.stmt]:
        at_start = ast.copy_location(ast.Pass(), node)
        operations = {site.operation for site in mark.sites}
        if Operation.SAVE in operations:
            _Saver().visit(node)
        for call, operation in mark.calls:
            call.args = [ast.Constant(index), ast.Constant(operation.value), call.func, *call.args]
            call.func = ast.Name(CALL, ast.Load())
        noted = bool(operations & NOTED) and id(node) in self.fleeting
        before = f"{BEFORE}({index})" if noted else f"if {STEPPING}: {BEFORE}({index})"
        after = f"if {STEPPING}: {PAUSE}({index})" + (f"\nelse: {NOTE}({index})" if noted else "")
        if Operation.SAVE in operations:  # it may stand far behind the loop that is sung
            after = f"{PAUSE}({index})"
        if isinstance(node, ast.Return) and node.value is not None:
            kept = ast.copy_location(ast.Assign([ast.Name(RESULT, ast.Store())], node.value), node)
            back = ast.copy_location(ast.Return(ast.Name(RESULT, ast.Load())), node)
            return [_probe(before, at_start), kept, _probe(after, at_start), back]
        return [_probe(before, at_start), *result, _probe(after, at_start)]


class _Saver(ast.NodeTransformer):
    """Hands ``torch.save`` to the run, which calls it so that a file is written whole or not at all."""

    def visit_Call(self, node: ast.Call) -> ast.Call:
        self.generic_visit(node)
        if ast.unparse(node.func) == "torch.save":
            name = ast.Name(SAVING, ast.Load())
            node.func = ast.copy_location(ast.Call(name, [node.func], []), node)
        return node


def _pause(index: int, mark: Mark, at: ast.stmt) -> ast.stmt:
    """A pause that comes always where an epoch begins or ends, or a loop over batches is over."""
    over = mark.repeats is not None and mark.where == "after"
    always = over or any(site.operation in BOUNDARIES for site in mark.sites)
    return _probe(f"{PAUSE}({index})" if always else f"if {STEPPING}: {PAUSE}({index})", at)


def _probe(text: str, at: ast.stmt) -> ast.stmt:
    probe = ast.parse(text).body[0]
    for node in ast.walk(probe):
        if hasattr(node, "lineno"):
            ast.copy_location(node, at)
    return probe
