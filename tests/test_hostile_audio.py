"""A sound file may come from anybody: it opens no other one, and takes no time or memory without end."""

import os
import struct
import time
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
from builders import write_song
from commands import refused

from app import sound_file
from app.sound_file import LIMIT, MOST_BYTES
from app.sounds import decode
from loop_core.errors import InputError
from loop_core.formats.lyrics import LONGEST_SONG

BLOCK = 4096
BUNDLED = Path(__file__).parents[1] / "assets"


def write_silence(path: Path, seconds: float, rate: int = 8000, told: bool = True) -> Path:
    """A FLAC file that decodes to so many seconds in a thousandth of their bytes; told: it says how long."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("flac", rate=rate, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, BLOCK), np.int16), format="s16", layout="mono")
        frame.rate = rate
        for number in range(int(seconds * rate / BLOCK) + 1):
            frame.pts = number * BLOCK
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    if not told:
        content = bytearray(path.read_bytes())
        content[21] &= 0xF0  # the 36 bits of the number of samples, in STREAMINFO
        content[22:26] = bytes(4)
        path.write_bytes(content)
    return path


def write_wav(path: Path, rate: int, samples: int, channels: int = 1, claimed: int | None = None) -> Path:
    size = samples * channels * 2
    said = size if claimed is None else claimed
    form = struct.pack("<IHHIIHH", 16, 1, channels, rate, rate * 2 & 0xFFFFFFFF, channels * 2 & 0xFFFF, 16)
    head = b"RIFF" + struct.pack("<I", said + 36) + b"WAVEfmt " + form + b"data" + struct.pack("<I", said)
    path.write_bytes(head + bytes(size))
    return path


@pytest.mark.parametrize("told", [True, False])
def test_a_small_file_that_decodes_to_hours_is_refused_in_seconds(told: bool, tmp_path: Path) -> None:
    bomb = write_silence(tmp_path / "bomb.flac", 12 * LONGEST_SONG, told=told)
    assert bomb.stat().st_size < 5_000_000
    started = time.perf_counter()
    with pytest.raises(InputError, match=rf"bomb\.flac: longer than {LIMIT}; expected one song"):
        decode(bomb)
    assert time.perf_counter() - started < 60  # one to three are taken


def test_samples_that_last_long_are_not_resampled_first(tmp_path: Path) -> None:
    slow = write_wav(tmp_path / "slow.wav", 1, LONGEST_SONG + 5000)
    assert slow.stat().st_size < 20_000
    with pytest.raises(InputError, match=f"longer than {LIMIT}"):
        decode(slow)


@pytest.mark.parametrize("stem", ["vocals", "backing"])
def test_a_song_whose_stem_is_a_bomb_makes_no_film(stem: str, tmp_path: Path) -> None:
    folder = write_song(tmp_path / "song", stems=("vocals", "backing"))
    for name in ("vocals", "backing"):
        soundfile.write(folder / f"{name}.ogg", np.zeros((1000, 2)), 44100)
    write_silence(tmp_path / "bomb.flac", 11 * LONGEST_SONG).rename(folder / f"{stem}.ogg")
    target = tmp_path / "film.mp4"
    message = refused("video", str(target), "--song", str(folder), "--size", "320x180", "--fps", "1")
    assert message.endswith(f"{stem}.ogg: longer than {LIMIT}; expected one song\n")
    assert not target.exists()


def test_a_file_of_too_many_bytes_is_not_opened(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "large.wav", 44100, 1000)
    os.truncate(path, MOST_BYTES + 1)  # sparse: it takes no room
    message = refused("sing", "--recording", str(path))
    assert f"{MOST_BYTES + 1:,} bytes; expected one song, {MOST_BYTES:,} bytes at most" in message


def test_a_file_in_which_sound_is_looked_for_without_end_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sound_file, "PATIENCE", 0.2)
    path = write_wav(tmp_path / "empty.wav", 44100, 1000)
    os.truncate(path, MOST_BYTES)  # a hundred million chunks of no bytes
    with pytest.raises(InputError, match=r"no sound found in it within 0\.2 s; expected a recording"):
        decode(path)


def test_a_header_that_promises_more_than_there_is_gives_what_there_is(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "short.wav", 44100, 44100, claimed=0xFFFFFF00)
    assert len(decode(path)) == 1000


@pytest.mark.parametrize(
    ("rate", "channels"), [(0, 1), (4_000_000_000, 1), (44100, 0), (44100, 300), (44100, 65535)]
)
def test_a_header_with_numbers_that_cannot_be_is_refused(rate: int, channels: int, tmp_path: Path) -> None:
    path = write_wav(tmp_path / "odd.wav", rate, 100, channels)
    assert "odd.wav: no sound" in refused("sing", "--recording", str(path))


@pytest.mark.parametrize(
    "text",
    [
        "ffconcat version 1.0\nfile secret.wav\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nsecret.wav\n#EXT-X-ENDLIST\n",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n",
        "[playlist]\nFile1=secret.wav\n",
    ],
    ids=["concat", "hls", "sdp", "pls"],
)
@pytest.mark.parametrize("name", ["list.ogg", "list.m3u8", "list.ffconcat", "list.sdp"])
def test_a_list_of_other_files_or_addresses_opens_none_of_them(name: str, text: str, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "secret.wav", np.zeros((44100, 2)), 44100)
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"no sound that can be decoded: .*; expected a sound or video file"):
        decode(path)


def test_a_name_that_ffmpeg_would_take_for_an_address_is_a_file_s_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    soundfile.write(tmp_path / "sound.wav", np.zeros((44100, 2)), 44100)
    Path("sound.wav").rename("concat:sound.wav")
    assert len(decode(Path("concat:sound.wav"))) == 1000
    assert "No such file" in refused("sing", "--recording", "http://127.0.0.1:9/a.wav")


@pytest.mark.parametrize("asset", ["fonts/Inter-Regular.otf", "readme/stage.png", "readme/loop.gif"])
def test_a_font_or_a_picture_in_the_place_of_a_recording_is_refused(asset: str) -> None:
    message = refused("sing", "--recording", str(BUNDLED / asset))
    assert "no sound" in message
    assert message.count("\n") == 1


def test_every_kind_that_is_opened_is_one_that_ffmpeg_knows() -> None:
    known = {name for form in av.formats_available for name in form.split(",")}
    assert set(sound_file.KINDS) <= known
