"""A trace read back: what was written, or one line that says what is wrong."""

import json
import math
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from trace_samples import changed, setting, write_run

from loop_core import trace_file
from loop_core.errors import InputError
from loop_core.trace_file import MOST_LINE, TIMES, Entry, Losses, read_trace

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
UNHURRIED = settings(
    deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("traces") / "run.jsonl")


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_trace(path)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


def refused_line(path: Path) -> int | None:
    """The line that is refused; None when all are read."""
    try:
        read_trace(path)
    except InputError as error:
        return error.line or -1
    return None


def test_a_trace_is_read_back_as_it_was_written(run: Path) -> None:
    trace = read_trace(run)
    header, *rows = map(json.loads, run.read_text(encoding="utf-8").splitlines())
    assert (trace.song, trace.lesson, trace.fps, trace.real) == (
        header["song"],
        header["lesson"],
        header["fps"],
        header["realtime"],
    )
    for entry, row in zip(trace.entries, rows, strict=True):
        assert set(row) == {field.name for field in fields(Entry)} - set(TIMES[1:])
        for name, value in row.items():
            if name != "epochs":
                plain = getattr(entry, name)
                assert (list(plain) if isinstance(plain, tuple) else plain) == value
        assert [[each.epoch, each.train, each.test] for each in entry.epochs] == row["epochs"]
    assert [each.epoch for each in trace.losses()] == list(range(100))
    assert all(each.train is not None and each.test is not None for each in trace.losses())


def test_every_field_of_an_entry_is_read(run: Path) -> None:
    assert set(trace_file._ENTRY) == {field.name for field in fields(Entry)}


def test_numbers_that_json_does_not_know_and_those_of_real_time_are_read(run: Path, tmp_path: Path) -> None:
    late = {"started_late_ms": 1.5, "ended": 3, "shown_late_ms": 0.0, "timing": "late", "vamped_bars": 2}
    path = changed(
        run, tmp_path / "x", setting(0, realtime=True), setting(1, loss="nan", grad_norm="-inf", **late)
    )
    entry = read_trace(path).entries[0]
    assert entry.loss is not None
    assert math.isnan(entry.loss)
    assert entry.grad_norm == -math.inf
    assert (entry.started_late_ms, entry.timing, entry.vamped_bars) == (1.5, "late", 2)


def test_what_a_later_operation_says_of_an_epoch_counts(run: Path, tmp_path: Path) -> None:
    path = changed(
        run,
        tmp_path / "x",
        lambda rows: [row.update(epochs=[]) for row in rows[1:]],
        setting(4, epochs=[[7, 1.0, None], [3, 9.0, 9.5]]),
        setting(5, epochs=[[7, 0.5, None]]),
        setting(6, epochs=[[7, None, 2.0]]),
    )
    assert read_trace(path).losses() == (Losses(3, 9.0, 9.5), Losses(7, 0.5, 2.0))


def test_a_byte_order_mark_line_ends_and_unknown_fields_do_not_matter(run: Path, tmp_path: Path) -> None:
    path = changed(run, tmp_path / "x", setting(2, new={"of": "later"}))
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n\r\n"))
    assert read_trace(path).entries == read_trace(run).entries


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", ":1: this is no trace"),
        (b"\n\n", ":1: this is no trace"),
        (b"\x7fELF\x00\x01\xff", ":1: this is no trace"),
        (b"hello\n", ":1: this is no trace"),
        (b"[1]\n", ":1: a list; expected a JSON object"),
        (b'{"a": 1}\n', ":1: this is no trace; expected what `headless --trace` writes"),
        (b'{"torchaoke_trace": 2}\n', ":1: a trace of version 2; this Torchaoke reads version 1"),
        (b'{"torchaoke_trace": true}\n', ":1: a trace of version true;"),
        (b'{"torchaoke_trace": {"a": 1}}\n', ":1: a trace of version an object;"),
        (b'{"torchaoke_trace": 1}\n', ":1: without 'song'; expected a text"),
        (b"[" * 200_000, ":1: this is no trace"),
        (b'{"torchaoke_trace": ' + b"1" * 5000 + b"}", ":1: this is no trace"),
    ],
)
def test_what_is_no_trace_is_refused_with_its_line(content: bytes, expected: str, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(content)
    assert refusal(path).startswith(f"{path}{expected}")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"loss": "much"}, "loss: 'much'; expected a number, 'nan', 'inf', '-inf' or null"),
        ({"loss": True}, "loss: true; expected a number"),
        ({"time": 10**400}, "time: 1000000"),
        ({"epoch": -1}, "epoch: -1; expected a whole number or null"),
        ({"epoch": 1.0}, "epoch: 1.0; expected a whole number or null"),
        ({"epoch": 2**53}, f"epoch: {2**53}; expected"),
        ({"holds": "yes"}, "holds: 'yes'; expected true or false"),
        ({"printed": "x"}, "printed: 'x'; expected a list of texts"),
        ({"printed": ["x", 1]}, "printed: a list; expected a list of texts"),
        ({"code_lines": [1, 2, 3]}, "code_lines: a list; expected two whole numbers"),
        ({"epochs": [[1, 2]]}, "epochs: a list; expected a list of [epoch, training loss, test loss]"),
        ({"lyric": "\ud800"}, r"lyric: '\ud800'; expected a text"),
        ({"lyric": {"a": []}}, "lyric: an object; expected a text"),
        ({"cue": 0}, "cue 0 after cue 0; expected a later one"),
    ],
)
def test_a_wrong_value_is_quoted_with_its_line(
    values: dict[str, Any], expected: str, run: Path, tmp_path: Path
) -> None:
    rows = run.read_text(encoding="utf-8").splitlines()
    rows[2] = json.dumps(json.loads(rows[2]) | values)
    path = tmp_path / "x.jsonl"
    path.write_text("\n".join(rows), encoding="utf-8")
    assert refusal(path).startswith(f"{path}:3: {expected}")


def test_infinity_by_way_of_a_large_exponent_is_refused(run: Path, tmp_path: Path) -> None:
    path = tmp_path / "x"
    for wrong in ("1e999", "-1e999", "NaN", "Infinity"):
        text = run.read_text(encoding="utf-8").replace('"time": 6.346154', f'"time": {wrong}')
        path.write_text(text, encoding="utf-8")
        assert refusal(path).startswith(f"{path}:3: ")


def test_a_missing_field_is_named(run: Path, tmp_path: Path) -> None:
    path = changed(run, tmp_path / "x", lambda rows: rows[5].pop("grad_mode"))
    assert refusal(path) == f"{path}:6: without 'grad_mode'; expected a text"


def test_a_cut_trace_is_refused_at_its_last_line(run: Path, tmp_path: Path) -> None:
    whole, path = run.read_bytes(), tmp_path / "cut"
    path.write_bytes(whole[:3000])
    line = whole[:3000].count(b"\n") + 1
    assert refusal(path) == f"{path}:{line}: this line is not whole; expected one JSON object"


def test_files_that_are_none_are_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path) == f"{tmp_path}: this is no regular file; expected a trace"
    assert refusal(tmp_path / "gone").startswith(f"{tmp_path / 'gone'}: cannot read it: ")


def test_a_huge_line_is_refused_before_it_is_read_to_its_end(run: Path, tmp_path: Path) -> None:
    path = tmp_path / "huge"
    with path.open("wb") as file:
        file.write(run.read_bytes())
        file.truncate(50_000_000)
    assert refusal(path).startswith(f"{path}:32: too large for a trace; expected at most 8 MB in a line")


def test_many_lines_are_bounded_too(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trace_file, "MOST_BYTES", 5000)
    assert "too large for a trace" in refusal(run)
    assert MOST_LINE < 64_000_000


@UNHURRIED
@given(content=st.binary(max_size=300))
def test_no_bytes_bring_anything_but_an_input_error(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    refusal(path)


@UNHURRIED
@given(place=st.floats(0, 1, exclude_max=True), width=st.integers(0, 20), content=st.binary(max_size=20))
def test_a_trace_with_other_bytes_in_it_is_read_or_refused(
    place: float, width: int, content: bytes, run: Path, tmp_path: Path
) -> None:
    whole, path = run.read_bytes(), tmp_path / "x"
    start = int(place * len(whole))
    path.write_bytes(whole[:start] + content + whole[start + width :])
    assert refused_line(path) in (None, *range(1, 70))


@UNHURRIED
@given(
    line=st.integers(0, 30),
    name=st.sampled_from([field.name for field in fields(Entry)] + ["song", "fps", "realtime"]),
    value=ANY_JSON,
)
def test_a_trace_with_other_values_in_it_is_read_or_refused(
    line: int, name: str, value: object, run: Path, tmp_path: Path
) -> None:
    path = changed(run, tmp_path / "x", setting(line, **{name: value}))
    assert refused_line(path) in (None, line + 1, line + 2)  # a later cue makes the next one too early
