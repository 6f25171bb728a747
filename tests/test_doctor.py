"""The doctor: what it finds, and what makes the show impossible."""

import io
from pathlib import Path

import pytest
from builders import write_song
from rich.console import Console
from typer.testing import CliRunner

from app import doctor
from app.cli import app
from app.settings import load_settings
from loop_core.operations import Operation


def test_a_machine_with_torch_and_the_songs_can_run_the_show() -> None:
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 0, result.output
    parts = "Python torch pygame-ce display sound decoding fonts songs lessons settings"
    for what in parts.split():
        assert any(line.startswith(f"{what} ") for line in result.output.splitlines()), what
    assert "first optimizer in" in result.output
    assert result.output.splitlines()[-1].startswith("The show can run")


def test_a_broken_song_is_named_and_the_show_cannot_run(tmp_path: Path) -> None:
    chart = write_song(tmp_path / "broken", (Operation.SETUP,)) / "song.txt"
    chart.write_text("#VERSION:1.0.0\n#BPM:fast\n", encoding="utf-8")
    text = io.StringIO()
    assert not doctor.show(Console(file=text, width=220), [doctor.find_songs(tmp_path)])
    assert "song.txt:2: BPM 'fast'" in text.getvalue()
    assert "The show cannot run; to be repaired first: songs." in text.getvalue()


def test_it_is_said_where_the_settings_are_and_what_is_wrong_with_them(tmp_path: Path) -> None:
    path = tmp_path / "new" / "settings.toml"
    found = doctor.find_settings(path)
    assert (found.found, found.instead) == (
        f"{path} (not there yet); not calibrated: torchaoke calibrate",
        "",
    )
    load_settings(path).keep(lambda settings: settings.with_taps("phones", "wall", 0.2, 0.1))
    assert doctor.find_settings(path).found == f"{path}; calibrated: phones with wall"
    path.write_text("theme = 7", encoding="utf-8")
    found = doctor.find_settings(path)
    assert found.found == f"{path}: theme is 7; expected a name"
    assert found.instead
    assert path.read_text(encoding="utf-8") == "theme = 7"  # nobody has asked to set it aside
    found = doctor.find_settings(tmp_path)
    assert found.found == f"{tmp_path} cannot be written"


def test_a_driver_that_crashes_or_hangs_is_a_finding() -> None:
    with pytest.raises(doctor.MissingError, match="ended with status 7"):
        doctor.ask("import os; os._exit(7)")
    with pytest.raises(doctor.MissingError, match=r"no answer within 0\.2 s"):
        doctor.ask("while True: pass", timeout=0.2)
    with pytest.raises(doctor.MissingError, match="No module named 'nothing_like_it'"):
        doctor.ask("import nothing_like_it")
