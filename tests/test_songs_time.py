"""`torchaoke songs time`: what it refuses, and the window itself with keys from outside."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import RUNNER, refused
from test_songs_commands import write_recording

from app.cli import app
from loop_core.song import load_song

WORDS = "[ti:Two lines]\nLoss back|ward\nOp|ti|mizer step\n"
SECONDS = 60.0


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_recording(tmp_path / "rec.mp3", 20.0)
    (tmp_path / "words.txt").write_text(WORDS, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["none.mp3", "words.txt"], "none.mp3: there is no such file; expected a recording"),
        (["words.txt", "words.txt"], "words.txt: no sound that can be decoded"),
        (["rec.mp3", "none.txt"], "none.txt: cannot read it: No such file or directory"),
        (["rec.mp3", "empty.txt"], "empty.txt: no words; expected a line of the song on each line"),
        (["rec.mp3", "words.txt", "--by", "lines"], "--by 'lines'; did you mean 'line'?"),
        (["rec.mp3", "words.txt", "--latency", "2s"], "--latency '2s'; expected milliseconds"),
        (["rec.mp3", "words.txt", "--language", "de"], "--language 'de'; expected one of: en, zh"),
        (["rec.mp3", "words.txt", "--theme", "red"], "--theme 'red'; expected one of: dark, light"),
        (["rec.mp3", "words.txt", "--size", "9x9"], "--size '9x9'; expected WIDTHxHEIGHT"),
        (["rec.mp3", "words.txt", "--to", "rec.mp3"], "--to: "),
        (["rec.mp3", "words.txt", "--to", "there"], "words: this is there already; expected another place"),
        (
            ["rec.mp3", "words.txt", "--to", "there", "--replace"],
            "words: --replace: this is no song's folder",
        ),
        (["rec.mp3", "words.txt", "--instrumental", "none.mp3"], "none.mp3: there is no such file"),
    ],
)
def test_what_cannot_be_timed_is_one_line_and_exits_with_2(
    arguments: list[str], expected: str, folder: Path
) -> None:
    (folder / "empty.txt").touch()
    (folder / "there" / "words").mkdir(parents=True)
    message = refused("songs", "time", *arguments)
    assert message.startswith("torchaoke: ")
    assert message.count("\n") == 1
    assert expected in message


def test_help_names_every_key_and_shows_examples() -> None:
    text = RUNNER.invoke(app, ["songs", "time", "--help"]).output
    for word in (
        "Space",
        "Backspace",
        "Enter",
        "Delete",
        "--by",
        "torchaoke songs time my_song.mp3",
        "ep|och",
    ):
        assert word in text


def program(folder: Path, **environment: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "app", "songs", "time", "rec.mp3", "words.txt", "--speak-log"]
    root = str(Path(__file__).parents[1])
    return subprocess.Popen(
        command,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": root, "SDL_AUDIODRIVER": "dummy", **environment},
    )


def heard(running: subprocess.Popen[str], words: str) -> str:
    """What is said up to these words."""
    assert running.stdout is not None
    said = ""
    for line in running.stdout:
        said += line
        if words in line:
            return said
    raise AssertionError(f"never said: {words!r}; but: {said}")


def test_ctrl_c_ends_it_with_130_and_nothing_else(folder: Path) -> None:
    with program(folder, SDL_VIDEODRIVER="dummy") as running:
        heard(running, "Space starts the music")
        running.send_signal(signal.SIGINT)
        _, errors = running.communicate(timeout=SECONDS)
    assert (running.returncode, errors) == (130, "interrupted\n")


@pytest.fixture
def display() -> Iterator[str]:
    """An X server of its own."""
    reader, writer = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1280x800x24"],
        pass_fds=[writer],
        stderr=subprocess.DEVNULL,
    )
    os.close(writer)
    with os.fdopen(reader) as number:
        yield f":{number.readline().strip()}"
    server.terminate()
    server.wait()


@pytest.mark.skipif(not (shutil.which("Xvfb") and shutil.which("xdotool")), reason="needs Xvfb and xdotool")
def test_a_song_is_tapped_killed_resumed_and_saved(folder: Path, display: str) -> None:
    environment = {"DISPLAY": display, "SDL_VIDEODRIVER": "x11"}

    def press(*keys: str) -> None:
        subprocess.run(["xdotool", "key", *keys], check=True, env={**os.environ, **environment})

    with program(folder, **environment) as running:
        heard(running, "Space starts the music")
        press("space", "space", "Right", "Right")
        heard(running, "tap 1 of 2")
        press("Escape")
        heard(running, "Esc again leaves")
        running.kill()
    kept = json.loads((folder / "words.taps.json").read_text(encoding="utf-8"))
    assert [row[2] for row in kept["taps"]] == ["Loss backward"]
    with program(folder, **environment) as running:
        heard(running, "Goes on after 1 of 2 taps")
        press("space")
        press("space")
        press("period")
        press("j")
        heard(running, "All is tapped")
        press("s")
        heard(running, "Saved: words")
        press("Escape")
        said, errors = running.communicate(timeout=SECONDS)
    assert (running.returncode, errors) == (0, "")
    assert "'Two lines' by unknown, 2 lines" in said
    assert "torchaoke play --song words" in said
    assert [line.text for line in load_song(folder / "words").lines] == ["Loss backward", "Optimizer step"]
