"""The sound device goes and comes back: the show goes on silently, in time, and is heard again."""

import signal
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pygame
import pytest
from builders import small_song
from faults import quits
from harness import Rig
from pulse import SoundServer, needs_sound_server
from screen import Running, needs_screen, screen

from app.drawing.messages import SOUND_BACK, SOUND_LOST
from app.playback import Playback
from app.player import SilentPlayer
from app.sound_watch import FIRST_WAIT, HANGS, LONGEST_WAIT, SETTLES
from loop_core.clock import VirtualClock


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(small_song(tmp_path / "song"), tmp_path, start=True)
    rig.show.open()
    rig.run(2)
    yield rig
    rig.show.close()


def test_the_song_goes_on_in_time_when_the_sound_is_lost_and_when_it_is_back(rig: Rig) -> None:
    rig.device = ""
    before = rig.show.tick()
    rig.show.sound.lost()
    lost = rig.show.tick()
    assert lost.controls.message == SOUND_LOST.en
    assert lost.controls.sound.startswith("no sound")
    assert lost.now == pytest.approx(before.now)
    rig.device = "a loudspeaker"
    for _ in range(100):
        frame = rig.run(0.1)
        if frame.controls.message == SOUND_BACK.en:
            break
    assert frame.controls.sound == "no sound"  # as the test's device calls itself
    assert frame.now - before.now == pytest.approx(rig.real.now() - 52.0, abs=0.11)
    assert rig.show._transport.player is rig.players[-1]
    assert rig.volumes[-1] == (1.0, 1.0)
    assert rig.run(1).now == pytest.approx(frame.now + 1)


def test_the_words_are_in_the_language_that_is_set(rig: Rig) -> None:
    rig.press(pygame.K_l)
    rig.show.sound.lost()
    assert rig.show.tick().controls.message == SOUND_LOST.zh


def test_a_device_that_is_gone_is_looked_for_more_and_more_seldom(rig: Rig) -> None:
    rig.device = ""
    rig.show.sound.lost()
    times = []
    for _ in range(600):
        opened = len(rig.players)
        rig.run(0.1)
        if len(rig.players) > opened:
            times.append(rig.real.now())
    waits = [after - before for before, after in pairwise(times)]
    assert waits[0] == pytest.approx(FIRST_WAIT, abs=0.2)
    assert max(waits) == waits[-1] == pytest.approx(LONGEST_WAIT, abs=0.2)


def test_a_device_that_takes_no_sound_any_more_is_given_up(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    rig.device = ""
    monkeypatch.setattr(rig.players[-1], "beats", lambda: False)
    assert rig.run(HANGS - 0.5).controls.message == ""
    frame = rig.run(1)
    assert frame.controls.message == SOUND_LOST.en
    assert rig.run(1).now == pytest.approx(frame.now + 1)


def test_another_speed_stays_when_the_device_changes(rig: Rig) -> None:
    rig.press(pygame.K_LEFTBRACKET)
    slow = rig.run(0.5)
    assert slow.controls.speed < 100
    rig.show.sound.lost()
    frame = rig.run(SETTLES + 1)
    assert frame.controls.message == SOUND_BACK.en
    assert frame.now - slow.now == pytest.approx(slow.controls.speed / 100 * (SETTLES + 1), abs=0.02)


def test_a_pause_stays_a_pause(rig: Rig) -> None:
    paused = rig.press(pygame.K_SPACE)
    rig.show.sound.lost()
    frame = rig.run(SETTLES + 1)
    assert frame.now == paused.now
    assert rig.players[-1].position() is None
    rig.press(pygame.K_SPACE)
    assert rig.run(1).now == pytest.approx(paused.now + 1)


def test_a_sound_that_falls_behind_is_brought_to_where_the_show_is() -> None:
    real = VirtualClock()
    player = SilentPlayer(60.0, real.now)
    playback = Playback(player, real.now)
    playback.play(5.0)
    positions = []
    for picture in range(120):
        real.advance(1 / 60)
        if picture == 60:  # what was counted on without being heard is taken back
            player.play(player.position() - 0.8)  # type: ignore[operator]
        positions.append(playback.position())
    assert positions == sorted(positions)  # type: ignore[type-var]
    assert positions[-1] == pytest.approx(7.0, abs=0.05)
    assert player.position() == pytest.approx(positions[-1], abs=0.02)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SoundServer]:
    server = SoundServer(tmp_path / "server")
    yield server
    server.kill()


@pytest.fixture
def play(tmp_path: Path, server: SoundServer) -> Iterator[Running]:
    """Begins the show on the server; started by the test, as the server is before it."""
    with screen() as environment:
        (tmp_path / "tmp").mkdir()
        homes = {"TMPDIR": str(tmp_path / "tmp"), **server.environment, **environment}
        running = Running(tmp_path, homes, "play", "--start")
        yield running
        running.close()


@pytest.fixture
def with_device(server: SoundServer) -> None:
    server.start()


@pytest.fixture
def without_device(server: SoundServer) -> None:
    server.start(device=False)


@needs_screen
@needs_sound_server
def test_a_device_that_is_unplugged_and_plugged_in_again_is_heard_again(
    with_device: None, play: Running, server: SoundServer, tmp_path: Path
) -> None:
    play.hears("sung: Let's train!")
    assert server.heard() == 1
    server.unplug()
    play.hears(SOUND_LOST.en)
    play.hears("sung: For an epoch in a range")
    server.plug()
    play.hears(SOUND_BACK.en)
    assert server.heard() == 1
    play.hears("sung:")
    quits(play, tmp_path / "tmp")


@needs_screen
@needs_sound_server
def test_a_sound_server_that_is_killed_and_started_again_is_heard_again(
    with_device: None, play: Running, server: SoundServer, tmp_path: Path
) -> None:
    play.hears("sung: Let's train!")
    server.kill()
    play.hears(SOUND_LOST.en)
    play.hears("sung: For an epoch in a range")
    server.start()
    play.hears(SOUND_BACK.en)
    assert server.heard() == 1
    quits(play, tmp_path / "tmp")


@needs_screen
@needs_sound_server
def test_a_device_that_is_not_there_at_the_start_is_heard_when_it_comes(
    without_device: None, play: Running, server: SoundServer, tmp_path: Path
) -> None:
    play.hears("sung: Let's train!")
    server.plug()
    play.hears(SOUND_BACK.en)
    assert server.heard() == 1
    quits(play, tmp_path / "tmp")


@pytest.fixture
def hanging(with_device: None, play: Running, server: SoundServer) -> None:
    """The server does not answer any more, and the song goes on."""
    play.hears("sung: Let's train!")
    server.send(signal.SIGSTOP)
    play.hears(SOUND_LOST.en)
    play.hears("sung: Call model dot train")


@needs_screen
@needs_sound_server
def test_a_sound_server_that_hangs_is_heard_again_when_it_goes_on(
    hanging: None, play: Running, server: SoundServer, tmp_path: Path
) -> None:
    server.send(signal.SIGCONT)
    play.hears(SOUND_BACK.en)
    assert server.heard() == 1
    quits(play, tmp_path / "tmp")


@needs_screen
@needs_sound_server
def test_a_sound_server_that_hangs_does_not_hold_up_the_end(
    hanging: None, play: Running, tmp_path: Path
) -> None:
    quits(play, tmp_path / "tmp", "torchaoke: ended, and with it threads that did not: sound_0\n")
