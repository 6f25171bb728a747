"""Build the loop: put its lines in an order, and see what that order really does."""

import pygame

from app.activities.trials import Ask, Trials
from loop_core.activity import Puzzle
from loop_core.assembly import (
    TRAINING,
    WHOLE,
    Card,
    Order,
    Verdict,
    cards_of,
    judge,
    shuffled,
    source_of,
)
from loop_core.edits import UnfitError
from loop_core.listing import Listing
from loop_core.operations import Operation
from loop_core.words import Words

RUN = frozenset({pygame.K_RETURN, pygame.K_KP_ENTER})
BACK = frozenset({pygame.K_ESCAPE, pygame.K_y, pygame.K_q})
MOVES = {pygame.K_UP: -1, pygame.K_LEFT: -1, pygame.K_DOWN: 1, pygame.K_RIGHT: 1}


class PuzzleActivity:
    """The cards on the table, and the run of their order."""

    def __init__(self, listing: Listing, ask: Ask) -> None:
        self._listing = listing
        self._trials = Trials(listing, ask)
        self._seed = 0
        self._whole = False
        self._held = False
        self._deal()

    def press(self, key: int) -> bool:
        """Up and down choose a card or move the one that Space holds; Enter runs; Tab adds the test."""
        if key in BACK:
            return False
        if not self._order:
            return True
        if key in MOVES:
            self._move_to((self._choice + MOVES[key]) % len(self._order))
        elif key == pygame.K_SPACE:
            self._held = not self._held
        elif key in RUN:
            self._held = False
            self._trials.begin(source_of(self._listing, self._order))
        elif key == pygame.K_TAB:
            self._whole = not self._whole
            self._deal()
        elif key == pygame.K_r:
            self._seed += 1
            self._deal()
        return True

    def choose(self, item: int) -> None:
        """Take a card, or put the one that is held in this one's place."""
        if item < len(self._order):
            self._move_to(item)
            self._held = not self._held

    def view(self) -> Puzzle:
        """The table."""
        contest = self._trials.contest()
        verdict: Verdict | None = None
        if contest.right is not None and contest.trial is not None:
            verdict = judge(self._order, self._own, contest.right, contest.trial)
        cards = tuple(self._cards[operation] for operation in self._order)
        return Puzzle(
            self._listing, cards, self._choice, self._held, self._whole, contest, verdict, self._refusal
        )

    def close(self) -> None:
        """Leave it."""
        self._trials.close()

    def _deal(self) -> None:
        self._choice, self._held = 0, False
        self._cards: dict[Operation, Card] = {}
        self._own: Order = ()
        self._order: Order = ()
        self._refusal: Words | None = None
        self._trials.forget()
        try:
            cards = cards_of(self._listing, WHOLE if self._whole else TRAINING)
        except UnfitError as error:
            self._refusal = error.words
            return
        self._cards = {card.operation: card for card in cards}
        self._own = tuple(self._cards)
        self._order = shuffled(self._own, self._seed)

    def _move_to(self, place: int) -> None:
        """Mark another card, or carry the held one there."""
        if self._held and place != self._choice:
            order = list(self._order)
            order.insert(place, order.pop(self._choice))
            self._order = tuple(order)
            self._trials.forget()
        self._choice = place
