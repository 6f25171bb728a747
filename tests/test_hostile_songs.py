"""A song's folder may come from anybody: it is read within bounds, and what is wrong is one line of words."""

import json
import os
import sys
import time
import zipfile
from pathlib import Path

import pytest
from builders import write_song
from commands import refused

from loop_core.formats.lyrics import LONGEST_SONG
from loop_core.song import LONGEST_ROW, MAX_BYTES, MOST_LETTERS, MOST_STEMS

devices = pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither devices nor pipes there")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_song(tmp_path / "song")


def edit(folder: Path, old: str, new: str) -> None:
    path = folder / "song.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def refusal(folder: Path) -> str:
    """What headless says of a song's folder, which is one line."""
    message = refused("headless", "--song", str(folder))
    assert message.startswith(f"torchaoke: {folder}")
    assert message.count("\n") == 1
    assert len(message) < 600
    return message


@devices
@pytest.mark.parametrize("file", ["song.toml", "song.txt", "vocals.ogg"])
@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "circle"])
def test_what_is_no_regular_file_is_never_opened(file: str, kind: str, folder: Path) -> None:
    path = folder / file
    path.unlink()
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to("/dev/zero" if kind == "device" else file)
    expected = {"device": "outside the song's folder"}
    assert expected.get(kind, "is no regular file") in refusal(folder)


@devices
def test_a_song_toml_that_is_a_link_out_of_the_folder_is_not_read(folder: Path, tmp_path: Path) -> None:
    (folder / "song.toml").rename(tmp_path / "secret")
    (folder / "song.toml").symlink_to(tmp_path / "secret")
    message = refusal(folder)
    assert "'song.toml' is outside the song's folder; expected a name inside it" in message


@pytest.mark.parametrize(
    ("added", "expected"),
    [
        (f"x = {'[' * 590}{']' * 590}", "not TOML: "),
        (f"x = {'1' * 1100}\ny = 0x{'f' * 1100}\nz = {'1_' * 500}1\n[", "not TOML: "),
        (f"x = {'[' * (LONGEST_ROW + 1)}", f"characters; expected at most {LONGEST_ROW:,}"),
        ("# " + "x" * 1000 + "\n" + ("# " + "x" * 1000 + "\n") * (MAX_BYTES // 1000), "expected a song.toml"),
    ],
)
def test_toml_that_is_deep_or_long_is_refused(added: str, expected: str, folder: Path) -> None:
    edit(folder, "[stems]", f"{added}\n[stems]")
    assert expected in refusal(folder)


def test_the_longest_keys_that_fit_take_seconds(folder: Path) -> None:
    row = "k{}" + ".a" * (LONGEST_ROW // 2 - 10) + " = 1\n"
    size = (folder / "song.toml").stat().st_size
    rows = "".join(row.format(number) for number in range((MAX_BYTES - size) // LONGEST_ROW))
    edit(folder, "[stems]", f"{rows}[stems]\nnot toml")
    started = time.perf_counter()
    assert "not TOML" in refusal(folder)
    assert time.perf_counter() - started < 60  # some three are taken; of a file without bounds, hours


@pytest.mark.parametrize("text", ["\0", "a\x1b[2Jb", "\x07", "\x9b31m", "x" * (MOST_LETTERS + 1)])
@pytest.mark.parametrize("where", ['title = "T"', '"us"', '"All"', '"Line 0"', 'vocals = "vocals.ogg"'])
def test_a_text_that_stage_and_terminal_cannot_show_is_refused(where: str, text: str, folder: Path) -> None:
    new = json.dumps(text)
    if where.startswith("vocals"):
        edit(folder, where, f'{new} = "vocals.ogg"')
    else:
        edit(folder, where, where.replace('"T"', new) if "title" in where else new)
    message = refusal(folder)
    assert f"expected at most {MOST_LETTERS:,} characters, and none that control a terminal" in message
    assert message.rstrip("\n").isprintable()


def test_a_message_never_controls_the_terminal(tmp_path: Path) -> None:
    folder = write_song(tmp_path / "a\x1b[31mb")
    (folder / "song.txt").unlink()
    message = refused("headless", "--song", str(folder))
    assert r"a\x1b[31mb" in message
    assert message.rstrip("\n").isprintable()


def test_a_song_has_bounds_of_length_and_stems(folder: Path) -> None:
    edit(folder, "length = ", f"length = {LONGEST_SONG + 1} # ")
    assert f"to {LONGEST_SONG}" in refusal(folder)
    edit(folder, f"length = {LONGEST_SONG + 1}", "length = 100")
    edit(folder, "[stems]", "[stems]\n" + "".join(f'b{n} = "vocals.ogg"\n' for n in range(MOST_STEMS)))
    assert f"{MOST_STEMS + 1} stems; expected at most {MOST_STEMS}" in refusal(folder)


@pytest.mark.parametrize("file", ["song.toml", "song.txt"])
@pytest.mark.parametrize("asset", ["fonts/Inter-Regular.otf", "readme/stage.png"])
def test_a_font_or_a_picture_in_the_place_of_a_text_is_refused(file: str, asset: str, folder: Path) -> None:
    assets = Path(__file__).parents[1] / "assets"
    (folder / file).write_bytes((assets / asset).read_bytes()[:100_000])
    assert "is not UTF-8; expected UTF-8 text" in refusal(folder)


def test_an_archive_is_no_song_and_is_not_unpacked(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "song.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("song.toml", b"0" * 50_000_000)
    assert "no song and no folder" in refused("headless", "--song", str(path))
    assert "suffix '.zip' is no song format" in refused("songs", "import", str(path), "--to", str(tmp_path))
    (folder / "song.toml").write_bytes(path.read_bytes())
    assert "not UTF-8" in refusal(folder)


@pytest.mark.parametrize(
    "command",
    [
        ["headless", "--song", "{}"],
        ["explain", "{}"],
        ["sing", "--recording", "{}"],
        ["picture", "{}.png", "--at", "1"],
        ["headless", "--trace", "{}"],
        ["trace", "show", "{}"],
        ["songs", "import", "{}.txt"],
        ["songs", "new", "{}"],
    ],
    ids=" ".join,
)
def test_a_name_too_long_for_any_file_is_one_line(command: list[str]) -> None:
    message = refused(*(word.format("a" * 5000) for word in command))
    assert "name too long" in message.lower()
    assert message.count("\n") == 1


@devices
@pytest.mark.parametrize(
    "command",
    [["explain"], ["headless"], ["trace", "show"], ["sing", "--recording"], ["songs", "check"]],
    ids=" ".join,
)
def test_no_command_waits_for_a_pipe_or_reads_a_device(command: list[str], tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.txt"
    os.mkfifo(pipe)
    device = tmp_path / "zero.txt"
    device.symlink_to("/dev/zero")
    for path in (pipe, device):
        assert "this is no regular file; expected" in refused(*command, str(path))


def test_words_that_end_after_any_song_are_not_imported(tmp_path: Path) -> None:
    words = tmp_path / "words.lrc"
    words.write_text("[00:01.00]Loss backward\n[1400:00.00]step\n", encoding="utf-8")
    message = refused("songs", "import", str(words), "--to", str(tmp_path / "songs"))
    assert "the words end at 84008 s; expected one song, 30 minutes at most" in message
    assert not list((tmp_path / "songs").iterdir())


@devices
def test_a_recording_beside_the_words_that_is_a_link_elsewhere_is_not_copied(tmp_path: Path) -> None:
    (tmp_path / "secret.ogg").touch()
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "words.ogg").symlink_to(tmp_path / "secret.ogg")
    words = tmp_path / "in" / "words.lrc"
    words.write_text("[00:01.00]Loss backward\n", encoding="utf-8")
    message = refused("songs", "import", str(words), "--to", str(tmp_path / "songs"))
    assert "'words.ogg' is outside the song's folder" in message
