"""What comments at the end of a script's lines say of its operations: ``# torchaoke: backward``."""

import ast
import re
from collections.abc import Sequence

from loop_core.errors import InputError
from loop_core.operations import Operation
from loop_core.source import Source
from loop_core.statements import bodies

COMMENT = re.compile(r"#\s*torchaoke:\s*([\w-]+)\s*(?:#.*)?$")
NONE = "none"
"""What a comment says of a statement that is no operation."""
SAID = frozenset(Operation) - {Operation.SETUP, Operation.EPOCH, Operation.EPOCHS, Operation.REMAINING}
"""What a comment may say."""


def words_said(sources: Sequence[Source], trees: Sequence[ast.Module]) -> dict[int, str]:
    """What is said of statements, by the nodes' ids; InputError with the line of a word that is unknown."""
    for source in sources:
        _check(source)
    words: dict[int, str] = {}
    for source, tree in zip(sources, trees, strict=True):
        if "torchaoke:" in source.text:
            statements = (node for node in ast.walk(tree) if isinstance(node, ast.stmt))
            said = ((id(each), _said(each, source)) for each in statements)
            words |= {each: word for each, word in said if word is not None}
    return words


def _check(source: Source) -> None:
    for number, line in enumerate(source.lines, 1):
        match = COMMENT.search(line)
        if match and match[1] != NONE and match[1] not in SAID:
            known = ", ".join([*sorted(SAID), NONE])
            given = f"'# torchaoke: {match[1]}' is no operation"
            raise InputError(f"{given}; expected one of: {known}", source.path, number)


def _said(statement: ast.stmt, source: Source) -> str | None:
    """What a comment at the end of the statement, or of the line it begins on, says of it."""
    compound = bool(list(bodies(statement)))
    for number in {statement.lineno, statement.lineno if compound else statement.end_lineno or 0}:
        line = source.lines[number - 1] if 0 < number <= len(source.lines) else ""
        match = COMMENT.search(line)
        if match and (compound or ";" not in _behind(statement, number, line[: match.start()])):
            return match[1]
    return None


def _behind(statement: ast.stmt, number: int, line: str) -> str:
    """What stands behind the statement in a line on which it ends."""
    ends = number == statement.end_lineno and statement.end_col_offset is not None
    return line.encode()[statement.end_col_offset :].decode(errors="replace") if ends else ""
