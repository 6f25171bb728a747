"""Values from JSON, each checked to be what it should be before anything is done with it."""

import json
import sys
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, TypeVar

from loop_core.errors import InputError

T = TypeVar("T")

Kind = tuple[Callable[[Any], Any], str]
"""What reads a value, raising ValueError or TypeError, and what it expects, in words."""
MOST = 2**53
"""Whole numbers from here on are no longer exact as floats."""


def checked(
    found: dict[str, Any], table: dict[str, Kind], optional: Collection[str], path: Path, line: int
) -> dict[str, Any]:
    """The fields of a table, each as its kind reads it; InputError for one that is not what is expected.

    optional: those that may be missing.  What else there is is passed over.
    """
    values = {}
    for name, (read, expected) in table.items():
        if name not in found:
            if name in optional:
                continue
            raise InputError(f"without {name!r}; expected {expected}", path, line)
        try:
            values[name] = read(found[name])
        except (TypeError, ValueError):
            raise InputError(f"{name}: {short(found[name])}; expected {expected}", path, line) from None
    return values


def short(value: object) -> str:
    """A value as it is quoted in one line of an error."""
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "an object"
    text = repr(value) if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def whole(value: Any) -> int:
    """A whole number from 0 that is exact as a float too; ValueError for anything else."""
    if type(value) is not int or not 0 <= value < MOST:
        raise ValueError(value)
    return value


def finite(value: Any) -> float:
    """A number, neither NaN nor infinite; ValueError for anything else."""
    if type(value) not in (int, float) or abs(value) > sys.float_info.max:
        raise ValueError(value)
    return float(value)


def number(value: Any) -> float:
    """A number, or the text for one that JSON does not have; ValueError for anything else."""
    return float(value) if value in ("nan", "inf", "-inf") else finite(value)


def text(value: Any) -> str:
    """A text that can be written as UTF-8; TypeError or ValueError for anything else."""
    if type(value) is not str:
        raise TypeError(value)
    value.encode()  # UnicodeEncodeError, a ValueError, for half of a surrogate pair
    return value


def truth(value: Any) -> bool:
    """True or false; TypeError for anything else."""
    if type(value) is not bool:
        raise TypeError(value)
    return value


def or_none(read: Callable[[Any], T]) -> Callable[[Any], T | None]:
    """Reads null as None, and what else there is with ``read``."""
    return lambda value: None if value is None else read(value)


def all_of(read: Callable[[Any], T]) -> Callable[[Any], tuple[T, ...]]:
    """Reads each value of a list with ``read``; TypeError for no list."""

    def read_all(value: Any) -> tuple[T, ...]:
        if type(value) is not list:
            raise TypeError(value)
        return tuple(read(one) for one in value)

    return read_all


def pair(value: Any) -> tuple[int, int]:
    """Two whole numbers; TypeError or ValueError for anything else."""
    first, last = all_of(whole)(value)
    return first, last


WHOLE: Kind = (whole, "a whole number")
SECONDS: Kind = (finite, "a number")
VALUE: Kind = (or_none(number), "a number, 'nan', 'inf', '-inf' or null")
TEXT: Kind = (text, "a text")
TRUTH: Kind = (truth, "true or false")
