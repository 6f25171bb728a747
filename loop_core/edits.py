"""Edits of a lesson's source: every line that they do not name stays as it is, to the letter.

Where something stands is read from the lesson's syntax tree; what is written there is its own text.
"""

import ast
import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from loop_core.listing import Listing
from loop_core.operations import Operation
from loop_core.words import Words

INDENT = "    "
OPTIMIZER = re.compile(r"(\w+\.)*[A-Z]\w*")
"""What builds an optimizer: a class."""

Sign = Literal[" ", "−", "+"]


class UnfitError(Exception):
    """An edit that a lesson does not allow; words: why."""

    def __init__(self, words: Words) -> None:
        super().__init__(words.en)
        self.words = words


@dataclass(frozen=True, slots=True)
class Marked:
    """A line of an edited source: kept, taken out or put in.

    line: its number, from 1, in the source that has it: the old one for '−', else the new one.
    """

    sign: Sign
    line: int


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement that has its lines, from 1, for itself; block: of the statements that it stands among."""

    lines: range
    block: int
    indent: int


def marked(before: Sequence[str], after: Sequence[str]) -> tuple[Marked, ...]:
    """The lines of both sources: what was taken out stands above what was put in for it."""
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    found: list[Marked] = []
    for what, old, old_end, new, new_end in matcher.get_opcodes():
        if what == "equal":
            found += [Marked(" ", line + 1) for line in range(new, new_end)]
        else:
            found += [Marked("−", line + 1) for line in range(old, old_end)]
            found += [Marked("+", line + 1) for line in range(new, new_end)]
    return tuple(found)


def without(listing: Listing, operation: Operation) -> str:
    """The source without the operation, wherever it stands."""
    statements = list(_statements(listing, operation))
    return _spliced(listing, {line: () for statement in statements for line in statement.lines})


def twice(listing: Listing, operation: Operation) -> str:
    """The source with the operation once more, right after itself."""
    statement = statement_of(listing, operation)
    text = text_of(listing, statement)
    return _spliced(listing, {statement.lines[-1]: (listing.lines[statement.lines[-1] - 1], *text)})


def moved(listing: Listing, operation: Operation, to: Operation, *, after: bool = False) -> str:
    """The source with the operation right before another one, or right after it."""
    statement, place = statement_of(listing, operation), statement_of(listing, to)
    _need_one_block((statement, place))
    changes: dict[int, tuple[str, ...]] = dict.fromkeys(statement.lines, ())
    at = place.lines[-1] if after else place.lines[0]
    text, there = text_of(listing, statement), listing.lines[at - 1]
    changes[at] = (there, *text) if after else (*text, there)
    return _spliced(listing, changes)


def in_order(listing: Listing, operations: Sequence[Operation]) -> str:
    """The source with these operations in this order, in the places that they have between them."""
    statements = [statement_of(listing, operation) for operation in operations]
    _need_one_block(statements)
    changes: dict[int, tuple[str, ...]] = {}
    for place, statement in zip(sorted(statements, key=_first_line), statements, strict=True):
        changes |= dict.fromkeys(place.lines, ())
        changes[place.lines[0]] = text_of(listing, statement)
    return _spliced(listing, changes)


def recorded(listing: Listing) -> str:
    """The source with the body of ``with torch.inference_mode():`` standing outside of it."""
    statement = statement_of(listing, Operation.INFERENCE_MODE)
    block = next(
        node
        for node in ast.walk(ast.parse(listing.source))
        if isinstance(node, ast.With) and node.lineno == statement.lines[0]
    )
    if len(block.items) > 1 or block.body[0].lineno == block.lineno:
        raise UnfitError(Words("This with does more than one thing.", "这个 with 不止做一件事。"))
    first = statement_of_line(listing, block.body[0].lineno)
    shift = first.indent - statement.indent
    lines = ((line, listing.lines[line - 1]) for line in statement.lines[1:])
    return _spliced(listing, {statement.lines[0]: (), **{line: (text[shift:],) for line, text in lines}})


def unrecorded(listing: Listing, operation: Operation) -> str:
    """The source with the operation inside of ``with torch.inference_mode():``."""
    statement = statement_of(listing, operation)
    head = " " * statement.indent + "with torch.inference_mode():"
    inside = {line: (INDENT + listing.lines[line - 1],) for line in statement.lines}
    first = statement.lines[0]
    return _spliced(listing, {**inside, first: (head, *inside[first])})


def with_learning_rate(listing: Listing, factor: float) -> str:
    """The source with the optimizer's learning rate multiplied."""
    tree = ast.parse(listing.source)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    rates = [
        keyword.value
        for call in calls
        if OPTIMIZER.fullmatch(ast.unparse(call.func))
        for keyword in call.keywords
        if keyword.arg == "lr"
    ]
    rate = rates[0] if len(rates) == 1 else None
    match rate:
        case ast.Constant(value=int() | float() as value):
            return _replaced(listing, rate, repr(float(f"{value * factor:.12g}")))
    raise UnfitError(Words("No single lr=… with a number stands here.", "这里没有唯一的、写成数字的 lr=…。"))


def with_flat_target(listing: Listing) -> str:
    """The source with the targets squeezed where the training loss is calculated."""
    site = listing.site(Operation.LOSS)
    roles = site.roles if site else {}
    for node in ast.walk(ast.parse(listing.source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == roles.get("loss_fn"):
            targets = [each for each in node.args if ast.unparse(each) == roles.get("target")]
            if targets and site is not None and node.lineno in range(site.line, site.end_line + 1):
                return _replaced(listing, targets[0], f"{roles['target']}.squeeze()")
    raise UnfitError(Words("No target is named in the loss.", "计算损失的地方没有写明目标值。"))


def statement_of(listing: Listing, operation: Operation) -> Statement:
    """The statement of an operation that stands in one place only."""
    statements = list(_statements(listing, operation))
    if len(statements) > 1:
        raise UnfitError(Words(f"{operation} stands here more than once.", f"{operation} 在这里不止一处。"))
    return statements[0]


def statement_of_line(listing: Listing, line: int) -> Statement:
    """The statement that begins on a line, which has its lines for itself."""
    blocks = _blocks(ast.parse(listing.source))
    found = [(node, block) for block in blocks for node in block if node.lineno == line]
    if len(found) == 1:
        node, block = found[0]
        lines = range(line, (node.end_lineno or line) + 1)
        before = listing.lines[line - 1].encode()[: node.col_offset].strip()
        after = listing.lines[lines[-1] - 1].encode()[node.end_col_offset :].strip()
        if not before and (not after or after.startswith(b"#")):
            return Statement(lines, block[0].lineno, node.col_offset)
    raise UnfitError(Words(f"Line {line} holds more than one statement.", f"第 {line} 行不止一条语句。"))


def text_of(listing: Listing, statement: Statement) -> tuple[str, ...]:
    """The lines of a statement."""
    return tuple(listing.lines[line - 1] for line in statement.lines)


def _statements(listing: Listing, operation: Operation) -> Iterator[Statement]:
    if any(site.file for site in listing.sites if site.operation is operation):
        raise UnfitError(Words(f"{operation} stands in another file.", f"{operation} 在另一个文件里。"))
    lines = dict.fromkeys(site.line for site in listing.sites if site.operation is operation)
    if not lines:
        raise UnfitError(Words(f"This loop has no {operation}.", f"这个循环里没有 {operation}。"))
    return (statement_of_line(listing, line) for line in lines)


def _blocks(tree: ast.Module) -> Iterator[list[ast.stmt]]:
    for node in ast.walk(tree):
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list) and block:
                yield block


def _first_line(statement: Statement) -> int:
    return statement.lines[0]


def _need_one_block(statements: Sequence[Statement]) -> None:
    if len({(each.block, each.indent) for each in statements}) > 1:
        raise UnfitError(Words("These lines stand in different blocks.", "这几行不在同一个代码块里。"))


def _replaced(listing: Listing, node: ast.expr, words: str) -> str:
    """The source with an expression of one line written otherwise."""
    line = listing.lines[node.lineno - 1].encode()
    text = line[: node.col_offset] + words.encode() + line[node.end_col_offset :]
    return _spliced(listing, {node.lineno: (text.decode(),)})


def _spliced(listing: Listing, changes: Mapping[int, tuple[str, ...]]) -> str:
    """The source with other lines, any number of them, in the place of some, by number."""
    numbered = enumerate(listing.lines, start=1)
    lines = [text for number, line in numbered for text in changes.get(number, (line,))]
    source = "\n".join(lines) + "\n" * listing.source.endswith("\n")
    try:
        ast.parse(source)
    except SyntaxError:
        raise UnfitError(Words("The lines around it need it.", "前后的代码离不开它。")) from None
    return source
