"""Evidence: for each way to get the loop wrong, exactly the operation that is wrong is not proved."""

from pathlib import Path

import pytest
import torch
from builders import EPOCH, STRAIGHT_LINE, WHOLE_SONG, edited, open_stepper, sing

from loop_core.evidence import CHECKS
from loop_core.operations import FAST, Operation
from loop_core.snapshot import Snapshot

TWO_EPOCHS = (Operation.SETUP, *EPOCH, *EPOCH[:-1])

ZERO_GRAD = "    optimizer.zero_grad()\n"
BACKWARD = "    loss.backward()\n"
STEP = "    optimizer.step()\n"
TEST_PART = """    with torch.inference_mode():
        test_pred = model(X_test)
        test_loss = loss_fn(test_pred, y_test)
"""


def sung(source: str, folder: Path, operations: tuple[Operation, ...] = TWO_EPOCHS) -> list[Snapshot]:
    stepper = open_stepper(source, folder)
    try:
        return sing(stepper, operations)
    finally:
        stepper.close()


def refuted(snapshots: list[Snapshot]) -> dict[Operation, str]:
    return {s.operation: s.evidence.text for s in snapshots if not s.evidence.holds}


def texts(snapshots: list[Snapshot], operation: Operation) -> list[str]:
    return [s.evidence.text for s in snapshots if s.operation is operation]


def test_every_operation_has_a_check() -> None:
    assert set(CHECKS) == set(Operation) - FAST


def test_the_right_loop_is_proved_and_says_what_was_seen(tmp_path: Path) -> None:
    snapshots = sung(STRAIGHT_LINE, tmp_path)
    assert refuted(snapshots) == {}
    assert texts(snapshots, Operation.SETUP) == [
        "LinearRegressionModel with 2 parameters, SGD at lr 0.01, L1Loss"
    ]
    assert texts(snapshots, Operation.EPOCH) == ["epoch none → 0", "epoch 0 → 1"]
    assert texts(snapshots, Operation.TRAIN)[1] == "model.training False → True"
    assert texts(snapshots, Operation.FORWARD)[0] == "shape (40, 1), grad_fn AddBackward0"
    assert texts(snapshots, Operation.LOSS)[0].startswith("loss 0.312881, grad_fn ")
    assert texts(snapshots, Operation.BACKWARD)[0] == (
        "gradients None → value in 2 of 2 parameters, norm 1.073"
    )
    assert texts(snapshots, Operation.STEP)[0] == "2 of 2 parameters changed, by at most 0.01"
    assert texts(snapshots, Operation.TEST)[0] == "10 test samples apart from 40 training samples"
    assert texts(snapshots, Operation.EVAL)[0] == "model.training True → False"
    assert texts(snapshots, Operation.INFERENCE_MODE)[0] == "grad mode grad → inference"
    assert texts(snapshots, Operation.TEST_FORWARD)[0] == (
        "shape (10, 1), is_inference() True, requires_grad False"
    )
    assert texts(snapshots, Operation.PRINT)[0].startswith("printed 0: 0.31288")


def test_zero_grad_finds_nothing_in_the_first_epoch_and_values_later(tmp_path: Path) -> None:
    snapshots = sung(STRAIGHT_LINE, tmp_path)
    assert texts(snapshots, Operation.ZERO_GRAD) == ["gradients None, as before", "gradients value → None"]


def test_zero_grad_to_zero_counts_too(tmp_path: Path) -> None:
    source = edited(("zero_grad()", "zero_grad(set_to_none=False)"))
    snapshots = sung(source, tmp_path)
    assert refuted(snapshots) == {}
    assert texts(snapshots, Operation.ZERO_GRAD)[1] == "gradients value → zero"


def test_saving_is_proved_by_loading(tmp_path: Path) -> None:
    saved = sung(STRAIGHT_LINE, tmp_path, (Operation.SAVE,))[-1]
    assert saved.evidence.holds
    assert saved.saved is not None
    assert saved.evidence.text == f"line.pt, {saved.saved.size:,} bytes, loaded back equal"


NEVER = "this loop has no {} operation"

WRONG = {
    "no zero_grad": (edited((ZERO_GRAD, "")), Operation.ZERO_GRAD, NEVER.format("zero_grad")),
    "zero_grad of another model": (
        edited((ZERO_GRAD, "    nn.Linear(1, 1).zero_grad()\n")),
        Operation.ZERO_GRAD,
        "gradients value, as before",
    ),
    "no eval": (edited(("    model.eval()\n", "")), Operation.EVAL, NEVER.format("eval")),
    "no train": (edited(("    model.train()\n", "")), Operation.TRAIN, NEVER.format("train")),
    "eval is a fake": (
        edited(
            (
                "    def forward(self, x):",
                "    def eval(self):\n        return self\n\n    def forward(self, x):",
            )
        ),
        Operation.EVAL,
        "model.training True, as before, but not in 1 of its modules",
    ),
    "the optimizer has another model's weights": (
        edited(("    model.parameters(), lr", "    nn.Linear(1, 1).parameters(), lr")),
        None,
        "the optimizer holds no parameter of the model",
    ),
    "no inference mode": (
        edited((TEST_PART, TEST_PART.replace("torch.inference_mode()", "torch.enable_grad()"))),
        None,
        "still linked to the weights: requires_grad is True",
    ),
    "tested on the training set": (
        edited(("X_test, y_test = X[40:], y[40:]", "X_test, y_test = X[:40], y[:40]")),
        Operation.TEST,
        "the test set is the training set",
    ),
    "the training loss is cut off": (
        edited((STEP, ""), (BACKWARD, ""), ("loss_fn(y_pred, y_train)", "loss_fn(y_pred, y_train).detach()")),
        None,
        "not linked to the weights: no grad_fn",
    ),
    "a learning rate of nan": (edited(("lr=0.01", 'lr=float("nan")')), None, "values not finite"),
}


@pytest.mark.parametrize("name", [name for name in WRONG if WRONG[name][1] is not None])
def test_one_wrong_thing_refutes_exactly_its_operation(name: str, tmp_path: Path) -> None:
    source, operation, text = WRONG[name]
    found = refuted(sung(source, tmp_path))
    assert found == {operation: text}


def test_a_foreign_optimizer_refutes_the_setup(tmp_path: Path) -> None:
    source, _, text = WRONG["the optimizer has another model's weights"]
    assert text in refuted(sung(source, tmp_path))[Operation.SETUP]


def test_testing_without_inference_mode_refutes_what_is_calculated(tmp_path: Path) -> None:
    source, _, text = WRONG["no inference mode"]
    found = refuted(sung(source, tmp_path))
    assert set(found) == {Operation.INFERENCE_MODE, Operation.TEST_FORWARD, Operation.TEST_LOSS}
    assert found[Operation.INFERENCE_MODE] == NEVER.format("inference_mode")
    assert text in found[Operation.TEST_FORWARD]
    assert text in found[Operation.TEST_LOSS]


def test_a_loss_that_is_cut_off_from_the_weights_is_refuted(tmp_path: Path) -> None:
    source, _, text = WRONG["the training loss is cut off"]
    found = refuted(sung(source, tmp_path))
    assert text in found[Operation.LOSS]
    assert found[Operation.BACKWARD] == NEVER.format("backward")


def test_several_losses_that_are_added_up_are_told_with_their_mean(tmp_path: Path) -> None:
    source = edited(("nn.L1Loss()", 'nn.L1Loss(reduction="none")'), (BACKWARD, "    loss.sum().backward()\n"))
    snapshots = {s.operation: s for s in reversed(sung(source, tmp_path))}
    assert snapshots[Operation.LOSS].evidence.text.startswith("40 losses, mean 0.312881")
    assert snapshots[Operation.LOSS].evidence.holds
    assert snapshots[Operation.BACKWARD].evidence.holds


def test_a_loop_without_backward_has_nothing_to_step_with(tmp_path: Path) -> None:
    found = refuted(sung(edited((BACKWARD, "")), tmp_path))
    assert found == {
        Operation.BACKWARD: NEVER.format("backward"),
        Operation.STEP: "nothing to step with: every gradient is None",
    }


def test_a_backward_that_reaches_no_parameter_is_refuted(tmp_path: Path) -> None:
    source = edited(
        (
            "    loss = loss_fn(y_pred, y_train)\n",
            "    loss = loss_fn(y_pred.detach().requires_grad_(), y_train)\n",
        )
    )
    found = refuted(sung(source, tmp_path))
    assert found[Operation.BACKWARD] == "gradients None → None in 0 of 2 parameters"
    assert Operation.LOSS not in found


def test_stepping_before_backward_does_nothing_in_the_first_epoch(tmp_path: Path) -> None:
    source = edited((BACKWARD + STEP, STEP + BACKWARD), (ZERO_GRAD, ""))
    source = edited((STEP, ZERO_GRAD + STEP), source=source)
    snapshots = sung(source, tmp_path, (Operation.SETUP, *EPOCH))
    assert refuted(snapshots) == {Operation.STEP: "nothing to step with: every gradient is None"}


def test_testing_before_the_step_is_refuted(tmp_path: Path) -> None:
    source = edited((STEP, ""), ("    if epoch % 10", STEP + "    if epoch % 10"))
    found = refuted(sung(source, tmp_path, (Operation.SETUP, *EPOCH)))
    assert found == {Operation.TEST: "testing begins, but no optimizer step has run in this epoch"}


def test_training_without_a_graph_stops_at_the_lessons_own_line(tmp_path: Path) -> None:
    forward = "    y_pred = model(X_train)\n"
    source = edited((forward, f"    with torch.inference_mode():\n    {forward}"))
    snapshots = sung(source, tmp_path, (Operation.SETUP, *EPOCH))
    error = next(s for s in snapshots if s.error is not None)
    number = 1 + source.splitlines().index("    loss.backward()")
    assert error.error is not None
    assert f'File "{tmp_path / "lesson.py"}", line {number}, in <module>' in error.error
    assert "does not require grad" in error.error.splitlines()[-1]
    assert "the lesson stopped: RuntimeError" in refuted(snapshots)[Operation.BACKWARD]


def test_a_print_that_is_not_reached_is_refuted(tmp_path: Path) -> None:
    snapshots = sung(STRAIGHT_LINE, tmp_path, (Operation.SETUP, *EPOCH, *EPOCH))
    assert refuted(snapshots) == {Operation.PRINT: "epoch 1 ended without it"}
    assert snapshots[-1].epoch == 1
    assert snapshots[-1].printed == ()


def test_a_loss_that_becomes_nan_is_refuted_and_the_run_goes_on(tmp_path: Path) -> None:
    source = edited(
        (
            "    loss.backward()",
            "    loss.backward()\n    if epoch == 1:\n        optimizer.param_groups[0]['lr'] = float('nan')",
        )
    )
    snapshots = sung(
        source, tmp_path, (Operation.SETUP, *EPOCH, *EPOCH[:-1], *EPOCH[:-1], Operation.REMAINING)
    )
    bad = {(s.epoch, s.operation) for s in snapshots if not s.evidence.holds}
    assert (2, Operation.LOSS) in bad
    assert not any(epoch == 0 for epoch, _ in bad)
    assert (1, Operation.LOSS) not in bad
    assert snapshots[-1].epoch == 99
    assert snapshots[-1].error is None
    assert "loss nan" in snapshots[-1].evidence.text


SAVE = 'torch.save(model.state_dict(), "line.pt")'

CARELESS = """
real = torch.save


class torch:
    load = torch.load

    @staticmethod
    def save(state, path):
        real({key: value + 1 for key, value in state.items()}, path)


"""


def test_a_file_with_other_numbers_than_the_models_is_refuted(tmp_path: Path) -> None:
    saved = sung(edited((SAVE, CARELESS + SAVE)), tmp_path, (Operation.SAVE,))[-1]
    assert not saved.evidence.holds
    assert saved.evidence.text.endswith("loaded back different")


def test_a_file_that_needs_trust_to_load_is_refuted(tmp_path: Path) -> None:
    source = edited((SAVE, 'torch.save(optimizer, "line.pt")'))
    saved = sung(source, tmp_path, (Operation.SAVE,))[-1]
    assert not saved.evidence.holds
    assert "does not load with weights_only=True" in saved.evidence.text


def test_a_checkpoint_of_many_things_is_proved(tmp_path: Path) -> None:
    checkpoint = (
        '{"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": epoch, "b": loss > 0}'
    )
    saved = sung(edited((SAVE, f'torch.save({checkpoint}, "line.pt")')), tmp_path, (Operation.SAVE,))[-1]
    assert saved.evidence == type(saved.evidence)(True, saved.evidence.text)


def test_a_loop_that_saves_nothing_says_so(tmp_path: Path) -> None:
    saved = sung(edited((SAVE, "")), tmp_path, (Operation.SAVE,))[-1]
    assert saved.evidence.text == NEVER.format("save")
    assert not saved.evidence.holds


def test_frozen_parameters_do_not_refute_the_step(tmp_path: Path) -> None:
    source = edited(("loss_fn = ", "model.bias.requires_grad_(False)\nloss_fn = "))
    snapshots = sung(source, tmp_path, WHOLE_SONG)
    assert refuted(snapshots) == {}
    assert texts(snapshots, Operation.STEP)[0].startswith("1 of 1 parameters changed")


def test_no_grad_counts_as_inference_mode(tmp_path: Path) -> None:
    source = edited(("torch.inference_mode()", "torch.no_grad()"))
    snapshots = sung(source, tmp_path)
    assert refuted(snapshots) == {}
    assert texts(snapshots, Operation.INFERENCE_MODE)[0] == "grad mode grad → no_grad"
    assert torch.is_grad_enabled()
