"""Where two runs part: the first difference of two traces, and how many there are."""

import math
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from loop_core.trace_file import TIMES, Entry, Losses, Trace

FIELDS = (
    "operation",
    "holds",
    "epoch",
    "epochs",
    "loss",
    "test_loss",
    "grad_norm",
    "learning_rate",
    "training",
    "grad_mode",
    "printed",
    "evidence",
    "lyric",
    "code_lines",
    "time",
    *TIMES,
)
"""What is compared of a cue, in this order: its numbers before the texts that speak of them."""
CONTEXT, MOST = 30, 100
"""Letters before the first difference of two texts, and letters in all, that are shown."""
_NUMBER = re.compile(r"-?\d+(?:\.\d*)?(?:e[-+]?\d+)?", re.IGNORECASE | re.ASCII)

Same = Callable[[object, object], bool]


@dataclass(frozen=True, slots=True)
class Parting:
    """The first place where two runs part.

    cue, operation, lyric, epoch: of the run that has this cue, of the first one when both have it.
    field: what differs.  a, b: its values, as they are shown.  also: what else differs in this cue.
    """

    cue: int
    operation: str
    lyric: str
    epoch: int | None
    field: str
    a: str
    b: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """first: None when two runs are the same.  cues, epochs: how many differ in all, and of how many."""

    first: Parting | None
    cues: tuple[int, int]
    epochs: tuple[int, int]


def compare(a: Trace, b: Trace, tolerance: float = 0.0, ignored: Collection[str] = ()) -> Comparison:
    """Compare cue by cue, by their numbers.

    tolerance: how far two numbers may be from each other, as a share of the larger one, or in all where
    both are below 1; numbers inside texts may also differ by one in their last digit.
    ignored: of `FIELDS`. The names of song and lesson, and pictures per second, are not compared.
    """
    same = _same_within(tolerance) if tolerance else _equal
    names = [name for name in FIELDS if name not in ignored]
    by_cue = [{entry.cue: entry for entry in trace.entries} for trace in (a, b)]
    numbers = sorted(by_cue[0].keys() | by_cue[1].keys())
    first: Parting | None = None
    differing = 0
    for number in numbers:
        pair = by_cue[0].get(number), by_cue[1].get(number)
        fields = _fields_that_differ(*pair, names, same)
        differing += bool(fields)
        if fields and first is None:
            first = _parting(*pair, fields, same)
    epochs = list(_losses_that_differ(a.losses(), b.losses(), same)) if "epochs" in names else []
    of = len({each.epoch for trace in (a, b) for each in trace.losses()})
    return Comparison(first, (differing, len(numbers)), (len({epoch for epoch, *_ in epochs}), of))


def _fields_that_differ(a: Entry | None, b: Entry | None, names: list[str], same: Same) -> list[str]:
    if a is None or b is None:
        return ["cue"]
    return [name for name in names if not same(getattr(a, name), getattr(b, name))]


def _parting(a: Entry | None, b: Entry | None, fields: list[str], same: Same) -> Parting:
    entry = a or b
    assert entry is not None
    field, *also = fields
    epoch = entry.epoch
    if a is None or b is None:
        shown = ("is there", "is not there") if b is None else ("is not there", "is there")
    elif field == "epochs":
        epoch, field, *values = next(_losses_that_differ(a.epochs, b.epochs, same))
        shown = _shown(*values)
        also = [name for name in also if name != field]
    elif field == "holds":
        shown = _proved(a), _proved(b)
        also = [name for name in also if name != "evidence"]
    elif field == "printed":
        lines = [*map(_line_of, (a, b), [_first_line(a, b, same)] * 2)]
        field, shown = f"printed line {_first_line(a, b, same) + 1}", _shown(*lines)
    else:
        shown = _shown(getattr(a, field), getattr(b, field))
    return Parting(entry.cue, entry.operation, entry.lyric, epoch, field, *shown, tuple(also))


def _proved(entry: Entry) -> str:
    """What was said of an operation, and whether it is proved by that."""
    return f"{entry.holds}, {_quoted(entry.evidence)}"


def _first_line(a: Entry, b: Entry, same: Same) -> int:
    pairs = enumerate(zip(a.printed, b.printed, strict=False))
    return next((n for n, pair in pairs if not same(*pair)), min(len(a.printed), len(b.printed)))


def _line_of(entry: Entry, number: int) -> str | None:
    return entry.printed[number] if number < len(entry.printed) else None


def _losses_that_differ(
    a: tuple[Losses, ...], b: tuple[Losses, ...], same: Same
) -> Iterator[tuple[int, str, float | None, float | None]]:
    """The epoch, 'loss' or 'test_loss', and both values; of the first epoch first."""
    by_epoch = [{each.epoch: each for each in losses} for losses in (a, b)]
    for epoch in sorted(by_epoch[0].keys() | by_epoch[1].keys()):
        one, other = (known.get(epoch, Losses(epoch, None, None)) for known in by_epoch)
        if not same(one.train, other.train):
            yield epoch, "loss", one.train, other.train
        if not same(one.test, other.test):
            yield epoch, "test_loss", one.test, other.test


def _equal(a: object, b: object) -> bool:
    """Equal to the last bit; NaN is NaN."""
    return a == b or _token(a) == _token(b)


def _token(value: object) -> object:
    if isinstance(value, tuple):
        return tuple(map(_token, value))
    if isinstance(value, Losses):
        return value.epoch, _token(value.train), _token(value.test)
    return "nan" if isinstance(value, float) and math.isnan(value) else value


def _same_within(tolerance: float) -> Same:
    def same(a: object, b: object) -> bool:
        if _equal(a, b):
            return True
        if isinstance(a, float) and isinstance(b, float):
            return math.isclose(a, b, rel_tol=tolerance, abs_tol=tolerance)
        if isinstance(a, str) and isinstance(b, str):
            return _same_text(a, b, tolerance)
        if isinstance(a, Losses) and isinstance(b, Losses):
            return a.epoch == b.epoch and same(a.train, b.train) and same(a.test, b.test)
        if isinstance(a, tuple) and isinstance(b, tuple):
            return len(a) == len(b) and all(map(same, a, b))
        return False

    return same


def _same_text(a: str, b: str, tolerance: float) -> bool:
    """Whether the words are equal and the decimal numbers between them near each other."""
    if _NUMBER.split(a) != _NUMBER.split(b):
        return False
    for one, other in zip(_NUMBER.findall(a), _NUMBER.findall(b), strict=True):
        if one == other:
            continue
        if not any(mark in one + other for mark in ".eE"):  # whole numbers count something
            return False
        digit = max(_last_digit(one), _last_digit(other))
        near = tolerance * max(1.0, abs(float(one)), abs(float(other)))
        if not abs(float(one) - float(other)) <= near + 1.001 * digit:
            return False
    return True


def _last_digit(number: str) -> float:
    """What one more in the last digit of a number as text is worth."""
    digits, _, exponent = number.lower().partition("e")
    power = int(exponent[:9] or 0) - len(digits.partition(".")[2])
    return math.inf if power > 300 else 10.0**power


def _shown(a: object, b: object) -> tuple[str, str]:
    """Two values in one line each; of long texts what is around their first difference."""
    if not (isinstance(a, str) and isinstance(b, str)):
        return _quoted(a), _quoted(b)
    pairs = enumerate(zip(a, b, strict=False))
    start = next((n for n, (one, other) in pairs if one != other), min(len(a), len(b))) - CONTEXT
    return _quoted(a, start), _quoted(b, start)


def _quoted(value: object, start: int = 0) -> str:
    if value is None:
        return "none"
    if not isinstance(value, str):
        return str(value)
    start = start if len(value) > MOST and start > 0 else 0
    end = start + MOST
    return f"{'…' * (start > 0)}{value[start:end]!r}{'…' * (end < len(value))}"
