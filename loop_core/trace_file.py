"""A trace read back: checked line by line, in bounded time and memory."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from loop_core.checked import (
    SECONDS,
    TEXT,
    TRUTH,
    VALUE,
    WHOLE,
    Kind,
    all_of,
    checked,
    number,
    or_none,
    pair,
    short,
    text,
    truth,
    whole,
)
from loop_core.errors import InputError

VERSION = 1
MOST_BYTES, MOST_LINE = 64_000_000, 8_000_000
"""Of a file and of one of its lines: a whole song takes some ten thousand."""


@dataclass(frozen=True, slots=True)
class Losses:
    """Of one epoch, from 0; None: not known."""

    epoch: int
    train: float | None
    test: float | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One cue as it was played: see `loop_core.trace.as_dict`, and for epochs `epochs_since`.

    time, shown, ended: song seconds.  The fields with a default are those of a run in real time.
    """

    cue: int
    time: float
    lyric: str
    operation: str
    code_lines: tuple[int, int]
    epoch: int | None
    training: bool | None
    grad_mode: str
    learning_rate: float | None
    loss: float | None
    test_loss: float | None
    grad_norm: float | None
    evidence: str
    holds: bool
    printed: tuple[str, ...]
    epochs: tuple[Losses, ...]
    shown: float
    started_late_ms: float | None = None
    ended: float | None = None
    shown_late_ms: float | None = None
    timing: str | None = None
    vamped_bars: int | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """One run. song, lesson: their names.  fps: pictures per second.  real: in real time."""

    path: Path
    song: str
    lesson: str
    fps: int
    real: bool
    entries: tuple[Entry, ...]

    def losses(self) -> tuple[Losses, ...]:
        """Of all epochs, in their order; of a value that came several times the last."""
        found: dict[int, Losses] = {}
        for entry in self.entries:
            for new in entry.epochs:
                old = found.get(new.epoch, new)
                found[new.epoch] = Losses(
                    new.epoch,
                    old.train if new.train is None else new.train,
                    old.test if new.test is None else new.test,
                )
        return tuple(found[epoch] for epoch in sorted(found))


def read_trace(path: Path) -> Trace:
    """A trace from its file; InputError with the line where it is none."""
    try:
        if path.exists() and not path.is_file():
            raise InputError("this is no regular file; expected a trace", path)
        with path.open("rb") as file:
            return _read(path, file)
    except OSError as error:
        raise InputError(f"cannot read it: {error.strerror or error}", path) from None


def _read(path: Path, file: BinaryIO) -> Trace:
    lines = _objects(path, file)
    number, header = next(lines, (1, {}))
    if "torchaoke_trace" not in header:
        raise InputError("this is no trace; expected what `headless --trace` writes", path, number)
    version = header["torchaoke_trace"]
    if version != VERSION or isinstance(version, bool):
        raise InputError(
            f"a trace of version {short(version)}; this Torchaoke reads version {VERSION}", path, number
        )
    head = checked(header, _HEADER, (), path, number)
    entries: list[Entry] = []
    for number, found in lines:
        entry = Entry(**checked(found, _ENTRY, _OPTIONAL, path, number))
        if entries and entry.cue <= entries[-1].cue:
            before = entries[-1].cue
            raise InputError(f"cue {entry.cue} after cue {before}; expected a later one", path, number)
        entries.append(entry)
    return Trace(path, head["song"], head["lesson"], head["fps"], head["realtime"], tuple(entries))


def _objects(path: Path, file: BinaryIO) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each line's number and its JSON object; blank lines are passed over."""
    number = total = 0
    while line := file.readline(MOST_LINE + 1):
        number, total = number + 1, total + len(line)
        if len(line) > MOST_LINE or total > MOST_BYTES:
            most = f"{MOST_LINE // 10**6} MB in a line and {MOST_BYTES // 10**6} MB in all"
            raise InputError(f"too large for a trace; expected at most {most}", path, number)
        if line.strip():
            yield number, _object(line, path, number)


def _object(line: bytes, path: Path, number: int) -> dict[str, Any]:
    try:
        text = line.decode("utf-8-sig" if number == 1 else "utf-8")
        found = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):  # not UTF-8, not JSON, too many digits; too deep
        what = "this line is not whole" if number > 1 and not line.endswith(b"\n") else "this is no JSON"
        what = "this is no trace" if number == 1 else what
        raise InputError(f"{what}; expected one JSON object", path, number) from None
    if not isinstance(found, dict):
        raise InputError(f"{short(found)}; expected a JSON object", path, number)
    return found


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)  # NaN and Infinity are no JSON


def _losses(value: Any) -> Losses:
    if type(value) is not list:
        raise TypeError(value)
    epoch, train, test = value
    return Losses(whole(epoch), or_none(number)(train), or_none(number)(test))


_HEADER: dict[str, Kind] = {"song": TEXT, "lesson": TEXT, "fps": WHOLE, "realtime": TRUTH}
_ENTRY: dict[str, Kind] = {
    "cue": WHOLE,
    "time": SECONDS,
    "lyric": TEXT,
    "operation": TEXT,
    "code_lines": (pair, "two whole numbers"),
    "epoch": (or_none(whole), "a whole number or null"),
    "training": (or_none(truth), "true, false or null"),
    "grad_mode": TEXT,
    "learning_rate": VALUE,
    "loss": VALUE,
    "test_loss": VALUE,
    "grad_norm": VALUE,
    "evidence": TEXT,
    "holds": TRUTH,
    "printed": (all_of(text), "a list of texts"),
    "epochs": (all_of(_losses), "a list of [epoch, training loss, test loss]"),
    "shown": SECONDS,
    "started_late_ms": SECONDS,
    "ended": SECONDS,
    "shown_late_ms": SECONDS,
    "timing": TEXT,
    "vamped_bars": WHOLE,
}
TIMES = tuple(_ENTRY)[tuple(_ENTRY).index("shown") :]
"""The fields that say when something happened, and not what."""
_OPTIONAL = frozenset(TIMES) - {"shown"}
