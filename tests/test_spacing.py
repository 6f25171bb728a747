"""The spacing rule, against the numbers of its own description."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop_core.spacing import LEAST_EASE, LONGEST, Card, reviewed

DAY = date(2026, 3, 1)


def test_intervals_are_one_day_six_days_and_then_longer_by_the_ease() -> None:
    card, intervals, today = Card(), [], DAY
    for _ in range(5):
        card = reviewed(card, 4, today)
        intervals.append(card.interval)
        assert card.due == today + timedelta(days=card.interval)
        today = card.due
    assert intervals == [1, 6, 15, 38, 95]
    assert card.ease == pytest.approx(2.5)


def test_right_again_before_it_is_due_is_only_counted() -> None:
    card = once = reviewed(Card(), 4, DAY)
    for _ in range(3):
        card = reviewed(card, 5, DAY)
    assert (card.attempts, card.right) == (4, 4)
    assert (card.interval, card.streak, card.ease, card.due) == (1, 1, once.ease, once.due)


def test_wrong_before_it_is_due_begins_anew_and_right_after_that_waits_for_the_next_day() -> None:
    card = reviewed(Card(streak=2, interval=6, due=DAY + timedelta(days=6)), 1, DAY)
    card = reviewed(card, 5, DAY)
    assert (card.streak, card.interval, card.due) == (0, 1, DAY + timedelta(days=1))


@pytest.mark.parametrize(("grade", "change"), [(5, 0.1), (4, 0.0), (3, -0.14)])
def test_the_ease_moves_by_the_published_formula(grade: int, change: float) -> None:
    assert reviewed(Card(), grade, DAY).ease == pytest.approx(2.5 + change)


def test_a_wrong_answer_begins_anew_and_leaves_the_ease() -> None:
    days = [DAY + timedelta(days=days) for days in (0, 1, 7, 8, 9)]
    card = Card()
    for grade, today in zip((4, 4, 1), days, strict=False):
        card = reviewed(card, grade, today)
    assert (card.interval, card.streak, card.ease) == (1, 0, 2.5)
    assert (card.attempts, card.right) == (3, 2)
    once = reviewed(card, 4, days[3])
    assert [once.interval, reviewed(once, 4, days[4]).interval] == [1, 6]


@given(st.lists(st.integers(0, 5), max_size=60))
def test_nothing_runs_out_of_bounds(grades: list[int]) -> None:
    card = Card()
    for grade in grades:
        card = reviewed(card, grade, DAY)
        assert card.ease >= LEAST_EASE
        assert 1 <= card.interval <= LONGEST
        assert card.due is not None
        assert DAY < card.due <= DAY + timedelta(days=LONGEST)
    assert card.attempts == len(grades)
    assert card.right == sum(grade >= 3 for grade in grades)


@pytest.mark.parametrize("grade", [-1, 6])
def test_other_grades_are_refused(grade: int) -> None:
    with pytest.raises(ValueError, match="expected a whole number from 0 to 5"):
        reviewed(Card(), grade, DAY)
