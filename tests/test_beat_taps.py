"""Taps to a beat: a known delay is found, strays do not count, and uneven taps are not accepted."""

from statistics import mean

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from loop_core.beat_taps import APART, EARLY, LEAST, STEADY, STRAY, estimate, lag_of

DELAYS = st.floats(-0.1, 0.45)
JITTER = 0.02


@given(st.integers(0, 200), st.floats(-EARLY + 1e-6, APART - EARLY - 1e-6))
def test_a_tap_belongs_to_the_beat_that_it_comes_after_or_shortly_before(beat: int, lag: float) -> None:
    assert lag_of(beat * APART + lag) == pytest.approx(lag, abs=1e-9)


@given(
    delay=DELAYS,
    steady=st.lists(st.floats(-JITTER, JITTER), min_size=LEAST, max_size=60),
    strays=st.lists(st.floats(-EARLY, APART - EARLY), max_size=11),
)
def test_a_minority_of_strays_of_any_size_moves_it_by_no_more_than_the_steady_taps_differ(
    delay: float, steady: list[float], strays: list[float]
) -> None:
    found = estimate([delay + away for away in steady] + strays)
    assert delay + min(steady) - 1e-9 <= found.seconds <= delay + max(steady) + 1e-9
    assert found.counted >= len(steady)
    assert found.counted + found.strays == len(steady) + len(strays)


@given(st.lists(DELAYS, min_size=1, max_size=40), st.floats(-0.05, 0.05))
def test_a_later_sound_is_later_by_just_that(lags: list[float], more: float) -> None:
    found, later = estimate(lags), estimate([lag + more for lag in lags])
    assert later.deviation == pytest.approx(found.deviation, abs=1e-9)
    middle = sorted(lags)[len(lags) // 2]
    assume(all(abs(abs(lag - other) - STRAY) > 1e-6 for lag in lags for other in (middle, found.seconds)))
    if later.counted == found.counted:
        assert later.seconds == pytest.approx(found.seconds + more, abs=1e-9)


@pytest.mark.parametrize("delay", [-0.06, 0.0, 0.03, 0.18, 0.4])
def test_people_who_tap_as_people_do_are_measured_to_a_few_milliseconds(delay: float) -> None:
    errors = []
    for seed in range(50):
        random = np.random.default_rng(seed)
        lags = delay + random.normal(0, 0.015, 20)
        lags[random.choice(20, 3, replace=False)] += random.choice([-1, 1], 3) * random.uniform(0.08, 0.2, 3)
        found = estimate(lags.tolist())
        assert found.accepted, found
        assert found.strays >= 3
        errors.append(1000 * (found.seconds - delay))
    assert abs(mean(errors)) < 1.5
    assert np.percentile(np.abs(errors), 90) < 9


@pytest.mark.parametrize("seed", range(20))
def test_who_taps_anywhere_is_not_accepted_and_told_why(seed: int) -> None:
    lags = np.random.default_rng(seed).uniform(-EARLY, APART - EARLY, 40).tolist()
    found = estimate(lags)
    assert not found.accepted
    assert found.lack("en").startswith("Too uneven: ±")
    assert found.lack("zh").startswith("不够稳")


def test_who_taps_twice_a_beat_is_not_accepted() -> None:
    assert not estimate([lag_of(tap * APART / 2) for tap in range(40)]).accepted


@pytest.mark.parametrize(("spread", "accepted"), [(0.019, True), (0.021, False)])
def test_the_deviation_decides(spread: float, accepted: bool) -> None:
    found = estimate([spread, -spread] * 12)
    assert found.deviation == pytest.approx(1.4826 * spread)
    assert (found.accepted, found.deviation < STEADY) == (accepted, accepted)
    assert (found.lack("en") == "") == accepted


def test_too_few_taps_are_counted_down() -> None:
    assert estimate([]).lack("en") == "Taps to go: 12"
    assert estimate([0.01] * 11).lack("en") == "Taps to go: 1"
    assert estimate([0.01] * 11).lack("zh") == "还差 1 次"
    assert estimate([0.01] * 11 + [0.2] * 3).lack("en") == "Taps to go: 1"
    assert estimate([0.01] * 12).lack("en") == ""
