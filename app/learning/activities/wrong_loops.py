"""Sing it wrong: choose an edit of the loop, and see what it really does."""

from concurrent.futures import Future
from functools import partial

import pygame

from app.learning.activities.trials import Ask, Trials
from app.learning.results import Results
from loop_core.activity import WrongLoops
from loop_core.listing import Listing
from loop_core.variants import SIGNS, Entry, entries_for

ACTIVITY = "wrong loops"
"""What the results are kept under."""
RUN = frozenset({pygame.K_RETURN, pygame.K_KP_ENTER, pygame.K_SPACE})
BACK = frozenset({pygame.K_ESCAPE, pygame.K_x})
KEYS = {ord(sign): index for index, sign in enumerate(SIGNS)}
"""Which edit a key stands for."""
MOVES = {pygame.K_UP: -1, pygame.K_LEFT: -1, pygame.K_DOWN: 1, pygame.K_RIGHT: 1}


class WrongLoopsActivity:
    """The list, or the run of its marked edit."""

    def __init__(self, listing: Listing, ask: Ask, results: Results) -> None:
        self._listing = listing
        self._results = results
        self._trials = Trials(listing, ask)
        self._listed: Future[tuple[Entry, ...]] = self._trials.after_right(partial(entries_for, listing))
        self._choice = 0
        self._open = False

    def press(self, key: int) -> bool:
        """Up, down or its own key chooses, Enter runs; Esc goes back to the list, and out of it."""
        if key == pygame.K_q or (key in BACK and not self._open):
            return False
        if key in BACK:
            self._open = False
            self._trials.forget()
        elif key in MOVES:
            self._move(MOVES[key])
        elif key in KEYS:
            self.choose(KEYS[key])
        elif key in RUN and not self._open:
            self._begin(self._choice)
        return True

    def choose(self, item: int) -> None:
        """Mark an edit; when it is marked already, or another one is shown, run it."""
        if item < len(self._entries) and self._entries[item].source is not None:
            run = self._open or item == self._choice
            self._choice = item
            if run:
                self._begin(item)

    def drop(self, item: int) -> None:
        """Nothing is carried here."""

    def view(self) -> WrongLoops:
        """The list, and the run of its marked edit."""
        contest = self._trials.contest() if self._open else None
        return WrongLoops(self._listing, self._entries, self._choice, contest)

    def close(self) -> None:
        """Leave it."""
        self._trials.close()
        self._listed.cancel()

    @property
    def _entries(self) -> tuple[Entry, ...]:
        return self._listed.result() if self._listed.done() else ()

    def _move(self, step: int) -> None:
        """To the next edit that this lesson allows; while one is shown the next one runs."""
        entries = self._entries
        places = ((self._choice + step * far) % len(entries) for far in range(1, len(entries)))
        self._choice = next((at for at in places if entries[at].source is not None), self._choice)
        if self._open:
            self._begin(self._choice)

    def _begin(self, item: int) -> None:
        source = self._entries[item].source if self._entries else None
        if source is not None:
            self._open = True
            self._results.tried(ACTIVITY, f"{self._listing.name}: {self._entries[item].variant.title.en}")
            self._trials.begin(partial(self._trials.run, self._listing, source))
