"""The live objects of a run: models, optimizers, tensors, and which of them an operation is about."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

import torch
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from loop_core.freeze import is_loss
from loop_core.operations import Operation
from loop_core.run import Run
from loop_core.sites import Site

T = TypeVar("T")

_OF_ONE = frozenset({Operation.ZERO_GRAD, Operation.STEP})


class Objects:
    """Finds them by what the operations name, and else by what they are."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._shown: nn.Module | None = None  # of several models, as for a generator and its critic
        self._bare: tuple[torch.Tensor, ...] | None = None  # of a script without a model, once it is known

    def find(self, role: str, kind: type[T]) -> T | None:
        """The first object of this kind that a site names in this role."""
        values = (self._run.value(site, role) for site in self._run.listing.sites)
        return next((value for value in values if value is not None and isinstance(value, kind)), None)

    def model(self, named: object) -> nn.Module | None:
        """The one that the operation names or is about, or a site's, or else the largest that there is."""
        if isinstance(named, nn.Module):
            return unwrapped(named)
        for found in (self._shown, self._trained(self.models()), self.find("model", nn.Module)):
            if found is not None:
                return unwrapped(found)
        modules = [v for v in self._run.everything() if isinstance(v, nn.Module) and not is_loss(v)]
        sizes = [sum(p.numel() for p in module.parameters()) for module in modules]
        largest = [m for _, _, m in sorted(zip(sizes, range(len(modules)), modules, strict=True))][::-1]
        found = self._trained(largest)
        found = next(iter(largest), None) if found is None else found
        return None if found is None else unwrapped(found)

    def _trained(self, models: Sequence[nn.Module]) -> nn.Module | None:
        """The first of several models of which an optimizer holds a parameter."""
        if len(models) < 2:
            return next(iter(models), None)
        groups = (group for each in self.optimizers(None, None) for group in each.param_groups)
        held = {id(p) for group in groups for p in group["params"]}
        return next((each for each in models if any(id(p) in held for p in each.parameters())), None)

    def models(self) -> list[nn.Module]:
        """All that the operations name, be it for their gradients only."""
        sites = self._run.listing.sites
        named = [self._run.value(site, "model") for site in sites]
        return outermost(
            [*named, *(self._run.value(s, "optimizer") for s in sites if s.operation in _OF_ONE)]
        )

    def name_of(self, model: nn.Module | None) -> str:
        """What the script calls it, where there are several."""
        if len(self.models()) < 2:
            return ""
        named = ((s, r) for r in ("model", "optimizer") for s in self._run.listing.sites if r in s.roles)
        return next((s.roles[role] for s, role in named if self._run.value(s, role) is model), "")

    def turn_to(self, site: Site, operation: Operation) -> None:
        """Of several models, show the one that the operation is about."""
        models = self.models()
        if len(models) < 2:
            return
        named, optimizer = self._run.value(site, "model"), self._run.value(site, "optimizer")
        about = self._shown
        if isinstance(named, nn.Module):
            about = containing(unwrapped(named), models)
        elif operation in _OF_ONE and isinstance(optimizer, torch.optim.Optimizer):
            about = trained_by(optimizer, models)
        elif operation in _OF_ONE and isinstance(optimizer, nn.Module):
            about = containing(unwrapped(optimizer), models)
        elif operation is Operation.BACKWARD:
            about = with_gradients(models, self._shown)
        self._shown = self._shown if about is None else about

    def optimizers(self, site: Site | None, named: object) -> tuple[torch.optim.Optimizer, ...]:
        """The one that the operation names, or all that there are; none where it is a model's own method."""
        if isinstance(named, nn.Module) and site is not None and site.operation in _OF_ONE:
            return ()
        if isinstance(named, torch.optim.Optimizer) and site is not None and site.operation in _OF_ONE:
            return (named,)
        values = (self._run.value(each, "optimizer") for each in self._run.listing.sites)
        found = [value for value in values if isinstance(value, torch.optim.Optimizer)]
        updates = (site for site in self._run.listing.sites if site.operation in _OF_ONE)
        if not found or any("optimizer" not in update.roles for update in updates):
            found += [v for v in self._run.everything() if isinstance(v, torch.optim.Optimizer)]
        return tuple({id(each): each for each in found}.values())

    def tensors(self) -> tuple[torch.Tensor, ...]:
        """Tensors that want gradients, of a script that has neither model nor optimizer."""
        if self._bare is None:
            values = list(self._run.everything())
            known = any(isinstance(v, nn.Module | torch.optim.Optimizer) for v in values)
            leaves = [v for v in values if isinstance(v, torch.Tensor) and v.is_leaf and v.requires_grad]
            found = () if known else tuple({id(each): each for each in leaves}.values())
            self._bare = found if found or known else None
            return found
        return self._bare

    def inputs(self, forward: Operation) -> object:
        """What a forward pass was given last."""
        return self._run.value(self._run.listing.site(forward), "inputs")


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
