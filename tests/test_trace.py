"""The trace: JSON lines that say what happened."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from builders import EPOCH, STRAIGHT_LINE, WHOLE_SONG, open_stepper, sing, small_song

from loop_core.operations import Operation
from loop_core.record import Record
from loop_core.snapshot import Series
from loop_core.song import Song
from loop_core.trace import MOST_EPOCHS, epochs_since, trace_lines
from loop_core.trace_file import read_trace

OPERATIONS = (Operation.SETUP, *EPOCH)


@pytest.fixture
def song(tmp_path: Path) -> Song:
    return small_song(tmp_path / "small", OPERATIONS)


@pytest.fixture
def records(song: Song, tmp_path: Path) -> list[Record]:
    stepper = open_stepper(STRAIGHT_LINE, tmp_path)
    snapshots = sing(stepper, OPERATIONS)
    stepper.close()
    return [
        Record(
            cue,
            snapshot,
            snapshot.printed,
            due=cue.time - 0.01,
            started=cue.time - 0.008,
            ended=cue.time - 0.002,
            onset=cue.time,
            shown=cue.time + 0.005,
        )
        for cue, snapshot in zip(song.cues, snapshots, strict=True)
    ]


def test_a_header_comes_first_and_then_one_object_per_cue(song: Song, records: list[Record]) -> None:
    header, *entries = map(json.loads, trace_lines(song, "straight_line", 60, records, real=False))
    assert header == {
        "torchaoke_trace": 1,
        "song": "small",
        "lesson": "straight_line",
        "fps": 60,
        "realtime": False,
    }
    assert [entry["operation"] for entry in entries] == [str(operation) for operation in OPERATIONS]
    assert [entry["cue"] for entry in entries] == list(range(len(OPERATIONS)))
    assert [entry["time"] for entry in entries] == [cue.time for cue in song.cues]
    assert [entry["lyric"] for entry in entries] == [line.text for line in song.lines]
    assert all(entry["holds"] is True for entry in entries)
    assert entries[-1]["printed"] == list(records[-1].printed)
    assert entries[-1]["evidence"].startswith("printed 0: ")
    assert not any("late" in key for entry in entries for key in entry)


def test_real_times_are_added_when_they_are_real(song: Song, records: list[Record]) -> None:
    _, entry, *_ = map(json.loads, trace_lines(song, "straight_line", 60, records, real=True))
    assert entry["started_late_ms"] == pytest.approx(2.0)
    assert entry["shown_late_ms"] == pytest.approx(5.0)
    assert (entry["timing"], entry["vamped_bars"]) == ("on time", 0)
    assert entry["ended"] == pytest.approx(song.cues[0].time - 0.002)


def test_what_is_written_of_a_run_in_real_time_is_read_back(
    song: Song, records: list[Record], tmp_path: Path
) -> None:
    path = tmp_path / "run.jsonl"
    lines = trace_lines(song, "x", 60, [*records[:-1], replace(records[-1], late=True, bars=2)], real=True)
    path.write_text("\n".join(lines), encoding="utf-8")
    trace = read_trace(path)
    assert (trace.song, trace.real, len(trace.entries)) == ("small", True, len(records))
    *_, before, last = trace.entries
    assert (before.timing, before.vamped_bars) == ("on time", 0)
    assert (last.timing, last.vamped_bars) == ("vamped", 2)
    assert last.shown_late_ms == pytest.approx(5.0)
    assert trace.losses()[0].train == records[-1].snapshot.loss


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_a_number_that_json_does_not_know_is_a_text(value: float, song: Song, records: list[Record]) -> None:
    record = replace(records[3], snapshot=replace(records[3].snapshot, loss=value, grad_norm=value))
    (line,) = list(trace_lines(song, "x", 60, [record], real=False))[1:]
    entry = json.loads(line, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert entry["loss"] == entry["grad_norm"] == str(value)


def test_each_entry_is_one_line(song: Song, records: list[Record]) -> None:
    record = replace(records[0], printed=("two\nlines", "二行"))
    for line in trace_lines(song, "x", 60, [record], real=True):
        assert "\n" not in line


def test_the_losses_of_every_epoch_come_once_with_the_operation_that_brought_them(tmp_path: Path) -> None:
    stepper = open_stepper(STRAIGHT_LINE, tmp_path)
    snapshots = sing(stepper, WHOLE_SONG)
    stepper.close()
    rows = [epochs_since(before, now) for before, now in zip([None, *snapshots[:-1]], snapshots, strict=True)]
    for number, operation in enumerate(WHOLE_SONG):
        brought = {Operation.LOSS: 1, Operation.TEST_LOSS: 1, Operation.EPOCHS: 9, Operation.REMAINING: 89}
        assert len(rows[number]) == brought.get(operation, 0), operation
    last = snapshots[-1]
    train = {epoch: loss for row in rows for epoch, loss, _ in row if loss is not None}
    test = {epoch: loss for row in rows for epoch, _, loss in row if loss is not None}
    assert train == dict(enumerate(last.train_series.value.tolist()))
    assert test == dict(enumerate(last.test_series.value.tolist()))
    assert len(train) == len(test) == 100


def test_an_epoch_s_mean_over_batches_comes_again_when_it_has_changed(records: list[Record]) -> None:
    def seen(*values: float) -> Series:
        return Series(np.arange(float(len(values))), np.array(values))

    snapshot, none = records[0].snapshot, seen()
    before = replace(snapshot, train_series=seen(3.0, 2.0), test_series=none)
    again = replace(snapshot, train_series=seen(3.0, 2.5, float("nan")), test_series=none)
    assert epochs_since(before, again) == [[1, 2.5, None], [2, "nan", None]]
    assert epochs_since(again, again) == []


@pytest.mark.parametrize("count", [MOST_EPOCHS, MOST_EPOCHS + 1, 25 * MOST_EPOCHS + 7])
def test_of_many_epochs_in_one_line_a_bounded_number_is_kept(count: int, records: list[Record]) -> None:
    series = Series(np.arange(float(count)), np.linspace(1.0, 0.0, count))
    rows = epochs_since(None, replace(records[0].snapshot, train_series=series))
    assert MOST_EPOCHS / 2 <= len(rows) <= MOST_EPOCHS
    assert rows[-1][:2] == [count - 1, 0.0]


def test_half_of_a_surrogate_pair_is_written_as_a_question_mark(song: Song, records: list[Record]) -> None:
    record = replace(records[0], printed=("\ud800!",))
    *_, line = trace_lines(song, "x", 60, [record], real=False)
    assert json.loads(line.encode())["printed"] == ["?!"]
