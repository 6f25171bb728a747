"""Pictures of tensors: bounded, whatever the tensor, and true to it."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from loop_core.pictures import MOST_PARAMS, SIDE, kernel_of, params_of, picture, pictured


@given(st.lists(st.integers(1, 150), max_size=3))
def test_a_picture_has_at_most_64_rows_and_columns_and_the_mean_of_the_whole(shape: list[int]) -> None:
    tensor = torch.linspace(-1, 1, int(np.prod(shape))).reshape(shape)
    found = picture(tensor)
    rows, columns = (1, tensor.numel()) if len(shape) < 2 else (shape[0], tensor[0].numel())
    assert found.shape == (min(rows, SIDE), min(columns, SIDE))
    assert found.min() >= -1.0001
    assert found.max() <= 1.0001
    if max(rows, columns) <= SIDE:
        assert np.array_equal(found, tensor.reshape(rows, columns).numpy())
    elif rows % SIDE == 0 or columns % SIDE == 0:
        assert found.mean() == pytest.approx(tensor.mean().item(), abs=0.05)


def test_a_picture_averages_by_area() -> None:
    tensor = torch.arange(128.0 * 2).reshape(2, 128)
    assert np.array_equal(picture(tensor), tensor.reshape(2, 64, 2).mean(dim=2).numpy())


def test_a_picture_shares_no_memory_with_its_tensor() -> None:
    tensor = torch.zeros(3)
    found = picture(tensor)
    tensor += 1
    assert found.tolist() == [[0, 0, 0]]


def test_making_a_picture_reads_a_bounded_number_of_values() -> None:
    """A million millions of values that share one place in memory: reading them all would take an hour."""
    endless = torch.ones(1).expand(10**6, 10**6)
    assert picture(endless).tolist() == [[1.0] * SIDE] * SIDE


@given(st.tuples(*[st.integers(1, 20)] * 4))
def test_a_convolutions_picture_holds_whole_kernels(shape: tuple[int, int, int, int]) -> None:
    weight = torch.randn(shape)
    found, kernel = picture(weight), kernel_of(shape)
    assert kernel is not None
    height, width = kernel
    assert found.shape[0] == shape[0]
    assert found.shape[1] % (height * width) == 0
    assert found.shape[1] <= SIDE
    if kernel == shape[2:]:
        first = found[-1, : height * width].reshape(height, width)
        assert np.array_equal(first, weight[-1, 0].numpy())


@pytest.mark.parametrize("shape", [(), (3,), (3, 4), (3, 4, 5)])
def test_other_weights_have_no_kernel(shape: tuple[int, ...]) -> None:
    assert kernel_of(shape) is None


def test_a_deep_model_is_shown_by_its_first_and_last_parameters() -> None:
    model = nn.Sequential(*(nn.Linear(2, 2) for _ in range(50)))
    names = list(pictured(model))
    assert len(names) == MOST_PARAMS
    assert names[0] == "0.weight"
    assert names[-1] == "49.bias"


def test_parameters_that_have_no_size_yet_are_left_out() -> None:
    assert list(pictured(nn.Sequential(nn.LazyLinear(3), nn.Linear(3, 1)))) == ["1.weight", "1.bias"]


def test_a_sparse_gradient_has_a_picture() -> None:
    model = nn.Embedding(5, 3, sparse=True)
    model(torch.tensor([1, 1])).sum().backward()
    (param,) = params_of(model, {}, {}, {})
    assert param.grad is not None
    assert param.grad.tolist() == [[0] * 3, [2] * 3, *[[0] * 3] * 3]
