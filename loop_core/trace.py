"""What happened, as JSON lines: one header, then one object per cue."""

import json
import math
from collections.abc import Iterable, Iterator
from typing import Any

from loop_core.record import Record
from loop_core.snapshot import Series, Snapshot
from loop_core.song import Song
from loop_core.trace_file import VERSION

MOST_EPOCHS = 1000
"""Of one cue: of more, every so manieth is kept, and the last one."""


def trace_lines(song: Song, lesson: str, fps: int, records: Iterable[Record], real: bool) -> Iterator[str]:
    """The trace's lines, without line ends.

    real: add the times of the real operations; without them the same run gives the same bytes.
    """
    header = {"torchaoke_trace": VERSION, "song": song.name, "lesson": lesson, "fps": fps, "realtime": real}
    yield _line(header)
    before: Snapshot | None = None
    for record in records:
        yield _line(as_dict(song, record, real) | {"epochs": epochs_since(before, record.snapshot)})
        before = record.snapshot


def as_dict(song: Song, record: Record, real: bool) -> dict[str, Any]:
    """One cue as it was played; times in song seconds, lateness in milliseconds.

    timing: its result came 'on time', 'late' while the song went on, or the song 'vamped', so many bars.
    """
    snapshot = record.snapshot
    entry: dict[str, Any] = {
        "cue": snapshot.number,
        "time": round(record.cue.time, 6),
        "lyric": song.lines[record.cue.line].text,
        "operation": str(snapshot.operation),
        "code_lines": list(snapshot.lines),
        "epoch": snapshot.epoch,
        "training": snapshot.training,
        "grad_mode": snapshot.grad_mode,
        "loss": _number(snapshot.loss),
        "test_loss": _number(snapshot.test_loss),
        "grad_norm": _number(snapshot.grad_norm),
        "learning_rate": _number(snapshot.learning_rate),
        "evidence": snapshot.evidence.text,
        "holds": snapshot.evidence.holds,
        "printed": list(record.printed),
        "shown": round(record.shown, 6),
    }
    if real:
        entry |= {
            "started_late_ms": round(1000 * (record.started - record.due), 3),
            "ended": round(record.ended, 6),
            "shown_late_ms": round(1000 * (record.shown - record.onset), 3),
            "timing": record.timing,
            "vamped_bars": record.bars,
        }
    return entry


def epochs_since(before: Snapshot | None, now: Snapshot) -> list[list[float | str | None]]:
    """The losses that an operation has brought, the fast ones' too: epoch, training loss, test loss.

    None: it has brought no such one. An epoch that has begun comes again when its loss has changed.
    """
    train = _news(None if before is None else before.train_series, now.train_series)
    test = _news(None if before is None else before.test_series, now.test_series)
    every = sorted(train.keys() | test.keys())
    kept = every[:: -max(1, math.ceil(len(every) / MOST_EPOCHS))][::-1]
    return [[epoch, _number(train.get(epoch)), _number(test.get(epoch))] for epoch in kept]


def _news(before: Series | None, now: Series) -> dict[int, float]:
    """What a loss by epoch has gained; of what it had before only the last value can have changed."""
    first = 0 if before is None else max(0, len(before.value) - 1)
    if before is not None and before.value[first:].tobytes() == now.value[first : first + 1].tobytes():
        first += 1
    return dict(zip(map(int, now.epoch[first:]), map(float, now.value[first:]), strict=True))


def _number(value: float | None) -> float | str | None:
    """JSON has no NaN and no infinity: those are written as texts."""
    return value if value is None or math.isfinite(value) else str(value)


def _line(entry: dict[str, Any]) -> str:
    text = json.dumps(entry, ensure_ascii=False, allow_nan=False)
    return text.encode(errors="replace").decode()  # half of a surrogate pair is no UTF-8
