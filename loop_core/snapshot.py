"""What an operation left behind, frozen: numbers that no later step of the loop can change.

Arrays are read-only and bounded in size, whatever the size of the model.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from loop_core.operations import Operation

Array = npt.NDArray[np.floating]
GradMode = Literal["grad", "no_grad", "inference"]
Task = Literal["regression", "binary", "multiclass"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Whether the live objects show that the operation really happened, and what they show."""

    holds: bool
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Param:
    """One parameter of the model.

    name: as in ``model.named_parameters()``.  shape: its true shape.
    value, grad, previous: 2-D pictures (rows, columns) of the values, of the gradients (None: ``.grad``
    is None) and of the values before the operation; each at most 64 x 64, averaged by area when larger.
    """

    name: str
    shape: tuple[int, ...]
    value: Array
    grad: Array | None
    previous: Array


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One layer as the forward pass went through it, for one sample of the batch.

    name, kind: as in ``model.named_modules()``, and its class.  width: number of units.
    units: the activations of the sample, shape (min(width, 64),).
    params: names of the layer's own parameters.
    """

    name: str
    kind: str
    width: int
    units: Array
    params: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Forward:
    """A forward pass: the sample that is shown, layer by layer.

    sample: its index in the batch.  inputs: its features, shape (min(features, 64),).
    """

    sample: int
    inputs: Array
    layers: tuple[Layer, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """The points of a data set: inputs (n, features), targets (n,), predictions (n, outputs) or None.

    At most 1000 points, 64 features and 64 outputs; total: how many points there are.
    best: index of each sample's largest output, of all of them, (n,); NaN where an output is NaN; None
    unless each sample has one target and several outputs.
    errors: each sample's own part of the loss, (n,); None where that is not known.
    """

    inputs: Array
    targets: Array
    predictions: Array | None
    best: Array | None
    errors: Array | None
    total: int


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """What the model says over its whole input space, in eval mode.

    One feature: x (m,), outputs (m, k).  Two: x (m,), y (m,), outputs (m, m, k) with rows along y.
    """

    x: Array
    y: Array | None
    outputs: Array


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """A loss over the epochs: epoch (n,) and value (n,), NaN and infinity as they came."""

    epoch: Array
    value: Array


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """The training loss over the two numbers that a model trains.

    names: of the two.  x (m,), y (n,): their values.  loss (n, m): rows along y, columns along x.
    lowest: the minimum (x, y, loss), None where none was found.
    """

    names: tuple[str, str]
    x: Array
    y: Array
    loss: Array
    lowest: tuple[float, float, float] | None


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    """A surface and the places on it, path (n, 2): the start, then one for each epoch's step so far.

    Of a long path every so manieth place, the first and the last always.
    """

    surface: Surface
    path: Array


@dataclass(frozen=True, slots=True)
class Saved:
    """A file that the lesson saved: its name, its size in bytes, and where it is."""

    name: str
    size: int
    path: str


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """The state of a lesson after one operation of it.

    number: the cue's index in the song.  lines: the operation's lines in the source, from 1, inclusive.
    epoch: the current epoch from 0 (None before the loop).  epochs: how many there will be (None: unknown).
    training: ``model.training``.  learning_rate: of the first parameter group.
    loss_name: of the loss function or its class, "" without one.
    threshold: outputs above it mean class 1; only for binary targets.
    walk: only for a model that trains exactly two numbers.
    printed: what this operation printed.  console: the last lines printed so far.
    error: the lesson's own error with its traceback, once it has stopped.
    """

    number: int
    operation: Operation
    lines: tuple[int, int]
    evidence: Evidence
    epoch: int | None
    epochs: int | None
    task: Task
    loss_name: str
    threshold: float | None
    training: bool | None
    grad_mode: GradMode
    learning_rate: float | None
    params: tuple[Param, ...]
    forward: Forward | None
    test_forward: Forward | None
    loss: float | None
    test_loss: float | None
    grad_norm: float | None
    train_series: Series
    test_series: Series
    train: Points | None
    test: Points | None
    fit: Fit | None
    walk: Walk | None
    printed: tuple[str, ...]
    console: tuple[str, ...]
    saved: Saved | None
    error: str | None


def frozen(array: npt.ArrayLike, dtype: npt.DTypeLike = np.float32) -> Array:
    """A read-only copy."""
    copy = np.array(array, dtype=dtype)
    copy.flags.writeable = False
    return copy
