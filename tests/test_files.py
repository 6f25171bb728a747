"""Files appear whole or not at all."""

import os
import time
from pathlib import Path

import pytest

from loop_core.errors import InputError
from loop_core.files import OLD, PREFIX, folder_written_whole, written_whole


def test_the_new_content_replaces_the_old_at_once(tmp_path: Path) -> None:
    path = tmp_path / "new" / "model.pt"
    for content in (b"first" * 10_000, b"second"):
        with written_whole(path) as part:
            assert part.name == path.name
            part.write_bytes(content)
            assert not path.exists() or path.read_bytes() != content
        assert path.read_bytes() == content
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("error", [ValueError, OSError, KeyboardInterrupt, SystemExit])
def test_the_old_content_survives_an_error(error: type[BaseException], tmp_path: Path) -> None:
    path = tmp_path / "model.pt"
    path.write_bytes(b"old")

    def fail() -> None:
        with written_whole(path) as part:
            part.write_bytes(b"half of the ne")
            raise error

    with pytest.raises(error):
        fail()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_no_file_appears_when_nothing_was_written(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), written_whole(tmp_path / "model.pt"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_program_left_long_ago_is_swept_up(tmp_path: Path) -> None:
    old, new, other = tmp_path / f"{PREFIX}old", tmp_path / f"{PREFIX}new", tmp_path / "mine"
    for folder in (old, new, other):
        folder.mkdir()
        (folder / "part").write_bytes(b"half")
        os.utime(folder, (time.time() - OLD * (2 if folder != new else 0),) * 2)
    with written_whole(tmp_path / "model.pt") as part:
        part.write_bytes(b"whole")
    assert not old.exists()
    assert {path.name for path in tmp_path.iterdir()} == {new.name, "mine", "model.pt"}


def test_a_folder_appears_whole_and_replaces_another_only_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "songs" / "song"
    for content, replace in (("first", False), ("second", True)):
        with folder_written_whole(path, replace) as part:
            (part / "inner").mkdir()
            (part / "inner" / content).write_text(content)
            assert not (path / "inner" / content).exists()
        assert [file.name for file in (path / "inner").iterdir()] == [content]
    with pytest.raises(InputError, match="this is there already; expected a new one, or --replace"):
        folder_written_whole(path).__enter__()
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="this is there already; expected a new folder"):
        folder_written_whole(tmp_path / "file", True).__enter__()
    assert [entry.name for entry in path.parent.iterdir()] == ["song"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_folder_that_fails_leaves_what_was_there(error: type[BaseException], tmp_path: Path) -> None:
    path = tmp_path / "song"
    path.mkdir()
    (path / "old").touch()

    def fail() -> None:
        with folder_written_whole(path, True) as part:
            (part / "new").touch()
            raise error

    with pytest.raises(error):
        fail()
    assert [entry.name for entry in tmp_path.rglob("*")] == ["song", "old"]
