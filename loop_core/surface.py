"""The loss over the two parameters of a small model, and the path of a run on it.

The surface is asked of a copy of the lesson's model: the lesson's own objects are only read.
"""

import copy
import math
from collections.abc import Callable

import numpy as np
import torch
from torch import nn
from torch.func import functional_call, vmap

from loop_core.freeze import untouched
from loop_core.snapshot import Array, Surface, Walk, frozen

SIDE = 64
"""Points along each axis of the surface."""
PAD = 0.75
"""What is shown beyond start and minimum on each side, as a share of their distance: paths overshoot."""
MOST_VALUES = 2**16
"""Input values and parameters beyond which there is no survey: it would take longer than a line of a song."""
MOST_STEPS = 400
"""The most points of a path that are kept in a `Walk`."""

_SEARCH_SIDE = 17
_ROUNDS = 40
_WIDEST, _NARROWEST = 256.0, 1e-7
"""The search ends with boxes of these sizes, as multiples of its first."""
_AT_ONCE = 2**18
"""Input values that are worked on at a time: points of the surface times the data's values."""

Losses = Callable[[torch.Tensor], torch.Tensor]
"""Points (n, 2) to losses (n,)."""


class Survey:
    """The surface of one model, loss function and training set, and the path walked on it so far.

    It is shown once the lesson itself has calculated the same loss at the same place.
    """

    def __init__(self, subjects: tuple[object, ...], model: nn.Module, surface: Surface, at: Losses) -> None:
        """subjects: what the surface is of; `of` makes all of this."""
        self._subjects = subjects
        self._surface = surface
        self._losses_at = at
        self._parameters = list(_trained(model).values())
        self._dtype = self._parameters[0].dtype
        self._confirmed: bool | None = None
        self._path: list[tuple[float, ...]] = []  # both numbers, and the epoch
        self._epoch = -1
        self.note(-1)
        self._first = self._loss_at_end()  # ahead, so that `confirm` takes no time within the loop

    @classmethod
    def of(
        cls, model: nn.Module, loss_fn: object, inputs: torch.Tensor, targets: torch.Tensor
    ) -> "Survey | None":
        """A survey from where the model stands; None unless it trains exactly two numbers.

        None too where a copy of the model does not answer for many places at once: torch cannot copy
        it, it draws random numbers, or its forward pass asks what a number is.
        """
        parameters = _trained(model)
        size = inputs.numel() + sum(p.numel() for p in model.parameters())
        if sum(p.numel() for p in parameters.values()) != 2 or size > MOST_VALUES:
            return None
        try:
            with untouched(), torch.inference_mode(False), torch.no_grad():
                losses_at = _losses(model, loss_fn, inputs, targets)
                surface = _surface(_names(parameters), _place(parameters), losses_at)
        except Exception:  # the model's own code was not written for this: then there is nothing to show
            return None
        subjects = model, loss_fn, inputs, targets
        return None if surface is None else cls(subjects, model, surface, losses_at)

    @property
    def compared(self) -> bool:
        """Whether the surface has been held against a loss of the lesson."""
        return self._confirmed is not None

    def confirm(self, loss: float) -> None:
        """The lesson has calculated its first loss, where the path ends; the surface must say the same."""
        mine = self._first if len(self._path) == 1 else self._loss_at_end()
        self._confirmed = math.isclose(mine, loss, rel_tol=1e-4, abs_tol=1e-7)

    def _loss_at_end(self) -> float:
        """The loss where the path ends."""
        with untouched(), torch.inference_mode(False), torch.no_grad():
            place = torch.tensor(self._path[-1][:2], dtype=self._dtype)
            return self._losses_at(place[None]).item()

    def note(self, epoch: int) -> None:
        """Keep where the parameters stand after the epoch's step; O(1) over time."""
        if len(self._parameters) == 2:
            self._path.append((self._parameters[0].item(), self._parameters[1].item(), epoch))
        else:
            self._path.append((*self._parameters[0].detach().reshape(-1).tolist(), epoch))
        self._epoch = epoch

    def note_once(self, epoch: int) -> None:
        """Keep it, unless a step of this epoch has been kept."""
        if epoch != self._epoch:
            self.note(epoch)

    def walk(self, *subjects: object) -> Walk | None:
        """Surface and path so far; None before `confirm`, and where the lesson now works on other objects."""
        same = all(mine is theirs for mine, theirs in zip(self._subjects, subjects, strict=True))
        if not self._confirmed or not same:
            return None
        kept = self._thinned()
        return Walk(self._surface, kept[:, :2], kept[:, 2])

    def _thinned(self) -> Array:
        """At most `MOST_STEPS` points, first and last among them; read-only."""
        path = self._path
        if len(path) > MOST_STEPS:
            path = [path[index] for index in np.linspace(0, len(path) - 1, MOST_STEPS).round().astype(int)]
        return frozen(path, np.float64)


def _trained(model: nn.Module) -> dict[str, nn.Parameter]:
    return {name: p for name, p in model.named_parameters() if p.requires_grad}


def _names(parameters: dict[str, nn.Parameter]) -> tuple[str, str]:
    """What the two numbers are called: a parameter's name, with an index where it holds both."""
    if len(parameters) == 2:
        first, second = parameters
        return first, second
    ((name, parameter),) = parameters.items()
    first, second = (f"{name}[{', '.join(map(str, index))}]" for index in np.ndindex(*parameter.shape))
    return first, second


def _place(parameters: dict[str, nn.Parameter]) -> torch.Tensor:
    """The two numbers, (2,)."""
    return torch.cat([p.detach().reshape(-1) for p in parameters.values()])


def _losses(model: nn.Module, loss_fn: object, inputs: torch.Tensor, targets: torch.Tensor) -> Losses:
    """What the lesson's loss is at other places, asked of copies."""
    model, loss_fn = copy.deepcopy((model, loss_fn))
    assert callable(loss_fn)
    shapes = {name: p.shape for name, p in _trained(model).items()}
    sizes = [shape.numel() for shape in shapes.values()]

    def loss_at(place: torch.Tensor) -> torch.Tensor:
        parts = zip(shapes.items(), torch.split(place, sizes), strict=True)
        prediction = functional_call(
            model, {name: part.reshape(shape) for (name, shape), part in parts}, inputs
        )
        if prediction.numel() == targets.numel():
            prediction = prediction.reshape(targets.shape)  # as the lesson's own squeeze does
        loss: torch.Tensor = loss_fn(prediction, targets)
        return loss.reshape(())

    chunk = max(1, _AT_ONCE // max(1, inputs.numel()))
    losses: Losses = vmap(loss_at, chunk_size=chunk)
    return losses


def _surface(names: tuple[str, str], start: torch.Tensor, losses_at: Losses) -> Surface | None:
    """The losses around start and minimum; None when none of them is finite."""
    lowest = _lowest(start, losses_at)
    if lowest is None:
        middle, half = start, 4 * _reach(start)
    else:
        span = (start - lowest).abs()
        middle, half = (start + lowest) / 2, (0.5 + PAD) * torch.maximum(span, span.max() / 4).clamp(min=1e-6)
    x, y = (
        torch.linspace(float(m - h), float(m + h), SIDE, dtype=start.dtype)
        for m, h in zip(middle, half, strict=True)
    )
    grid = torch.cartesian_prod(y, x).flip(1)  # rows along the second parameter
    losses = losses_at(grid).reshape(SIDE, SIDE)
    if not losses.isfinite().any():
        return None
    least = None
    if lowest is not None:
        least = float(lowest[0]), float(lowest[1]), losses_at(lowest[None]).item()
    return Surface(names, frozen(x.numpy()), frozen(y.numpy()), frozen(losses.numpy()), least)


def _lowest(start: torch.Tensor, losses_at: Losses) -> torch.Tensor | None:
    """The place (2,) of the minimum that is found from ``start``; None where the loss only falls outwards.

    A box of places around the best one so far, wider while the best lies on its edge, then ever narrower.
    """
    line = torch.linspace(-1, 1, _SEARCH_SIDE, dtype=start.dtype)
    box = torch.cartesian_prod(line, line)
    best, reach = start, 1.0
    for _ in range(_ROUNDS):
        index = int(losses_at(best + reach * _reach(start) * box).nan_to_num(nan=torch.inf).argmin())
        best = best + reach * _reach(start) * box[index]
        reach *= 2 if bool((box[index].abs() == 1).any()) else 0.25
        if reach > _WIDEST:
            return None
        if reach < _NARROWEST:
            break
    return best


def _reach(start: torch.Tensor) -> torch.Tensor:
    """How far from ``start`` one looks first, (2,)."""
    return start.abs().clamp(min=1)
