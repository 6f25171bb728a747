"""Bounded pictures of tensors of any size; making one touches a bounded number of values."""

import math
from collections.abc import Mapping

import torch
from torch import nn
from torch.nn.parameter import is_lazy

from loop_core.snapshot import Array, Param, frozen

SIDE = 64
"""Longest side of a picture."""
FINE = 2 * SIDE
"""Of a longer side every so manieth place is read: at least so many, and fewer than twice as many."""
MOST_PARAMS = 24
"""A model with more parameters is shown by the first and the last of them, half of these each."""


def picture(tensor: torch.Tensor) -> Array:
    """A 2-D picture of a tensor, rows by columns, averaged by area where a side exceeds 64.

    A scalar is (1, 1), a vector (1, n), anything else (first dimension, all others together). Of a
    convolution's weight (4-D) only the kernels of the first input channels are taken, as many as fit.
    """
    flat = tensor.detach()
    if flat.layout is not torch.strided:
        flat = flat.to_dense()
    if flat.ndim == 4:
        flat = _kernels(flat)
    flat = flat.reshape(1, -1) if flat.ndim < 2 else flat.reshape(flat.shape[0], -1)
    return frozen(shrunk(flat, SIDE).cpu().float().numpy())


def shrunk(flat: torch.Tensor, side: int) -> torch.Tensor:
    """A tensor (..., n, m) averaged by area to at most ``side`` rows and columns."""
    rows, columns = flat.shape[-2:]
    if max(rows, columns) <= side or not flat.numel():
        return flat
    flat = flat[..., :: max(1, rows // FINE), :: max(1, columns // FINE)]
    size = min(rows, side), min(columns, side)
    batch = flat.reshape(1, -1, *flat.shape[-2:]).float()
    return nn.functional.adaptive_avg_pool2d(batch, size).reshape(*flat.shape[:-2], *size)


def kernel_of(shape: tuple[int, ...]) -> tuple[int, int] | None:
    """Height and width of a convolution's kernels as they stand in its picture; None for other weights."""
    if len(shape) != 4:
        return None
    height, width = shape[2:]
    if height * width <= SIDE:
        return height, width
    most = math.isqrt(SIDE)
    return min(height, most), min(width, most)


def _kernels(weight: torch.Tensor) -> torch.Tensor:
    """Rows: the first output channels. Columns: the kernels of as many input channels as fit."""
    height, width = kernel_of(tuple(weight.shape)) or (1, 1)
    part = weight[:SIDE, : max(1, SIDE // max(1, height * width))]
    if part.shape[2:] != (height, width):
        part = nn.functional.adaptive_avg_pool2d(part.float(), (height, width))
    return part.reshape(part.shape[0], -1)


def pictured(model: nn.Module) -> dict[str, nn.Parameter]:
    """The parameters that pictures are made of, by name."""
    every = [(name, p) for name, p in model.named_parameters() if not is_lazy(p)]
    if len(every) > MOST_PARAMS:
        every = every[: MOST_PARAMS // 2] + every[-(MOST_PARAMS // 2) :]
    return dict(every)


def values_of(model: nn.Module) -> dict[str, Array]:
    """Pictures of the parameters' values, by name."""
    return {name: picture(parameter) for name, parameter in pictured(model).items()}


def grads_of(model: nn.Module) -> dict[str, Array]:
    """Pictures of the gradients that there are, by the names of their parameters."""
    grads = ((name, parameter.grad) for name, parameter in pictured(model).items())
    return {name: picture(grad) for name, grad in grads if grad is not None}


def params_of(
    model: nn.Module,
    previous: Mapping[str, Array],
    cleared: Mapping[str, Array],
    by_rank: Mapping[str, tuple[Array, ...]],
) -> tuple[Param, ...]:
    """The model's parameters, frozen.

    previous: pictures of their values before the operation, by name.  cleared: of the gradients that the
    operation has taken away.  by_rank: of each rank's own gradients.
    """
    values, grads = values_of(model), grads_of(model)
    return tuple(
        Param(
            name,
            tuple(parameter.shape),
            values[name],
            grads.get(name),
            previous.get(name, values[name]),
            cleared.get(name),
            kernel_of(tuple(parameter.shape)),
            by_rank.get(name, ()),
        )
        for name, parameter in pictured(model).items()
    )
