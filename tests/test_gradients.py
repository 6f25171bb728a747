"""States and norm of gradients."""

import gc

import pytest
import torch

from loop_core.gradients import NormReader, grad_norm, grad_state


def parameters(*grads: list[float] | None) -> list[torch.Tensor]:
    found = [torch.zeros(2, requires_grad=True) for _ in grads]
    for parameter, grad in zip(found, grads, strict=True):
        parameter.grad = None if grad is None else torch.tensor(grad)
    return found


@pytest.mark.parametrize(
    ("grad", "state"),
    [(None, "None"), ([0.0, 0.0], "zero"), ([0.0, 1.0], "value"), ([0.0, float("nan")], "value")],
)
def test_a_gradient_is_none_zero_or_a_value(grad: list[float] | None, state: str) -> None:
    assert grad_state(parameters(grad)[0]) == state


def test_one_value_among_many_is_found() -> None:
    parameter = torch.zeros(3000, 700, requires_grad=True)
    parameter.grad = torch.zeros(3000, 700)
    assert grad_state(parameter) == "zero"
    parameter.grad[2999, 1] = 1e-9
    assert grad_state(parameter) == "value"


def test_values_that_cancel_are_no_zeros() -> None:
    parameter = torch.zeros(256, 256, requires_grad=True)
    parameter.grad = torch.ones(256, 256)
    parameter.grad[::2] = -1
    assert grad_state(parameter) == "value"


def test_the_norm_is_that_of_all_gradients_together() -> None:
    assert grad_norm(parameters([3.0, 0.0], None, [0.0, 4.0])) == pytest.approx(5)
    assert grad_norm(parameters(None)) is None


def test_the_norm_is_read_anew_when_a_gradient_has_changed_or_is_another_one() -> None:
    """A new gradient may get the address of an old one: it must not be mistaken for it."""
    reader, held = NormReader(), parameters([3.0, 4.0])
    for step in range(200):
        assert reader.read(held) == pytest.approx(grad_norm(held))
        if step % 2:
            held[0].grad = None
            gc.collect(0)
            held[0].grad = torch.tensor([float(step), 0.0])
        else:
            assert held[0].grad is not None
            held[0].grad += 1


def test_unchanged_gradients_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, held = NormReader(), parameters([3.0, 4.0])
    first = reader.read(held)
    monkeypatch.setattr("loop_core.gradients.grad_norm", None)
    assert reader.read(held) == first == pytest.approx(5)
