"""The shells complete commands, options and names, in the way that they themselves ask for it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app import completing
from app.bench.run import PARTS
from app.learning.learner import EXERCISES
from app.theme import THEMES
from assets import SONGS
from loop_core.formats.table import WRITABLE
from loop_core.lessons import LESSONS
from loop_core.scoring import Difficulty
from loop_core.song import load_song, song_folders
from loop_core.timing import WAYS
from loop_core.words import LANGUAGES

ROOT = Path(__file__).parents[1]
SHELLS = ("bash", "zsh", "fish")
NAMES = {
    "": ("play", "karaoke", "sing", "headless", "video", "songs", "trace", "doctor"),
    "play --lesson ": tuple(lesson.name for lesson in LESSONS),
    "headless --lesson a": ("all",),
    "play --song ": tuple(folder.name for folder in song_folders(SONGS)),
    "songs export ": tuple(folder.name for folder in song_folders(SONGS)),
    "songs export x --format ": tuple(form.name for form in WRITABLE),
    "songs ": ("import", "export", "check", "new", "time"),
    "play --theme ": tuple(THEMES),
    "play --backing q": ("quiet",),
    "karaoke --exercise ": tuple(EXERCISES),
    "bench --only f": ("film",),
    "trace compare a b --ignore ev": ("evidence",),
    "play --spe": ("--speak-log", "--speed"),
}
"""What stands after 'torchaoke' on the line, and what must be offered."""


def ask(environment: dict[str, str]) -> str:
    """What the program answers to a shell."""
    run = subprocess.run(
        [sys.executable, "-m", "app"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1", **environment},
        check=False,
    )
    assert run.stderr == ""
    return run.stdout


def offered(shell: str, line: str) -> list[str]:
    """The words that a shell is offered for what stands after 'torchaoke'."""
    typed = f"torchaoke {line}"
    kind = {"_TORCHAOKE_COMPLETE": f"complete_{shell}"}
    if shell == "bash":
        number = str(len(typed.split()) - (not typed.endswith(" ")))
        return ask({**kind, "COMP_WORDS": typed, "COMP_CWORD": number}).split()
    if shell == "zsh":
        return ask({**kind, "_TYPER_COMPLETE_ARGS": typed}).split('"')[1::4]
    words = ask({**kind, "_TYPER_COMPLETE_ARGS": typed, "_TYPER_COMPLETE_FISH_ACTION": "get-args"})
    return [row.split("\t")[0] for row in words.splitlines()]


@pytest.mark.parametrize("line", NAMES)
@pytest.mark.parametrize("shell", SHELLS)
def test_names_are_offered_where_they_belong(shell: str, line: str) -> None:
    assert set(NAMES[line]) <= set(offered(shell, line))
    begun = line.rpartition(" ")[2]
    assert all(word.startswith(begun) for word in offered(shell, line))


def test_the_words_that_are_offered_are_those_that_are_taken() -> None:
    def words(complete: object) -> set[str]:
        assert callable(complete)
        return {word for word, _ in complete("")}

    assert words(completing.theme) == set(THEMES)
    assert words(completing.language) == set(LANGUAGES)
    assert words(completing.exercise) == set(EXERCISES)
    assert words(completing.difficulty) == set(map(str, Difficulty))
    assert words(completing.part) == set(PARTS)
    assert words(completing.by) == set(WAYS)
    assert words(completing.backing) == {
        name for path in song_folders(SONGS) for name in load_song(path).backings
    }


COMPLETE = {
    "bash": 'eval "$(torchaoke --show-completion)"; COMP_WORDS=(torchaoke play --lesson ci) COMP_CWORD=3; '
    '_torchaoke_completion torchaoke; echo "${COMPREPLY[@]}"',
    "fish": "torchaoke --show-completion | source; complete -C 'torchaoke play --lesson ci'",
    "zsh": 'autoload -Uz compinit; compinit -u; eval "$(torchaoke --show-completion)"; '
    "_arguments() { print -r -- $1 }; words=(torchaoke play --lesson ci) CURRENT=4; _torchaoke_completion",
}


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.skipif(sys.platform == "win32", reason="these are the shells of other systems")
def test_the_shell_itself_takes_what_is_shown_and_completes_with_it(shell: str, tmp_path: Path) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    command = tmp_path / "bin" / "torchaoke"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\ncd "{ROOT}" && exec "{sys.executable}" -m app "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    environment = {
        **os.environ,
        "HOME": str(tmp_path),
        "PATH": f"{command.parent}{os.pathsep}{os.environ['PATH']}",
    }
    run = subprocess.run(
        [program, "-c", COMPLETE[shell]],
        capture_output=True,
        text=True,
        env=environment,
        timeout=120,
        check=False,
    )
    assert "circles" in run.stdout, run.stderr
    assert "dropout" not in run.stdout
