"""What can be done beside the song, as it is shown: wrong loops, and the loop as a puzzle."""

from dataclasses import dataclass

from loop_core.assembly import Card, Verdict
from loop_core.listing import Listing
from loop_core.outcomes import Outcome, Trial
from loop_core.variants import Entry
from loop_core.words import Words


@dataclass(frozen=True, slots=True)
class Contest:
    """An edited loop beside the lesson's own; each run is None, and so is the outcome, until it is over."""

    right: Trial | None
    trial: Trial | None
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class WrongLoops:
    """The list of edits, the marked one, and its run once it has been asked for.

    entries: empty until the lesson's own run is over, which tells which of them make sense.
    """

    listing: Listing
    entries: tuple[Entry, ...]
    choice: int
    contest: Contest | None


@dataclass(frozen=True, slots=True)
class Puzzle:
    """The cards in the learner's order; the marked one, which may be held.

    cards: empty until they have been read.  whole: with the testing half.
    tried: this order runs or has been run.  verdict: of this order, once it has been run.
    refusal: why this lesson cannot be taken apart; then there are no cards.
    """

    listing: Listing
    cards: tuple[Card, ...]
    choice: int
    held: bool
    whole: bool
    tried: bool
    contest: Contest
    verdict: Verdict | None
    refusal: Words | None


Activity = WrongLoops | Puzzle
