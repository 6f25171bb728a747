"""What README says of talks and of CI runs as it is written there."""

import re
from pathlib import Path

import pytest
from commands import RUNNER

from app.cli import app
from app.keys import KEYS
from app.parts import version

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SMALL = ("--size", "320x180", "--fps", "1")


def section(name: str) -> str:
    return README.partition(f"\n## {name}\n")[2].partition("\n## ")[0]


def test_what_a_speaker_does_the_day_before_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```sh\n(.*?)```", section("In a talk"), re.DOTALL)
    before, room = (re.findall(r"^\.venv/bin/torchaoke (.*)$", block, re.MULTILINE) for block in blocks)
    assert [command.split()[0] for command in before] == ["doctor", "headless", "video"]
    for command in before:
        small = SMALL if command.startswith("video") else ()
        result = RUNNER.invoke(app, [*command.split(), *small])
        assert result.exit_code == 0, result.output
    assert (tmp_path / "talk.mp4").stat().st_size > 100_000
    for command in room:  # these open a window: their names and options are looked up
        name, *options = command.split()
        text = RUNNER.invoke(app, [name, "--help"]).output
        assert all(option in text for option in options if option.startswith("--"))


def test_every_key_of_a_talk_does_something() -> None:
    keys = re.findall(r"\b([A-Z]|Esc|Space|PageUp)\b", re.sub("`.*?`", "", section("In a talk")))
    names = {"Esc": 27, "Space": 32, "PageUp": 0x4000004B}
    assert {"Space", "PageUp", "Q", "R", "B", "X"} <= set(keys)
    assert all(names.get(key, ord(key[0].lower())) in KEYS for key in keys)


def test_the_job_of_a_ci_runs_as_it_is_written_and_fails_for_another_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    script = (ROOT / "tests" / "scripts" / "step_functions.py").read_text(encoding="utf-8")
    (tmp_path / "train.py").write_text(script, encoding="utf-8")
    text = section("In CI")
    (first,) = re.findall(r"`torchaoke (headless train\.py --trace expected\.jsonl)`", text)
    steps = re.findall(r"- run: torchaoke (.*)", text)
    assert len(steps) == 2

    def status(command: str) -> int:
        return RUNNER.invoke(app, command.split()).exit_code

    assert status(first) == 0
    assert [status(step) for step in steps] == [0, 0]
    assert script.count("lr=0.1") == 1
    (tmp_path / "train.py").write_text(script.replace("lr=0.1", "lr=0.2"), encoding="utf-8")
    assert [status(step) for step in steps] == [0, 1]


def test_the_changes_begin_with_this_version() -> None:
    assert re.match(rf"\n\*\*{re.escape(version())}\*\*", section("Changes"))
