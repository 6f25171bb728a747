"""`torchaoke songs time`: what it refuses, and the window itself with keys from outside."""

import json
from contextlib import closing
from pathlib import Path

import pytest
from commands import RUNNER, refused
from screen import Running, needs_screen, screen
from test_songs_commands import write_recording

from app.cli import app
from loop_core.song import load_song

WORDS = "[ti:Two lines]\nLoss back|ward\nOp|ti|mizer step\n"


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


TIME = ("songs", "time", "rec.mp3", "words.txt")


def test_ctrl_c_ends_it_with_130_and_nothing_else(folder: Path) -> None:
    with closing(Running(folder, {"SDL_VIDEODRIVER": "dummy"}, *TIME)) as running:
        running.hears("Space starts the music")
        running.interrupt()
        status, _, errors = running.ended()
    assert (status, errors) == (130, "interrupted\n")


@needs_screen
def test_a_song_is_tapped_killed_resumed_and_saved(folder: Path) -> None:
    with screen() as display:
        with closing(Running(folder, display, *TIME)) as running:
            running.hears("Space starts the music")
            running.press("space", "space", "Right", "Right")
            running.hears("tap 1 of 2")
            running.press("Escape")
            running.hears("Esc again leaves")
        kept = json.loads((folder / "words.taps.json").read_text(encoding="utf-8"))
        assert [row[2] for row in kept["taps"]] == ["Loss backward"]
        with closing(Running(folder, display, *TIME)) as running:
            running.hears("Goes on after 1 of 2 taps")
            running.press("space")
            running.click(640, 638)
            running.press("space")
            assert float(running.hears("tap 2 of 2").split()[5]) > 9
            running.hears("All is tapped")
            running.press("s")
            running.hears("Saved: words")
            running.press("Escape")
            status, said, errors = running.ended()
    assert (status, errors) == (0, "")
    assert "'Two lines' by unknown, 2 lines" in said
    assert "torchaoke play --song words" in said
    assert [line.text for line in load_song(folder / "words").lines] == ["Loss backward", "Optimizer step"]
