"""Runs of edited loops, asked of the worker that runs the lesson."""

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial

from loop_core.activity import Contest
from loop_core.listing import Listing
from loop_core.outcomes import Trial, outcome_of

Ask = Callable[[Callable[[], Trial]], Future[Trial]]


class Trials:
    """The lesson's own run, and that of one edited source at a time."""

    def __init__(self, listing: Listing, ask: Ask) -> None:
        self._listing = listing
        self._ask = ask
        self._right = ask(partial(_run, listing, listing.source))
        self._source = ""
        self._trial: Future[Trial] | None = None
        self._contest = Contest("", None, None, None)

    @property
    def right(self) -> Trial | None:
        """The lesson's own run, None until it is over."""
        return self._right.result() if self._right.done() else None

    def begin(self, source: str) -> None:
        """Run a source; the one before it is forgotten."""
        self.forget()
        self._source = source
        self._trial = self._ask(partial(_run, self._listing, source))

    def forget(self) -> None:
        """There is no edited loop any more."""
        if self._trial is not None:
            self._trial.cancel()
        self._source, self._trial = "", None
        self._contest = Contest("", self.right, None, None)

    def contest(self) -> Contest:
        """Both runs as far as they are there."""
        if self._contest.outcome is not None:
            return self._contest
        trial = self._trial.result() if self._trial is not None and self._trial.done() else None
        right = self.right
        outcome = None if right is None or trial is None else outcome_of(right, trial)
        self._contest = Contest(self._source, right, trial, outcome)
        return self._contest

    def close(self) -> None:
        """Nothing more is wanted."""
        self.forget()
        self._right.cancel()


def _run(listing: Listing, source: str) -> Trial:
    from loop_core.trials import run_trial  # imports torch: only the worker may

    return run_trial(listing, source)
