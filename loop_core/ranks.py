"""The same loop in several processes, as PyTorch's own launcher starts them: each trains on its share.

`torch.nn.parallel.DistributedDataParallel` takes the model's place when the loop begins, and each rank keeps
its part of the training set. What each rank's own backward pass left is kept by a communication hook, so
that the mean that all of them then have can be held against it.

A script that has begun a process group itself shares itself, as it likes: then each rank sings alone, and
nothing is sent but by the script, whose ranks need not all come by the same places.
"""

import atexit
from datetime import timedelta
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from torch import nn
from torch.distributed.algorithms.ddp_comm_hooks.default_hooks import allreduce_hook
from torch.nn.parallel import DistributedDataParallel

from loop_core.listing import Listing
from loop_core.operations import Operation
from loop_core.pictures import picture, pictured
from loop_core.place import Place
from loop_core.run import Run
from loop_core.snapshot import Array, Evidence

PATIENCE = timedelta(seconds=60)
"""How long a rank waits for another one."""
GONE = "another rank is gone"
CLOSE = 1e-5
"""How far the mean may be from that of the ranks' own gradients, against the largest of them."""


class Shared(DistributedDataParallel):
    """The model on all ranks; it saves what it would save alone."""

    def state_dict(self, *arguments: Any, **options: Any) -> Any:
        """Of the model itself."""
        return self.module.state_dict(*arguments, **options)


class Ranks:
    """This process among the others.

    shares: the model is shared here, and not by the script itself.
    """

    def __init__(self, place: Place, own: bool = False) -> None:
        """own: the user's script, which may begin a process group itself."""
        self.place = place
        self.shares = not own
        self._own: dict[int, torch.Tensor] = {}  # by the parameter's identity
        self._model: nn.Module | None = None
        if not own:
            _begin_group()

    def join(self, run: Run, listing: Listing) -> None:
        """Give each rank its share of the training set, and the model to all of them.

        Where the script has begun a process group itself, nothing is done, and it saves where it would alone.
        Raises ValueError where model or data are no variables of the script itself.
        """
        if not self.shares and dist.is_initialized():
            run.folder = Path.cwd()
            return
        _begin_group()
        self.shares = True
        forward, loss = listing.site(Operation.FORWARD), listing.site(Operation.LOSS)
        model_name = None if forward is None else forward.roles.get("model")
        model = None if model_name is None else run.names.get(model_name)
        if not isinstance(model, nn.Module) or model_name is None:
            raise ValueError("the model is no variable of the script itself")
        for name in {s.roles.get(r) for s, r in ((forward, "inputs"), (loss, "target")) if s is not None}:
            if name is None or not isinstance(run.names.get(name), torch.Tensor):
                raise ValueError("the training set is no variable of the script itself")
            run.names[name] = run.names[name].tensor_split(self.place.world)[self.place.rank]
        shared = Shared(model)
        shared.register_comm_hook(self, _keep)
        run.names[model_name] = shared
        self._model = model

    def keep(self, parameter: torch.Tensor, own: torch.Tensor) -> None:
        """A parameter's gradient of this rank alone."""
        self._own[id(parameter)] = own.detach().clone()

    def begin(self) -> None:
        """A backward pass comes."""
        self._own = {}

    def reduced(self, evidence: Evidence) -> tuple[Evidence, dict[str, tuple[Array, ...]]]:
        """Whether this rank now has the mean of the gradients that each had, and pictures of these.

        The pictures go by the parameter's name, one of each rank.
        """
        if not self.shares:
            return evidence, {}
        assert self._model is not None
        reduced = [p for p in self._model.parameters() if id(p) in self._own and p.grad is not None]
        own = _flat([self._own[id(p)] for p in reduced])
        all_own = [torch.zeros_like(own) for _ in range(self.place.world)]
        dist.all_gather(all_own, own)
        now = _flat([p.grad for p in reduced if p.grad is not None])
        mean = torch.stack(all_own).mean(dim=0)
        away = float((mean - now).abs().max()) if len(own) else float("inf")
        norms = " and ".join(f"{float(each.norm()):.4g}" for each in all_own)
        text = f"all-reduce: own norms {norms} → {float(now.norm()):.4g} on each; {evidence.text}"
        holds = evidence.holds and away <= CLOSE * max(1.0, float(mean.abs().max()))
        parts = [torch.split(each, [p.numel() for p in reduced]) for each in all_own]
        places = {id(p): place for place, p in enumerate(reduced)}
        return Evidence(holds, text), {
            name: tuple(picture(part[places[id(p)]].reshape(p.shape)) for part in parts)
            for name, p in pictured(self._model).items()
            if id(p) in places
        }

    def agreed(self, evidence: Evidence) -> Evidence:
        """Whether it holds on every rank; the first one where it does not says why."""
        if not self.shares:
            return evidence
        found: list[Any] = [None] * self.place.world
        dist.all_gather_object(found, (evidence.holds, evidence.text, evidence.absent))
        wrong = next(((rank, text) for rank, (holds, text, _) in enumerate(found) if not holds), None)
        if wrong is None or evidence.absent:
            return Evidence(evidence.holds, f"{self.place.world} ranks: {evidence.text}", evidence.absent)
        return Evidence(False, f"rank {wrong[0]}: {wrong[1]}")


def _begin_group() -> None:
    """The group of all ranks, where there is none yet."""
    if not dist.is_initialized():
        dist.init_process_group("gloo", timeout=PATIENCE)
        atexit.register(dist.destroy_process_group)


def _flat(tensors: list[torch.Tensor]) -> torch.Tensor:
    return torch.cat([each.reshape(-1) for each in tensors]) if tensors else torch.zeros(0)


def _keep(ranks: Ranks, bucket: dist.GradBucket) -> torch.futures.Future[torch.Tensor]:  # type: ignore[name-defined]
    """Keep this rank's own gradients, then let all ranks have their mean."""
    for parameter, own in zip(bucket.parameters(), bucket.gradients(), strict=True):
        ranks.keep(parameter, own)
    group = dist.group.WORLD
    assert group is not None
    return allreduce_hook(group, bucket)
