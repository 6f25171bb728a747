"""Traces for the tests: of runs with the bundled song and lessons, and with some fields changed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from commands import RUNNER

from app.cli import app

Change = Callable[[list[dict[str, Any]]], object]


def write_run(path: Path, *options: str) -> Path:
    """The trace of a run in virtual time."""
    result = RUNNER.invoke(app, ["headless", "--trace", str(path), *options])
    assert result.exit_code == 0, result.output
    return path


def changed(path: Path, to: Path, *changes: Change) -> Path:
    """The same trace after changes to its lines: the header first, then the cue n in line n + 1."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for change in changes:
        change(rows)
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    to.write_text("".join(lines), encoding="utf-8", newline="\n")
    return to


def setting(line: int, **values: Any) -> Change:
    """A change of some fields of one line, from 0."""
    return lambda rows: rows[line].update(values)
