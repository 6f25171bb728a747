"""Taps as they are kept in a file, so that the work goes on where it stopped."""

import json
import math
from collections.abc import Sequence
from itertools import takewhile
from typing import Any

from loop_core.tapping import Tap, in_order
from loop_core.timing import Unit

VERSION = 1


def dump(by: str, units: Sequence[Unit], taps: Sequence[Tap]) -> str:
    """A file's text: a row for each tap, with its words, so that people can read it."""
    rows = [
        json.dumps([tap.start, tap.end, unit.text], ensure_ascii=False)
        for unit, tap in zip(units, taps, strict=False)
    ]
    joined = ",\n  ".join(rows)
    return f'{{"version": {VERSION}, "by": "{by}", "of": {len(units)}, "taps": [\n  {joined}\n]}}\n'


def load(text: str, by: str, units: Sequence[Unit]) -> tuple[Tap, ...]:
    """The taps that are of these units; raises ValueError with a reason where the text is no such file.

    Of a sheet with as many units all are: a word was only spelt differently. Of another one those before the
    first difference are. Taps on lines are none on syllables.
    """
    found: Any = json.loads(text)
    if (
        not isinstance(found, dict)
        or found.get("version") != VERSION
        or not isinstance(found.get("taps"), list)
    ):
        raise ValueError("no taps in it")
    rows = [_row(row) for row in found["taps"]]
    taps = tuple(tap for tap, _ in rows)
    if not in_order(taps):
        raise ValueError("times that do not increase")
    if found.get("by") != by:
        raise ValueError(f"taps by {found.get('by')!r}")
    if found.get("of") == len(units):
        return taps[: len(units)]
    pairs = zip(rows, units, strict=False)
    same = takewhile(lambda pair: pair[0][1].split() == pair[1].text.split(), pairs)
    return tuple(row[0] for row, _ in same)


def _row(row: object) -> tuple[Tap, str]:
    if not isinstance(row, list) or len(row) != 3 or not isinstance(row[2], str):
        raise ValueError(f"{str(row)[:60]!r} is no tap")
    start, end, text = row
    for time in (start, end):
        if time is not None and (
            isinstance(time, bool) or not isinstance(time, int | float) or not math.isfinite(time)
        ):
            raise ValueError(f"{str(time)[:60]!r} is no time")
    if start is None:
        raise ValueError("a tap without a time")
    return Tap(float(start), None if end is None else float(end)), text
