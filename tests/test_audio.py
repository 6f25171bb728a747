"""What plays: the mixer on SDL's own drivers, and silence where no device opens."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pygame
import pytest
import soundfile

from app.audio import SAMPLE_RATE, MixerPlayer, SilentPlayer, decode, open_player
from assets import SONGS
from loop_core.clock import VirtualClock
from loop_core.errors import InputError

STEMS = {name: SONGS / "optimization_loop" / f"{name}.ogg" for name in ("vocals", "backing")}


@pytest.fixture
def dummy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SDL_AUDIODRIVER", "dummy")
    yield
    pygame.mixer.quit()


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
    player = MixerPlayer(STEMS)
    assert player.position() is None
    player.play(12.0)
    position = player.position()
    assert position is not None
    assert 12.0 <= position < 13.0
    player.stop()
    assert player.position() is None
    player.close()


@pytest.mark.usefixtures("dummy")
def test_a_stem_that_cannot_be_decoded_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "backing.ogg"
    broken.write_bytes(b"nothing")
    with pytest.raises(InputError, match=r"backing\.ogg"):
        MixerPlayer({"backing": broken})


def test_without_a_device_silence_takes_its_place_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_AUDIODRIVER", "no such driver")
    real = VirtualClock()
    player = open_player(STEMS, 84.0, real.now)
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
