"""The music waits for what is not there: it repeats the bar before, on the beat, and goes on in time."""

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from builders import small_song

from app.pace import PLAIN, Pace
from app.player import SilentPlayer
from app.transport import Transport
from loop_core.clock import VirtualClock
from loop_core.song import Song
from loop_core.timeline import line_edges, line_loop

BAR = 2.0
AT = 9.0
"""Where the tests' result is missing: a line begins there."""


class Band(SilentPlayer):
    """A player that writes down what it was told, and what was heard since."""

    def __init__(self, length: float, real: Callable[[], float]) -> None:
        super().__init__(length, real)
        self.played: list[float] = []
        self.hushed = False

    def play(self, start: float, pace: Pace = PLAIN, lead: float = 0.0) -> None:
        super().play(start, pace, lead)
        self.played.append(start - lead * pace.rate)

    def hush(self, hushed: bool) -> None:
        self.hushed = hushed


class Stand:
    """A transport, whose result at `AT` comes at a time that the test sets."""

    def __init__(self, song: Song) -> None:
        self.real = VirtualClock(100.0)
        self.band = Band(song.length, self.real.now)
        self.transport = Transport(song, self.band, self.real.now)
        self.transport.awaits = self.late
        self.there = 0.0  # the real time at which the result comes
        self.heard: list[tuple[float, float | None, bool]] = []  # real time, where the sound is, hushed

    def late(self, now: float) -> float | None:
        missing = self.real.now() < self.there and now >= AT
        return self.there - self.real.now() if missing else None

    def play(self, seconds: float, start: float | None = None) -> list[float]:
        """The song times of so many seconds at a hundred pictures a second."""
        if start is not None:
            self.transport.seek(start)
            self.transport.play()
        times = []
        for _ in range(round(100 * seconds)):
            self.real.advance(0.01)
            times.append(self.transport.now())
            self.heard.append((self.real.now(), self.band.position(), self.band.hushed))
        return times

    @property
    def bars(self) -> int:
        return 0 if self.transport.vamp is None else self.transport.vamp.bars


@pytest.fixture
def song(tmp_path: Path) -> Song:
    return small_song(tmp_path / "song", stems=("vocals", "backing"))


@pytest.fixture
def stand(song: Song) -> Stand:
    return Stand(song)


def steps(times: list[float]) -> list[float]:
    return [after - before for before, after in itertools.pairwise(times)]


@pytest.mark.parametrize(("late", "bars"), [(0.3, 1), (1.99, 1), (2.5, 2), (5.0, 3)])
def test_the_bar_is_repeated_until_the_result_is_there_and_then_the_song_goes_on(
    stand: Stand, late: float, bars: int
) -> None:
    stand.there = stand.real.now() + 4 + late
    times = stand.play(4 + bars * BAR + 1, start=5.0)
    stood = [time for time in times if time == pytest.approx(AT, abs=0.02)]
    assert len(stood) == pytest.approx(100 * bars * BAR, abs=4)
    assert stand.band.played == [5.0, *[pytest.approx(AT - BAR, abs=0.02)] * bars]
    assert min(steps(times)) >= 0
    assert max(steps(times)) < 0.021
    assert times[-1] == pytest.approx(10.0, abs=0.02)
    assert stand.band.position() == pytest.approx(times[-1])


def test_the_beat_goes_on_through_all_of_it(stand: Stand) -> None:
    stand.there = stand.real.now() + 9
    stand.play(14, start=5.0)
    phases = {round((position - real) % BAR, 6) % BAR for real, position, _ in stand.heard if position}
    assert len(phases) == 1


def test_the_voice_is_silent_until_the_line_begins_at_the_end_of_the_last_repetition(
    stand: Stand, song: Song
) -> None:
    stand.there = stand.real.now() + 4 + 2.5
    stand.play(9, start=5.0)
    silent = [(real, position) for real, position, hushed in stand.heard if hushed]
    assert silent[0][0] == pytest.approx(104.0, abs=0.02)
    edge = max(edge for edge in line_edges(song) if edge <= AT)
    assert silent[-1][1] == pytest.approx(edge, abs=0.02)
    assert silent[-1][0] == pytest.approx(104.0 + 2 * BAR - (AT - edge), abs=0.02)


@pytest.mark.parametrize("speed", [50, 125])
def test_at_another_speed_the_bar_takes_the_time_that_it_takes_there(stand: Stand, speed: int) -> None:
    stand.transport.set_pace(Pace(speed, 2))
    stand.transport.take_up()
    rate = speed / 100
    stand.there = stand.real.now() + 4 / rate + 0.5
    times = stand.play((4 + BAR + 1) / rate, start=5.0)
    assert max(map(times.count, times)) == pytest.approx(100 * BAR / rate, abs=3)
    assert times[-1] == pytest.approx(10.0, abs=0.03)


def test_what_is_a_little_late_is_not_waited_for(stand: Stand) -> None:
    stand.there = stand.real.now() + 4.08
    times = stand.play(5, start=5.0)
    assert stand.band.played == [5.0]
    assert times[-1] == pytest.approx(10.0)


def test_it_vamps_when_it_was_expected_sooner_than_it_comes(stand: Stand) -> None:
    """Then the music has gone on for as long as a result may be late."""
    stand.there = stand.real.now() + 6
    late = stand.late
    stand.transport.awaits = lambda now: None if late(now) is None else now - AT
    times = stand.play(8, start=5.0)
    assert max(time for time in times[:600]) == pytest.approx(AT + 0.1, abs=0.02)
    assert times.count(times[500]) == pytest.approx(100 * BAR, abs=2)
    assert min(steps(times)) >= 0


def test_after_a_seek_the_lesson_may_catch_up_for_a_second(stand: Stand) -> None:
    stand.there = stand.real.now() + 0.9
    assert stand.play(2, start=AT + 0.5)[-1] == pytest.approx(AT + 2.5)
    stand.there = stand.real.now() + 1.5
    times = stand.play(4, start=AT + 0.5)
    assert stand.band.played[-1] == pytest.approx(AT + 1.5 - BAR, abs=0.02)
    assert times[-1] == pytest.approx(AT + 2.5, abs=0.02)


@pytest.mark.parametrize("stems", [("vocals",), ("vocals", "backing")])
def test_without_a_bar_to_repeat_it_is_silent_and_goes_on_on_the_beat(
    tmp_path: Path, stems: tuple[str, ...]
) -> None:
    """Because the voice alone plays, or the song has just begun."""
    stand = Stand(small_song(tmp_path / "song", stems=stems))
    at = AT if stems == ("vocals",) else 1.0
    missing = stand.late
    stand.transport.awaits = lambda now: missing(now + AT - at)
    stand.there = stand.real.now() + 1 + 1.7
    if at == AT:
        stand.transport.seek(AT - 1.0)
        stand.transport.play()
        stand.play(0.0)
        stand.transport._moved_to = 0.0
        times = stand.play(4)
    else:
        stand.transport.play()
        times = stand.play(4)
    assert times.count(pytest.approx(at, abs=0.015)) == pytest.approx(100 * 2.0, abs=4)
    assert times[-1] == pytest.approx(at + 1.0, abs=0.03)
    assert [position for real, position, _ in stand.heard if 101.05 < real < 102.95] == [None] * 190
    assert len(stand.band.played) == 2


def test_silent_bars_are_counted_too(stand: Stand) -> None:
    stand.transport.awaits = lambda now: 9.0 if now >= 1.0 else None
    stand.transport.play()
    counts = []
    for _ in range(60):
        stand.play(0.1)
        counts.append(stand.bars)
    assert list(dict.fromkeys(counts)) == [0, 1, 2, 3]


def test_a_pause_pauses_it_and_a_result_that_comes_meanwhile_needs_no_bar(stand: Stand) -> None:
    stand.there = stand.real.now() + 20
    stand.play(5, start=5.0)
    assert stand.bars == 1
    stand.transport.pause()
    assert (stand.transport.playing, stand.bars, stand.band.hushed) == (False, 0, False)
    paused = stand.play(3)
    assert set(paused) == {paused[0]}
    assert stand.band.position() is None
    stand.transport.play()
    assert stand.bars == 1
    assert stand.band.played[-1] == pytest.approx(AT - BAR, abs=0.02)
    stand.transport.pause()
    stand.play(15)
    stand.transport.play()
    assert (stand.bars, stand.play(1)[-1]) == (0, pytest.approx(AT + 1, abs=0.02))


@pytest.mark.parametrize("to", [2.0, AT, 14.0])
def test_a_seek_ends_it(stand: Stand, to: float) -> None:
    stand.there = stand.real.now() + 5
    stand.play(4.5, start=5.0)
    stand.transport.seek(to)
    assert (stand.bars, stand.band.hushed, stand.transport.now()) == (0, False, to)
    assert stand.play(0.4)[-1] == pytest.approx(to + 0.4)


def test_another_backing_and_another_pace_go_on_in_the_same_bar(stand: Stand) -> None:
    stand.there = stand.real.now() + 100
    stand.play(5, start=5.0)
    stand.transport.set_backing("quiet")
    assert stand.band.position() == pytest.approx(AT - 1, abs=0.03)
    stand.transport.set_pace(Pace(50))
    stand.transport.take_up()
    assert stand.band.position() == pytest.approx(AT - 1, abs=0.03)
    stand.play(1)
    assert stand.band.position() == pytest.approx(AT - 0.5, abs=0.03)
    assert (stand.bars, stand.transport.now()) == (1, pytest.approx(AT, abs=0.02))


def test_it_waits_in_a_loop_and_the_loop_goes_on(stand: Stand, song: Song) -> None:
    loop = line_loop(song, AT + 0.1)
    stand.transport.seek(loop.start)
    stand.transport.set_loop(loop)
    stand.transport.play()
    stand.there = stand.real.now() + 1.5
    times = stand.play(6)
    assert min(times) >= loop.start
    assert max(times) <= loop.end + 0.02
    assert any(after < before for before, after in itertools.pairwise(times))


def test_what_is_due_only_after_a_loop_is_not_waited_for_in_it(stand: Stand) -> None:
    loop = line_loop(stand.transport.song, AT - 0.5)
    stand.there = stand.real.now() + 100
    stand.transport.seek(loop.start)
    stand.transport.set_loop(loop)
    stand.transport.play()
    stand.play(8)
    assert (stand.bars, stand.transport.playing) == (0, True)


def test_hold_and_its_stop_outlast_it(stand: Stand, song: Song) -> None:
    stand.there = stand.real.now() + 5
    stand.play(4.5, start=5.0)
    stand.transport.set_hold(True)
    stand.play(5)
    assert (stand.transport.playing, stand.bars) == (False, 0)
    assert stand.transport.now() == pytest.approx(line_edges(song)[9])


def test_it_begins_after_the_count_in_when_the_result_is_missing_from_the_start(stand: Stand) -> None:
    stand.there = stand.real.now() + 5
    stand.play(4.5, start=5.0)
    stand.transport.pause()
    stand.there = stand.real.now() + 100
    stand.transport.count_in = True
    stand.transport.play()
    assert (stand.transport.count, stand.bars) == (1, 0)
    stand.play(2.1)
    assert (stand.transport.count, stand.bars) == (None, 1)
    stand.transport.pause()
    assert stand.transport.count is None


def test_a_device_that_stalls_in_it_joins_the_beat_again(song: Song) -> None:
    stand = Stand(song)
    stand.there = stand.real.now() + 20
    stand.play(4.5, start=5.0)
    position, stuck = stand.band.position, stand.band.position()
    stand.band.position = lambda: stuck  # type: ignore[method-assign]
    stand.play(0.5)
    stand.band.position = position  # type: ignore[method-assign]
    stand.play(0.1)
    assert stand.band.position() == pytest.approx(AT - BAR + 1.1, abs=0.03)
    assert stand.bars == 1
