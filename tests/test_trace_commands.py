"""`torchaoke trace`: what happened is shown and exported, whole or not at all."""

import csv
import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from commands import RUNNER
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from trace_samples import changed, setting, write_run

from app.cli import app
from loop_core.trace_tables import write_csv

ROOT = Path(__file__).parents[1]
BOARD = pytest.mark.skipif(
    importlib.util.find_spec("tensorboard") is None, reason="tensorboard is not installed"
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("traces") / "run.jsonl")


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def trace(*arguments: object, status: int = 0) -> str:
    result = RUNNER.invoke(app, ["trace", *map(str, arguments)])
    assert result.exit_code == status, result.output
    assert "Traceback" not in result.output
    return str(result.output)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def test_a_trace_is_shown_cue_by_cue(run: Path) -> None:
    heading, names, *rows, closing = trace("show", run).splitlines()
    assert heading == "straight_line, to optimization_loop: 60 pictures a second, in virtual time"
    assert names.split() == ["cue", "line", "operation", "epoch", "loss", "test", "loss", "verdict"]
    assert len(rows) == 30
    assert rows[4].split() == ["4", "Calculate", "the", "loss", "loss", "0", "0.312881", "ok"]
    assert closing == "30 of 30 operations proved"


def test_what_failed_and_what_a_loop_lacks_is_said(run: Path, tmp_path: Path) -> None:
    path = changed(run, tmp_path / "x", setting(3, holds=False), setting(4, holds=False, code_lines=[0, 0]))
    rows = trace("show", path).splitlines()
    assert rows[4].split()[-1] == "FAILED"
    assert rows[5].rstrip().endswith("lacks it")
    assert rows[-1] == "28 of 30 operations proved, 1 not in this loop"


def test_of_a_run_in_real_time_the_timing_is_shown(run: Path, tmp_path: Path) -> None:
    vamped = [setting(3, timing="vamped", vamped_bars=2), setting(4, timing="vamped", vamped_bars=1)]
    late = setting(5, timing="late", vamped_bars=0)
    path = changed(run, tmp_path / "x", setting(0, realtime=True), *vamped, late)
    rows = trace("show", path).splitlines()
    assert rows[1].split()[-2:] == ["timing", "verdict"]
    assert rows[4].split()[-4:] == ["vamped", "2", "bars", "ok"]
    assert rows[5].split()[-4:] == ["vamped", "1", "bar", "ok"]
    assert rows[6].split()[-2:] == ["late", "ok"]


def test_what_a_file_holds_moves_no_cursor(run: Path, tmp_path: Path) -> None:
    wild = "\x1b[2J\x07\r[red]\u202e"
    path = changed(run, tmp_path / "x", setting(0, song=wild), setting(1, lyric=wild, operation=wild))
    other = changed(run, tmp_path / "y", setting(1, evidence=wild, lyric=wild))
    for said in (trace("show", path), trace("compare", path, other, status=1)):
        assert not set(said) & set("\x1b\x07\r\u202e")
        assert "[red]" in said


def test_each_operation_is_a_row_that_is_read_back_exactly(run: Path) -> None:
    assert trace("csv", run) == "run.csv: 30 operations\n"
    rows = rows_of(Path("run.csv"))
    entries = [json.loads(line) for line in run.read_text(encoding="utf-8").splitlines()[1:]]
    for row, entry in zip(rows, entries, strict=True):
        for name in ("time", "learning_rate", "loss", "test_loss", "grad_norm", "shown"):
            assert (float(row[name]) if row[name] else None) == entry[name], name
        for name in ("lyric", "operation", "grad_mode", "evidence"):
            assert row[name] == entry[name]
        assert (int(row["cue"]), row["epoch"]) == (entry["cue"], str(entry["epoch"] or row["epoch"]))
        assert row["holds"] == str(entry["holds"]).lower()
        assert row["printed"].split("\n") == (entry["printed"] or [""])
        assert [int(row["first_code_line"]), int(row["last_code_line"])] == entry["code_lines"]
        assert not any("late" in name or name == "ended" for name in row)


def test_times_are_columns_of_a_run_in_real_time(run: Path, tmp_path: Path) -> None:
    late = {"started_late_ms": 1.25, "ended": 4.5, "shown_late_ms": 3.0}
    path = changed(run, tmp_path / "real.jsonl", setting(0, realtime=True), setting(1, **late))
    trace("csv", path)
    row, other, *_ = rows_of(Path("real.csv"))
    assert {name: row[name] for name in (*late, "timing")} == {
        "started_late_ms": "1.25",
        "ended": "4.5",
        "shown_late_ms": "3.0",
        "timing": "",
    }
    assert other["ended"] == ""


def test_the_losses_of_all_epochs_are_a_table_of_their_own(run: Path) -> None:
    assert trace("csv", run, "--losses") == "run.losses.csv: 100 epochs\n"
    rows = rows_of(Path("run.losses.csv"))
    assert [row["epoch"] for row in rows] == [str(epoch) for epoch in range(100)]
    printed = re.findall(r'"(\d+): (\S+) (\S+)"', run.read_text(encoding="utf-8"))
    assert len(printed) == 10
    for epoch, loss, test_loss in printed:
        row = rows[int(epoch)]
        assert (float(row["loss"]), float(row["test_loss"])) == (float(loss), float(test_loss))


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(st.text(max_size=20), min_size=1, max_size=4), max_size=5))
def test_csv_is_rfc_4180_and_read_back_whatever_the_cells_are(rows: list[list[str]], tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    write_csv(path, rows)
    with path.open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file, strict=True)) == rows
    if rows:
        assert path.read_bytes().endswith(b"\r\n")


def test_nothing_is_overwritten_unless_asked_for(run: Path, tmp_path: Path) -> None:
    target = tmp_path / "mine.csv"
    target.write_text("mine", encoding="utf-8")
    said = trace("csv", run, "--to", target, status=2)
    assert (
        said == f"torchaoke: {target}: this is there already; expected another name with --to, or --replace\n"
    )
    assert target.read_text(encoding="utf-8") == "mine"
    trace("csv", run, "--to", target, "--replace")
    assert len(rows_of(target)) == 30
    assert "no regular file" in trace("csv", run, "--to", tmp_path, status=2)


@pytest.mark.parametrize("command", ["show", "csv", "tensorboard --to board", "compare good"])
def test_what_is_no_trace_is_one_line_and_leaves_nothing(command: str, run: Path, tmp_path: Path) -> None:
    Path("good").write_bytes(run.read_bytes())
    Path("cut").write_bytes(run.read_bytes()[:2000])
    before = set(tmp_path.iterdir())
    said = trace(*command.split(), "cut", status=2)
    assert re.fullmatch(r"torchaoke: cut:\d+: this line is not whole; expected one JSON object\n", said)
    assert set(tmp_path.iterdir()) == before


@BOARD
def test_tensorboard_reads_what_was_written_for_it(run: Path, tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import TENSORS, EventAccumulator

    said = trace("tensorboard", run, "--to", "runs/line")
    assert said == "runs/line: 100 epochs; look at it with: tensorboard --logdir runs/line\n".replace(
        "runs/line", str(Path("runs/line"))
    )
    read = EventAccumulator("runs/line", size_guidance={TENSORS: 0})
    read.Reload()
    tags = read.Tags()
    assert set(tags["scalars"]) == {"loss/train", "loss/test", "gradient_norm", "learning_rate"}
    trace("csv", run, "--losses")
    for name, column in (("loss/train", "loss"), ("loss/test", "test_loss")):
        seen = {event.step: event.value for event in read.Scalars(name)}
        assert seen == {int(row["epoch"]): float(row[column]) for row in rows_of(Path("run.losses.csv"))}
    entries = [json.loads(line) for line in run.read_text(encoding="utf-8").splitlines()[1:]]
    sung = {
        entry["epoch"]: entry
        for entry in entries
        if entry["operation"] in ("backward", "epochs", "remaining")
    }
    norms = {event.step: event.value for event in read.Scalars("gradient_norm")}
    assert norms == {epoch: pytest.approx(entry["grad_norm"]) for epoch, entry in sung.items()}
    rates = {event.step: event.value for event in read.Scalars("learning_rate")}
    assert rates == dict.fromkeys((0, 9, 10, 99), pytest.approx(0.01))
    (tag,) = tags["tensors"]
    texts = {event.step: event.tensor_proto.string_val[0].decode() for event in read.Tensors(tag)}
    assert tag == "printed/text_summary"
    for epoch, text in texts.items():
        lines = [line for entry in entries if entry["epoch"] == epoch for line in entry["printed"]]
        assert text == "\n".join(f"    {line}" for line in lines)
    assert sum(text.count("\n") + 1 for text in texts.values()) == 10


@BOARD
def test_only_a_folder_of_event_files_is_replaced(run: Path, tmp_path: Path) -> None:
    trace("tensorboard", run, "--to", "board")
    (first,) = Path("board").iterdir()
    assert "expected a new one, or --replace" in trace("tensorboard", run, "--to", "board", status=2)
    trace("tensorboard", run, "--to", "board", "--replace")
    (second,) = Path("board").iterdir()
    assert second != first
    Path("board", "diary").touch()
    said = trace("tensorboard", run, "--to", "board", "--replace", status=2)
    assert said == "torchaoke: board: not only event files are in there; expected another folder\n"
    assert set(Path("board").iterdir()) == {second, Path("board", "diary")}
    assert "expected a new folder" in trace("tensorboard", run, "--to", run, status=2)


def test_without_tensorboard_one_line_says_what_to_install(run: Path, tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['tensorboard'] = None; from app.__main__ import main; "
        f"sys.argv = ['torchaoke', 'trace', 'tensorboard', {str(run)!r}, '--to', 'runs/board']; main()"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == 'torchaoke: no TensorBoard: it needs pip install ".[tensorboard]"\n'
    assert not Path("runs/board").exists()


def test_a_trace_is_shown_and_compared_without_torch_and_pygame(run: Path) -> None:
    code = (
        "import sys, app.cli; from typer.testing import CliRunner\n"
        "for command in (['show', {0!r}], ['csv', {0!r}], ['compare', {0!r}, {0!r}]):\n"
        "    assert CliRunner().invoke(app.cli.app, ['trace', *command]).exit_code == 0\n"
        "print([m for m in ('torch', 'numpy', 'pygame', 'av', 'tensorboard') if m in sys.modules])"
    ).format(str(run))
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert ran.stdout.strip() == "[]"


def test_the_readme_s_own_trace_is_made_as_it_is_written() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = readme.split("## What happened\n")[1].split("\n## ")[0]
    (block,) = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    commands = [row.removeprefix(".venv/bin/") for row in block.splitlines()]
    commands += re.findall(r"`(torchaoke trace [^`]*)`", section)
    assert len(commands) == 7
    for command in commands:
        if "tensorboard" in command and importlib.util.find_spec("tensorboard") is None:
            continue
        result = RUNNER.invoke(app, command.split()[1:])
        assert result.exit_code == ("compare" in command), result.output
    (said,) = re.findall(r"```text\n(.*?)```", section, re.DOTALL)
    assert trace("compare", "run.jsonl", "other.jsonl", status=1) == said
    assert len(rows_of(Path("run.csv"))) == 30
    assert len(rows_of(Path("run.losses.csv"))) == 100
