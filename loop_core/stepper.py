"""One lesson, one operation at a time, on the thread that calls.

Create, advance and close a stepper on one thread: torch keeps the grad mode per thread.
"""

import io
import math
import random
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from loop_core.ending import Ending
from loop_core.freeze import untouched
from loop_core.halves import Half
from loop_core.listing import Listing, Probe, compile_listing
from loop_core.observer import Observer
from loop_core.operations import FAST, Operation
from loop_core.run import Run
from loop_core.snapshot import Evidence, Snapshot, unseen
from loop_core.worker import Interrupted

if TYPE_CHECKING:
    from loop_core.ranks import Ranks

UNCOUNTED = 10
"""Epochs of a fast line where nobody knows how many there are."""


class Stepper:
    """Runs a lesson up to one operation after the other; a `Snapshot` says what each left behind."""

    def __init__(
        self,
        listing: Listing,
        folder: Path,
        epochs_per_fast_line: int | None,
        *,
        own: bool = False,
        given: Callable[[], Mapping[str, Any]] = dict,
        ranks: "Ranks | None" = None,
    ) -> None:
        """folder: where relative paths of ``torch.save`` lead.

        epochs_per_fast_line: `Operation.EPOCHS` runs up to its next multiple; None: of a quarter of them all.
        ranks: the other processes that train the same model.
        given: variables that the script has from the start, asked for each time that it begins.
        own: the script is the user's: nothing of it is run before it is sung, and it keeps its threads.
        """
        self.listing = listing
        self._folder = folder
        self._fast_epochs = epochs_per_fast_line
        self._given = given
        self._ranks = ranks
        self._code = compile_listing(listing)
        self._own = own
        self._whose = "the lesson" if not own else "the script" if listing.standalone else "the loop"
        if not own:
            torch.set_num_threads(1)  # small models: more threads only wait for each other
        self._random = torch.get_rng_state(), np.random.get_state(), random.getstate()
        self._start()

    def _start(self) -> None:
        self._epoch: int | None = None
        self._epochs: int | None = None
        self._ended = 0  # epochs that have run to their end
        self._begun = self._over = False  # its loop
        self._waiting: Probe | None = None  # the epoch that began while another operation was sought
        self._fast_line = (-1, 0, 0.0)  # its cue's number; how many epochs end before it, and with it
        self._until: tuple[float, float] | None = None  # epochs run fast: to which, and when it stops
        self._left: dict[Operation, Evidence] = {}  # what has run in this epoch
        self._sung: set[Operation] = set()  # and was asked for
        self._skipping = False  # what is left of a loop over batches is run fast
        self._half = Half(lambda site, role: self._run.value(site, role))
        self._sought: Operation | None = None
        self._here: frozenset[Operation] = frozenset()  # what has been done at the last pause
        self._run = Run(
            self.listing,
            self._code,
            self._folder,
            self._before,
            self._note,
            lambda probe: [site for site, _ in self._half.really(probe)],
            self._passes,
            self._given(),
        )
        self._observer = Observer(self._run, self._own)
        self._seen: Snapshot | None = None  # the last that was seen of this run

    def restart(self) -> None:
        """Back to before the first line, with the random numbers of the first start."""
        self.close()
        self._reseed()
        self._start()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Another loop may run inside: it begins as the lesson did, which does not notice."""
        with untouched(), torch.inference_mode(False), torch.enable_grad():
            self._reseed()
            yield

    def _reseed(self) -> None:
        torch.set_rng_state(self._random[0])
        np.random.set_state(self._random[1])
        random.setstate(self._random[2])

    def close(self) -> None:
        """Leave the lesson where it stands."""
        self._run.close()

    def perform(
        self, number: int, operation: Operation, share: float = 1.0, budget: float | None = None
    ) -> tuple[Snapshot, bool]:
        """Run up to and including ``operation``; the snapshot, and whether all that was asked is done.

        number: the cue's index.  share: how much of a fast line's epochs, 0 to 1.  budget: seconds after
        which a fast line stops between two epochs; call again to go on.
        """
        try:
            self._seen, complete = self._perform(number, operation, share, budget)
        except (
            Exception,
            Interrupted,
        ) as error:  # what it has cannot be looked at, or takes too long
            words = traceback.format_exception_only(error)[-1].strip()
            return self.stop(number, operation, f"what it has cannot be shown: {words}"), True
        return self._seen, complete

    def stop(self, number: int, operation: Operation, why: str) -> Snapshot:
        """End the lesson here; what has been seen of it stays in the snapshot."""
        self._run.stop(why)
        evidence, site = self._over_already(), self.listing.site(operation)
        return replace(
            self._seen or unseen(number, operation, evidence),
            number=number,
            operation=operation,
            lines=(site.line, site.end_line) if site else (0, 0),
            evidence=evidence,
            printed=self._run.take_printed(),
            console=tuple(self._run.console),
            error=self._run.error,
        )

    def _perform(
        self, number: int, operation: Operation, share: float, budget: float | None
    ) -> tuple[Snapshot, bool]:
        complete = True
        if operation in FAST:
            evidence, complete = self.run_epochs(number, operation, share, budget)
        else:
            evidence = self._run_to(operation)
        if self._ranks is not None:
            evidence = self._agreed(self._ranks, evidence)
        return self._observer.snapshot(number, operation, evidence, self._epoch, self._epochs), complete

    def _agreed(self, ranks: "Ranks", evidence: Evidence) -> Evidence:
        """Whether it holds on every rank, as long as all of them are there."""
        try:
            return ranks.agreed(evidence)
        except RuntimeError as error:
            self._run.error = self._run.error or f"rank {ranks.place.rank}: another rank is gone: {error}"
            return Evidence(False, "another rank is gone")

    def run_epochs(
        self, number: int, operation: Operation, share: float = 1.0, budget: float | None = None
    ) -> tuple[Evidence, bool]:
        """Run a fast line's epochs, as `perform` does, without a snapshot after them."""
        if self._epoch is None and Operation.SETUP not in self._left:
            self._run_to(Operation.SETUP)
        if self._fast_line[0] != number:
            begun = self._ended if self._epoch is None else max(self._ended, self._epoch + 1)
            self._fast_line = (number, begun, self._last_of(operation, begun))
        _, first, last = self._fast_line
        to_the_end = operation is Operation.REMAINING and share >= 1
        target = last if share >= 1 or last == math.inf else first + math.floor((last - first) * share)
        deadline = math.inf if budget is None else time.perf_counter() + budget
        self._run.stepping = False
        self._until = (math.inf if to_the_end else target), deadline
        between_epochs = False
        while self._run.error is None and not self._over and (self._ended < target or to_the_end):
            if between_epochs and time.perf_counter() > deadline:
                break
            probe = self._resume()
            between_epochs = probe is not None and Operation.EPOCHS in self._here
        else:
            between_epochs = False
        self._until = None
        return self._fast_evidence(first), not between_epochs

    def finish(self) -> None:
        """Run what is left of the script, to its last line."""
        self._run.stepping = False
        while self._run.resume() is not None:
            pass

    def printed(self) -> tuple[str, ...]:
        """What the script has printed since the last snapshot."""
        return self._run.take_printed()

    @property
    def ending(self) -> Ending:
        """How it stands with the script's end."""
        error, exited = self._run.error, self._run.exited
        return Ending(error, exited, self._over and not self._begun and (error is None or exited != ""))

    def costs(self) -> dict[Operation, float]:
        """Seconds that each operation takes with its snapshot, measured in the second of two throwaway runs.

        The first pays torch's first-time costs. The lesson is back at its start afterwards.
        Of a user's own script nothing is run, and nothing is known.
        """
        costs: dict[Operation, float] = {}
        torch.save({}, io.BytesIO())  # its first call is slow, and must not be the one on stage
        if self._own:
            with untouched():
                _warm_up()
            return costs
        present = {site.operation for site in self.listing.sites} - FAST - {Operation.SAVE}
        for _ in range(2):
            for operation in (o for o in Operation if o in present):
                start = time.perf_counter()
                self.perform(-1, operation)
                costs[operation] = time.perf_counter() - start
            self.restart()
        return costs

    def _run_to(self, operation: Operation) -> Evidence:
        if self._run.error is not None or (self._over and operation is not Operation.SAVE):
            return self._over_already()
        if self.listing.site(operation) is None:
            return Evidence(False, f"this loop has no {operation} operation", absent=True)
        again = operation in self._sung
        if operation in self._left and not again:
            self._sung.add(operation)
            return self._left[operation]
        if operation is Operation.SAVE and not self._over:
            self.run_epochs(-1, Operation.REMAINING, 1.0, None)
        if operation is Operation.SAVE and self._over:
            return self._run_to_save()
        self._run.stepping = True
        self._sought = operation
        in_epoch = self._waiting is None and self._epoch is not None and self._ended <= self._epoch
        while (probe := self._resume()) is not None:
            if operation in self._here or (operation in self._left and not again):
                self._sung.add(operation)
                self._run_extras(probe)
                return self._left[operation]
            if Operation.EPOCHS in self._here:
                if not again:
                    return Evidence(False, f"epoch {self._epoch} ended without it", absent=True)
                again = in_epoch = False
            if Operation.EPOCH in self._here and in_epoch:
                self._waiting = probe
                return Evidence(False, f"epoch {self._epoch} began without it", absent=True)
        return self._over_already()

    def _run_to_save(self) -> Evidence:
        """Behind the loop; whatever else stands there, further loops too, is run fast."""
        self._run.stepping = False
        while (probe := self._run.resume()) is not None:
            for site in probe.sites:
                if site.operation is Operation.SAVE:
                    self._sung.add(Operation.SAVE)
                    return self._observer.after(site, Operation.SAVE, self._epoch, frozenset(self._left))
        return self._over_already()

    def _run_extras(self, probe: Probe) -> None:
        """What no song sings and what follows this operation at once runs with it."""
        while probe.followed:
            following = self._run.resume()
            if following is None:
                self._over = True
                return
            probe = following

    def _last_of(self, operation: Operation, begun: int) -> float:
        """How many epochs will have ended when a fast line is done that starts after ``begun`` of them."""
        if operation is Operation.REMAINING:
            return math.inf if self._epochs is None else self._epochs
        step = self._fast_epochs or UNCOUNTED
        return (begun // step + 1) * step

    def _fast_evidence(self, first: int) -> Evidence:
        ran = self._ended - first
        if self._run.error is not None or (ran <= 0 and self._over):
            return self._over_already()
        loss = self._observer.loss()
        text = f"{max(ran, 0)} epochs, to the end of epoch {self._ended - 1}"
        if loss is None:
            return Evidence(self._own, f"{text}, without a loss")
        return Evidence(math.isfinite(loss), f"{text}, loss {loss:.6g}")

    def _over_already(self) -> Evidence:
        ending = self.ending
        if ending.failed:
            return Evidence(False, f"{self._whose} {ending.words()}")
        over = f"{self._whose} ended itself {ending.exited}" if ending.exited else "the loop is over"
        return Evidence(False, over, absent=True)

    def _resume(self) -> Probe | None:
        """Run to the next pause and keep what is seen there; None at the lesson's end."""
        if self._waiting is not None:
            waiting, self._waiting = self._waiting, None
            self._here = waiting.operations
            return waiting
        probe = self._run.resume()
        while probe is not None and (probe.repeats or probe.extra):
            self._skip(probe)
            probe = self._run.resume()
        self._here = here = frozenset() if probe is None else probe.operations
        if probe is None or Operation.REMAINING in here:
            self._over = True
            return None
        if Operation.SETUP in here:
            self._begun = True
            self._epochs = self._count_epochs()
            if self._ranks is not None:
                self._join(self._ranks)
            if self._fast_epochs is None:
                self._fast_epochs = max(1, (self._epochs or 4 * UNCOUNTED) // 4)
        elif probe.begins:
            self._begin_epoch()
        elif probe.ends:
            self._end_epoch()
            return probe
        if self._run.stepping:
            really = self._half.really(probe, done=True)
            self._here = frozenset(operation for _, operation in really)
            for site, operation in really:
                self._half.note(operation)
                if operation in (Operation.LOSS, Operation.TEST_LOSS) and self._epoch is not None:
                    self._observer.note_loss(operation, self._epoch)
                ran = frozenset(self._left)
                left = self._observer.after(site, operation, self._epoch, ran)
                if operation is Operation.BACKWARD and self._ranks is not None:
                    left, by_rank = self._ranks.reduced(left)
                    self._observer.note_ranks(by_rank)
                self._left[operation] = left
        return probe

    def _passes(self, probe: Probe) -> bool:
        """Whether the script need not pause where it is: epochs run fast, and more of them are to come."""
        if self._until is None:
            return False
        if probe.ends:
            last, deadline = self._until
            if self._ended + 1 >= last or (deadline < math.inf and time.perf_counter() > deadline):
                return False
            self._end_epoch()
        elif probe.begins:
            self._begin_epoch()
        else:
            return probe.over and bool(probe.repeats) and not self._skipping
        return True

    def _begin_epoch(self) -> None:
        self._epoch = 0 if self._epoch is None else self._epoch + 1
        self._left, self._sung = {}, set()
        self._half.begin()

    def _end_epoch(self) -> None:
        self._epoch = self._ended
        self._ended += 1
        self._observer.end_epoch(self._epoch, self._run.stepping)

    def _join(self, ranks: "Ranks") -> None:
        """Give the model to all ranks; where that cannot be, the lesson stops."""
        try:
            ranks.join(self._run, self.listing)
        except (ValueError, RuntimeError) as error:
            self._run.close()
            self._run.error = f"rank {ranks.place.rank}: cannot be shared among processes: {error}"

    def _skip(self, probe: Probe) -> None:
        """The first batch is sung: the others are run fast, unless something is still sought in them."""
        if probe.over:
            self._run.stepping = self._run.stepping or self._skipping
            self._skipping = False
        elif probe.repeats and (self._sought not in probe.repeats or self._sought in self._sung):
            self._skipping = self._run.stepping
            self._run.stepping = False

    def _before(self, probe: Probe) -> None:
        if self._run.stepping:
            for site, operation in self._half.really(probe):
                self._observer.before(site, operation, self._epoch)
                if operation is Operation.BACKWARD and self._ranks is not None:
                    self._ranks.begin()

    def _note(self, probe: Probe) -> None:
        self._observer.note([site for site, _ in self._half.really(probe)])

    def _count_epochs(self) -> int | None:
        """How many epochs there will be, where the ``for`` runs over a ``range`` whose ends are known."""
        return self._run.count(self.listing.epochs)


def _warm_up() -> None:
    """Pay torch's first-time costs with a model of our own."""
    model = torch.nn.Linear(1, 1)
    optimizer = torch.optim.SGD(model.parameters())
    model(torch.zeros(1, 1)).sum().backward()
    optimizer.step()
