"""Stepping: what is run, in which order, how often, and that looking changes nothing."""

import random
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from builders import EPOCH, STRAIGHT_LINE, WHOLE_SONG, edited, named, open_stepper, sing
from torch import nn

from loop_core.lessons import LESSONS
from loop_core.listing import compile_plainly, read_listing
from loop_core.operations import FAST, Operation
from loop_core.stepper import Stepper

OpenStepper = Callable[[str], Stepper]


@pytest.fixture
def stepper_of(tmp_path: Path) -> Iterator[OpenStepper]:
    """Opens steppers and closes them again, which ends the inference mode that a lesson may stand in."""
    opened: list[Stepper] = []

    def open_one(source: str) -> Stepper:
        opened.append(open_stepper(source, tmp_path))
        return opened[-1]

    yield open_one
    for stepper in opened:
        stepper.close()
    assert not torch.is_inference_mode_enabled()


def numbers() -> tuple[Any, ...]:
    state = np.random.get_state()
    return torch.get_rng_state().tolist(), state[0], list(state[1]), state[2:], random.getstate()


def state_of(names: dict[str, Any]) -> tuple[Any, ...]:
    """All of a lesson's state that looking could disturb."""
    model, optimizer = names["model"], names["optimizer"]
    hooks = [
        len(module._forward_hooks) + len(module._forward_pre_hooks) + len(module._backward_hooks)
        for module in model.modules()
    ]
    parameters = [
        (name, p.tolist(), None if p.grad is None else p.grad.tolist(), str(p.device), p.requires_grad)
        for name, p in model.named_parameters()
    ]
    modes = [module.training for module in model.modules()]
    return numbers(), hooks, parameters, modes, str(optimizer.state_dict()), torch.is_grad_enabled()


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_looking_changes_nothing(lesson: Any, tmp_path: Path) -> None:
    """The state at the end of a looked-at epoch is that of the same source, cut to one epoch and just run."""
    source = edited((f"epochs = {lesson.epochs}\n", "epochs = 1\n"), source=lesson.path.read_text("utf-8"))
    seeds = "import random as r\nimport numpy\nr.seed(1)\nnumpy.random.seed(1)\n"
    path = tmp_path / "lesson.py"
    path.write_text(seeds + source, encoding="utf-8")
    listing = read_listing(path)
    plain: dict[str, Any] = {"__name__": "__main__", "print": lambda *values: None}
    for code in compile_plainly(listing)[:2]:
        exec(code, plain)
    expected = state_of(plain)
    stepper = Stepper(listing, tmp_path, 10)
    sing(stepper, (Operation.SETUP, *EPOCH, Operation.EPOCHS))
    assert state_of(stepper._run.names) == expected
    stepper.close()


def test_looking_draws_no_random_numbers_in_any_operation(stepper_of: OpenStepper) -> None:
    """Not even for a model that draws some in eval mode."""
    source = edited(
        (
            "return self.weights * x + self.bias",
            "return self.weights * x + 0 * (torch.rand(1) + numpy.random.rand() + random.random())",
        ),
        ("import torch\n", "import numpy\nimport random\nimport torch\n"),
        ("epochs = 100\n", "epochs = 2\nrandom.seed(3)\nnumpy.random.seed(3)\n"),
    )
    stepper = stepper_of(source)
    sing(stepper, (Operation.SETUP, *EPOCH, *EPOCH))
    looked = numbers()
    plain: dict[str, Any] = {"__name__": "__main__", "print": lambda *values: None}
    for code in compile_plainly(stepper.listing)[:2]:
        exec(code, plain)
    assert looked == numbers()


def test_looking_prints_nothing(stepper_of: OpenStepper) -> None:
    """A print in the model's forward is heard once per forward pass of the lesson."""
    source = edited(
        ("return self.weights * x + self.bias", 'print("asked"); return self.weights * x + self.bias')
    )
    snapshots = sing(stepper_of(source), (Operation.SETUP, *EPOCH))
    printed = [s.printed for s in snapshots if s.operation in (Operation.FORWARD, Operation.TEST_FORWARD)]
    assert printed == [("asked",), ("asked",)]
    assert snapshots[-1].console[:2] == ("asked", "asked")
    assert len(snapshots[-1].console) == 3


def test_asking_for_the_samples_errors_is_not_heard_and_draws_no_random_numbers(
    stepper_of: OpenStepper,
) -> None:
    """Not even of a learner's own loss function, which is asked with another reduction."""
    own = (
        "class Loud(nn.L1Loss):\n"
        "    def forward(self, prediction, target):\n"
        "        print(self.reduction)\n"
        "        return super().forward(prediction, target + 0 * torch.rand(1))\n\n\n"
    )
    source = edited(
        ("torch.manual_seed(42)\nmodel", own + "torch.manual_seed(42)\nmodel"),
        ("loss_fn = nn.L1Loss()", "loss_fn = Loud()"),
        ("epochs = 100\n", "epochs = 1\n"),
    )
    stepper = stepper_of(source)
    snapshots = {s.operation: s for s in sing(stepper, (Operation.SETUP, *EPOCH))}
    looked = numbers()
    plain: dict[str, Any] = {"__name__": "__main__", "print": lambda *values: None}
    for code in compile_plainly(stepper.listing)[:2]:
        exec(code, plain)
    assert looked == numbers()
    assert snapshots[Operation.LOSS].printed == snapshots[Operation.TEST_LOSS].printed == ("mean",)
    assert snapshots[Operation.LOSS].train is not None
    assert snapshots[Operation.LOSS].train.errors is not None


def test_a_model_that_cannot_be_copied_is_not_asked_for_its_fit(stepper_of: OpenStepper) -> None:
    """Learners keep activations; torch refuses to deep-copy a tensor with a history."""
    source = edited(
        ("return self.weights * x + self.bias", "self.last = self.weights * x + self.bias; return self.last")
    )
    snapshots = sing(stepper_of(source), WHOLE_SONG)
    assert all(snapshot.evidence.holds for snapshot in snapshots)
    assert next(s for s in snapshots if s.operation is Operation.FORWARD).fit is None


def test_a_model_that_knows_only_its_own_data_has_no_fit(stepper_of: OpenStepper) -> None:
    source = edited(
        (
            "return self.weights * x + self.bias",
            "assert len(x) in (40, 10); return self.weights * x + self.bias",
        )
    )
    snapshots = sing(stepper_of(source), WHOLE_SONG)
    assert all(snapshot.evidence.holds for snapshot in snapshots)
    assert snapshots[-1].fit is None


def test_a_song_may_begin_with_the_test_half(stepper_of: OpenStepper) -> None:
    """The fit is first asked for inside inference mode then, and must live on outside of it."""
    stepper = stepper_of(STRAIGHT_LINE)
    snapshots = sing(stepper, (Operation.TEST_FORWARD, Operation.EPOCHS, Operation.FORWARD))
    assert [s.evidence.text for s in snapshots if not s.evidence.holds] == []
    assert [s.operation for s in snapshots if s.fit is None] == []


def test_no_hook_is_left_after_any_operation(stepper_of: OpenStepper) -> None:
    stepper = stepper_of(STRAIGHT_LINE)
    for number, operation in enumerate(WHOLE_SONG):
        stepper.perform(number, operation)
        for module in stepper._run.names["model"].modules():
            assert not module._forward_hooks
            assert not module._forward_pre_hooks


def test_each_snapshot_names_the_operation_its_lines_and_its_epoch(stepper_of: OpenStepper) -> None:
    stepper = stepper_of(STRAIGHT_LINE)
    snapshots = sing(stepper, WHOLE_SONG)
    assert [s.operation for s in snapshots] == list(WHOLE_SONG)
    assert [s.number for s in snapshots] == list(range(len(WHOLE_SONG)))
    epochs = [s.epoch for s in snapshots]
    assert epochs == [None] + [0] * 13 + [9] + [10] * 13 + [99, 99]
    source = STRAIGHT_LINE.splitlines()
    texts = {s.operation: source[s.lines[0] - 1].strip() for s in snapshots}
    assert texts[Operation.BACKWARD] == "loss.backward()"
    assert texts[Operation.TEST] == "# Testing"
    assert texts[Operation.SAVE].startswith("torch.save(")
    assert texts[Operation.EPOCH] == texts[Operation.REMAINING] == "for epoch in range(epochs):"


def test_modes_and_grad_modes_are_those_of_the_moment(stepper_of: OpenStepper) -> None:
    snapshots = {s.operation: s for s in sing(stepper_of(STRAIGHT_LINE), (Operation.SETUP, *EPOCH))}
    assert snapshots[Operation.FORWARD].training is True
    assert snapshots[Operation.EVAL].training is False
    assert snapshots[Operation.STEP].grad_mode == "grad"
    assert snapshots[Operation.TEST_LOSS].grad_mode == "inference"
    assert snapshots[Operation.PRINT].grad_mode == "grad"


def test_closing_inside_inference_mode_leaves_it(stepper_of: OpenStepper) -> None:
    stepper = stepper_of(STRAIGHT_LINE)
    stepper.perform(0, Operation.TEST_FORWARD)
    assert torch.is_inference_mode_enabled()
    stepper.close()
    assert not torch.is_inference_mode_enabled()


def test_the_fast_line_runs_to_the_next_multiple(stepper_of: OpenStepper) -> None:
    stepper = stepper_of(STRAIGHT_LINE)
    snapshots = sing(stepper, (Operation.SETUP, *EPOCH, Operation.EPOCHS))
    assert snapshots[-1].epoch == 9
    assert snapshots[-1].evidence.text.startswith("9 epochs, to the end of epoch 9, loss ")
    assert len(snapshots[-1].train_series.epoch) == 10


def test_a_fast_line_straight_after_the_setup_begins_with_the_first_epoch(stepper_of: OpenStepper) -> None:
    snapshots = sing(stepper_of(STRAIGHT_LINE), (Operation.SETUP, Operation.EPOCHS, Operation.EPOCHS))
    assert [s.epoch for s in snapshots] == [None, 9, 19]
    assert [s.evidence.text[:9] for s in snapshots[1:]] == ["10 epochs", "10 epochs"]


@pytest.mark.parametrize("fast", sorted(FAST))
def test_shares_of_a_fast_line_give_what_one_go_gives(
    fast: Operation, stepper_of: OpenStepper, tmp_path: Path
) -> None:
    whole = stepper_of(STRAIGHT_LINE)
    expected = sing(whole, (Operation.SETUP, *EPOCH, fast))[-1]
    shared = stepper_of(STRAIGHT_LINE)
    sing(shared, (Operation.SETUP, *EPOCH))
    parts = [shared.perform(14, fast, share) for share in (0.25, 0.5, 1.0)]
    assert all(complete for _, complete in parts)
    epochs = [0 if snapshot.epoch is None else snapshot.epoch for snapshot, _ in parts]
    assert epochs == ([2, 4, 9] if fast is Operation.EPOCHS else [24, 49, 99])
    last = parts[-1][0]
    assert named(last) == named(expected)
    assert last.evidence == expected.evidence
    assert last.train_series.value.tolist() == expected.train_series.value.tolist()
    assert [row for snapshot, _ in parts for row in snapshot.printed] == list(expected.printed)


def test_a_budget_cuts_a_fast_line_between_two_epochs_and_it_goes_on(stepper_of: OpenStepper) -> None:
    expected = sing(stepper_of(STRAIGHT_LINE), (Operation.SETUP, *EPOCH, Operation.REMAINING))[-1]
    stepper = stepper_of(STRAIGHT_LINE)
    sing(stepper, (Operation.SETUP, *EPOCH))
    cuts = 0
    while not (result := stepper.perform(14, Operation.REMAINING, budget=1e-9))[1]:
        cuts += 1
        assert result[0].evidence.holds
    assert cuts > 10
    assert named(result[0]) == named(expected)
    assert result[0].evidence == expected.evidence


def test_remaining_ends_the_loop(stepper_of: OpenStepper) -> None:
    stepper = stepper_of(STRAIGHT_LINE)
    ended = sing(stepper, (Operation.SETUP, Operation.REMAINING))[-1]
    assert ended.epoch == 99
    assert ended.evidence.holds
    for operation in (Operation.EPOCH, Operation.EPOCHS, Operation.REMAINING):
        after = stepper.perform(9, operation)[0]
        assert not after.evidence.holds
        assert after.evidence.text == "the loop is over"


def test_saving_runs_the_epochs_that_are_left_first(stepper_of: OpenStepper) -> None:
    saved = sing(stepper_of(STRAIGHT_LINE), (Operation.SETUP, *EPOCH, Operation.SAVE))[-1]
    assert saved.evidence.holds
    assert saved.epoch == 99
    assert len(saved.train_series.epoch) == 100


def test_an_operation_that_the_lesson_runs_earlier_than_the_song_counts(stepper_of: OpenStepper) -> None:
    source = edited(
        ("    optimizer.zero_grad()\n", ""), ("    y_pred =", "    optimizer.zero_grad()\n    y_pred =")
    )
    snapshots = sing(stepper_of(source), WHOLE_SONG)
    assert [s.operation for s in snapshots if not s.evidence.holds] == []
    assert [s.epoch for s in snapshots if s.operation is Operation.ZERO_GRAD] == [0, 10]


def test_an_operation_asked_for_twice_runs_in_the_next_epoch(stepper_of: OpenStepper) -> None:
    snapshots = sing(stepper_of(STRAIGHT_LINE), [Operation.STEP] * 5)
    assert [s.epoch for s in snapshots] == [0, 1, 2, 3, 4]
    assert all(s.evidence.holds for s in snapshots)


@pytest.mark.parametrize("guard", ["", "if epoch >= 0: "])
def test_what_no_song_sings_runs_with_the_line_before(stepper_of: OpenStepper, guard: str) -> None:
    clip = f"    {guard}torch.nn.utils.clip_grad_norm_(model.parameters(), 0.5)\n"
    stepper = stepper_of(edited(("    loss.backward()\n", f"    loss.backward()\n{clip}")))
    backward = sing(stepper, EPOCH[:6])[-1]
    assert backward.operation is Operation.BACKWARD
    assert backward.grad_norm == pytest.approx(0.5, rel=1e-4)


def test_skipped_operations_run_all_the_same(stepper_of: OpenStepper) -> None:
    expected = sing(stepper_of(STRAIGHT_LINE), (Operation.SETUP, *EPOCH))[-1]
    assert named(sing(stepper_of(STRAIGHT_LINE), (Operation.PRINT,))[-1]) == named(expected)


def test_an_epoch_left_by_continue_counts(stepper_of: OpenStepper) -> None:
    source = edited(
        (
            '    if epoch % 10 == 0:\n        print(f"{epoch}: {loss} {test_loss}")',
            '    if epoch % 10:\n        continue\n    print(f"{epoch}: {loss} {test_loss}")',
        )
    )
    snapshots = sing(stepper_of(source), WHOLE_SONG)
    assert [s.operation for s in snapshots if not s.evidence.holds] == []
    assert [s.epoch for s in snapshots] == [None] + [0] * 13 + [9] + [10] * 13 + [99, 99]
    assert named(snapshots[-1]) == named(sing(stepper_of(STRAIGHT_LINE), WHOLE_SONG)[-1])
    missed = sing(stepper_of(source), (*EPOCH, Operation.EPOCH, Operation.PRINT))[-1]
    assert not missed.evidence.holds
    assert missed.epoch == 1


def test_a_fast_line_leaves_nothing_of_an_earlier_epoch(stepper_of: OpenStepper) -> None:
    stepper = stepper_of(STRAIGHT_LINE)
    snapshots = sing(stepper, (Operation.LOSS, Operation.EPOCHS, Operation.FORWARD, Operation.LOSS))
    assert [s.epoch for s in snapshots] == [0, 9, 10, 10]
    assert all(s.evidence.holds for s in snapshots)


def test_a_loop_left_by_break_is_over(stepper_of: OpenStepper) -> None:
    source = edited(("    # Testing\n", "    if epoch == 20:\n        break\n"))
    snapshots = sing(stepper_of(source), (Operation.REMAINING, Operation.SAVE, Operation.EPOCH))
    assert [s.evidence.holds for s in snapshots] == [True, True, False]
    assert snapshots[0].epoch == 20


def test_a_restart_gives_the_same_numbers_again(stepper_of: OpenStepper) -> None:
    source = edited(("torch.manual_seed(42)\nmodel", "model"), ("torch.manual_seed(42)\nepochs", "epochs"))
    stepper = stepper_of(source)
    first = sing(stepper, WHOLE_SONG)
    stepper.restart()
    second = sing(stepper, WHOLE_SONG)
    assert [named(s) for s in first] == [named(s) for s in second]
    assert [s.evidence for s in first] == [s.evidence for s in second]


def test_measuring_the_costs_leaves_the_lesson_at_its_start(stepper_of: OpenStepper) -> None:
    expected = sing(stepper_of(STRAIGHT_LINE), WHOLE_SONG)
    stepper = stepper_of(STRAIGHT_LINE)
    before = numbers()
    costs = stepper.costs()
    assert numbers() == before
    assert set(costs) == set(EPOCH) | {Operation.SETUP}
    assert all(cost > 0 for cost in costs.values())
    assert [s.printed for s in sing(stepper, WHOLE_SONG)] == [s.printed for s in expected]


RAISING = edited(
    ("    # Testing\n", "    if epoch == 4:\n        check(epoch)\n"),
    (
        "torch.manual_seed(42)\nepochs",
        'def check(epoch):\n    raise ValueError(f"epoch {epoch}")\n\n\nepochs',
    ),
)


def test_a_lesson_that_raises_shows_its_own_traceback(stepper_of: OpenStepper, tmp_path: Path) -> None:
    stepper = stepper_of(RAISING)
    sing(stepper, (Operation.SETUP, *[Operation.STEP] * 4))
    assert stepper.perform(5, Operation.STEP)[0].error is None
    stopped = stepper.perform(6, Operation.EVAL)[0]
    assert stopped.error is not None
    lines = stopped.error.splitlines()
    source = RAISING.splitlines()
    call, raising = (
        1 + next(i for i, s in enumerate(source) if text in s) for text in ("  check(", "raise ")
    )
    path = tmp_path / "lesson.py"
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[1] == f'  File "{path}", line {call}, in <module>'
    assert f'  File "{path}", line {raising}, in check' in lines
    assert lines[-1] == "ValueError: epoch 4"
    assert "loop_core" not in stopped.error
    assert stopped.console[-1] == "ValueError: epoch 4"


@pytest.mark.parametrize("later", [Operation.TRAIN, Operation.EPOCHS, Operation.REMAINING, Operation.SAVE])
def test_after_an_error_every_operation_says_that_the_lesson_stopped(
    later: Operation, stepper_of: OpenStepper
) -> None:
    stepper = stepper_of(RAISING)
    fast = sing(stepper, (Operation.SETUP, Operation.REMAINING))[-1]
    assert not fast.evidence.holds
    assert fast.epoch == 4
    after = stepper.perform(2, later)[0]
    assert not after.evidence.holds
    assert after.evidence.text == "the lesson stopped: ValueError: epoch 4"
    assert after.error == fast.error


def test_a_lesson_that_leaves_by_exit_has_stopped(stepper_of: OpenStepper) -> None:
    source = edited(("    # Testing\n", "    raise SystemExit(3)\n"))
    stopped = sing(stepper_of(source), (Operation.EVAL,))[-1]
    assert stopped.evidence.text == "the lesson ended itself with status 3"


def test_the_files_of_a_lesson_go_to_the_given_folder(stepper_of: OpenStepper, tmp_path: Path) -> None:
    saved = sing(stepper_of(STRAIGHT_LINE), (Operation.SAVE,))[-1].saved
    assert saved is not None
    assert Path(saved.path) == tmp_path / "line.pt"


def test_losses_of_every_epoch_are_kept_in_order(stepper_of: OpenStepper) -> None:
    stepper = stepper_of(edited(("epochs = 100\n", "epochs = 600\n")))
    series = sing(stepper, (Operation.SETUP, *EPOCH, Operation.REMAINING))[-1].train_series
    assert len(series.value) == 600
    assert all(b - a == 1 for a, b in pairwise(series.epoch.tolist()))


def test_a_batch_norm_model_is_stepped_as_it_runs_alone(stepper_of: OpenStepper) -> None:
    source = edited(
        (
            "model = LinearRegressionModel()",
            "model = nn.Sequential(nn.Linear(1, 4), nn.BatchNorm1d(4), nn.Linear(4, 1))",
        )
    )
    stepper = stepper_of(source)
    sing(stepper, WHOLE_SONG)
    plain: dict[str, Any] = {"__name__": "__main__", "print": lambda *values: None}
    for code in compile_plainly(stepper.listing)[:2]:
        exec(code, plain)
    mine: nn.Module = stepper._run.names["model"]
    assert str(mine.state_dict()) == str(plain["model"].state_dict())
    assert all(torch.equal(a, b) for a, b in zip(mine.buffers(), plain["model"].buffers(), strict=True))


def test_asking_for_an_operation_after_the_loop_does_not_run_the_lines_behind_it(tmp_path: Path) -> None:
    stepper = open_stepper(STRAIGHT_LINE, tmp_path)
    sing(stepper, [Operation.SETUP, Operation.REMAINING])
    late = sing(stepper, [Operation.TRAIN, Operation.EPOCH, Operation.PRINT], first=2)
    assert [snapshot.evidence.text for snapshot in late] == ["the loop is over"] * 3
    assert not (tmp_path / "line.pt").exists()
    assert sing(stepper, [Operation.SAVE], first=5)[0].evidence.holds
    stepper.close()
