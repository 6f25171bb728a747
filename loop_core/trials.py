"""Runs a source edited from a lesson to its end, and keeps what tells it from the lesson's own."""

import hashlib
import tempfile
import time
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path

import torch
from torch import nn

from loop_core.freeze import GrowingSeries, is_loss
from loop_core.listing import Listing, Probe, compile_listing, read_listing
from loop_core.operations import Operation
from loop_core.outcomes import Trial
from loop_core.run import Run
from loop_core.sites import Site

SECONDS = 10.0
"""After so long a trial ends with the epochs that it has run."""


def run_trial(
    listing: Listing, source: str, seconds: float = SECONDS, wanted: Callable[[], bool] = lambda: True
) -> Trial:
    """Run ``source`` in a folder of its own; ``listing``: of the lesson, which names what to look at.

    wanted: asked after each epoch; False stops it there.

    Random numbers and grad mode are the caller's: see `Stepper.aside`.
    """
    deadline = time.perf_counter() + seconds
    with (
        tempfile.TemporaryDirectory(prefix="torchaoke-") as folder,
        warnings.catch_warnings(record=True, action="always") as heard,
    ):
        path = Path(folder) / listing.path.name
        path.write_text(source, encoding="utf-8")
        edited = read_listing(path, listing.name, listing.function, listing.arguments, listing.folder)
        kinds = (Operation.LOSS, Operation.TEST_LOSS)
        losses = {kind: _Losses(_site(listing, edited, kind)) for kind in kinds}

        def note(probe: Probe) -> None:
            for kept in losses.values():
                kept.note(run, probe)

        run = Run(edited, compile_listing(edited), path.parent, lambda probe: None, note)
        run.stepping = False
        model, start, epoch, stopped = nn.Module(), "", 0, False
        while (probe := run.resume()) is not None:
            if Operation.REMAINING in probe.operations:
                break
            if Operation.EPOCH in probe.operations and not start:
                model = _model(run, edited)
                start = _digest(model.parameters())
            elif Operation.EPOCHS in probe.operations:
                for kept in losses.values():
                    kept.end(run, epoch)
                epoch += 1
                stopped = time.perf_counter() > deadline or not wanted()
                if stopped:
                    break
        error = None if run.error is None else run.error.replace(str(path), path.name)
        loss = _site(listing, edited, Operation.LOSS)
        shapes = tuple(_shape(run.value(loss, role)) for role in ("prediction", "target"))
        run.close()
        return Trial(
            losses[Operation.LOSS].series.series(),
            losses[Operation.TEST_LOSS].series.series(),
            start,
            _digest(model.parameters()),
            _digest(value for value in model.state_dict().values() if isinstance(value, torch.Tensor)),
            shapes,
            tuple(dict.fromkeys(f"{one.category.__name__}: {one.message}" for one in heard)),
            error,
            stopped,
        )


def _site(listing: Listing, edited: Listing, operation: Operation) -> Site | None:
    """Where a loss is looked up: by its name in the lesson, whatever the edit makes of its line.

    In a function names do not stay, and the edited line itself is watched.
    """
    own = listing.site(operation)
    fleeting = any(probe.fleeting and own in probe.sites for probe in listing.probes)
    return edited.site(operation) or own if fleeting else own


class _Losses:
    """One of the two losses of a trial: the last of each epoch, or the mean of its batches."""

    def __init__(self, site: Site | None) -> None:
        self.series = GrowingSeries()
        self._site = site
        self._batches: list[float] = []

    def note(self, run: Run, probe: Probe) -> None:
        """A loss has been calculated where its variables do not stay."""
        if self._site in probe.sites:
            value = _number(run.value(self._site, "result"))
            self._batches += [] if value is None else [value]

    def end(self, run: Run, epoch: int) -> None:
        """An epoch has ended."""
        value = _number(run.value(self._site, "result"))
        if self._batches:
            value = sum(self._batches) / len(self._batches)
        if value is not None:
            self.series.add(epoch, value)
        self._batches = []


def _number(value: object) -> float | None:
    return value.item() if isinstance(value, torch.Tensor) and value.numel() == 1 else None


def _model(run: Run, listing: Listing) -> nn.Module:
    """The script's model, by its name or else the largest that there is; an empty one where there is none."""
    named = (run.value(site, "model") for site in listing.sites)
    every = (*named, *sorted(filter(_is_model, run.everything()), key=_size, reverse=True))
    return next((value for value in every if isinstance(value, nn.Module)), nn.Module())


def _is_model(value: object) -> bool:
    return isinstance(value, nn.Module) and not is_loss(value)


def _size(model: nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


def _digest(tensors: Iterable[torch.Tensor]) -> str:
    """The same for the same bits."""
    digest = hashlib.sha256()
    for tensor in tensors:
        flat = tensor.detach().cpu().contiguous().reshape(-1)
        digest.update(flat.view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


def _shape(value: object) -> tuple[int, ...] | None:
    return tuple(value.shape) if isinstance(value, torch.Tensor) else None
