"""Build the loop: put its lines in an order, and see what that order really does."""

from concurrent.futures import Future
from functools import partial

import pygame

from app.learning.activities.trials import Ask, Trials
from app.learning.results import AT_ONCE, LATER, MISSED, Results
from loop_core.activity import Puzzle
from loop_core.assembly import TRAINING, WHOLE, Card, Order, Verdict, cards_of, judge, shuffled, source_of
from loop_core.edits import UnfitError
from loop_core.listing import Listing
from loop_core.outcomes import Trial
from loop_core.words import Words

ACTIVITY = "build"
"""What the results are kept under."""
RUN = frozenset({pygame.K_RETURN, pygame.K_KP_ENTER})
BACK = frozenset({pygame.K_ESCAPE, pygame.K_y, pygame.K_q})
MOVES = {pygame.K_UP: -1, pygame.K_LEFT: -1, pygame.K_DOWN: 1, pygame.K_RIGHT: 1}

Decks = dict[bool, tuple[Card, ...]]
"""The cards without the testing half, and with it."""


class PuzzleActivity:
    """The cards on the table, and the run of their order."""

    def __init__(self, listing: Listing, ask: Ask, results: Results) -> None:
        self._listing = listing
        self._results = results
        self._trials = Trials(listing, ask)
        self._decks: Future[Decks | Words] = ask(partial(_decks, listing))
        self._dealt: tuple[Card, ...] = ()  # in the lesson's order
        self._order: Order = ()
        self._seed = 0
        self._choice = 0
        self._whole = self._held = self._tried = False
        self._missed = False  # an order of these cards was wrong
        self._judged: Order = ()

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
            self._held, self._tried = False, True
            self._trials.begin(partial(self._run, self._order))
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

    def drop(self, item: int) -> None:
        """Put a card that was dragged in another one's place; a mere click goes on holding it."""
        if self._held and item < len(self._order) and item != self._choice:
            self._move_to(item)
            self._held = False

    def view(self) -> Puzzle:
        """The table."""
        if not self._order:
            self._deal()
        contest = self._trials.contest()
        own = tuple(card.operation for card in self._dealt)
        verdict = None
        if contest.right is not None and contest.trial is not None:
            verdict = judge(self._order, own, contest.right, contest.trial)
            self._keep(verdict)
        decks = self._decks.result() if self._decks.done() else None
        return Puzzle(
            listing=self._listing,
            cards=tuple(self._dealt[own.index(operation)] for operation in self._order),
            choice=self._choice,
            held=self._held,
            whole=self._whole,
            tried=self._tried,
            contest=contest,
            verdict=verdict,
            refusal=decks if isinstance(decks, Words) else None,
        )

    def close(self) -> None:
        """Leave it."""
        self._trials.close()
        self._decks.cancel()

    def _deal(self) -> None:
        """Shuffle the cards, as soon as they are there."""
        decks = self._decks.result() if self._decks.done() else None
        if isinstance(decks, dict):
            self._dealt = decks[self._whole]
            self._order = shuffled(tuple(card.operation for card in self._dealt), self._seed)
            self._choice, self._held = 0, False
            self._missed, self._judged = False, ()
            self._forget()

    def _run(self, order: Order) -> Trial:
        """On the worker: run the lesson with its operations in this order."""
        return self._trials.run(self._listing, source_of(self._listing, order))

    def _keep(self, verdict: Verdict) -> None:
        """Count each order once."""
        if self._judged == self._order:
            return
        self._judged = self._order
        wrong = verdict.kind == "wrong"
        grade = MISSED if wrong else LATER if self._missed else AT_ONCE
        self._missed |= wrong
        half = "the whole epoch" if self._whole else "training"
        self._results.add(ACTIVITY, f"{self._listing.name}: {half}", grade)

    def _move_to(self, place: int) -> None:
        """Mark another card, or carry the held one there."""
        if self._held and place != self._choice:
            order = list(self._order)
            order.insert(place, order.pop(self._choice))
            self._order = tuple(order)
            self._forget()
        self._choice = place

    def _forget(self) -> None:
        """This order has not been tried."""
        self._tried = False
        self._trials.forget()


def _decks(listing: Listing) -> Decks | Words:
    """On the worker: the lesson's cards, or why there are none."""
    try:
        return {False: cards_of(listing, TRAINING), True: cards_of(listing, WHOLE)}
    except UnfitError as error:
        return error.words
