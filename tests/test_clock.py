"""Clocks, with both sides of the world moved by hand."""

import random
from collections.abc import Callable

import pytest

from loop_core.clock import JUMP, STALL, SmoothClock, VirtualClock


class World:
    """Real time and an audio position that are set by hand."""

    def __init__(self, start: float = 0.0, rate: float = 1.0) -> None:
        self.real = 1000.0
        self.rate = rate
        self.position: float | None = None
        self.clock = SmoothClock(lambda: self.position, lambda: self.real, start, rate)

    def pass_by(self, seconds: float) -> float:
        self.real += seconds
        if self.position is not None:
            self.position += seconds * self.rate
        return self.clock.now()


def test_a_virtual_clock_moves_only_when_told() -> None:
    clock = VirtualClock(3.0)
    assert (clock.now(), clock.now()) == (3.0, 3.0)
    clock.advance(0.5)
    assert clock.now() == 3.5


@pytest.mark.parametrize("rate", [1.0, 0.5, 1.25])
def test_it_follows_a_coarse_and_jittering_position_closely(rate: float) -> None:
    """The position moves in steps of 10 ms (late by 5 ms on average) and steps back by up to 4 ms."""
    chance = random.Random(1)
    world = World(rate=rate)
    errors = []
    before = world.clock.now()
    for frame in range(1, 1200):
        world.real = 1000 + frame / 60
        true = rate * frame / 60
        world.position = true // 0.01 * 0.01 - chance.choice((0.0, 0.0, 0.001, 0.004))
        now = world.clock.now()
        assert now >= before
        before = now
        errors.append(abs(now - (true - 0.00625)))
        assert not world.clock.stalled
    assert max(errors[60:]) < 0.005


@pytest.mark.parametrize("step", [0.001, 0.005, 0.05])
def test_a_gap_halves_every_50_ms_however_often_it_is_asked(step: float) -> None:
    world = World(start=10.0)
    world.position = 10.08
    world.clock.now()
    for _ in range(round(0.2 / step)):
        now = world.pass_by(step)
    assert now == pytest.approx(10.2 + 0.08 * (1 - 0.5**4), abs=0.001)


@pytest.mark.parametrize("off", [-1.0, -0.11])
def test_more_than_100_ms_behind_is_a_seek(off: float) -> None:
    world = World(start=50.0)
    world.position = 50.0
    world.clock.now()
    world.position += off
    assert world.pass_by(0.01) == pytest.approx(50.01 + off)


@pytest.mark.parametrize("off", [0.11, 30.0])
def test_more_than_100_ms_ahead_is_a_seek_when_it_stays_so(off: float) -> None:
    world = World(start=50.0)
    world.position = 50.0
    world.clock.now()
    world.position += off
    for _ in range(9):
        assert world.pass_by(0.01) < 50.1
    assert world.pass_by(0.05) == pytest.approx(50.14 + off)


def test_a_sleep_that_is_taken_for_music_until_the_next_buffer_is_not_followed() -> None:
    world = World(start=50.0)
    world.position = 50.0
    world.clock.now()
    world.position += 2.0
    assert world.pass_by(0.02) == pytest.approx(50.02)
    world.position -= 2.0
    assert world.pass_by(0.02) == pytest.approx(50.04)


@pytest.mark.parametrize("off", [-0.09, -0.02, 0.09])
def test_less_is_drifted_and_never_backwards(off: float) -> None:
    assert abs(off) < JUMP
    world = World(start=50.0)
    world.position = 50.0
    world.clock.now()
    world.position += off
    before = world.clock.now()
    for _ in range(500):
        now = world.pass_by(0.002)
        assert before <= now <= before + 0.01
        before = now
    assert now == pytest.approx(51.0 + off, abs=0.001)


def stand_still(world: World) -> None:
    world.position = 5.0


def lose(world: World) -> None:
    world.position = None


@pytest.mark.parametrize(("happen", "stalled"), [(stand_still, True), (lose, False)])
def test_without_a_moving_position_it_goes_on_in_real_time(
    happen: Callable[[World], None], stalled: bool
) -> None:
    world = World(start=5.0)
    world.position = 5.0
    world.clock.now()
    happen(world)
    readings = []
    for _ in range(100):
        world.real += 0.01
        readings.append(world.clock.now())
    assert world.clock.stalled is stalled
    assert readings == sorted(readings)
    assert readings[-1] - readings[20] == pytest.approx(0.79)
    assert readings[-1] == pytest.approx(6.0, abs=STALL)


def test_a_position_that_moves_again_is_followed_again() -> None:
    world = World(start=5.0)
    world.position = 5.0
    for _ in range(50):
        world.real += 0.01
        world.clock.now()
    assert world.clock.stalled
    assert world.pass_by(0.01) == pytest.approx(5.01)
    assert not world.clock.stalled
