"""Start, pause, seek and hold: driven by a clock that the test moves."""

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from builders import small_song

from app.count_in import count_before
from app.pace import PLAIN, Pace
from app.player import SilentPlayer
from app.transport import Transport
from assets import SONGS
from loop_core.clock import VirtualClock
from loop_core.errors import InputError
from loop_core.song import Song, load_song
from loop_core.timeline import Loop, line_edges, line_loop, section_loop


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

    def play(self, start: float, pace: Pace = PLAIN) -> None:
        super().play(start, pace)
        self.played.append((self.loaded, start))


class SlowPlayer(SilentPlayer):
    """A player whose paces are prepared when the test says so."""

    ready = False
    broken = False

    def prepared(self, pace: Pace) -> bool:
        if self.broken:
            raise InputError("no room")
        return self.ready


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
    assert transport.now() == pytest.approx(line_edges(song)[1])
    assert not transport.playing


def test_hold_stops_before_each_next_line_and_the_sound_with_it(
    transport: Transport, real: VirtualClock, song: Song
) -> None:
    transport.play()
    transport.set_hold(True)
    for edge in line_edges(song)[1:4]:
        for _ in range(1000):
            real.advance(0.01)
            transport.now()
        assert not transport.playing
        assert transport.player.position() is None
        assert transport.now() == pytest.approx(edge)
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


def run(transport: Transport, real: VirtualClock, seconds: float) -> list[float]:
    """The song times of so many seconds, at a hundred pictures a second."""
    times = []
    for _ in range(round(100 * seconds)):
        real.advance(0.01)
        transport.take_up()
        times.append(transport.now())
    return times


@pytest.mark.parametrize("speed", [50, 70, 100, 125])
def test_song_time_runs_at_the_rate_of_the_pace(transport: Transport, real: VirtualClock, speed: int) -> None:
    transport.set_pace(Pace(speed))
    transport.take_up()
    transport.play()
    run(transport, real, 4)
    assert transport.now() == pytest.approx(4 * speed / 100)
    assert transport.rate == speed / 100
    transport.pause()
    transport.seek(7)
    transport.play()
    run(transport, real, 2)
    assert transport.now() == pytest.approx(7 + 2 * speed / 100)


def test_the_old_pace_goes_on_until_the_new_one_is_there_and_no_moment_is_skipped(
    song: Song, real: VirtualClock
) -> None:
    player = SlowPlayer(song.length, real.now)
    transport = Transport(song, player, real.now)
    transport.play()
    run(transport, real, 2)
    transport.set_pace(Pace(50, -2))
    times = run(transport, real, 2)
    assert (times[-1], transport.settled) == (pytest.approx(4), False)
    player.ready = True
    times += run(transport, real, 2)
    assert (times[-1], transport.settled) == (pytest.approx(5, abs=0.02), True)
    assert player.position() == pytest.approx(times[-1])
    steps = [after - before for before, after in itertools.pairwise(times)]
    assert 0 < min(steps) <= max(steps) < 0.0101


def test_a_pace_that_cannot_be_made_leaves_the_present_one(song: Song, real: VirtualClock) -> None:
    player = SlowPlayer(song.length, real.now)
    player.broken = True
    transport = Transport(song, player, real.now)
    transport.play()
    transport.set_pace(Pace(50))
    with pytest.raises(InputError, match="no room"):
        transport.take_up()
    run(transport, real, 2)
    assert (transport.now(), transport.settled) == (pytest.approx(2), True)


def test_a_pace_chosen_in_a_pause_does_not_start_the_song(transport: Transport, real: VirtualClock) -> None:
    transport.seek(3)
    transport.set_pace(Pace(50))
    run(transport, real, 1)
    assert (transport.now(), transport.playing, transport.rate) == (3, False, 0.5)


def test_another_player_plays_at_the_wanted_pace_when_it_has_it(song: Song, real: VirtualClock) -> None:
    transport = Transport(song, SilentPlayer(song.length, real.now), real.now)
    transport.set_pace(Pace(50))
    transport.take_up()
    slow = SlowPlayer(song.length, real.now)
    transport.set_player(slow)
    assert (transport.rate, transport.settled) == (1.0, False)
    slow.ready = True
    transport.take_up()
    assert (transport.rate, transport.settled) == (0.5, True)


def test_a_loop_is_played_again_from_its_start(transport: Transport, real: VirtualClock, song: Song) -> None:
    loop = line_loop(song, song.lines[2].start)
    transport.play()
    transport.seek(loop.start)
    transport.set_loop(loop)
    times = run(transport, real, 3.5 * (loop.end - loop.start))
    assert min(times) >= loop.start
    assert max(times) < loop.end
    assert sum(after < before for before, after in itertools.pairwise(times)) == 3
    assert transport.player.position() == pytest.approx(transport.now())


def test_a_loop_at_the_song_s_end_does_not_end_the_song(
    transport: Transport, real: VirtualClock, song: Song
) -> None:
    transport.play()
    transport.seek(song.lines[-1].start)
    transport.set_loop(line_loop(song, song.lines[-1].start))
    run(transport, real, 10)
    assert (transport.playing, transport.ended) == (True, False)


@pytest.mark.parametrize("playing", [True, False])
def test_going_out_of_a_loop_ends_it_and_going_about_in_it_does_not(
    transport: Transport, song: Song, playing: bool
) -> None:
    if playing:
        transport.play()
    loop = Loop("section", song.lines[2].start, song.lines[5].start)
    transport.seek(loop.start)
    transport.set_loop(loop)
    transport.seek_line(1)
    assert transport.loop == loop
    transport.seek(loop.end)
    assert transport.loop is None
    transport.seek(loop.start)
    assert transport.loop is None


def test_hold_in_a_loop_stops_after_its_last_line_and_goes_on_with_its_first(
    transport: Transport, real: VirtualClock, song: Song
) -> None:
    loop = line_loop(song, song.lines[2].start)
    transport.play()
    transport.seek(loop.start)
    transport.set_hold(True)
    transport.set_loop(loop)
    run(transport, real, 10)
    assert (transport.now(), transport.playing) == (pytest.approx(loop.end), False)
    transport.play()
    assert transport.now() == pytest.approx(loop.start)


def test_a_bar_is_counted_before_the_song_starts_and_the_song_stands_still(
    transport: Transport, real: VirtualClock, song: Song
) -> None:
    transport.count_in = True
    transport.play()
    numbers = []
    bar = 60 / song.tempo * song.beats_per_bar
    for _ in range(round(100 * bar) - 1):
        real.advance(0.01)
        assert transport.now() == 0
        numbers.append(transport.count)
    assert list(dict.fromkeys(numbers)) == [1, 2, 3, 4]
    assert all(numbers.count(n) == pytest.approx(len(numbers) / 4, abs=2) for n in (1, 2, 3, 4))
    assert (transport.playing, transport.player.position()) == (True, None)
    run(transport, real, 1.01)
    assert (transport.count, transport.now()) == (None, pytest.approx(1))


def test_each_repetition_is_counted_in(transport: Transport, real: VirtualClock, song: Song) -> None:
    loop = line_loop(song, song.lines[2].start)
    transport.count_in = True
    transport.seek(loop.start)
    transport.set_loop(loop)
    transport.play()
    counts = []
    for _ in range(900):
        real.advance(0.01)
        transport.now()
        counts.append(transport.count)
    bars = [count for count, run in itertools.groupby(counts)]
    assert bars[:11] == [1, 2, 3, 4, None, 1, 2, 3, 4, None, 1]


@pytest.mark.parametrize("at", [0.0, 2.0, 2.85, 3.1])
@pytest.mark.parametrize("rate", [0.5, 1.0])
def test_ticks_fall_on_the_beats_of_the_song(song: Song, at: float, rate: float) -> None:
    count = count_before(song, at, rate, 100.0)
    beat = 60 / song.tempo
    first = at - (count.ends - count.begins) * rate
    assert first / beat == pytest.approx(round(first / beat))
    assert count.apart == beat / rate
    assert (song.beats_per_bar - 1) * count.apart < count.ends - count.begins <= 4.01 * count.apart


def test_whatever_happens_during_the_count_in_leaves_nothing_of_it(
    transport: Transport, real: VirtualClock, song: Song
) -> None:
    transport.count_in = True
    for happen in (
        transport.pause,
        lambda: (transport.seek(5), transport.pause()),
        lambda: (transport.set_backing("quiet"), transport.pause()),
        lambda: (transport.set_pace(Pace(50)), transport.take_up(), transport.pause()),
    ):
        transport.play()
        run(transport, real, 0.5)
        assert transport.count is not None
        happen()
        assert (transport.count, transport.playing) == (None, False)
        before = transport.now()
        assert set(run(transport, real, 5)) == {before}


def test_a_seek_during_the_count_in_counts_anew(transport: Transport, real: VirtualClock) -> None:
    transport.count_in = True
    transport.play()
    run(transport, real, 1.6)
    assert transport.count == 4
    transport.seek(5)
    assert (transport.count, transport.now()) == (1, 5)
    run(transport, real, 2.01)
    assert transport.count is None


def test_loops_begin_and_end_between_lines() -> None:
    song = load_song(SONGS / "optimization_loop")
    for index, line in enumerate(song.lines):
        loop = line_loop(song, line.start)
        before, after = song.lines[:index], song.lines[index + 1 :]
        assert loop.start <= line.start < line.end <= loop.end
        assert all(other.end <= loop.start for other in before)
        assert all(other.start >= loop.end for other in after)
        section = section_loop(song, line.start)
        inside = [other for other in song.lines if section.start <= other.start < section.end]
        assert line in inside
        assert all(other.end <= section.end for other in inside)


def test_before_the_first_line_the_loop_is_that_line(song: Song) -> None:
    assert line_loop(song, 0.0) == line_loop(song, song.lines[0].start)
