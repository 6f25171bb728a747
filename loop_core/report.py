"""What a learner has answered since an exercise began."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tally:
    """What was asked: how often, and how often the answer was right; weak: it needs work."""

    subject: str
    right: int
    asked: int
    weak: bool


@dataclass(frozen=True, slots=True)
class Report:
    """All that was asked, in its order."""

    tallies: tuple[Tally, ...]

    @property
    def right(self) -> int:
        """Answers that were right at once."""
        return sum(tally.right for tally in self.tallies)

    @property
    def asked(self) -> int:
        """All answers."""
        return sum(tally.asked for tally in self.tallies)
