"""The puzzle: every order is judged by what really became of it, and explained."""

from functools import cache
from itertools import permutations
from pathlib import Path

import pytest
from builders import edited
from hypothesis import given, settings
from hypothesis import strategies as st
from test_variants import lesson_from, listing_of

from loop_core.assembly import (
    MODE_RULES,
    RULES,
    TRAINING,
    WHOLE,
    Order,
    Verdict,
    broken,
    cards_of,
    judge,
    shuffled,
    source_of,
)
from loop_core.edits import UnfitError
from loop_core.lessons import LESSONS, find_lesson
from loop_core.listing import Listing
from loop_core.operations import Operation
from loop_core.outcomes import Outcome, Trial
from loop_core.trials import run_trial

FEW = 5
"""Epochs of the short loops."""


@cache
def short(name: str = "straight_line") -> Listing:
    """A lesson with few epochs."""
    lesson = find_lesson(name)
    listing = listing_of(lesson)
    source = listing.source.replace(f"epochs = {lesson.epochs}", f"epochs = {FEW}")
    assert source != listing.source
    return listing.rewritten(source)


@cache
def run(order: Order, name: str = "straight_line") -> Trial:
    return run_trial(short(name), source_of(short(name), order))


def judged(order: Order, own: Order, name: str = "straight_line") -> Verdict:
    return judge(order, own, run(own, name), run(order, name))


def same(a: Trial, b: Trial) -> bool:
    return (a.train.value.tobytes(), a.test.value.tobytes(), a.state, a.error) == (
        b.train.value.tobytes(),
        b.test.value.tobytes(),
        b.state,
        b.error,
    )


def minds(order: Order) -> bool:
    """Whether the straight line, where no layer listens to the mode, breaks a rule in this order."""
    rule = broken(order)
    return rule is not None and rule not in MODE_RULES


@given(st.permutations(TRAINING))
@settings(deadline=None, max_examples=80)
def test_an_order_is_right_exactly_when_it_has_the_bits_of_the_right_one(
    order: list[Operation],
) -> None:
    verdict = judged(tuple(order), TRAINING)
    equal = same(run(tuple(order)), run(TRAINING))
    assert (verdict.kind != "wrong") == equal
    assert (verdict.outcome is Outcome.SAME) == equal
    assert minds(tuple(order)) != equal


@given(st.permutations(WHOLE))
@settings(deadline=None, max_examples=60)
def test_with_the_testing_half_too(order: list[Operation]) -> None:
    verdict = judged(tuple(order), WHOLE)
    assert (verdict.kind != "wrong") == same(run(tuple(order)), run(WHOLE)) != minds(tuple(order))


def test_every_order_is_right_or_explained() -> None:
    """Without running them: which rules all orders of the training half break."""
    unbroken = [order for order in permutations(TRAINING) if broken(order) is None]
    assert len(unbroken) == 5
    assert all(order[0] is Operation.TRAIN or order[1] is Operation.TRAIN for order in unbroken)
    assert {broken(order) for order in permutations(WHOLE)} == {None, *RULES, *MODE_RULES}


@pytest.mark.parametrize(
    ("words", "outcome", "explained"),
    [
        ("train forward loss backward zero_grad step", Outcome.NOTHING, "zero_grad stands between"),
        ("train zero_grad step forward loss backward", Outcome.NOTHING, "zero_grad stands between"),
        ("train forward loss step zero_grad backward", Outcome.LATE, "step comes before backward"),
        ("train loss forward zero_grad backward step", Outcome.LOUD, "The loss compares predictions"),
        ("train forward backward loss zero_grad step", Outcome.LOUD, "backward starts at the loss"),
    ],
)
def test_a_wrong_order_has_its_true_outcome_and_its_explanation(
    words: str, outcome: Outcome, explained: str
) -> None:
    verdict = judged(tuple(map(Operation, words.split())), TRAINING)
    assert (verdict.kind, verdict.outcome) == ("wrong", outcome)
    assert verdict.explanation.en.startswith(explained)


def test_a_name_that_is_not_there_yet_is_torchs_and_pythons_own_error() -> None:
    order = tuple(map(Operation, ["train", "loss", "forward", "zero_grad", "backward", "step"]))
    assert (run(order).error or "").endswith("NameError: name 'y_pred' is not defined")


def test_where_layers_listen_the_mode_is_explained() -> None:
    late = (Operation.FORWARD, Operation.TRAIN, *TRAINING[2:])
    verdict = judged(late, TRAINING, "dropout")
    assert verdict.kind == "wrong"
    assert verdict.explanation.en.startswith("train() comes after the forward pass")
    verdict = judged(late, TRAINING)
    assert verdict.kind == "equivalent"
    assert "no layer here listens" in verdict.explanation.en


def test_the_lessons_own_order_is_right() -> None:
    for lesson in LESSONS:
        own = tuple(card.operation for card in cards_of(short(lesson.name), WHOLE))
        assert own == WHOLE
        assert judged(own, own, lesson.name).kind == "right"
        assert source_of(short(lesson.name), own) == short(lesson.name).source


@given(st.integers(0, 10**6), st.sampled_from([TRAINING, WHOLE]))
def test_a_shuffled_order_is_never_right_and_always_the_same_for_a_seed(seed: int, own: Order) -> None:
    order = shuffled(own, seed)
    assert sorted(order) == sorted(own)
    assert minds(order)
    assert shuffled(own, seed) == order


def test_cards_have_the_lessons_own_lines() -> None:
    cards = cards_of(short(), WHOLE)
    assert cards[1].lines == ("y_pred = model(X_train)",)
    assert cards[-1].lines[:2] == ("with torch.inference_mode():", "    test_pred = model(X_test)")


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (("    loss.backward()\n", ""), "This loop has no backward"),
        (("    loss.backward()\n", "    if 1:\n        loss.backward()\n"), "These lines stand in different"),
        (("    loss.backward()\n", "    loss.backward(); x = 1\n"), "Line 37 holds more"),
    ],
)
def test_a_loop_that_cannot_be_taken_apart_says_why(
    edit: tuple[str, str], reason: str, tmp_path: Path
) -> None:
    with pytest.raises(UnfitError, match=reason):
        cards_of(lesson_from(edited(edit), tmp_path), TRAINING)


def test_a_loop_without_zero_grad_has_a_card_less(tmp_path: Path) -> None:
    listing = lesson_from(edited(("    optimizer.zero_grad()\n", "")), tmp_path)
    own = tuple(card.operation for card in cards_of(listing, WHOLE))
    assert own == tuple(operation for operation in WHOLE if operation is not Operation.ZERO_GRAD)
    assert broken(own) is None
    assert broken(shuffled(own, 1)) is not None
