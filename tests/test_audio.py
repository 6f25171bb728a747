"""What plays: the mixer on SDL's own drivers, and silence where no device opens."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pygame
import pytest
import soundfile
from numpy.typing import NDArray

from app.audio import BUFFERS, SAMPLE_RATE, MixerPlayer, SilentPlayer, decode, open_player
from assets import SONGS
from loop_core.clock import VirtualClock
from loop_core.errors import InputError

STEMS = {name: SONGS / "optimization_loop" / f"{name}.ogg" for name in ("vocals", "backing")}


@pytest.fixture
def dummy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SDL_AUDIODRIVER", "dummy")
    yield
    pygame.mixer.quit()


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """The file that SDL's disk driver writes what would be heard to, as fast as it can."""
    path = tmp_path / "heard.raw"
    monkeypatch.setenv("SDL_AUDIODRIVER", "disk")
    monkeypatch.setenv("SDL_DISKAUDIOFILE", str(path))
    monkeypatch.setenv("SDL_DISKAUDIODELAY", "0")
    yield path
    pygame.mixer.quit()


def write_stem(path: Path, left: NDArray[np.float64], right: NDArray[np.float64]) -> Path:
    """A sound file of two channels; in blocks, as libsndfile overflows its stack with long ones of Vorbis."""
    with soundfile.SoundFile(path, "w", SAMPLE_RATE, 2) as file:
        for start in range(0, len(left), 4096):
            file.write(np.stack([left, right], axis=1)[start : start + 4096])
    return path


def tone(pitch: float, seconds: float = 3.0) -> NDArray[np.float64]:
    """A sine; pitch in hertz."""
    return 0.5 * np.sin(2 * np.pi * pitch * np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE)


@pytest.mark.parametrize("stem", STEMS)
def test_decoding_equals_another_decoder(stem: str) -> None:
    theirs, rate = soundfile.read(STEMS[stem], dtype="int16")
    ours = np.frombuffer(decode(STEMS[stem]).raw_data, dtype=np.int16).reshape(-1, 2)
    assert rate == SAMPLE_RATE
    assert ours.shape == theirs.shape
    assert np.abs(ours.astype(int) - theirs).max() <= 1


@pytest.mark.parametrize("content", [b"", b"not a sound", b"OggS" + bytes(200)])
def test_what_is_no_sound_is_refused_with_its_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "voice.ogg"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"voice\.ogg"):
        decode(path)


@pytest.mark.usefixtures("dummy")
def test_a_position_exists_only_while_it_plays() -> None:
    player = MixerPlayer(STEMS, "backing")
    assert player.position() is None
    player.play(12.0)
    position = player.position()
    assert position is not None
    assert 12.0 <= position < 13.0
    player.stop()
    assert player.position() is None
    player.close()


@pytest.mark.usefixtures("dummy")
@pytest.mark.parametrize("stem", ["vocals", "backing", "quiet"])
def test_a_stem_that_cannot_be_decoded_is_named_before_the_song_begins(tmp_path: Path, stem: str) -> None:
    broken = tmp_path / "broken.ogg"
    broken.write_bytes(b"nothing")
    with pytest.raises(InputError, match=r"broken\.ogg"):
        MixerPlayer({**STEMS, stem: broken}, "backing")


@pytest.mark.usefixtures("dummy")
def test_a_song_without_stems_cannot_be_played() -> None:
    with pytest.raises(InputError, match="no stem 'backing' and no stem 'vocals'"):
        MixerPlayer({}, "")


@pytest.mark.parametrize("name", ["backing", "quiet"])
def test_what_was_loaded_last_is_heard_from_where_it_was_told_to(
    disk: Path, tmp_path: Path, name: str
) -> None:
    pitches = {"backing": 500, "quiet": 2000}
    stems = {n: write_stem(tmp_path / f"{n}.ogg", tone(p), tone(p)) for n, p in pitches.items()}
    player = MixerPlayer(stems, "backing")
    player.load(name)
    player.play(1.0)
    while player.position() is not None:
        pass
    player.close()
    heard = np.trim_zeros(np.fromfile(disk, dtype=np.int16)[::2])
    assert len(heard) == pytest.approx(2.0 * SAMPLE_RATE, abs=0.05 * SAMPLE_RATE)
    assert np.argmax(np.abs(np.fft.rfft(heard))) / len(heard) == pytest.approx(
        pitches[name] / SAMPLE_RATE, rel=0.01
    )


@pytest.mark.parametrize("start", [0.0, 1.23456789, 4.00001])
def test_voice_and_backing_are_aligned_to_the_sample_but_for_whole_buffers(
    disk: Path, tmp_path: Path, start: float
) -> None:
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, 10 * SAMPLE_RATE)
    voice = write_stem(tmp_path / "vocals.ogg", 0 * noise, noise)
    backing = write_stem(tmp_path / "backing.ogg", noise, 0 * noise)
    player = MixerPlayer({"vocals": voice, "backing": backing}, "backing")
    player.play(start)
    while player.position() is not None:
        pass
    player.close()
    left, right = np.fromfile(disk, dtype=np.int16).reshape(-1, 2).T.astype(float)
    length = 2 * len(left)
    likeness = np.fft.irfft(np.fft.rfft(right, length) * np.conj(np.fft.rfft(left, length)), length)
    assert np.argmax(likeness) % BUFFERS[0] == 0


@pytest.mark.usefixtures("dummy")
def test_another_backing_is_silent_until_it_plays_and_keeps_the_volumes() -> None:
    player = MixerPlayer({**STEMS, "quiet": STEMS["vocals"]}, "backing")
    player.set_volume(0.0, 0.5)
    player.play(12.0)
    player.load("quiet")
    assert player.position() is None
    assert not pygame.mixer.get_busy()
    player.play(13.0)
    assert pygame.mixer.Channel(0).get_busy()
    assert (pygame.mixer.Channel(0).get_volume(), pygame.mixer.music.get_volume()) == (0.0, 0.5)


@pytest.mark.usefixtures("dummy")
def test_a_backing_that_is_gone_is_named(tmp_path: Path) -> None:
    quiet = write_stem(tmp_path / "quiet.ogg", tone(440), tone(440))
    player = MixerPlayer({"backing": STEMS["backing"], "quiet": quiet}, "backing")
    quiet.unlink()
    with pytest.raises(InputError, match=r"quiet\.ogg: cannot be played"):
        player.load("quiet")


@pytest.mark.usefixtures("dummy")
def test_a_voice_alone_is_played_once() -> None:
    player = MixerPlayer({"vocals": STEMS["vocals"]}, "vocals")
    player.play(1.0)
    assert player.position() is not None
    assert not pygame.mixer.get_busy()


def test_without_a_device_silence_takes_its_place_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_AUDIODRIVER", "no such driver")
    real = VirtualClock()
    player = open_player(STEMS, 84.0, real.now, "backing")
    assert isinstance(player, SilentPlayer)
    assert "no such driver" in player.description
    player.play(10.0)
    real.advance(2.0)
    assert player.position() == 12.0


def test_silence_ends_with_the_song() -> None:
    real = VirtualClock()
    player = SilentPlayer(3.0, real.now)
    player.play(0.0)
    real.advance(3.5)
    assert player.position() is None
