"""Questions are judged by what the real operation left, in right loops and in wrong ones."""

from itertools import chain, pairwise
from pathlib import Path

import pytest
from builders import EPOCH, STRAIGHT_LINE, WHOLE_SONG, edited, open_stepper, sing

from loop_core.lessons import LESSONS, Lesson
from loop_core.operations import Operation
from loop_core.quiz import ASKED, CHOICES, TEXTS, Kind, judge, question_for
from loop_core.snapshot import Snapshot


def sung(source: str, folder: Path, operations: tuple[Operation, ...]) -> list[Snapshot]:
    stepper = open_stepper(source, folder)
    snapshots = sing(stepper, operations)
    stepper.close()
    return snapshots


def answers(snapshots: list[Snapshot], kind: Kind) -> dict[tuple[Operation, int | None], str]:
    """The right choice of each question of a kind, by operation and epoch."""
    found = {}
    for before, after in pairwise(snapshots):
        for verse in range(2):
            question = question_for(after.operation, verse)
            if question is not None and question.kind is kind:
                answer = judge(question, before, after)
                if answer is not None:
                    found[after.operation, after.epoch] = question.choices[answer.right].en
    return found


def test_what_changes_in_the_first_two_epochs(tmp_path: Path) -> None:
    found = answers(sung(STRAIGHT_LINE, tmp_path, (Operation.SETUP, *EPOCH, *EPOCH)), Kind.CHANGE)
    for epoch in (0, 1):
        assert found[Operation.TRAIN, epoch] == "neither"
        assert found[Operation.FORWARD, epoch] == "neither"
        assert found[Operation.LOSS, epoch] == "neither"
        assert found[Operation.BACKWARD, epoch] == "gradients"
        assert found[Operation.STEP, epoch] == "weights"
        assert found[Operation.EVAL, epoch] == "neither"
    assert found[Operation.ZERO_GRAD, 0] == "neither"
    assert found[Operation.ZERO_GRAD, 1] == "gradients"


def test_gradients_are_none_zero_or_a_number(tmp_path: Path) -> None:
    found = answers(sung(STRAIGHT_LINE, tmp_path, (Operation.SETUP, *EPOCH)), Kind.GRAD)
    assert found == {(Operation.ZERO_GRAD, 0): "None", (Operation.BACKWARD, 0): "a number"}
    zeros = edited(("zero_grad()", "zero_grad(set_to_none=False)"))
    found = answers(sung(zeros, tmp_path, (Operation.SETUP, *EPOCH, *EPOCH)), Kind.GRAD)
    assert found[Operation.ZERO_GRAD, 1] == "0"


@pytest.mark.parametrize(("rate", "way"), [("0.01", "down"), ("1.0", "up"), ("0.0", "it stays")])
def test_the_loss_goes_where_the_rate_sends_it(rate: str, way: str, tmp_path: Path) -> None:
    source = edited(("lr=0.01", f"lr={rate}"))
    found = answers(sung(source, tmp_path, (Operation.SETUP, *EPOCH, *EPOCH)), Kind.LOSS)
    assert found == {(Operation.LOSS, 1): way}


def test_the_test_loss_of_the_straight_line_is_above_the_training_loss(tmp_path: Path) -> None:
    found = answers(sung(STRAIGHT_LINE, tmp_path, (Operation.SETUP, *EPOCH)), Kind.HARDER)
    assert found == {(Operation.TEST_LOSS, 0): "above the training loss"}


def test_only_the_training_pass_is_recorded(tmp_path: Path) -> None:
    found = answers(sung(STRAIGHT_LINE, tmp_path, (Operation.SETUP, *EPOCH)), Kind.TAPE)
    assert found == {(Operation.FORWARD, 0): "yes", (Operation.TEST_FORWARD, 0): "no"}
    open_ = edited(("torch.inference_mode():", "torch.inference_mode(False):"))
    found = answers(sung(open_, tmp_path, (Operation.SETUP, *EPOCH)), Kind.TAPE)
    assert found[Operation.TEST_FORWARD, 0] == "yes"


def test_a_loop_that_does_something_else_is_not_explained_by_the_usual(tmp_path: Path) -> None:
    usual, still = (
        next(
            judge(question, before, after)
            for before, after in pairwise(sung(source, tmp_path, (Operation.SETUP, *EPOCH)))
            if after.operation is Operation.STEP and (question := question_for(Operation.STEP, 0))
        )
        for source in (STRAIGHT_LINE, edited(("lr=0.01", "lr=0.0")))
    )
    assert usual is not None
    assert still is not None
    words = [choice.en for choice in CHOICES[Kind.CHANGE]]
    assert (words[usual.right], words[still.right]) == ("weights", "neither")
    assert usual.why != still.why


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_nearly_every_question_of_every_lesson_has_an_answer_and_a_reason(
    lesson: Lesson, tmp_path: Path
) -> None:
    snapshots = sung(lesson.path.read_text(encoding="utf-8"), tmp_path, WHOLE_SONG)
    verses: dict[Operation, int] = {}
    judged = 0
    for before, after in pairwise(snapshots):
        verse = verses.get(after.operation, 0)
        verses[after.operation] = verse + 1
        question = question_for(after.operation, verse)
        answer = None if question is None else judge(question, before, after)
        if question is not None and answer is not None:
            judged += 1
            assert answer.right < len(question.choices)
            assert len(answer.why.en.split()) <= 16
    assert judged >= 18


def test_every_question_is_worded_in_both_languages() -> None:
    assert set(TEXTS) == set(CHOICES) == set(Kind) == {kind for kinds in ASKED.values() for kind in kinds}
    for words in (*TEXTS.values(), *chain(*CHOICES.values())):
        assert words.zh
        assert words.zh != words.en or words.en in ("None", "0")


def test_nothing_is_asked_where_nothing_can_be_predicted() -> None:
    assert question_for(Operation.PRINT, 0) is None
    assert question_for(Operation.SETUP, 0) is None
