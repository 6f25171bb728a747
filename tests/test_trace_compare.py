"""Where two runs part is the first place, and equal runs never part."""

from pathlib import Path
from typing import Any

import pytest
from commands import RUNNER
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from trace_samples import changed, setting, write_run

from app.cli import app
from loop_core.trace_compare import FIELDS, compare
from loop_core.trace_file import Entry, read_trace


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("traces") / "run.jsonl")


def said(a: Path, b: Path, *options: str, status: int) -> list[str]:
    result = RUNNER.invoke(app, ["trace", "compare", str(a), str(b), *options])
    assert result.exit_code == status, result.output
    return str(result.output).splitlines()


def test_the_same_run_twice_gives_the_same_bytes_and_does_not_part(run: Path, tmp_path: Path) -> None:
    again = write_run(tmp_path / "again.jsonl")
    assert again.read_bytes() == run.read_bytes()
    assert said(run, again, status=0) == ["the same: 30 cues, 100 epochs"]


def test_a_changed_learning_rate_parts_two_runs_at_once(run: Path, tmp_path: Path) -> None:
    source = Path(__file__).parents[1] / "loop_core" / "lessons" / "straight_line.py"
    text = source.read_text(encoding="utf-8")
    a, b = tmp_path / "a", tmp_path / "b"
    for folder, rate in ((a, "lr=0.01"), (b, "lr=0.02")):
        folder.mkdir()
        script = folder / "line.py"
        script.write_text(text.replace("lr=0.01", rate), encoding="utf-8")
        write_run(folder / "run.jsonl", str(script), "--save-to", str(folder))
    first, *rest = said(a / "run.jsonl", b / "run.jsonl", status=1)
    assert first == 'they part at cue 0, setup, before the loop ("Let\'s train!"): learning_rate'
    assert rest[:2] == ["  A: 0.01", "  B: 0.02"]
    assert rest[-1].endswith("and the losses of 100 of 100 epochs")
    options = ("--ignore", "learning_rate,evidence")
    first, *rest = said(a / "run.jsonl", b / "run.jsonl", *options, status=1)
    assert first.startswith("they part at cue 12, test_loss, epoch 0 (")
    assert first.endswith("): test_loss")
    assert rest[-1] == "not compared: evidence, learning_rate"


def test_an_epoch_inside_a_fast_line_is_named(run: Path, tmp_path: Path) -> None:
    def edit(rows: list[dict[str, Any]]) -> None:
        epochs = rows[29]["epochs"]
        epochs[40][2] = 0.5

    first, a, b, last = said(run, changed(run, tmp_path / "x", edit), status=1)
    assert first == 'they part at cue 28, remaining, epoch 51 ("Keep going if you wanna"): test_loss'
    assert float(a.removeprefix("  A: ")) == read_trace(run).losses()[51].test
    assert b == "  B: 0.5"
    assert last == "in all 1 of 30 cues differ, and the losses of 1 of 100 epochs"


@pytest.mark.parametrize(
    ("values", "field", "shown"),
    [
        ({"loss": "nan"}, "loss", "nan"),
        ({"grad_norm": None}, "grad_norm", "none"),
        ({"training": True}, "training", "True"),
        ({"printed": ["0: 1.5 2.5", "more"]}, "printed line 1", "'0: 1.5 2.5'"),
        ({"evidence": "x" * 500}, "evidence", f"'{'x' * 100}'…"),
    ],
)
def test_both_values_are_shown(
    values: dict[str, object], field: str, shown: str, run: Path, tmp_path: Path
) -> None:
    first, _, b, *_ = said(run, changed(run, tmp_path / "x", setting(14, **values)), status=1)
    assert first == f'they part at cue 13, print, epoch 0 ("Print out what\'s happening"): {field}'
    assert b == f"  B: {shown}"


def test_of_long_texts_the_first_difference_is_shown(run: Path, tmp_path: Path) -> None:
    a = changed(run, tmp_path / "a", setting(3, evidence="same " * 50 + "left"))
    b = changed(run, tmp_path / "b", setting(3, evidence="same " * 50 + "right"))
    _, one, other, _ = said(a, b, status=1)
    assert one == f"  A: …'{'same ' * 6}left'"
    assert other == f"  B: …'{'same ' * 6}right'"


def test_a_cue_that_only_one_run_has_is_where_they_part(run: Path, tmp_path: Path) -> None:
    shorter = changed(run, tmp_path / "x", lambda rows: rows.pop(20))
    first, a, b, last = said(run, shorter, status=1)
    assert first == 'they part at cue 19, zero_grad, epoch 10 ("Optimizer zero grad"): cue'
    assert (a, b) == ("  A: is there", "  B: is not there")
    assert last.startswith("in all 1 of 30 cues differ")
    assert said(shorter, run, status=1)[1:3] == ["  A: is not there", "  B: is there"]


def test_times_of_a_run_in_real_time_are_left_out_and_that_is_said(run: Path, tmp_path: Path) -> None:
    late = {"shown": 99.0, "shown_late_ms": 3.0, "started_late_ms": 1.0, "timing": "late"}
    real = changed(run, tmp_path / "x", setting(0, realtime=True), setting(6, **late))
    note = "not compared: times, because B ran in real time (--times compares them)"
    assert said(run, real, status=0) == ["the same: 30 cues, 100 epochs", note]
    first, *_, last = said(run, real, "--times", status=1)
    assert first.endswith("shown")
    assert "times" not in last


def test_other_pictures_per_second_are_no_difference(run: Path, tmp_path: Path) -> None:
    slow = write_run(tmp_path / "slow.jsonl", "--fps", "10")
    note = "not compared: times, because A has 60 pictures a second, B 10 (--times compares them)"
    assert said(run, slow, status=0) == ["the same: 30 cues, 100 epochs", note]


def test_other_names_are_said_and_are_no_difference(run: Path, tmp_path: Path) -> None:
    other = changed(run, tmp_path / "x", setting(0, lesson="mine", song="yours"))
    assert said(run, other, status=0)[:2] == [
        "song: A 'optimization_loop', B 'yours'",
        "lesson: A 'straight_line', B 'mine'",
    ]


def test_a_tolerance_holds_for_numbers_in_fields_epochs_and_texts(run: Path, tmp_path: Path) -> None:
    def nudge(rows: list[dict[str, Any]]) -> None:
        for row in rows[1:]:
            for name in ("loss", "test_loss", "grad_norm"):
                row[name] = row[name] and row[name] * (1 + 1e-7)
            row["epochs"] = [[e, a and a + 1e-7, b and b - 1e-7] for e, a, b in row["epochs"]]
            row["evidence"] = row["evidence"].replace("0.312881,", "0.312882,")
            row["printed"] = [line.replace("0.3128813", "0.3128814") for line in row["printed"]]

    near = changed(run, tmp_path / "x", nudge)
    assert said(run, near, "--tolerance", "1e-6", status=0) == ["the same: 30 cues, 100 epochs"]
    assert said(run, near, "--tolerance", "1e-8", status=1)
    assert said(run, near, status=1)
    words = changed(near, tmp_path / "y", setting(8, evidence="3 of 2 parameters changed, by at most 0.01"))
    assert "cue 7, step" in said(run, words, "--tolerance", "1", status=1)[0]


@pytest.mark.parametrize("given", ["-1", "2", "nan", "inf", "much", "", "1e-6x"])
def test_a_tolerance_out_of_bounds_is_quoted(given: str, run: Path) -> None:
    expected = f"torchaoke: --tolerance {given!r}; expected a number from 0 to 1, as in 1e-6"
    assert said(run, run, f"--tolerance={given}", status=2) == [expected]


def test_an_unknown_name_to_ignore_is_answered_with_the_nearest(run: Path) -> None:
    assert said(run, run, "--ignore", "evidense", status=2) == [
        "torchaoke: --ignore 'evidense'; did you mean 'evidence'?"
    ]


def test_every_field_is_compared() -> None:
    assert set(FIELDS) | {"cue"} == set(Entry.__dataclass_fields__)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    edits=st.dictionaries(
        st.integers(1, 30),
        st.sampled_from(
            [("loss", -1.0), ("evidence", "else"), ("grad_mode", "none"), ("epoch", 777), ("holds", False)]
        ),
        min_size=1,
    ),
    swapped=st.booleans(),
)
def test_the_first_of_any_edits_is_found_and_all_are_counted(
    edits: dict[int, tuple[str, object]], swapped: bool, run: Path, tmp_path: Path
) -> None:
    changes = [setting(line, **{name: value}) for line, (name, value) in edits.items()]
    traces = [read_trace(run), read_trace(changed(run, tmp_path / "x", *changes))]
    found = compare(*(traces[::-1] if swapped else traces))
    line = min(edits)
    assert found.first is not None
    assert (found.first.cue, found.first.field) == (line - 1, edits[line][0])
    assert str(edits[line][1]) in (found.first.a if swapped else found.first.b)
    assert found.cues == (len(edits), 30)
    assert found.epochs == (0, 100)


def test_a_trace_equals_itself_with_numbers_that_are_none(run: Path, tmp_path: Path) -> None:
    values = setting(3, loss="nan", grad_norm="inf", epochs=[[0, "nan", None], [1, None, "-inf"]])
    odd = changed(run, tmp_path / "x", values)
    for tolerance in (0.0, 1e-3):
        assert compare(read_trace(odd), read_trace(odd), tolerance).first is None
