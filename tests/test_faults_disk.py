"""The disk is full, read-only, or the program is killed while it saves: what was there stays whole."""

import os
import re
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pygame
import pytest
from builders import edited, small_song
from commands import RUNNER, refused
from disk import Disk, disk

from app.camera import Camera
from app.cli import app
from app.learning.results import Results
from app.parts import conductor_for
from app.virtual import ticks
from assets import SONGS
from loop_core.files import PREFIX
from loop_core.lessons import find_lesson
from loop_core.snapshot import Snapshot
from loop_core.song import Song
from loop_core.words import Words

__all__ = ["disk"]
ROOT = Path(__file__).parents[1]
KILLS = 200


@pytest.fixture
def song(tmp_path: Path) -> Song:
    return small_song(tmp_path / "song")


def last(song: Song, saved: Path) -> Snapshot:
    """Of the song with a lesson that saves there."""
    with closing(conductor_for(song, saved, None, find_lesson("straight_line"))) as conductor:
        *_, frame = ticks(conductor, [number / 2 for number in range(round(2 * song.length) + 1)])
    assert frame.snapshot is not None
    return frame.snapshot


def test_a_lesson_that_saves_to_a_full_disk_says_so_and_keeps_the_old_file(song: Song, disk: Disk) -> None:
    assert last(song, disk.folder).evidence.holds
    (name,) = disk.names()
    old = (disk.folder / name).read_bytes()
    disk.fill()
    snapshot = last(song, disk.folder)
    assert snapshot.error is not None
    assert not snapshot.evidence.holds
    assert "the lesson stopped: " in snapshot.evidence.text
    assert disk.names() == {name}
    assert (disk.folder / name).read_bytes() == old


def test_a_lesson_that_saves_to_a_read_only_disk_says_so_and_keeps_the_old_file(
    song: Song, disk: Disk
) -> None:
    last(song, disk.folder)
    (name,) = disk.names()
    old = (disk.folder / name).read_bytes()
    disk.protect()
    snapshot = last(song, disk.folder)
    assert "Read-only file system" in snapshot.evidence.text
    assert (disk.folder / name).read_bytes() == old


def test_a_picture_for_which_there_is_no_room_is_told_and_leaves_nothing(song: Song, disk: Disk) -> None:
    with closing(conductor_for(song, disk.folder, None, find_lesson("straight_line"))) as conductor:
        (frame,) = ticks(conductor, [0.0])
    disk.fill()
    camera = Camera(lambda: disk.folder)
    camera.take(pygame.Surface((320, 180)), frame)
    camera.close()
    (notice,) = camera.notices()
    assert notice.startswith("No picture: ")
    assert "No space left on device" in notice
    assert disk.names() == set()


def test_results_for_which_there_is_no_room_are_told_and_kept_when_there_is(disk: Disk) -> None:
    said: list[Words | str] = []
    path = disk.folder / "progress.json"
    results = Results(lambda: path, said.append)
    results.add("say", "backward", 5)
    disk.fill()
    results.keep()
    (words,) = said
    assert isinstance(words, Words)
    assert words.en.startswith("results not kept: ")
    assert disk.names() == set()
    (disk.folder / "filling").unlink()
    results.keep()
    assert disk.names() == {path.name}
    assert len(said) == 1


def test_a_trace_for_which_there_is_no_room_is_one_line_and_nothing_is_left(disk: Disk) -> None:
    disk.fill()
    path = disk.folder / "run.jsonl"
    result = RUNNER.invoke(app, ["headless", "--trace", str(path)])
    assert result.exit_code == 2
    (said,) = [line for line in result.output.splitlines() if line.startswith("torchaoke:")]
    assert said == f"torchaoke: {path}: cannot write it: No space left on device"
    assert disk.names() == set()


@pytest.mark.parametrize("command", [("picture", "a.png"), ("video", "a.mp4"), ("video", "a.gif")])
def test_what_cannot_be_written_on_a_full_disk_is_one_line_and_nothing_is_left(
    disk: Disk, command: tuple[str, str]
) -> None:
    disk.fill()
    name, target = command
    options = ["--at", "5"] if name == "picture" else ["--size", "320x180", "--fps", "1"]
    result = RUNNER.invoke(app, [name, str(disk.folder / target), *options])
    assert result.exit_code == 2, result.output
    assert re.search(r"^torchaoke: .*No space left on device$", result.output, re.MULTILINE)
    assert disk.names() == set()


@pytest.mark.parametrize(
    "command",
    [
        ("headless", "--save-to", "{}"),
        ("play", "--save-to", "{}"),
        ("headless", "--trace", "{}/run.jsonl"),
        ("headless", "--frames", "{}/frames"),
        ("picture", "{}/a.png", "--at", "5"),
        ("video", "{}/a.mp4"),
        ("songs", "new", "{}/mine"),
    ],
)
def test_a_read_only_folder_is_one_line_before_anything_begins(disk: Disk, command: tuple[str, ...]) -> None:
    disk.protect()
    said = refused(*(part.format(disk.folder) for part in command))
    assert said.startswith("torchaoke: ")
    assert "Read-only file system" in said
    assert len(said.splitlines()) == 1


SAVING = """
import os, random, signal, sys, time
from pathlib import Path
import torch
from loop_core.listing import read_listing
from loop_core.stepper import Stepper

folder, kills = Path(sys.argv[1]), int(sys.argv[2])
path = folder / "line.pt"
listing = read_listing(folder / "mine.py")
torch.set_num_threads(1)
random.seed(1)
seen = set()
path.touch()
torch.optim.SGD([torch.zeros(1, requires_grad=True)])  # the first one is slow
for kill in range(kills):
    saved = os.stat(path).st_ino
    child = os.fork()
    if child == 0:
        os.environ["FIRST"] = str(1000 * kill)
        Stepper(listing, folder, 10, own=True).finish()
        os._exit(1)
    while os.stat(path).st_ino == saved:  # it has not saved yet
        pass
    time.sleep(0.01 * random.random())
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    weights = torch.load(path, weights_only=True)["weights"]
    assert weights.shape == (1000,) and bool((weights == weights[0]).all()), weights
    seen.add(int(weights[0]))
print(len(seen))
"""
ENDLESS = """
import itertools, os
for number in itertools.count(int(os.environ["FIRST"])):
    torch.save({"weights": torch.full((1000,), float(number))}, "line.pt")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs fork")
def test_a_program_that_is_killed_while_it_saves_leaves_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    source = edited(("range(epochs)", "range(1)"), ('torch.save(model.state_dict(), "line.pt")\n', ENDLESS))
    (tmp_path / "mine.py").write_text(source, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", SAVING, str(tmp_path), str(KILLS)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) > KILLS / 4  # it was killed at many different files
    left = {path.name for path in tmp_path.iterdir()} - {"mine.py", "line.pt"}
    assert all(name.startswith(PREFIX) for name in left)  # the next program that saves there takes them away


def damaged(part: Path, how: str) -> None:
    content = part.read_bytes()
    match how:
        case "empty":
            part.write_bytes(b"")
        case "half":
            part.write_bytes(content[: len(content) // 2])
        case "zeros":
            part.write_bytes(bytes(len(content)))
        case "gone":
            part.unlink()


@pytest.mark.parametrize("how", ["empty", "half", "zeros", "gone"])
@pytest.mark.parametrize("name", ["song.toml", "song.txt"])
def test_a_damaged_song_is_one_line_that_names_its_folder(tmp_path: Path, name: str, how: str) -> None:
    folder = tmp_path / "song"
    shutil.copytree(SONGS / "optimization_loop", folder)
    damaged(folder / name, how)
    said = refused("headless", "--song", str(folder))
    assert said.startswith("torchaoke: ")
    assert str(folder) in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize("how", ["empty", "zeros", "gone"])
@pytest.mark.parametrize("name", ["vocals.ogg", "backing.ogg"])
def test_a_damaged_recording_is_one_line_that_names_it(tmp_path: Path, name: str, how: str) -> None:
    folder = tmp_path / "song"
    shutil.copytree(SONGS / "optimization_loop", folder)
    damaged(folder / name, how)
    done = subprocess.run(
        [sys.executable, "-m", "app", "play", "--start", "--song", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "SDL_VIDEODRIVER": "dummy", "SDL_AUDIODRIVER": "dummy"},
    )
    assert done.returncode == 2
    assert done.stderr.startswith("torchaoke: ")
    assert name in done.stderr
    assert len(done.stderr.splitlines()) == 1
