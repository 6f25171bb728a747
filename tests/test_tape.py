"""The tape is what autograd has recorded: torch's own graph is the referee."""

from pathlib import Path

import pytest
import torch
from builders import EPOCH, STRAIGHT_LINE, edited, open_stepper, sing
from torch import nn

from loop_core.operations import Operation
from loop_core.snapshot import Tape
from loop_core.tape import MOST_NODES, tape_of


def told(source: str, folder: Path) -> dict[Operation, Tape | None]:
    stepper = open_stepper(source, folder)
    found = {s.operation: s.tape for s in sing(stepper, (Operation.SETUP, *EPOCH))}
    stepper.close()
    return found


def test_it_names_the_functions_in_the_order_of_the_forward_pass() -> None:
    a, b = (torch.tensor(2.0, requires_grad=True) for _ in range(2))
    tape = tape_of((a * b).exp().sum())
    assert tape == Tape(("MulBackward0", "ExpBackward0", "SumBackward0"), 3, 2, False)


def test_the_transposed_weight_of_a_linear_layer_is_left_out() -> None:
    tape = tape_of(nn.Linear(2, 1)(torch.ones(1, 2)))
    assert tape is not None
    assert tape.nodes == ("AddmmBackward0",)
    assert tape.leaves == 2


def test_a_backward_pass_uses_it_up() -> None:
    a = torch.tensor(2.0, requires_grad=True)
    loss = (a * a).sum()
    loss.backward()
    tape = tape_of(loss)
    assert tape is not None
    assert tape.used


def test_a_tape_that_was_kept_is_not_used_up() -> None:
    a = torch.tensor(2.0, requires_grad=True)
    loss = (a * a).sum()
    loss.backward(retain_graph=True)
    tape = tape_of(loss)
    assert tape is not None
    assert not tape.used


@pytest.mark.parametrize("value", [None, 3.0, torch.ones(1), torch.ones(1, requires_grad=True)])
def test_what_was_not_calculated_from_weights_has_none(value: object) -> None:
    assert tape_of(value) is None


def test_a_long_one_keeps_its_end_and_tells_its_length() -> None:
    a = torch.tensor(1.0, requires_grad=True)
    value = a
    for _ in range(3000):
        value = value + 1
    tape = tape_of(value)
    assert tape is not None
    assert (len(tape.nodes), tape.total, tape.leaves) == (MOST_NODES, 3000, 1)


def test_looking_at_it_keeps_the_graph_whole() -> None:
    a = torch.tensor(2.0, requires_grad=True)
    loss = (a * a).sum()
    tape_of(loss)
    loss.backward()
    assert a.grad == 4


def test_in_an_epoch_it_grows_is_used_up_and_is_gone_where_nothing_is_recorded(tmp_path: Path) -> None:
    tapes = told(STRAIGHT_LINE, tmp_path)
    assert tapes[Operation.TRAIN] is None
    forward, loss, backward = (
        tapes[operation] for operation in (Operation.FORWARD, Operation.LOSS, Operation.BACKWARD)
    )
    assert forward is not None
    assert loss is not None
    assert backward is not None
    assert loss.nodes[: forward.total] == forward.nodes == ("MulBackward0", "AddBackward0")
    assert loss.total > forward.total
    assert (loss.used, backward.used) == (False, True)
    for operation in (Operation.INFERENCE_MODE, Operation.TEST_FORWARD, Operation.TEST_LOSS):
        assert tapes[operation] is None


def test_a_test_without_inference_mode_records(tmp_path: Path) -> None:
    tapes = told(edited(("torch.inference_mode():", "torch.inference_mode(False):")), tmp_path)
    for operation in (Operation.TEST_FORWARD, Operation.TEST_LOSS):
        tape = tapes[operation]
        assert tape is not None
        assert not tape.used
