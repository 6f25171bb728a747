"""Which of a script's models an operation is about: of a generator and its critic, one at a time."""

from collections.abc import Iterable, Sequence

import torch
from torch import nn
from torch.nn.parallel import DistributedDataParallel


def unwrapped(model: nn.Module) -> nn.Module:
    """The model itself, where it is shared among processes."""
    return model.module if isinstance(model, DistributedDataParallel) else model


def outermost(models: Iterable[object]) -> list[nn.Module]:
    """The models among these objects, each once, without those that are a part of another one."""
    found = {id(m): m for m in (unwrapped(each) for each in models if isinstance(each, nn.Module))}
    if len(found) < 2:
        return list(found.values())
    parts = {id(part) for m in found.values() for part in m.modules() if part is not m}
    return [m for m in found.values() if id(m) not in parts]


def containing(model: nn.Module, models: Sequence[nn.Module]) -> nn.Module | None:
    """The one of the models that this one is, or is a part of."""
    return next((each for each in models if any(part is model for part in each.modules())), None)


def trained_by(optimizer: torch.optim.Optimizer, models: Sequence[nn.Module]) -> nn.Module | None:
    """The one of the models that holds the optimizer's first parameter."""
    first = next((p for group in optimizer.param_groups for p in group["params"]), None)
    return next((each for each in models if any(p is first for p in each.parameters())), None)


def with_gradients(models: Sequence[nn.Module], present: nn.Module | None) -> nn.Module | None:
    """The present one, unless it has no gradients and another one has."""
    having = [each for each in models if any(p.grad is not None for p in each.parameters())]
    return present if present in having or not having else having[0]
