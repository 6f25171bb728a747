"""Sing it wrong: choose an edit of the loop, and see what it really does."""

import pygame

from app.activities.trials import Ask, Trials
from loop_core.activity import WrongLoops
from loop_core.listing import Listing
from loop_core.variants import Entry, entries_for

OPEN = frozenset({pygame.K_RETURN, pygame.K_KP_ENTER, pygame.K_SPACE})
BACK = frozenset({pygame.K_ESCAPE, pygame.K_x})
MOVES = {pygame.K_UP: -1, pygame.K_LEFT: -1, pygame.K_DOWN: 1, pygame.K_RIGHT: 1}


class WrongLoopsActivity:
    """The list, or the run of its marked edit."""

    def __init__(self, listing: Listing, ask: Ask) -> None:
        self._listing = listing
        self._trials = Trials(listing, ask)
        self._entries = entries_for(listing, None)
        self._known = False  # the lesson's own run has been asked which of them make sense
        self._choice = next((index for index, entry in enumerate(self._entries) if entry.source), 0)
        self._open = False

    def press(self, key: int) -> bool:
        """Up, down or a number chooses, Enter runs; Esc goes back to the list, and out of it."""
        if key in BACK:
            if not self._open:
                return False
            self._open = False
            self._trials.forget()
        elif key == pygame.K_q:
            return False
        elif key in MOVES:
            self._move(MOVES[key])
        elif pygame.K_1 <= key <= pygame.K_9:
            self.choose(key - pygame.K_1)
        elif key in OPEN and not self._open:
            self._begin()
        return True

    def choose(self, item: int) -> None:
        """Mark an edit; when it is marked already, run it."""
        if item >= len(self._entries) or self._entries[item].source is None:
            return
        if self._open or item == self._choice:
            self._choice = item
            self._begin()
        self._choice = item

    def view(self) -> WrongLoops:
        """The list, and the run of its marked edit."""
        right = self._trials.right
        if not self._known and right is not None:
            self._known, self._entries = True, entries_for(self._listing, right)
        contest = self._trials.contest()
        return WrongLoops(self._listing, self._entries, self._choice, contest if self._open else None)

    def close(self) -> None:
        """Leave it."""
        self._trials.close()

    def _move(self, step: int) -> None:
        """To the next edit that this lesson allows; while one is shown the next one runs."""
        count = len(self._entries)
        places = ((self._choice + step * far) % count for far in range(1, count + 1))
        self._choice = next((at for at in places if self._entries[at].source is not None), self._choice)
        if self._open:
            self._begin()

    def _begin(self) -> None:
        entry: Entry = self._entries[self._choice]
        if entry.source is not None:
            self._open = True
            self._trials.begin(entry.source)
