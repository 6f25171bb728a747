"""What plays: the mixer on SDL's own drivers, and silence where no device opens."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pygame
import pytest
import soundfile
from numpy.typing import NDArray

from app.audio import BUFFERS, QUEUE_ASKED, MixerPlayer, latency_of, open_player
from app.pace import PLAIN, Pace
from app.player import Player, SilentPlayer
from app.sounds import SAMPLE_RATE, decode, ticks
from app.takes import KEPT
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


def prepare(player: Player, pace: Pace) -> None:
    """Ask for a pace and wait until the player's own thread has made it."""
    player.prepare(pace)
    job = player._takes._job if isinstance(player, MixerPlayer) else None
    if job is not None:
        job.exception(timeout=60)
    assert player.prepared(pace)


def write_stem(path: Path, left: NDArray[np.float64], right: NDArray[np.float64]) -> Path:
    """A sound file of two channels; in blocks, as libsndfile overflows its stack with long ones of Vorbis."""
    with soundfile.SoundFile(path, "w", SAMPLE_RATE, 2) as file:
        for start in range(0, len(left), 4096):
            file.write(np.stack([left, right], axis=1)[start : start + 4096])
    return path


def tone(pitch: float, seconds: float = 3.0) -> NDArray[np.float64]:
    """A sine; pitch in hertz."""
    return 0.5 * np.sin(2 * np.pi * pitch * np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE)


@pytest.mark.parametrize(
    ("asked", "latency"),
    [("", 0.04 + 0.0058), ("40", 0.04 + 0.0058), ("100", 0.1 + 0.0058), ("soon", 0.0458)],
)
def test_what_pulseaudio_keeps_ready_is_known_as_latency(
    monkeypatch: pytest.MonkeyPatch, asked: str, latency: float
) -> None:
    monkeypatch.setenv(QUEUE_ASKED, asked)
    assert latency_of("pulseaudio", 512) == pytest.approx(latency, abs=0.0001)
    assert latency_of("alsa", 512) == pytest.approx(0.0232, abs=0.0001)


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


@pytest.mark.parametrize("pace", [PLAIN, Pace(70), Pace(110, 2)], ids=str)
@pytest.mark.parametrize("start", [0.0, 1.23456789, 4.00001])
def test_voice_and_backing_are_aligned_to_the_sample_but_for_whole_buffers(
    disk: Path, tmp_path: Path, start: float, pace: Pace
) -> None:
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, 10 * SAMPLE_RATE)
    voice = write_stem(tmp_path / "vocals.ogg", 0 * noise, noise)
    backing = write_stem(tmp_path / "backing.ogg", noise, 0 * noise)
    player = MixerPlayer({"vocals": voice, "backing": backing}, "backing")
    prepare(player, pace)
    player.play(start, pace)
    while player.position() is not None:
        pass
    player.close()
    heard = np.fromfile(disk, dtype=np.int16).reshape(-1, 2)
    left, right = heard[np.flatnonzero(heard.any(axis=1))[0] :].T.astype(float)
    length = 1 << (2 * len(left)).bit_length()
    likeness = np.fft.irfft(np.fft.rfft(right, length) * np.conj(np.fft.rfft(left, length)), length)
    assert np.argmax(likeness) % BUFFERS[0] == 0


@pytest.mark.parametrize("pace", [PLAIN, Pace(50), Pace(125, -2)], ids=str)
def test_positions_are_of_the_song_at_every_pace_and_end_where_it_ends(
    disk: Path, tmp_path: Path, pace: Pace
) -> None:
    stem = write_stem(tmp_path / "backing.ogg", tone(440), tone(440))
    player = MixerPlayer({"backing": stem}, "backing")
    prepare(player, pace)
    player.play(1.0, pace)
    positions = []
    while (position := player.position()) is not None:
        positions.append(position)
    player.close()
    heard = np.trim_zeros(np.fromfile(disk, dtype=np.int16)[::2])
    assert len(heard) == pytest.approx(2.0 / pace.rate * SAMPLE_RATE, abs=0.06 * SAMPLE_RATE)
    assert 1.0 <= min(positions) <= max(positions) < 3.0 + 0.1


@pytest.mark.usefixtures("dummy")
def test_a_moment_that_is_just_to_come_is_not_far_away(monkeypatch: pytest.MonkeyPatch) -> None:
    player = MixerPlayer(STEMS, "backing")
    player.play(3.0)
    monkeypatch.setattr(pygame.mixer.music, "get_pos", lambda: (1 << 64) - 2)
    assert player.position() == pytest.approx(2.998)
    player.close()


def test_silence_counts_song_seconds_at_every_pace() -> None:
    real = VirtualClock(7.0)
    player = SilentPlayer(84.0, real.now)
    for pace in (Pace(50), PLAIN, Pace(125, 3)):
        prepare(player, pace)
        player.play(10.0, pace)
        real.advance(4.0)
        assert player.position() == 10.0 + 4.0 * pace.rate


@pytest.mark.usefixtures("dummy")
def test_what_plays_goes_on_until_another_pace_is_played(tmp_path: Path) -> None:
    stem = write_stem(tmp_path / "backing.ogg", tone(440, 20), tone(440, 20))
    player = MixerPlayer({"backing": stem, "vocals": stem}, "backing")
    player.play(2.0)
    prepare(player, Pace(70))
    position = player.position()
    assert position is not None
    assert position > 2.0
    player.play(10.0, Pace(70))
    position = player.position()
    assert position is not None
    assert 10.0 <= position < 11.0
    player.play(12.0)
    assert player.position() is not None
    player.close()


@pytest.mark.usefixtures("dummy")
def test_only_the_pace_asked_for_last_is_made_and_few_are_kept(tmp_path: Path) -> None:
    stem = write_stem(tmp_path / "backing.ogg", tone(440), tone(440))
    player = MixerPlayer({"backing": stem, "vocals": stem}, "backing")
    for speed in (90, 80, 70):
        player.prepare(Pace(speed))
    prepare(player, Pace(60))
    assert not any(player.prepared(Pace(speed)) for speed in (90, 80, 70))
    player.play(0.0, Pace(60))
    for speed in (70, 110, 125):
        prepare(player, Pace(speed))
    kept = [speed for speed in (60, 70, 110, 125) if player.prepared(Pace(speed))]
    assert kept == [60, 125]
    assert len(kept) == KEPT
    assert player.prepared(PLAIN)
    player.close()


@pytest.mark.usefixtures("dummy")
def test_what_was_prepared_is_removed_when_the_player_closes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stem = write_stem(tmp_path / "backing.ogg", tone(440), tone(440))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    player = MixerPlayer({"backing": stem}, "backing")
    prepare(player, Pace(125))
    assert len(list(tmp_path.rglob("*.flac"))) == 1
    player.prepare(Pace(50))
    player.close()
    assert list(tmp_path.iterdir()) == [stem]


@pytest.mark.usefixtures("dummy")
def test_a_pace_that_cannot_be_made_is_said_and_the_song_goes_on(tmp_path: Path) -> None:
    stem = write_stem(tmp_path / "backing.ogg", tone(440), tone(440))
    player = MixerPlayer({"backing": stem}, "backing")
    player.play(0.0)
    stem.unlink()
    with pytest.raises(InputError, match=r"backing\.ogg"):
        prepare(player, Pace(70))
    assert not player.prepared(Pace(70))
    assert player.position() is not None
    player.close()


def test_ticks_come_as_far_apart_as_they_should_and_are_as_many() -> None:
    loud = np.flatnonzero(np.abs(ticks(4, 0.6).astype(int)).max(axis=1) > 8000)
    starts = loud[np.diff(loud, prepend=-SAMPLE_RATE) > SAMPLE_RATE // 10] / SAMPLE_RATE
    assert starts == pytest.approx([0.0, 0.6, 1.2, 1.8], abs=0.001)


@pytest.mark.usefixtures("dummy")
def test_ticks_are_heard_alone_and_have_no_position() -> None:
    player = MixerPlayer(STEMS, "backing")
    player.play(12.0)
    player.count(4, 0.5)
    assert player.position() is None
    assert pygame.mixer.get_busy()
    player.stop()
    assert not pygame.mixer.get_busy()
    player.close()


@pytest.mark.usefixtures("dummy")
def test_a_hushed_voice_is_silent_at_any_volume_and_comes_back_with_its_own() -> None:
    player = MixerPlayer(STEMS, "backing")
    player.set_volume(0.5, 1.0)
    player.hush(True)
    player.play(12.0)
    player.set_volume(0.75, 1.0)
    assert (pygame.mixer.Channel(0).get_busy(), pygame.mixer.Channel(0).get_volume()) == (True, 0.0)
    player.hush(False)
    assert pygame.mixer.Channel(0).get_volume() == 0.75


@pytest.mark.usefixtures("dummy")
def test_a_start_with_a_lead_comes_when_it_is_over() -> None:
    player = MixerPlayer(STEMS, "backing")
    player.play(12.0)
    before = time.perf_counter()
    player.play(14.0, lead=0.05)
    assert time.perf_counter() - before >= 0.05
    position = player.position()
    assert position is not None
    assert 14.0 - BUFFERS[-1] / SAMPLE_RATE < position < 15.0


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
