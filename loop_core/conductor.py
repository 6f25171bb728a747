"""Keeps the lesson with the song: sends cues to the worker, takes finished operations back.

One worker thread owns the stepper from creation to close. What crosses is frozen.
"""

import gc
import time
from bisect import bisect_right
from collections.abc import Callable, Iterable
from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from loop_core.ending import Ending
from loop_core.frame import Frame, Overlong
from loop_core.lessons import Lesson
from loop_core.listing import Listing
from loop_core.operations import FAST, Operation
from loop_core.record import Record
from loop_core.snapshot import Snapshot
from loop_core.song import Song
from loop_core.standstill import Standstill
from loop_core.timeline import cue_at, deadlines, parts
from loop_core.worker import GRACE, Interrupted, Worker

if TYPE_CHECKING:  # it imports torch, which is the worker's business
    from loop_core.stepper import Stepper

T = TypeVar("T")

HORIZON = 0.05
"""Seconds ahead of its start at which an operation is handed to the worker, which then waits."""
MARGIN = 0.004
"""Seconds that an operation is started earlier than its cost demands."""
BUDGET = 0.1
"""Seconds of a fast line that the worker runs at a stretch, so that a picture comes in between."""
OVERLONG = 5.0
"""Seconds after which somebody is asked whether to wait any longer for an operation."""
UNKNOWN_COST = 0.03
"""Seconds that an operation is expected to take before one of its kind has been measured."""


@dataclass(frozen=True, slots=True)
class Done:
    """A part that the worker has run; due: song time, as planned; started and ended: real time."""

    index: int
    snapshot: Snapshot
    complete: bool
    due: float
    started: float
    ended: float
    replayed: bool


class Conductor:
    """One song with one lesson. `tick` is called once per picture, always from one thread."""

    def __init__(
        self,
        song: Song,
        lesson: Lesson,
        listing: Listing,
        open_stepper: Callable[[], "Stepper"],
        real: Callable[[], float] | None,
    ) -> None:
        """open_stepper: called on the worker by `open`, where it may import torch.

        real: the clock of real time that song time runs on. None: song time is virtual; then each tick
        waits for the operations that are due.
        """
        self.song = song
        self.lesson = lesson
        self.listing = listing
        self.records: list[Record] = []  # of the present pass through the song
        self.ending = Ending()  # how it stands with the lesson's end
        self._real = real
        self._parts = parts(song)
        self._times = [part.time for part in self._parts]
        self._deadlines = deadlines(song)
        self._costs: dict[Operation, float] = {}
        self._worker = Worker()
        self._open_stepper = open_stepper
        self._opening: Future[bool] | None = None
        self._closing = False
        self._job: Future[list[Done]] | None = None
        self._job_ends = 0.0  # in real time, as its costs let expect
        self._next = 0  # the first part that has not been sent
        self._restart = False  # the next job begins with a restart
        self._discard = False  # the job under way is not wanted any more
        self._replay_until = -1  # parts up to this one are run to get somewhere, not to be recorded
        self._finished: list[Done] = []
        self._last = -1  # the last part that is done
        self._shown: Done | None = None
        self._printed: tuple[str, ...] = ()  # by the parts of the present cue so far
        self._skipped: tuple[object, float] | None = None  # what the worker was at, and when that was
        self._left: Overlong | None = None  # what the worker was left at, for good
        self._now = -1.0
        self._standstill = Standstill()

    def open(self) -> None:
        """Begin to warm the lesson up, on the worker."""
        if self._opening is None:
            self._opening = self._worker.submit(self._open)

    @property
    def ready(self) -> bool:
        """Whether the lesson is warmed up; raises what opening it raised."""
        return self._opening is not None and self._opening.done() and self._opening.result()

    def tick(self, now: float, rate: float = 1.0, bars: int = 0) -> Frame:
        """The picture's content at song time ``now``; sends what comes next to the worker.

        rate: song seconds per real second.  A ``now`` before the last one is a seek.
        bars: for so many the song has been standing still here; then only a fast line's epochs are shown,
        and what it waits for when it goes on.
        """
        if now < self._now:
            self.seek(now)
        before, self._now = self._now, now
        _, wanted = self._wanted(now)
        if bars and wanted >= 0 and self._real is not None:
            self._standstill.stand(self._parts[wanted].cue, now, bars, self._real())
        if self._real is None:
            self.open()
            assert self._opening is not None
            _finish(self._opening)
        self._give_up()
        if self.ready and self._left is None:
            self._collect()
            self._send(now, rate)
            if self._real is None and self._job is not None:
                _finish(self._job)
                self._collect()
            self._show(now, rate, before, bool(bars))
        shown = self._shown
        return Frame(
            now=now,
            song=self.song,
            lesson=self.lesson,
            listing=self.listing,
            cue=cue_at(self.song, now),
            snapshot=shown.snapshot if shown else None,
            shown=self._times[shown.index] if shown else 0.0,
            ready=self.ready,
            behind=self._due(now) > (shown.index if shown else -1),
            overlong=self._overlong(),
        )

    def skip(self) -> None:
        """Do not wait any longer for an operation that takes overlong: the lesson stops in it.

        Where it does not give way it is left behind, until the lesson begins again.
        """
        if self._overlong() is not None and self._left is None and self._real is not None:
            self._skipped = self._worker.doing, self._real()
            self._worker.interrupt()

    def lateness(self, now: float, rate: float = 1.0) -> float | None:
        """Real seconds by which the result that must be there at song time ``now`` is expected to be late.

        None where it is there, where there is none, and before the lesson is warm.
        """
        if self._real is None or self._left is not None or not self.ready:
            return None
        self._collect()
        time, wanted = self._wanted(now)
        if self._last >= wanted:
            return None
        left = 0.0 if self._job is None else max(0.0, self._job_ends - self._real())
        return (now - time) / rate + left + self._cost(range(self._next, wanted + 1))

    def seek(self, now: float) -> None:
        """Make ``now`` the song time; the lesson's state there is restored by running it.

        Going back means from its seed again, so that the same numbers come out.
        """
        target = self._due(now)
        self._now = now
        if self._left is not None and target + 1 < self._next:
            self._replace_worker()
        if self._job is not None or target + 1 < self._next:
            self._discard = self._job is not None
            self._finished.clear()
            self._restart, self._next, self._last, self._printed = True, 0, -1, ()
            self._standstill.forget()
            self.records = [record for record in self.records if record.cue.time <= now]
        self._replay_until = target
        if target < 0:
            self._shown = None

    def ask(self, work: Callable[[], T]) -> Future[T]:
        """Run something else on the worker, between two operations, as soon as the lesson is warm.

        It begins with the random numbers that the lesson began with; the lesson does not notice.
        """
        self.open()
        return self._worker.submit(self._answer, work)

    def finish(self) -> tuple[str, ...]:
        """Run the script to its last line, after the song; what it prints there."""

        def work() -> tuple[str, ...]:
            assert self._stepper is not None
            self._stepper.finish()
            self.ending = self._stepper.ending
            return self._stepper.printed()

        return self._worker.submit(work).result()  # as long as it takes, as plainly run

    def close(self) -> None:
        """End the worker; the lesson is left on its own thread, interrupted where it does not end."""
        self._closing = True
        if self._left is None:
            self._worker.close(self._close)

    def _overlong(self) -> Overlong | None:
        doing = self._worker.doing
        if self._left is not None or doing is None or self._real is None:
            return self._left
        seconds = self._real() - doing[1]
        return Overlong(doing[0], int(seconds)) if seconds >= OVERLONG else None

    def _give_up(self) -> None:
        """Leave the worker behind where what was interrupted has not given way."""
        if self._skipped is None or self._real is None:
            return
        doing, at = self._skipped
        if self._worker.doing is not doing:
            self._skipped = None
        elif self._real() > at + GRACE:
            overlong = self._overlong()
            self._skipped = self._job = None
            self._discard = False
            self._worker.leave()
            self._left = None if overlong is None else replace(overlong, left=True)
            if self._restart:
                self._replace_worker()

    def _replace_worker(self) -> None:
        """Begin the lesson on a new thread; the old one is alone with what it does."""
        self._worker, self._left = Worker(), None
        self._opening = self._worker.submit(self._open)

    def _due(self, now: float) -> int:
        """The last part whose time has come, -1 before the first."""
        return bisect_right(self._times, now) - 1

    def _operation(self, index: int) -> Operation:
        return self.song.cues[self._parts[index].cue].operation

    def _wanted(self, now: float) -> tuple[float, int]:
        """The last part that the song must not go on without, and by which time; (0, -1) before the first."""
        index = bisect_right(self._deadlines, (now, len(self._parts))) - 1
        return self._deadlines[index] if index >= 0 else (0.0, -1)

    def _cost(self, indices: Iterable[int]) -> float:
        """Seconds that these parts are expected to take; of each cue only the last is run."""
        cues = {self._parts[index].cue for index in indices}
        return sum(self._costs.get(self.song.cues[cue].operation, UNKNOWN_COST) for cue in cues)

    def _start_of(self, index: int, rate: float) -> float:
        """The song time at which a part's operation must start to be ready when its time comes."""
        operation = self._operation(index)
        return self._times[index] - (self._costs.get(operation, UNKNOWN_COST) + MARGIN) * rate

    def _send(self, now: float, rate: float) -> None:
        if self._job is not None or (self._next >= len(self._parts) and not self._restart):
            return
        last = self._due(now)
        start_at = None
        if last < self._next and self._next < len(self._parts) and self._real is not None:
            wait_for = (self._start_of(self._next, rate) - now) / rate
            if wait_for <= HORIZON:
                last, start_at = self._next, self._real() + wait_for
        if last < self._next and not self._restart:
            return
        replayed = last <= self._replay_until
        dues = {index: self._start_of(index, rate) for index in range(self._next, last + 1)}
        self._job = self._worker.submit(self._advance, self._restart, dues, start_at, replayed)
        self._restart, self._next = False, max(self._next, last + 1)
        if self._real is not None:
            self._job_ends = max(self._real(), start_at or 0.0) + self._cost(dues)

    def _advance(
        self, restart: bool, dues: dict[int, float], start_at: float | None, replayed: bool
    ) -> list[Done]:
        """On the worker: run these parts, by index with their planned starts; of each cue only the last."""
        stepper, worker = self._stepper, self._worker
        if start_at is not None and self._real is not None:
            time.sleep(min(max(0.0, start_at - self._real()), HORIZON))
        if restart:
            stepper.restart()
        clock = self._real or _no_time
        alone = self._real is not None and not replayed and len({self._parts[i].cue for i in dues}) == 1
        budget = BUDGET if alone else None
        done = []
        for index, due in dues.items():
            part = self._parts[index]
            if index + 1 in dues and self._parts[index + 1].cue == part.cue:
                continue
            started = clock()
            operation = self._operation(index)
            try:
                with worker.interruptible(operation, started):
                    snapshot, complete = stepper.perform(part.cue, operation, part.share, budget)
            except Interrupted as error:  # beside the lesson's own code
                snapshot, complete = stepper.stop(part.cue, operation, str(error)), True
            self.ending = stepper.ending
            done.append(Done(index, snapshot, complete, due, started, clock(), replayed))
        return done

    def _collect(self) -> None:
        if self._job is None or not self._job.done():
            return
        done = self._job.result()
        self._job = None
        if self._discard:
            self._discard = False
            return
        self._finished += done
        for one in done:
            self._learn_cost(self._operation(one.index), one.ended - one.started)
            self._last = one.index if one.complete else one.index - 1
        if done and not done[-1].complete:
            self._next = done[-1].index  # a fast line that its budget cut short goes on

    def _learn_cost(self, operation: Operation, cost: float) -> None:
        known = self._costs.get(operation, cost)
        self._costs[operation] = max(cost, (known + cost) / 2)

    def _show(self, now: float, rate: float, before: float, stands: bool) -> None:
        """Show what is done and due; before: the time of the last picture."""
        real = None if self._real is None else self._real()
        while self._finished and self._times[self._finished[0].index] <= now:
            done = self._finished[0]
            part = self._parts[done.index]
            if stands and self._operation(done.index) not in FAST:
                return
            self._shown = self._finished.pop(0)
            self._printed = (*self._printed, *done.snapshot.printed)
            if not done.complete or part.share < 1:
                continue
            printed, self._printed = self._printed, ()
            if done.replayed:
                continue
            started, ended = part.time, part.time
            if real is not None:
                moved = self._standstill.moved
                started, ended = (now - moved(t, real) * rate for t in (done.started, done.ended))
            self.records.append(
                Record(
                    self.song.cues[part.cue],
                    done.snapshot,
                    printed,
                    due=done.due,
                    started=started,
                    ended=ended,
                    onset=part.time,
                    shown=now,
                    late=part.time <= before,
                    bars=self._standstill.bars(part.cue),
                )
            )

    def _open(self) -> bool:
        self._stepper = self._open_stepper()
        if not self._closing:
            self._costs = self._stepper.costs()
            gc.collect()
            gc.freeze()  # torch's objects are here to stay; no collection on stage need look at them again
        return True

    def _answer(self, work: Callable[[], T]) -> T:
        began = (self._real or _no_time)()
        with self._worker.interruptible(None, began), self._stepper.aside():
            return work()

    def _close(self) -> None:
        if hasattr(self, "_stepper"):
            with suppress(Interrupted), self._worker.interruptible(None, 0.0):
                self._stepper.close()


def _finish(job: Future[Any]) -> None:
    """Wait, in steps that leave room for Ctrl-C."""
    while not job.done():
        wait([job], timeout=0.5)


def _no_time() -> float:
    return 0.0
