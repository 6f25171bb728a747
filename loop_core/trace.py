"""What happened, as JSON lines: one header, then one object per cue."""

import json
import math
from collections.abc import Iterable, Iterator
from typing import Any

from loop_core.record import Record
from loop_core.song import Song

VERSION = 1


def trace_lines(song: Song, lesson: str, fps: int, records: Iterable[Record], real: bool) -> Iterator[str]:
    """The trace's lines, without line ends.

    real: add the times of the real operations; without them the same run gives the same bytes.
    """
    header = {"torchaoke_trace": VERSION, "song": song.name, "lesson": lesson, "fps": fps, "realtime": real}
    yield _line(header)
    for record in records:
        yield _line(as_dict(song, record, real))


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


def _number(value: float | None) -> float | str | None:
    """JSON has no NaN and no infinity: those are written as texts."""
    return value if value is None or math.isfinite(value) else str(value)


def _line(entry: dict[str, Any]) -> str:
    return json.dumps(entry, ensure_ascii=False, allow_nan=False)
