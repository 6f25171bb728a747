"""The help of every command reads like a page of a manual."""

import re

import pytest
import typer
from commands import RUNNER

from app.cli import app
from app.manual import MANUALS, OVERVIEW

COMMANDS = tuple(MANUALS)


def page(name: str) -> str:
    result = RUNNER.invoke(app, [*name.split(), "--help"], prog_name="torchaoke", env={"COLUMNS": "80"})
    assert result.exit_code == 0
    return str(result.output)


def test_every_command_has_its_page() -> None:
    root = typer.main.get_command(app)
    found = set()
    for name, command in root.commands.items():  # type: ignore[attr-defined]
        found.add(name)
        found |= {f"{name} {inner}" for inner in getattr(command, "commands", ())}
    assert found == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_page_has_purpose_examples_exit_status_files_and_environment(name: str) -> None:
    text = page(name)
    assert text.startswith(f"Usage: torchaoke {name} [OPTIONS]")
    purpose = text.split("\n\n")[1]
    assert purpose.strip()[0].isupper()
    assert re.search(rf"\n  torchaoke {name}( |\n)", text), "an example"
    for section in ("Options", "Exit status", "Files", "Environment"):
        assert f"\n{section}:\n" in text or f"\n  {section}:\n" in text
    assert [int(code) for code in re.findall(r"^    (\d+) +\S", text, re.MULTILINE)] == [0, 1, 2, 130]


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_a_page_is_english_and_fits(name: str) -> None:
    text = page(name)
    assert text.isascii()
    assert max(map(len, text.splitlines())) <= 96


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_says_what_it_is_and_its_value_has_a_name(name: str) -> None:
    options = page(name).split("\nOptions:\n")[1].split("\n\n")[0]
    for row in re.findall(r"^  -.*(?:\n {4,}.*)*", options, re.MULTILINE):
        assert re.match(r"  (-h, )?--[a-z-]+( [A-Za-z0-9|.]+)?\s+[A-Z`(-]", row), row
        assert "TEXT" not in row


def test_the_whole_program_has_a_page_of_its_own() -> None:
    text = page("")
    for line in OVERVIEW.replace("\b\n", "").splitlines():
        assert line in text
    assert "--install-completion" in text
