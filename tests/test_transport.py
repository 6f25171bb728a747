"""Start, pause, seek and hold: driven by a clock that the test moves."""

from collections.abc import Callable
from pathlib import Path

import pytest
from builders import small_song

from app.audio import SilentPlayer
from app.transport import HOLD_EARLY, Transport
from loop_core.clock import VirtualClock
from loop_core.song import Song


class StallingPlayer(SilentPlayer):
    """A player whose device stands still while ``stuck_at`` is set."""

    stuck_at: float | None = None

    def position(self) -> float | None:
        return super().position() if self.stuck_at is None else self.stuck_at


class RecordPlayer(SilentPlayer):
    """A player that writes down which backing it was to play, and from where."""

    def __init__(self, length: float, real: Callable[[], float]) -> None:
        super().__init__(length, real)
        self.loaded = ""
        self.played: list[tuple[str, float]] = []

    def load(self, backing: str) -> None:
        super().load(backing)
        self.loaded = backing

    def play(self, start: float) -> None:
        super().play(start)
        self.played.append((self.loaded, start))


@pytest.fixture
def song(tmp_path: Path) -> Song:
    return small_song(tmp_path / "song")


@pytest.fixture
def real() -> VirtualClock:
    return VirtualClock(100.0)


@pytest.fixture
def transport(song: Song, real: VirtualClock) -> Transport:
    return Transport(song, SilentPlayer(song.length, real.now), real.now)


def test_it_stands_at_the_start_until_it_plays(transport: Transport, real: VirtualClock) -> None:
    real.advance(5)
    assert transport.now() == 0


def test_playing_follows_the_player(transport: Transport, real: VirtualClock) -> None:
    transport.play()
    real.advance(2.5)
    assert transport.now() == pytest.approx(2.5)


def test_pause_freezes_and_play_goes_on_from_there(transport: Transport, real: VirtualClock) -> None:
    transport.play()
    real.advance(2)
    transport.pause()
    real.advance(60)
    assert transport.now() == pytest.approx(2)
    transport.play()
    real.advance(1)
    assert transport.now() == pytest.approx(3)


@pytest.mark.parametrize("playing", [True, False])
def test_seek_goes_there_and_changes_nothing_else(
    transport: Transport, real: VirtualClock, playing: bool
) -> None:
    if playing:
        transport.play()
    transport.seek(7)
    assert transport.now() == pytest.approx(7)
    assert transport.playing is playing


def test_seek_stays_inside_the_song(transport: Transport, song: Song) -> None:
    transport.seek(-3)
    assert transport.now() == 0
    transport.seek(1e6)
    assert transport.now() == song.length


def test_back_goes_to_the_line_s_start_first_and_then_to_the_line_before(
    transport: Transport, song: Song
) -> None:
    third = song.lines[2].start
    transport.seek(third + 0.9 * (song.lines[3].start - third) + 0.2)
    transport.seek_line(-1)
    assert transport.now() == third
    transport.seek_line(-1)
    assert transport.now() == song.lines[1].start


def test_on_goes_to_the_next_line_and_stays_at_the_last(transport: Transport, song: Song) -> None:
    transport.seek_line(1)
    assert transport.now() == song.lines[0].start
    for _ in range(len(song.lines) + 3):
        transport.seek_line(1)
    assert transport.now() == song.lines[-1].start


def test_another_backing_goes_on_from_the_same_moment(song: Song, real: VirtualClock) -> None:
    player = RecordPlayer(song.length, real.now)
    transport = Transport(song, player, real.now)
    transport.play()
    real.advance(2.5)
    transport.set_backing("quiet")
    assert player.played == [("", 0.0), ("quiet", pytest.approx(2.5))]
    assert transport.now() == pytest.approx(2.5)
    assert transport.playing
    real.advance(1)
    assert transport.now() == player.position() == pytest.approx(3.5)


def test_another_backing_chosen_in_a_pause_waits_until_it_ends(song: Song, real: VirtualClock) -> None:
    player = RecordPlayer(song.length, real.now)
    transport = Transport(song, player, real.now)
    transport.set_backing("quiet")
    assert (player.played, transport.now(), transport.playing) == ([], 0.0, False)
    transport.play()
    real.advance(2)
    transport.pause()
    transport.set_backing("click")
    real.advance(5)
    assert not transport.playing
    assert player.position() is None
    assert transport.now() == pytest.approx(2)
    transport.play()
    assert player.played == [("quiet", 0.0), ("click", pytest.approx(2))]


def test_another_backing_chosen_after_the_end_does_not_start_the_song(
    transport: Transport, real: VirtualClock, song: Song
) -> None:
    transport.play()
    real.advance(song.length + 1)
    transport.set_backing("quiet")
    assert transport.now() == song.length
    assert not transport.playing


def test_hold_outlasts_another_backing(transport: Transport, real: VirtualClock, song: Song) -> None:
    transport.play()
    transport.set_hold(True)
    real.advance(1.5)
    transport.set_backing("quiet")
    real.advance(1)
    assert transport.now() == pytest.approx(song.lines[1].start - HOLD_EARLY)
    assert not transport.playing


def test_hold_stops_before_each_next_line_and_the_sound_with_it(
    transport: Transport, real: VirtualClock, song: Song
) -> None:
    transport.play()
    transport.set_hold(True)
    for line in song.lines[1:4]:
        for _ in range(1000):
            real.advance(0.01)
            transport.now()
        assert not transport.playing
        assert transport.player.position() is None
        assert transport.now() == pytest.approx(line.start - HOLD_EARLY)
        transport.play()


def test_the_song_ends_once_and_starts_again_from_the_first_note(
    transport: Transport, real: VirtualClock, song: Song
) -> None:
    transport.play()
    real.advance(song.length + 5)
    assert transport.now() == song.length
    assert transport.ended
    assert not transport.playing
    transport.play()
    assert transport.now() == pytest.approx(0)


def test_a_stalled_device_never_stops_the_show_and_joins_it_when_it_is_back(
    song: Song, real: VirtualClock
) -> None:
    player = StallingPlayer(song.length, real.now)
    transport = Transport(song, player, real.now)
    transport.play()
    real.advance(1)
    transport.now()
    player.stuck_at = 1.0
    for _ in range(100):
        real.advance(0.02)
        transport.now()
    assert transport.now() == pytest.approx(3, abs=0.1)
    player.stuck_at = None
    real.advance(0.02)
    now = transport.now()
    assert now == pytest.approx(3.02, abs=0.1)
    assert player.position() == pytest.approx(now, abs=0.05)
