"""The spacing rule, against the numbers of its own description."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop_core.spacing import LEAST_EASE, LONGEST, Card, reviewed

DAY = date(2026, 3, 1)


def test_intervals_are_one_day_six_days_and_then_longer_by_the_ease() -> None:
    card, intervals = Card(), []
    for _ in range(5):
        card = reviewed(card, 4, DAY)
        intervals.append(card.interval)
    assert intervals == [1, 6, 15, 38, 95]
    assert card.ease == pytest.approx(2.5)
    assert card.due == DAY + timedelta(days=95)


@pytest.mark.parametrize(("grade", "change"), [(5, 0.1), (4, 0.0), (3, -0.14)])
def test_the_ease_moves_by_the_published_formula(grade: int, change: float) -> None:
    assert reviewed(Card(), grade, DAY).ease == pytest.approx(2.5 + change)


def test_a_wrong_answer_begins_anew_and_leaves_the_ease() -> None:
    card = reviewed(reviewed(reviewed(Card(), 4, DAY), 4, DAY), 1, DAY)
    assert (card.interval, card.streak, card.ease) == (1, 0, 2.5)
    assert (card.attempts, card.right) == (3, 2)
    assert [reviewed(card, 4, DAY).interval, reviewed(reviewed(card, 4, DAY), 4, DAY).interval] == [1, 6]


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
