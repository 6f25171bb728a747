"""A trace as tables of plain cells, and as CSV of RFC 4180."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import fields
from pathlib import Path

from loop_core.trace_file import TIMES, Entry, Trace

Row = Sequence[str]


def operation_rows(trace: Trace) -> list[Row]:
    """One row per operation under a row of names; the times of real operations only where there are any.

    A number is written so that it is read back exactly, a value that is not known as an empty cell, printed
    lines as the lines of one cell. The losses of the epochs are `loss_rows`.
    """
    names = [field.name for field in fields(Entry) if field.name not in ("code_lines", "epochs", *TIMES[1:])]
    if trace.real:
        names += TIMES[1:]
    rows = [(*names, "first_code_line", "last_code_line")]
    for entry in trace.entries:
        cells = (cell(getattr(entry, name)) for name in names)
        rows.append((*cells, *map(str, entry.code_lines)))
    return list(rows)


def loss_rows(trace: Trace) -> list[Row]:
    """One row per epoch under a row of names: epoch from 0, loss, test_loss."""
    rows = [("epoch", "loss", "test_loss")]
    rows += [(str(each.epoch), cell(each.train), cell(each.test)) for each in trace.losses()]
    return list(rows)


def cell(value: object) -> str:
    """A value as one cell: nothing for None, true and false, floats to the last bit, lists as lines."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return "\n".join(map(str, value))
    return str(value)


def write_csv(path: Path, rows: Iterable[Row]) -> None:
    """RFC 4180 in UTF-8: commas, CRLF, quotes where they are needed."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
