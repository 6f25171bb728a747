"""When to repeat what: the rule SM-2 of P. A. Woźniak, "Optimization of learning" (1990), in whole days."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

EASE, LEAST_EASE = 2.5, 1.3
FIRST, SECOND = 1, 6
"""Days after the first and after the second repetition that was right."""
LONGEST = 365
PASSED = 3
"""Grades from here on count as remembered."""
GRADES = range(6)


@dataclass(frozen=True, slots=True)
class Card:
    """One thing to know. attempts, right: how often it was asked, and how often the answer was right.

    streak: right answers since the last wrong one.  ease: factor by which the next interval is longer.
    interval: days from the last repetition to the next, on the day ``due``; None before the first.
    """

    attempts: int = 0
    right: int = 0
    streak: int = 0
    ease: float = EASE
    interval: int = 0
    due: date | None = None

    @property
    def share(self) -> float:
        """Of right answers, 0 to 1; 0 without any."""
        return self.right / self.attempts if self.attempts else 0.0


def reviewed(card: Card, grade: int, today: date) -> Card:
    """The card after an answer. grade: 0 (no idea) to 5 (at once); from 3 on it was right.

    Right before the day on which it is due is only counted: three times in one song are not three days.
    Raises ValueError for any other grade.
    """
    if grade not in GRADES:
        raise ValueError(f"grade {grade!r}; expected a whole number from 0 to 5")
    miss = 5 - grade
    ease = max(LEAST_EASE, card.ease + 0.1 - miss * (0.08 + miss * 0.02))
    seen = replace(card, attempts=card.attempts + 1)
    if grade < PASSED:  # begins anew, as easy as it was
        return replace(seen, streak=0, interval=FIRST, due=today + timedelta(days=FIRST))
    seen = replace(seen, right=card.right + 1)
    if card.due is not None and today < card.due:
        return seen
    streak = card.streak + 1
    interval = {1: FIRST, 2: SECOND}.get(streak, min(LONGEST, round(card.interval * ease)))
    due = today + timedelta(days=interval)
    return replace(seen, streak=streak, ease=ease, interval=interval, due=due)
