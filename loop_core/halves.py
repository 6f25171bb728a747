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

    def really(self, probe: Probe) -> list[tuple[Site, Operation]]:
        """The operations of a probe as they are now: a function may serve training and testing."""
        testing = self._testing or not torch.is_grad_enabled()
        found: dict[Operation, Site] = {}
        for site in probe.sites:
            operation = site.operation
            if site.sure == LIKELY and not self._is_likely(site):
                continue
            if operation in IN_TEST or operation in IN_TEST.values():
                plain = next((o for o, t in IN_TEST.items() if t is operation), operation)
                both = {s.operation for s in probe.sites} >= {plain, IN_TEST[plain]}
                if both and operation is not (IN_TEST[plain] if testing else plain):
                    continue
            found.setdefault(operation, site)
        return [(site, operation) for operation, site in found.items()]

    def _is_likely(self, site: Site) -> bool:
        """Whether the object that a guess is about is what it was taken for, as far as it can be seen."""
        receiver = self._value(site, "optimizer")
        return receiver is None or isinstance(receiver, torch.optim.Optimizer)
