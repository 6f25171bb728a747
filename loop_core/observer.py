"""Watches one run of a lesson: the evidence of each operation, and the snapshot after it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import torch
from torch import nn

from loop_core.evidence import Before, Live, check, grad_mode, look_before
from loop_core.freeze import GrowingSeries, Mirror, PointsReader, name_of, task_of, threshold_of
from loop_core.gradients import NormReader
from loop_core.objects import Objects
from loop_core.operations import FAST, Operation
from loop_core.passes import ForwardRecorder, drops_of, outline_of
from loop_core.pictures import grads_of, params_of, values_of
from loop_core.run import Run
from loop_core.sites import Site
from loop_core.snapshot import Array, Drops, Evidence, Fit, Forward, Param, Points, Series, Snapshot, Tape
from loop_core.surface import Survey
from loop_core.tape import made_from, tape_of

T = TypeVar("T")

_LOSS_OF = {Operation.FORWARD: Operation.LOSS, Operation.TEST_FORWARD: Operation.TEST_LOSS}
_REFITTED = frozenset({*_LOSS_OF, *FAST})
_MODES = frozenset({Operation.TRAIN, Operation.EVAL})
_UNRECORDED = frozenset({Operation.INFERENCE_MODE, Operation.TEST_FORWARD, Operation.TEST_LOSS})
"""Operations that look for a tape on their own result: there should be none."""


@dataclass(slots=True)
class _Loss:
    """One of the two losses: where it is calculated, its last value and that value's epoch, all values.

    batched: it is calculated for each batch; then an epoch's loss is their mean: total, count.
    """

    site: Site | None
    batched: bool = False
    last: float | None = None
    epoch: int = -1
    total: float = 0.0
    count: int = 0
    series: GrowingSeries = field(default_factory=GrowingSeries)


class Observer:
    """What has been seen of a run. It reads the lesson's objects and never changes them."""

    def __init__(self, run: Run, own: bool = False) -> None:
        """own: the model is the user's: nothing is asked of it before the script asks it."""
        self._run = run
        self._own = own
        self._objects = Objects(run)
        self._losses = {
            loss: _Loss(run.listing.site(loss), any(loss in probe.repeats for probe in run.listing.probes))
            for loss in _LOSS_OF.values()
        }
        self._recorder = ForwardRecorder()
        self._forwards: dict[tuple[Operation, int], Forward | None] = {}  # of each model
        self._apart = True  # of several models, the loss is not of what the first one answers
        self._readers = {forward: PointsReader() for forward in _LOSS_OF}
        self._mirror: Mirror | None = None
        self._mirrored: nn.Module | None = None
        self._fit: Fit | None = None
        self._survey: Survey | None = None
        self._surveyed = False
        self._outline: Forward | None = None
        self._outlined: nn.Module | None = None
        self._norms = NormReader()
        self._cleared: dict[str, Array] = {}
        self._by_rank: Mapping[str, tuple[Array, ...]] = {}
        self._ran: frozenset[Operation] = frozenset()
        self._last = look_before(self._live(None, None))
        self._befores: dict[int, Before] = {}  # of operations that have begun and not ended
        self._previous = self._last.values

    def before(self, site: Site, operation: Operation, epoch: int | None) -> None:
        """Look just before an operation."""
        self._objects.turn_to(site, operation)
        live = self._live(site, epoch)
        self._befores[id(site)] = look_before(live)
        if operation in _LOSS_OF and live.model is not None:
            self._recorder.start(live.model)
        if operation is Operation.ZERO_GRAD and live.model is not None:
            self._cleared = grads_of(live.model)
            self._by_rank = {}

    def after(
        self, site: Site, operation: Operation, epoch: int | None, ran: frozenset[Operation]
    ) -> Evidence:
        """Look just after an operation; ``ran``: what has run before it in this epoch."""
        self._ran = ran | {operation}
        if operation is Operation.BACKWARD:
            self._objects.turn_to(site, operation)
        elif operation is Operation.LOSS and len(self._objects.models()) > 1:
            answer = self._run.value(self._run.listing.site(Operation.FORWARD), "result")
            self._apart = not made_from(self._run.value(site, "result"), answer)
        live = self._live(site, epoch, ran)
        if operation in _LOSS_OF:
            self._forwards[operation, id(live.model)] = self._recorder.stop()
        if operation is Operation.SETUP and live.model is not None:
            self._outlined, self._outline = live.model, self._outline_of(live.model)
        before = self._befores.pop(id(site), None) or look_before(live, self._last)
        evidence = check(operation, before, live)
        self._previous = _values(before, live)
        self._last = look_before(live)
        if not self._surveyed:
            self._begin_survey(live)
        elif self._survey is not None and operation is Operation.STEP and epoch is not None:
            self._survey.note(epoch)
        return evidence

    def end_epoch(self, epoch: int, stepped: bool) -> None:
        """Keep the losses of an epoch, where they have not been kept while stepping through it."""
        for kept in self._losses.values():
            if kept.count:
                kept.epoch, kept.last = epoch, kept.total / kept.count
                kept.series.add(epoch, kept.last)
                kept.total, kept.count = 0.0, 0
            elif not stepped and kept.epoch != epoch:
                self._keep(kept, epoch)
        if self._survey is not None and not stepped:
            self._survey.note_once(epoch)

    def note_loss(self, loss: Operation, epoch: int) -> None:
        """Keep a loss that has been calculated in this epoch."""
        self._keep(self._losses[loss], epoch)

    def note_ranks(self, by_rank: Mapping[str, tuple[Array, ...]]) -> None:
        """Keep pictures of each rank's own gradients, by the parameter's name, until they are cleared."""
        self._by_rank = by_rank

    def note(self, sites: Sequence[Site]) -> None:
        """A loss has been calculated for a batch of a fast epoch."""
        for site in sites:
            for kept in self._losses.values():
                if kept.site is site and kept.batched:
                    self._add(kept)

    def _add(self, kept: _Loss) -> None:
        """One batch more of this epoch."""
        value = _number(self._run.value(kept.site, "result"))
        if value is not None:
            kept.last = value
            kept.total, kept.count = kept.total + kept.last, kept.count + 1

    def _keep(self, kept: _Loss, epoch: int) -> None:
        if kept.batched:
            self._add(kept)
            return
        value = _number(self._run.value(kept.site, "result"))
        if value is not None:
            kept.last = value
            kept.epoch = epoch
            kept.series.add(epoch, kept.last)
            survey = self._survey
            if survey is not None and not survey.compared and kept is self._losses[Operation.LOSS]:
                with self._run.unheard():
                    survey.confirm(kept.last)

    def loss(self) -> float | None:
        """The training loss that was calculated last."""
        return self._losses[Operation.LOSS].last

    def snapshot(
        self, number: int, operation: Operation, evidence: Evidence, epoch: int | None, epochs: int | None
    ) -> Snapshot:
        """Freeze the state after ``operation``."""
        live = self._live(None, epoch)
        site = self._run.listing.site(operation)
        if operation in _REFITTED and live.model is not None:
            self._ask_mirror(live.model)
        if operation in FAST:
            self._previous, self._last = _values(self._last, live), look_before(live)
        group = live.optimizer.param_groups[0] if live.optimizer is not None else {}
        cleared = self._cleared if operation is Operation.ZERO_GRAD else {}
        return Snapshot(
            number=number,
            operation=operation,
            lines=(site.line, site.end_line) if site else (0, 0),
            evidence=evidence,
            epoch=epoch,
            epochs=epochs,
            task=task_of(live.loss_fn),
            loss_name=name_of(live.loss_fn),
            threshold=threshold_of(live.loss_fn),
            training=None if live.model is None else live.model.training,
            grad_mode=grad_mode(),
            learning_rate=float(group["lr"]) if "lr" in group else None,
            model_name=self._objects.name_of(live.model),
            params=() if live.model is None else self._params(live.model, cleared),
            outline=self._outline_for(live.model),
            forward=self._forwards.get((Operation.FORWARD, id(live.model))),
            test_forward=self._forwards.get((Operation.TEST_FORWARD, id(live.model))),
            drops=self._drops(operation, live.model),
            tape=self._tape(operation),
            loss=self._losses[Operation.LOSS].last,
            test_loss=self._losses[Operation.TEST_LOSS].last,
            grad_norm=live.norm(),
            train_series=self._series(Operation.LOSS, epoch),
            test_series=self._series(Operation.TEST_LOSS, epoch),
            train=self._points(Operation.FORWARD, operation, live.loss_fn),
            test=self._points(Operation.TEST_FORWARD, operation, live.loss_fn),
            fit=self._fit,
            walk=None if self._survey is None else self._survey.walk(*self._surveyable(live)),
            walk_awaited=self._survey is not None and not self._survey.compared,
            printed=self._run.take_printed(),
            console=tuple(self._run.console),
            saved=self._run.saved[0] if self._run.saved else None,
            error=self._run.error,
        )

    def _series(self, loss: Operation, epoch: int | None) -> Series:
        """The losses so far; of an epoch that has not ended the mean of its batches so far."""
        kept = self._losses[loss]
        series = kept.series.series()
        if not kept.count or epoch is None:
            return series
        return Series(np.append(series.epoch, epoch), np.append(series.value, kept.total / kept.count))

    def _live(self, site: Site | None, epoch: int | None, ran: frozenset[Operation] = frozenset()) -> Live:
        results = self._run.roles(site)
        if site is not None and site.operation is Operation.TEST:
            results = {
                "train": self._objects.inputs(Operation.FORWARD),
                "test": self._objects.inputs(Operation.TEST_FORWARD),
            }
        cleared = results.get("optimizer")
        model = cleared if isinstance(cleared, nn.Module) else results.get("model")
        return Live(
            model=self._objects.model(model),
            optimizers=self._objects.optimizers(site, results.get("optimizer")),
            tensors=self._objects.tensors(),
            loss_fn=self._objects.find("loss_fn", object),
            results=results,
            ran=ran,
            printed=tuple(self._run.printed),
            saved=self._run.saved,
            epoch=epoch,
            norms=self._norms,
            own=self._own,
        )

    def _surveyable(self, live: Live) -> tuple[object, ...]:
        """What makes the training loss: model, loss function, inputs and targets."""
        target = self._run.value(self._run.listing.site(Operation.LOSS), "target")
        return live.model, live.loss_fn, self._objects.inputs(Operation.FORWARD), target

    def _begin_survey(self, live: Live) -> None:
        """Ask for the loss surface as soon as all of it is there, which mostly is before the loop."""
        model, loss_fn, inputs, targets = self._surveyable(live)
        if not isinstance(inputs, torch.Tensor) or not isinstance(targets, torch.Tensor):
            return
        if isinstance(model, nn.Module) and loss_fn is not None:
            self._surveyed = True
            with self._run.unheard():
                self._survey = Survey.of(model, loss_fn, inputs, targets)

    def _outline_for(self, model: nn.Module | None) -> Forward | None:
        """What is known of it, where it is the model that was looked at before the loop."""
        return self._outline if model is self._outlined else None

    def _outline_of(self, model: nn.Module) -> Forward | None:
        sets = (self._objects.inputs(forward) for forward in _LOSS_OF)
        inputs = next((x for x in sets if isinstance(x, torch.Tensor)), None)
        if inputs is None or self._own:
            return None
        with self._run.unheard():
            return outline_of(model, inputs)

    def _params(self, model: nn.Module, cleared: Mapping[str, Array]) -> tuple[Param, ...]:
        return params_of(model, self._previous, cleared, self._by_rank)

    def _drops(self, operation: Operation, model: nn.Module | None) -> tuple[Drops, ...]:
        if operation not in _MODES or model is None:
            return ()
        return drops_of(model, self._forwards.get((Operation.FORWARD, id(model))) or self._outline_for(model))

    def _tape(self, operation: Operation) -> Tape | None:
        """Of what was calculated last in this half of the loop; before that, of the last epoch's loss."""
        order = (Operation.LOSS, Operation.FORWARD)
        if operation in _UNRECORDED:
            order = (Operation.TEST_LOSS, Operation.TEST_FORWARD)
        last = next((one for one in order if one in self._ran), None)
        if last is None and operation not in _UNRECORDED:
            last = Operation.LOSS
        return None if last is None else tape_of(self._run.value(self._run.listing.site(last), "result"))

    def _points(self, forward: Operation, operation: Operation, loss_fn: object) -> Points | None:
        """The points of a half of the epoch; its loss operation is where their errors are asked for."""
        if self._apart and len(self._objects.models()) > 1:
            return None
        loss = self._run.listing.site(_LOSS_OF[forward])
        inputs, targets = self._objects.inputs(forward), self._run.value(loss, "target")
        asked = loss_fn if operation is _LOSS_OF[forward] else None
        with self._run.unheard():
            predictions = self._run.value(loss, "prediction")
            if predictions is None:
                predictions = self._run.value(self._run.listing.site(forward), "result")
            return self._readers[forward].read(inputs, targets, predictions, asked, self._run.names)

    def _ask_mirror(self, model: nn.Module) -> None:
        if self._mirrored is None:
            self._mirrored = model
            sets = [self._objects.inputs(forward) for forward in _LOSS_OF]
            tensors = [x for x in sets if isinstance(x, torch.Tensor)]
            self._mirror = Mirror.of(model, tensors) if tensors else None
        if self._mirror is not None and model is self._mirrored:
            with self._run.unheard():
                self._fit = self._mirror.fit(model)


def _values(before: Before, live: Live) -> dict[str, Array]:
    """Pictures of the values before, where it was the same model."""
    if before.model is live.model:
        return before.values
    return {} if live.model is None else values_of(live.model)


def _number(loss: object) -> float | None:
    """A loss as one number, the mean of several; None where it is no tensor of numbers."""
    if not isinstance(loss, torch.Tensor):
        return None
    count = loss.numel()
    if count == 1:
        return float(loss.item())
    return float(loss.detach().float().mean()) if count else None
