"""Sing a training loop on objects of one's own: for notebooks, and for teachers."""

import copy
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import replace
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import torch
from torch import nn

from assets import SONGS
from loop_core.conductor import Conductor
from loop_core.errors import InputError
from loop_core.lessons import Lesson, Script
from loop_core.listing import read_listing
from loop_core.snapshot import Snapshot
from loop_core.song import Song, find_song, load_song
from loop_core.stepper import Stepper

Data = tuple[torch.Tensor, torch.Tensor] | Iterable[tuple[torch.Tensor, torch.Tensor]]
LOOP = Path(__file__).with_name("given_loop.py")
SHOWS = "torchaoke.shows"
"""The group of entry points that open a window: whatever is installed with the program."""


def sing(
    model: nn.Module,
    loss_fn: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    optimizer: torch.optim.Optimizer,
    train_data: Data,
    test_data: Data,
    epochs: int = 20,
    *,
    song: str = "optimization_loop",
    title: str = "",
    window: bool = True,
) -> list[Snapshot]:
    """Train a model to a song, and say what each operation of the loop left.

    model: called with inputs (samples, ...), it answers with predictions.
    loss_fn: takes predictions and targets, and answers with one number, a tensor of shape ().
    optimizer: holds parameters of the model.
    train_data, test_data: a pair of tensors (inputs, targets) of the same length, or batches of such pairs
    that can be gone through again and again: a list, a DataLoader.
    epochs: at least 1.  song: a bundled song's name, or the folder of one.
    window: play it with sound in a window, until that is closed; else in virtual time, in a few seconds.

    The model is trained in place, as far as the song has come; each restart of the song begins where it was
    given. A snapshot for each line of the song that was reached, in its order; see `loop_core.snapshot`.

    Raises InputError, which says what was given and what was expected, and whatever the model raises.
    """
    given = Given(model, loss_fn, optimizer, train_data, test_data, epochs)
    found = load_song(find_song(song, SONGS))
    name = title or type(model).__name__
    lesson = Lesson(name, name, "", epochs, None, script=Script(LOOP))
    listing = replace(read_listing(LOOP, lesson.name), standalone=False)
    with tempfile.TemporaryDirectory(prefix="torchaoke-") as folder:

        def open_conductor(real: Callable[[], float] | None) -> Conductor:
            def open_stepper() -> Stepper:
                return Stepper(listing, Path(folder), None, own=True, given=given.names)

            return Conductor(found, lesson, listing, open_stepper, real)

        if window:
            return _show(open_conductor, found, lesson)
        with closing(open_conductor(None)) as conductor:
            for number in range(round(found.length * PICTURES) + 1):
                conductor.tick(number / PICTURES)
            return _snapshots(conductor)


PICTURES = 30
"""Per second of a song in virtual time."""


class Given:
    """What `sing` is given, checked; and as it was, for each time that the song begins."""

    def __init__(
        self,
        model: object,
        loss_fn: object,
        optimizer: object,
        train_data: Any,
        test_data: Any,
        epochs: object,
    ) -> None:
        """Raises InputError for what cannot be sung."""
        if not isinstance(model, nn.Module):
            raise InputError(f"model is {_kind(model)}; expected a torch.nn.Module")
        if not isinstance(optimizer, torch.optim.Optimizer):
            raise InputError(f"optimizer is {_kind(optimizer)}; expected a torch.optim.Optimizer")
        if not callable(loss_fn):
            raise InputError(
                f"loss_fn is {_kind(loss_fn)}; expected a loss function, as in torch.nn.MSELoss()"
            )
        if isinstance(epochs, bool) or not isinstance(epochs, int) or epochs < 1:
            raise InputError(f"epochs is {epochs!r}; expected a whole number from 1")
        held = {id(p) for group in optimizer.param_groups for p in group["params"]}
        if not held & {id(p) for p in model.parameters()}:
            raise InputError(
                "the optimizer holds no parameter of the model; expected model.parameters() in it"
            )
        self._objects: dict[str, Any] = {
            "model": model,
            "loss_fn": loss_fn,
            "optimizer": optimizer,
            "train_data": batches_of(train_data, "train_data"),
            "test_data": batches_of(test_data, "test_data"),
            "epochs": epochs,
        }
        self._begin = copy.deepcopy(model.state_dict()), copy.deepcopy(optimizer.state_dict())

    def names(self) -> dict[str, Any]:
        """The objects by the names that the loop has for them; model and optimizer as they were given."""
        model, optimizer = self._objects["model"], self._objects["optimizer"]
        model.load_state_dict(copy.deepcopy(self._begin[0]))
        optimizer.load_state_dict(copy.deepcopy(self._begin[1]))
        optimizer.zero_grad()
        return self._objects


def batches_of(data: Any, name: str) -> Any:
    """Batches of pairs; InputError where it is no pair of tensors and cannot be gone through twice."""
    if isinstance(data, tuple | list) and len(data) == 2 and all(isinstance(d, torch.Tensor) for d in data):
        inputs, targets = data
        if not inputs.ndim or not targets.ndim or len(inputs) != len(targets) or not len(inputs):
            raise InputError(
                f"{name} has inputs {tuple(inputs.shape)} and targets {tuple(targets.shape)}; "
                "expected as many of both, and at least one"
            )
        return [(inputs, targets)]
    if iter_again(data):
        return data
    raise InputError(
        f"{name} is {_kind(data)}; "
        "expected two tensors (inputs, targets), or a list or DataLoader of such pairs"
    )


def iter_again(data: object) -> bool:
    """Whether it can be gone through more than once: an iterator cannot."""
    return hasattr(data, "__iter__") and not hasattr(data, "__next__")


def _show(
    open_conductor: Callable[[Callable[[], float] | None], Conductor], song: Song, lesson: Lesson
) -> list[Snapshot]:
    """In a window, until it is closed."""
    shows = list(entry_points(group=SHOWS))
    if not shows:
        raise InputError("no window to show it in: torchaoke is not installed; sing(..., window=False)")
    opened: list[Conductor] = []

    def open_one(lesson: Lesson) -> Conductor:
        opened.append(open_conductor(time.perf_counter))
        return opened[-1]

    shows[0].load()(song, lesson, open_one)
    return _snapshots(opened[-1])


def _snapshots(conductor: Conductor) -> list[Snapshot]:
    found = {record.snapshot.number: record.snapshot for record in conductor.records}
    errors = [snapshot.error for snapshot in found.values() if snapshot.error is not None]
    if errors:
        raise RuntimeError(errors[0])
    return [found[number] for number in sorted(found)]


def _kind(value: object) -> str:
    return f"a {type(value).__name__}"
