"""Results are kept whole, and a damaged file is set aside, never lost."""

import io
import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from commands import RUNNER
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from app.cli import app
from app.learning.progress import FILE, Progress, load_progress, show_progress, to_repeat
from loop_core.errors import InputError

TODAY = date(2026, 3, 1)


def some(path: Path) -> Progress:
    progress = Progress(path, {})
    for subject, grade in (("Loss backward", 1), ("Call model dot train", 5), ("Calculate the loss", 4)):
        progress = progress.answered("predict", subject, grade, TODAY)
    return progress


def printed(progress: Progress, today: date) -> str:
    out = io.StringIO()
    show_progress(Console(file=out, width=200), progress, today)
    return out.getvalue()


def test_what_was_saved_is_read_back(tmp_path: Path) -> None:
    progress = some(tmp_path / "new folder" / FILE)
    progress.save()
    again, message = load_progress(progress.path)
    assert again == progress
    assert message == ""


def test_without_a_file_there_are_no_results(tmp_path: Path) -> None:
    assert load_progress(tmp_path / FILE) == (Progress(tmp_path / FILE, {}), "")


def test_a_damaged_file_is_set_aside_with_a_word_and_none_is_overwritten(tmp_path: Path) -> None:
    path = tmp_path / FILE
    for number in (1, 2):
        path.write_text(f"damaged {number}", encoding="utf-8")
        progress, message = load_progress(path)
        assert progress.cards == {}
        assert f"progress.damaged-{number}.json" in message
        assert not path.exists()
    kept = sorted(file.read_text(encoding="utf-8") for file in tmp_path.iterdir())
    assert kept == ["damaged 1", "damaged 2"]


@pytest.mark.parametrize(
    "change",
    [
        {"torchaoke_progress": 2},
        {"cards": None},
        {"cards": [{}]},
        {"cards": [{"activity": "a", "subject": "b", "attempts": -1}]},
    ],
)
def test_results_that_cannot_be_are_set_aside(change: dict[str, object], tmp_path: Path) -> None:
    progress = some(tmp_path / FILE)
    progress.save()
    stored = json.loads(progress.path.read_text(encoding="utf-8"))
    progress.path.write_text(json.dumps({**stored, **change}), encoding="utf-8")
    assert "is kept as progress.damaged-1.json" in load_progress(progress.path)[1]


@given(st.binary(max_size=300))
def test_any_bytes_are_answered_with_words(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / FILE
    path.write_bytes(content)
    progress, message = load_progress(path)
    assert progress.cards == {}
    assert message


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot write it"):
        some(tmp_path / "file" / FILE).save()


def test_the_weakest_of_what_is_due_comes_first(tmp_path: Path) -> None:
    cards = some(tmp_path / FILE).cards
    assert to_repeat(cards, TODAY) == []
    assert to_repeat(cards, TODAY + timedelta(days=1))[0] == ("predict", "Loss backward")


def test_the_table_says_what_needs_work_and_what_is_due(tmp_path: Path) -> None:
    text = printed(some(tmp_path / FILE), TODAY + timedelta(days=1))
    row = next(line for line in text.splitlines() if "Loss backward" in line)
    assert "0 of 1" in row
    assert "today" in row
    assert "needs work" in row
    assert row.startswith("say ")
    assert "3 to repeat today" in text


def test_the_command_prints_results_and_asks_before_it_deletes_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.learning.progress.progress_path", lambda: tmp_path / FILE)
    assert "no results yet" in RUNNER.invoke(app, ["progress"]).output
    assert RUNNER.invoke(app, ["progress", "--reset"]).output == "there are none\n"
    some(tmp_path / FILE).save()
    assert "Loss backward" in RUNNER.invoke(app, ["progress"]).output
    RUNNER.invoke(app, ["progress", "--reset"], input="n\n")
    assert (tmp_path / FILE).exists()
    RUNNER.invoke(app, ["progress", "--reset"], input="y\n")
    assert not (tmp_path / FILE).exists()
