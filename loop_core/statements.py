"""Walking through the statements of a script in the order in which they run."""

import ast
from collections.abc import Iterator

Loop = ast.For | ast.AsyncFor | ast.While
Body = list[ast.stmt]


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


def first_of(block: Body) -> ast.stmt:
    """The first statement that is no docstring."""
    if len(block) > 1 and isinstance(block[0], ast.Expr) and isinstance(block[0].value, ast.Constant):
        return block[1]
    return block[0]


def line_before(loop: Loop, block: Body) -> int:
    """The last line of what stands before the loop in its block."""
    ends = [s.end_lineno or s.lineno for s in block if (s.end_lineno or s.lineno) < loop.lineno]
    return max(ends, default=loop.lineno)
