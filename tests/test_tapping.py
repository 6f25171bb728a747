"""Taps: whatever is pressed and when, times increase, and undo takes everything back."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop_core.tapping import APART, Tap, Tapping, in_order

TIMES = st.floats(-5, 200, allow_nan=False)
PRESSES: st.SearchStrategy[Callable[[Tapping], Tapping]] = st.one_of(
    TIMES.map(lambda at: lambda tapping: tapping.strike(at)),
    TIMES.map(lambda at: lambda tapping: tapping.rest(at)),
    st.floats(-1, 1).map(lambda by: lambda tapping: tapping.nudge(by)),
    st.integers(-3, 12).map(lambda at: lambda tapping: tapping.choose(at)),
    st.just(Tapping.undo),
    st.just(Tapping.forget),
)


def struck(*times: float, total: int = 9) -> Tapping:
    tapping = Tapping(total)
    for time in times:
        tapping = tapping.strike(time)
    return tapping


def starts(tapping: Tapping) -> list[float]:
    return [tap.start for tap in tapping.taps]


@given(st.lists(PRESSES, max_size=60), st.integers(1, 12))
def test_whatever_is_pressed_times_increase_and_the_choice_is_a_tap(
    presses: list[Callable[[Tapping], Tapping]], total: int
) -> None:
    tapping = Tapping(total)
    for press in presses:
        tapping = press(tapping)
        assert in_order(tapping.taps)
        assert len(tapping.taps) <= total
        assert all(b - a > APART - 1e-6 for a, b in zip(starts(tapping), starts(tapping)[1:], strict=False))
        assert -1 <= tapping.chosen < len(tapping.taps)
        assert all(time == round(time, 3) for time in starts(tapping))


@given(st.lists(PRESSES, max_size=40))
def test_undo_takes_back_each_change_and_in_the_end_everything(
    presses: list[Callable[[Tapping], Tapping]],
) -> None:
    tapping, pasts = Tapping(8), []
    for press in presses:
        before = tapping
        tapping = press(tapping)
        if press is Tapping.undo:
            pasts = pasts[:-1]
        elif tapping.taps != before.taps:
            pasts.append(before.taps)
    for past in reversed(pasts):
        tapping = tapping.undo()
        assert tapping.taps == past
    assert tapping.taps == ()
    assert tapping.undo().taps == ()


def test_taps_of_an_earlier_day_are_undone_from_the_last_one_on() -> None:
    tapping = Tapping(5, (Tap(1.0), Tap(2.0, 2.5)), 1)
    assert tapping.undo().taps == (Tap(1.0),)
    assert tapping.undo().undo() == Tapping(5)


def test_a_key_that_bounces_and_a_tap_before_the_last_are_none() -> None:
    assert starts(struck(1.0, 1.005, 0.4, 1.02)) == [1.0, 1.02]


def test_after_the_last_line_nothing_more_is_tapped() -> None:
    assert starts(struck(1.0, 2.0, 3.0, total=2)) == [1.0, 2.0]


def test_a_tap_is_moved_as_far_as_its_neighbours() -> None:
    tapping = struck(1.0, 2.0, 3.0).choose(1)
    assert starts(tapping.nudge(-0.01)) == [1.0, 1.99, 3.0]
    assert starts(tapping.nudge(-5)) == [1.0, 1.02, 3.0]
    assert starts(tapping.nudge(5)) == [1.0, 2.98, 3.0]
    assert starts(struck(0.03).nudge(-1)) == [0.0]


def test_a_rest_ends_what_is_sung_and_the_next_tap_ends_the_rest() -> None:
    tapping = struck(1.0).rest(1.4)
    assert tapping.taps == (Tap(1.0, 1.4),)
    assert tapping.rest(1.6).taps == (Tap(1.0, 1.6),)
    assert tapping.strike(1.2).taps == (Tap(1.0, 1.2), Tap(1.2))
    assert Tapping(3).rest(1.0) == Tapping(3)


def test_a_tap_moved_over_an_end_leaves_it_behind() -> None:
    tapping = struck(1.0).rest(1.4).strike(2.0)
    assert tapping.nudge(-0.7).taps == (Tap(1.0), Tap(1.3))
    assert tapping.choose(0).nudge(0.5).taps == (Tap(1.5, 1.52), Tap(2.0))


def test_all_from_the_chosen_tap_on_is_forgotten() -> None:
    tapping = struck(1.0, 2.0, 3.0).choose(1).forget()
    assert (starts(tapping), tapping.chosen) == ([1.0], 0)
    assert starts(tapping.undo()) == [1.0, 2.0, 3.0]


@pytest.mark.parametrize(("now", "reached"), [(0.5, 0), (1.0, 1), (2.5, 2), (9.0, 3)])
def test_how_many_taps_have_begun(now: float, reached: int) -> None:
    assert struck(1.0, 2.0, 3.0).reached(now) == reached
