"""Which half of an epoch a script is in, training or testing; a function may serve both."""

from collections.abc import Callable
from typing import Any

import torch

from loop_core.listing import Probe
from loop_core.operations import Operation
from loop_core.sites import IN_TEST, LIKELY, Site


class Half:
    """What a probe's operations are now."""

    def __init__(self, value: Callable[[Site, str], Any]) -> None:
        """value: what a site's expression for a role stands for."""
        self._value = value
        self._testing = False

    def begin(self) -> None:
        """An epoch begins."""
        self._testing = False

    def note(self, operation: Operation) -> None:
        """An operation has been done."""
        if operation in (Operation.EVAL, Operation.INFERENCE_MODE, Operation.TEST):
            self._testing = True
        elif operation in (Operation.TRAIN, Operation.BACKWARD):
            self._testing = False

    def really(self, probe: Probe, done: bool = False) -> list[tuple[Site, Operation]]:
        """The operations of a probe as they are now: a function may serve training and testing.

        done: its statement has just run, and what it left decides the rest.
        """
        testing = self._testing or not torch.is_grad_enabled()
        found: dict[Operation, Site] = {}
        for site in probe.sites:
            operation = site.operation
            if site.sure == LIKELY and not self._is_likely(site, done):
                continue
            if operation in IN_TEST or operation in IN_TEST.values():
                plain = next((o for o, t in IN_TEST.items() if t is operation), operation)
                both = {s.operation for s in probe.sites} >= {plain, IN_TEST[plain]}
                if both and operation is not (IN_TEST[plain] if testing else plain):
                    continue
            found.setdefault(operation, site)
        return [(site, operation) for operation, site in found.items()]

    def _is_likely(self, site: Site, done: bool) -> bool:
        """Whether the object that a guess is about is what it was taken for, as far as it can be seen."""
        match site.operation:
            case Operation.STEP:
                receiver = self._value(site, "optimizer")
                return receiver is None or isinstance(receiver, torch.optim.Optimizer)
            case Operation.INFERENCE_MODE:
                return not (done and torch.is_grad_enabled())
            case Operation.TRAIN | Operation.EVAL if done:
                model = self._value(site, "model")
                wanted = site.operation is Operation.TRAIN
                return not isinstance(model, torch.nn.Module) or model.training is wanted
            case Operation.LOSS | Operation.TEST_LOSS if done:
                return isinstance(self._value(site, "result"), torch.Tensor | None)
        return True
