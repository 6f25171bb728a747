"""Runs of edited loops, asked of the worker that runs the lesson.

All that reads a syntax tree is asked of the worker too: in Python 3.11 two threads that do so at once
can make each other fail with "AST constructor recursion depth mismatch" (python/cpython#106905).
"""

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any

from loop_core.activity import Contest
from loop_core.listing import Listing
from loop_core.outcomes import Trial, outcome_of

Ask = Callable[[Callable[[], Any]], Future[Any]]
"""Runs something on the worker, one after the other."""


class Trials:
    """The lesson's own run, and that of one edited loop at a time."""

    def __init__(self, listing: Listing, ask: Ask) -> None:
        self._ask = ask
        self._wanted = True  # until the activity is left
        self._right: Future[Trial] = ask(partial(self.run, listing, listing.source))
        self._trial: Future[Trial] | None = None
        self._contest = Contest(None, None, None)

    def after_right(self, work: Callable[[Trial], Any]) -> Future[Any]:
        """Ask for something that needs the lesson's own run."""
        return self._ask(lambda: work(self._right.result()))

    def run(self, listing: Listing, source: str) -> Trial:
        """On the worker: run a source edited from a lesson, as long as it is wanted."""
        from loop_core.trials import run_trial  # imports torch

        return run_trial(listing, source, wanted=lambda: self._wanted)

    def begin(self, work: Callable[[], Trial]) -> None:
        """Run an edited loop; the one before it is forgotten."""
        self.forget()
        self._trial = self._ask(work)

    def forget(self) -> None:
        """There is no edited loop any more."""
        if self._trial is not None:
            self._trial.cancel()
        self._trial, self._contest = None, Contest(None, None, None)

    def contest(self) -> Contest:
        """Both runs as far as they are there."""
        if self._contest.outcome is not None:
            return self._contest
        right = self._right.result() if self._right.done() else None
        trial = self._trial.result() if self._trial is not None and self._trial.done() else None
        outcome = None if right is None or trial is None else outcome_of(right, trial)
        self._contest = Contest(right, trial, outcome)
        return self._contest

    def close(self) -> None:
        """Nothing more is wanted."""
        self._wanted = False
        self.forget()
        self._right.cancel()
