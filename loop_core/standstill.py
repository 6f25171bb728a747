"""Where the song stands still for a result: for how many bars, and how long in real time."""


class Standstill:
    """The last one, and for how many bars the song has stood still for which cue."""

    def __init__(self) -> None:
        self._bars: dict[int, int] = {}
        self._at, self._begins, self._ends = -1.0, 0.0, 0.0

    def stand(self, cue: int, at: float, bars: int, real: float) -> None:
        """The song has been standing at song time ``at`` for so many bars, until now."""
        self._bars[cue] = bars
        if self._at != at:
            self._at, self._begins = at, real
        self._ends = real

    def bars(self, cue: int) -> int:
        """How many it was for the cue, which is over now."""
        return self._bars.pop(cue, 0)

    def forget(self) -> None:
        """The song is played again from an earlier time."""
        self._bars.clear()
        self._at, self._begins, self._ends = -1.0, 0.0, 0.0

    def moved(self, since: float, until: float) -> float:
        """Real seconds between two real times in which the song did not stand still."""
        stood = min(until, self._ends) - max(since, self._begins)
        return until - since - max(0.0, stood)
