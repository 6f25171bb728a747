"""Runs a source edited from a lesson to its end, and keeps what tells it from the lesson's own."""

import hashlib
import tempfile
import time
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path

import torch
from torch import nn

from loop_core.freeze import GrowingSeries
from loop_core.listing import Listing, compile_listing, read_listing
from loop_core.operations import Operation
from loop_core.outcomes import Trial
from loop_core.run import Run

SECONDS = 10.0
"""After so long a trial ends with the epochs that it has run."""


def run_trial(
    listing: Listing, source: str, seconds: float = SECONDS, wanted: Callable[[], bool] = lambda: True
) -> Trial:
    """Run ``source`` in a folder of its own; ``listing``: of the lesson, which names what to look at.

    wanted: asked after each epoch; False stops it there.

    Random numbers and grad mode are the caller's: see `Stepper.aside`.
    """
    losses = {Operation.LOSS: GrowingSeries(), Operation.TEST_LOSS: GrowingSeries()}
    start = ""
    deadline = time.perf_counter() + seconds
    with (
        tempfile.TemporaryDirectory(prefix="torchaoke-") as folder,
        warnings.catch_warnings(record=True, action="always") as heard,
    ):
        path = Path(folder) / listing.path.name
        path.write_text(source, encoding="utf-8")
        edited = read_listing(path, listing.name)
        run = Run(edited, compile_listing(edited), path.parent, lambda site: None)
        run.stepping = False
        epoch, stopped = 0, False
        while (probe := run.resume()) is not None:
            if Operation.REMAINING in probe.operations:
                break
            if Operation.EPOCH in probe.operations and not start:
                start = _digest(_model(run, listing).parameters())
            elif Operation.EPOCHS in probe.operations:
                for operation, series in losses.items():
                    value = run.value(listing.site(operation), "result")
                    if isinstance(value, torch.Tensor) and value.numel() == 1:
                        series.add(epoch, value.item())
                epoch += 1
                stopped = time.perf_counter() > deadline or not wanted()
                if stopped:
                    break
        model = _model(run, listing)
        error = None if run.error is None else run.error.replace(str(path), path.name)
        run.close()
        return Trial(
            losses[Operation.LOSS].series(),
            losses[Operation.TEST_LOSS].series(),
            start,
            _digest(model.parameters()),
            _digest(value for value in model.state_dict().values() if isinstance(value, torch.Tensor)),
            tuple(_shape(run.value(listing.site(Operation.LOSS), role)) for role in ("prediction", "target")),
            tuple(dict.fromkeys(f"{one.category.__name__}: {one.message}" for one in heard)),
            error,
            stopped,
        )


def _model(run: Run, listing: Listing) -> nn.Module:
    """The lesson's model; an empty one where there is none."""
    values = (run.value(site, "model") for site in listing.sites)
    return next((value for value in values if isinstance(value, nn.Module)), nn.Module())


def _digest(tensors: Iterable[torch.Tensor]) -> str:
    """The same for the same bits."""
    digest = hashlib.sha256()
    for tensor in tensors:
        flat = tensor.detach().cpu().contiguous().reshape(-1)
        digest.update(flat.view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


def _shape(value: object) -> tuple[int, ...] | None:
    return tuple(value.shape) if isinstance(value, torch.Tensor) else None
