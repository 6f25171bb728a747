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
    """Whether the live objects show that the operation really happened, and what they show.

    absent: the loop has no such operation, so that nothing has been run; then it does not hold either.
    """

    holds: bool
    text: str
    absent: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Param:
    """One parameter of the model.

    name: as in ``model.named_parameters()``.  shape: its true shape.
    value, grad, previous, cleared: 2-D pictures (rows, columns), each at most 64 x 64: of the values, of
    the gradients (None: ``.grad`` is None), of the values before the operation, and of the gradients that
    `Operation.ZERO_GRAD` has taken away. Larger parameters are averaged by area.
    kernel: height and width of a convolution's kernels. Then each row is one output channel, and its
    columns are the whole kernels of its first input channels, one after the other.
    by_rank: pictures of the gradients that each of several processes had before their mean was taken.
    """

    name: str
    shape: tuple[int, ...]
    value: Array
    grad: Array | None
    previous: Array
    cleared: Array | None = None
    kernel: tuple[int, int] | None = None
    by_rank: tuple[Array, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One layer as the forward pass went through it, for one sample of the batch.

    name, kind: as in ``model.named_modules()``, and its class; the inputs are a layer of kind 'input'.
    width: number of units, or of channels.  units: their activations, shape (min(width, 64),), averaged
    by area when there are more, and over its places for a channel.
    maps: pictures (k, height, width) of the first channels, at most 8 of 16 x 16; None without places.
    telling: index and activation of the units that answered most strongly, where not all are shown.
    params: names of the layer's own parameters.
    """

    name: str
    kind: str
    width: int
    units: Array
    maps: Array | None = None
    telling: tuple[tuple[int, float], ...] = ()
    params: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Forward:
    """A forward pass: the sample that is shown, layer by layer, its inputs first.

    sample: its index in the batch.  skipped: how many layers in the middle of a deep model are left out.
    """

    sample: int
    layers: tuple[Layer, ...]
    skipped: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Drops:
    """What a dropout layer does in its present mode: name as in ``model.named_modules()``.

    kept (n, units): of n passes that were tried on a copy of the layer, 1 for each unit that it kept.
    """

    name: str
    kept: Array


@dataclass(frozen=True, slots=True)
class Tape:
    """What autograd has recorded from the weights to a tensor.

    nodes: names of its functions in the order of the forward pass, at most the last 16 of total.
    leaves: how many parameters it leads to.  used: a backward pass has used it up.
    """

    nodes: tuple[str, ...]
    total: int
    leaves: int
    used: bool


@dataclass(frozen=True, slots=True, eq=False)
class Images:
    """Some samples that are pictures: their indices (k,), at most 10, and pixels (k, height, width).

    A picture's sides are at most 32; the mean of its channels is kept.
    """

    samples: tuple[int, ...]
    pixels: Array


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """Some samples that are sequences of whole numbers, and what the model says comes next at each place.

    first: index of the first of them.  inputs, targets (k, places): at most 3 of 64 places.
    guesses, sure (k, places): the likeliest number and its probability.  right (k, places): the
    probability of the target. None before the first pass; NaN where an output is.
    wrong: of all guesses of the set, total, how many are not the target.
    words: what the numbers stand for; () where the lesson has no such table.
    """

    first: int
    inputs: Array
    targets: Array
    guesses: Array | None
    sure: Array | None
    right: Array | None
    wrong: int
    total: int
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """The points of a data set: inputs (n, features), targets (n,), predictions (n, outputs) or None.

    At most 1000 points, 64 features and 64 outputs; total: how many points there are.
    best: index of each sample's largest output, of all of them, (n,); NaN where an output is NaN; None
    unless each sample has one target and several outputs.
    errors: each sample's own part of the loss, (n,); None where that is not known.
    images, text: some of the samples as what they are.
    """

    inputs: Array
    targets: Array
    predictions: Array | None
    best: Array | None
    errors: Array | None
    total: int
    images: Images | None = None
    text: Text | None = None


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

    epochs (n,): whose step led there, -1 at the start.
    Of a long path every so manieth place, the first and the last always.
    """

    surface: Surface
    path: Array
    epochs: Array


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
    model_name: what the script calls the model that is shown, where it has several.
    threshold: outputs above it mean class 1; only for binary targets.
    outline: the layers as a copy of the model has them, before the lesson's own first pass.
    drops: of the dropout layers, when the mode was set.
    tape: of the training loss, or of the predictions before it; None where nothing is recorded.
    walk: only for a model that trains exactly two numbers.  walk_awaited: it is there as soon as the
    lesson's first loss has confirmed its surface.
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
    model_name: str
    params: tuple[Param, ...]
    outline: Forward | None
    forward: Forward | None
    test_forward: Forward | None
    drops: tuple[Drops, ...]
    tape: Tape | None
    loss: float | None
    test_loss: float | None
    grad_norm: float | None
    train_series: Series
    test_series: Series
    train: Points | None
    test: Points | None
    fit: Fit | None
    walk: Walk | None
    walk_awaited: bool
    printed: tuple[str, ...]
    console: tuple[str, ...]
    saved: Saved | None
    error: str | None


def frozen(array: npt.ArrayLike, dtype: npt.DTypeLike = np.float32) -> Array:
    """A read-only copy."""
    copy = np.array(array, dtype=dtype)
    copy.flags.writeable = False
    return copy


def unseen(number: int, operation: Operation, evidence: Evidence) -> Snapshot:
    """Of a lesson that nothing has been seen of."""
    no_losses = Series(frozen(()), frozen(()))
    return Snapshot(
        number=number,
        operation=operation,
        lines=(0, 0),
        evidence=evidence,
        epoch=None,
        epochs=None,
        task="regression",
        loss_name="",
        model_name="",
        threshold=None,
        training=None,
        grad_mode="grad",
        learning_rate=None,
        params=(),
        outline=None,
        forward=None,
        test_forward=None,
        drops=(),
        tape=None,
        loss=None,
        test_loss=None,
        grad_norm=None,
        train_series=no_losses,
        test_series=no_losses,
        train=None,
        test=None,
        fit=None,
        walk=None,
        walk_awaited=False,
        printed=(),
        console=(),
        saved=None,
        error=None,
    )
