"""Of several models the one is shown that the operation is about."""

from pathlib import Path

import pytest
import torch
from builders import open_stepper, sing
from torch import nn

from loop_core.objects import containing, outermost, trained_by, with_gradients
from loop_core.operations import Operation
from loop_core.snapshot import Snapshot

GAN = Path(__file__).with_name("scripts") / "gan.py"
SUNG = (
    Operation.FORWARD,
    Operation.LOSS,
    Operation.ZERO_GRAD,
    Operation.BACKWARD,
    Operation.STEP,
)


@pytest.fixture
def shown(tmp_path: Path) -> dict[Operation, Snapshot]:
    stepper = open_stepper(GAN.read_text(encoding="utf-8"), tmp_path)
    snapshots = sing(stepper, (Operation.SETUP, Operation.EPOCH, *SUNG))
    stepper.close()
    return {snapshot.operation: snapshot for snapshot in snapshots}


def test_the_critic_is_shown_where_it_learns(shown: dict[Operation, Snapshot]) -> None:
    names = [shown[operation].model_name for operation in SUNG]
    assert names == ["generator", *["discriminator"] * 4]


def test_loss_backward_shows_the_gradients_that_it_left(shown: dict[Operation, Snapshot]) -> None:
    assert all(p.grad is not None for p in shown[Operation.BACKWARD].params)


def test_a_step_is_seen_against_the_same_model(shown: dict[Operation, Snapshot]) -> None:
    for operation in (Operation.LOSS, Operation.BACKWARD):
        assert all((p.value == p.previous).all() for p in shown[operation].params)
    assert all((p.value != p.previous).any() for p in shown[Operation.STEP].params)


def test_of_two_passes_in_one_statement_the_first_is_seen(shown: dict[Operation, Snapshot]) -> None:
    forward = shown[Operation.LOSS].forward
    assert forward is not None
    assert [layer.kind for layer in forward.layers] == ["input", "Linear", "LeakyReLU", "Linear"]


def test_noise_is_no_training_set(shown: dict[Operation, Snapshot]) -> None:
    assert [snapshot.train for snapshot in shown.values()] == [None] * len(shown)


def test_a_part_of_a_model_is_no_other_model() -> None:
    whole = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1))
    assert outermost([whole[0], whole, None, whole]) == [whole]
    assert containing(whole[1], [whole]) is whole
    assert containing(nn.Linear(1, 1), [whole]) is None


def test_the_owner_is_whose_parameters_an_optimizer_holds() -> None:
    models = [nn.Linear(2, 1), nn.Linear(1, 1)]
    assert trained_by(torch.optim.SGD(models[1].parameters(), lr=0.1), models) is models[1]
    assert with_gradients(models, models[0]) is models[0]
    models[1](torch.ones(1, 1)).sum().backward()
    assert with_gradients(models, models[0]) is models[1]
