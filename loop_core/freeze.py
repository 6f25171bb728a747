"""A lesson's data, what the model says of it, and its losses, as frozen, bounded numpy copies."""

import copy
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
from torch import nn

from loop_core.examples import images_of, text_of
from loop_core.pictures import SIDE
from loop_core.snapshot import Array, Fit, Points, Series, Task, frozen

MOST_POINTS = 1000
GRID = {1: 96, 2: 40}
"""Points along each axis of a fit, by number of features."""
MOST_WORK = 2**28
"""Parameters times points of the grid up to which a model is asked: a fiftieth of a second."""

BINARY = (nn.BCEWithLogitsLoss, nn.BCELoss, nn.SoftMarginLoss)
BINARY_FUNCTIONS = ("binary_cross_entropy", "binary_cross_entropy_with_logits")
MULTICLASS_FUNCTIONS = ("cross_entropy", "nll_loss", "multi_margin_loss")
MULTICLASS = (nn.CrossEntropyLoss, nn.NLLLoss, nn.MultiMarginLoss)


def task_of(loss_fn: object) -> Task:
    """What kind of targets a loss function compares with."""
    if isinstance(loss_fn, BINARY) or name_of(loss_fn) in BINARY_FUNCTIONS:
        return "binary"
    multiclass = isinstance(loss_fn, MULTICLASS) or name_of(loss_fn) in MULTICLASS_FUNCTIONS
    return "multiclass" if multiclass else "regression"


def is_loss(module: nn.Module) -> bool:
    """Whether a module calculates a loss and is no model."""
    return isinstance(module, nn.modules.loss._Loss) or type(module).__name__.endswith("Loss")


def name_of(loss_fn: object) -> str:
    """What a loss function is called: a function's own name, else its class's; "" for None."""
    return "" if loss_fn is None else str(getattr(loss_fn, "__name__", type(loss_fn).__name__))


def threshold_of(loss_fn: object) -> float | None:
    """The output above which a sample is taken for class 1: a probability of a half, or the logit 0."""
    if task_of(loss_fn) != "binary":
        return None
    return 0.5 if name_of(loss_fn) in ("BCELoss", "binary_cross_entropy") else 0.0


def errors_of(loss_fn: object, predictions: torch.Tensor, targets: torch.Tensor) -> Array | None:
    """Each sample's own loss, (n,), of at most `MOST_POINTS`: the mean over its outputs where it has several.

    None for a loss function that does not give one for each target.
    """
    if not isinstance(loss_fn, nn.Module) or not hasattr(loss_fn, "reduction"):
        return None
    try:
        own = type(loss_fn).__module__ != nn.MSELoss.__module__  # torch's own ones draw no random numbers
        with untouched() if own else nullcontext(), torch.no_grad():
            targets = targets[:MOST_POINTS]
            single: Any = copy.copy(loss_fn)
            single.reduction = "none"
            losses = single.forward(predictions[:MOST_POINTS], targets)  # not called: that would run hooks
            if losses.shape not in (targets.shape, targets.shape[:1]):
                return None
            return frozen(losses.reshape(len(targets), -1).float().mean(dim=1).cpu().numpy())
    except Exception:  # a learner's own loss function was not written for this
        return None


@dataclass(slots=True)
class PointsReader:
    """Copies a data set once, and again only when its tensors are other ones or have changed."""

    _read: tuple[torch.Tensor, torch.Tensor] | None = None  # kept, so that no other one can look like it
    _versions: tuple[int, int] = (0, 0)
    _points: Points | None = None
    _predicted: torch.Tensor | None = None
    _stale: torch.Tensor | None = None  # what was predicted for other inputs than the present ones

    def read(
        self,
        inputs: object,
        targets: object,
        predictions: object,
        loss_fn: object = None,
        names: Mapping[str, object] = MappingProxyType({}),
    ) -> Points | None:
        """The set's points, or None when these are not tensors with one row per sample.

        loss_fn: asked for the samples' errors, which are then kept until the predictions change.
        names: the lesson's variables, among which a table may say what the numbers of a sequence stand for.
        What has not changed since the last call is the same object.
        """
        if not isinstance(inputs, torch.Tensor) or not isinstance(targets, torch.Tensor) or not inputs.ndim:
            return None
        total = len(inputs)
        if targets.ndim == 0 or len(targets) != total:
            return None
        versions = _version(inputs), _version(targets)
        same = self._read is not None and self._read[0] is inputs and self._read[1] is targets
        points = self._points if same and versions == self._versions else None
        if points is None:
            self._read, self._versions = (inputs, targets), versions
            self._stale = None if same else self._predicted
            bare = frozen(_rows(inputs)), frozen(_rows(targets)[:, 0])
            points = Points(*bare, None, None, None, total, images_of(inputs, targets))
        if not isinstance(predictions, torch.Tensor) or not predictions.ndim or len(predictions) != total:
            predictions = None
        if predictions is self._stale:
            predictions = None
        self._predicted = predictions
        known, points = points, _with_predictions(points, predictions, targets.numel() == total)
        if points is not known or not same:
            points = replace(points, text=text_of(inputs, targets, predictions, names))
        if loss_fn is not None and predictions is not None and points.errors is None:
            points = replace(points, errors=errors_of(loss_fn, predictions, targets))
        self._points = points
        return points


def _with_predictions(points: Points, predictions: torch.Tensor | None, one_each: bool) -> Points:
    """The same points with these predictions; the same object when it has them already.

    one_each: there is one target for each sample, which the largest output may be compared with.
    """
    if predictions is None:
        bare = points.predictions is None
        return points if bare else replace(points, predictions=None, best=None, errors=None)
    rows = _rows(predictions)
    if points.predictions is not None and rows.tobytes() == points.predictions.tobytes():
        return points
    several = one_each and predictions.ndim == 2 and predictions.shape[1] > 1
    best = frozen(_best(predictions)) if several else None
    return replace(points, predictions=frozen(rows), best=best, errors=None)


def _best(predictions: torch.Tensor) -> Any:
    largest, best = predictions.detach()[:MOST_POINTS].float().max(dim=1)
    return best.float().masked_fill(largest.isnan(), torch.nan).cpu().numpy()


def _rows(tensor: torch.Tensor) -> Any:
    rows = tensor.detach()[:MOST_POINTS].reshape(min(len(tensor), MOST_POINTS), -1)[:, :SIDE]
    return rows.cpu().float().numpy()


def _version(tensor: torch.Tensor) -> int:
    return -1 if tensor.is_inference() else tensor._version


class Mirror:
    """A copy of the model in eval mode that is asked about its whole input space.

    The lesson's own model is never called here: its mode, hooks and random numbers stay as they are.
    """

    def __init__(self, model: nn.Module, inputs: torch.Tensor) -> None:
        """inputs: (n, 1) or (n, 2), all points that the grid shall cover."""
        with torch.inference_mode(False):  # a copy made inside inference mode could not change outside of it
            self.model = copy.deepcopy(model).eval()
        features = inputs.shape[1]
        low, high = inputs.amin(dim=0), inputs.amax(dim=0)
        margin = 0.08 * (high - low)
        self.axes = [
            torch.linspace(float(a), float(b), GRID[features], dtype=inputs.dtype)
            for a, b in zip(low - margin, high + margin, strict=True)
        ]
        if features == 1:
            self.grid = self.axes[0][:, None]
        else:
            self.grid = torch.stack(torch.meshgrid(*self.axes, indexing="xy"), dim=-1).reshape(-1, 2)

    @classmethod
    def of(cls, model: nn.Module, inputs: list[torch.Tensor]) -> "Mirror | None":
        """A mirror for floating-point data of one or two features; None for any other data.

        None too for a model that torch cannot copy, for example one that keeps its activations, and for
        one that is too large to be asked so often.
        """
        if any(x.ndim != 2 or x.shape[1] not in GRID or not x.is_floating_point() for x in inputs):
            return None
        features = inputs[0].shape[1]
        if sum(p.numel() for p in model.parameters()) * GRID[features] ** features > MOST_WORK:
            return None
        everything = torch.cat([x.detach().cpu() for x in inputs])
        if not len(everything) or not everything.isfinite().all():
            return None
        try:
            return cls(model, everything)
        except Exception:  # copying runs the model's own code: without a copy there is no fit to show
            return None

    def fit(self, model: nn.Module) -> Fit | None:
        """What ``model`` with its present parameters and buffers says on the grid.

        None when it does not answer there, for example because it knows only its own data's length.
        """
        try:
            with untouched(), torch.no_grad():
                for mine, theirs in zip(_tensors(self.model), _tensors(model), strict=True):
                    mine.copy_(theirs)
                outputs = self.model(self.grid)
        except Exception:  # the model's own code was written for the lesson's data, not for this grid
            return None
        if not isinstance(outputs, torch.Tensor):
            return None
        x, y = frozen(self.axes[0].numpy()), frozen(self.axes[1].numpy()) if len(self.axes) == 2 else None
        side = GRID[len(self.axes)]
        shape = (side, -1) if y is None else (side, side, -1)
        return Fit(x, y, frozen(outputs.float().cpu().numpy().reshape(shape)))


def _tensors(model: nn.Module) -> Iterator[torch.Tensor]:
    yield from model.parameters()
    yield from model.buffers()


@contextmanager
def untouched() -> Iterator[None]:
    """Whatever runs inside draws no random number of the lesson's."""
    states = torch.get_rng_state(), np.random.get_state(), random.getstate()
    try:
        yield
    finally:
        torch.set_rng_state(states[0])
        np.random.set_state(states[1])
        random.setstate(states[2])


class GrowingSeries:
    """A loss by epoch that only grows: a `Series` taken from it is a view that nothing later changes."""

    def __init__(self) -> None:
        self._length = 0
        self._rows = np.empty((2, 256))  # epochs and values
        self._added: list[tuple[int, float]] = []  # since the last series was taken

    def add(self, epoch: int, value: float) -> None:
        """Append one value."""
        self._added.append((epoch, value))

    def series(self) -> Series:
        """All values so far; O(1) over time for each that was added."""
        if self._added:
            length = self._length + len(self._added)
            if length > self._rows.shape[1]:
                rows = np.empty((2, 2 * length))
                rows[:, : self._length] = self._rows[:, : self._length]
                self._rows = rows
            self._rows[:, self._length : length] = np.transpose(self._added)
            self._length, self._added = length, []
        epochs, values = self._rows[:, : self._length]
        for view in (epochs, values):
            view.flags.writeable = False
        return Series(epochs, values)
