"""Questions about the gradients of many parameters."""

import weakref
from collections.abc import Sequence

import torch

from loop_core.pictures import picture

Marks = tuple[tuple[int, int] | None, ...]
"""Of each gradient its identity and version, None for none: what changes while an operation runs."""


def grad_state(parameter: torch.Tensor) -> str:
    """'None', 'zero' or 'value': the three states of ``.grad``."""
    if parameter.grad is None:
        return "None"
    shown = picture(parameter.grad)  # of a large gradient some values are enough, unless all of them are 0
    return "value" if shown.any() or bool(parameter.grad.count_nonzero()) else "zero"


def grad_marks(parameters: Sequence[torch.Tensor]) -> Marks:
    """The marks of the gradients that there are now."""
    return tuple(None if p.grad is None else (id(p.grad), p.grad._version) for p in parameters)


def grad_norm(parameters: Sequence[torch.Tensor]) -> float | None:
    """The 2-norm of all gradients together, or None when there are none."""
    grads = [p.grad for p in parameters if p.grad is not None]
    return float(torch.stack([g.detach().norm() for g in grads]).norm()) if grads else None


class NormReader:
    """Reads all gradients for their norm only when one of them has changed."""

    def __init__(self) -> None:
        self._read: list[tuple[weakref.ref[torch.Tensor], int]] = []
        self._norm: float | None = None

    def read(self, parameters: Sequence[torch.Tensor]) -> float | None:
        """`grad_norm` of the parameters."""
        grads = [p.grad for p in parameters if p.grad is not None]
        same = len(grads) == len(self._read) and all(
            ref() is grad and version == grad._version
            for (ref, version), grad in zip(self._read, grads, strict=True)
        )
        if not same:
            self._norm = grad_norm(parameters)
            self._read = [(weakref.ref(grad), grad._version) for grad in grads]
        return self._norm
