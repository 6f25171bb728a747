"""Where a song's lines or syllables begin, tapped to the music: every key makes a new frozen `Tapping`.

Times are seconds of the recording, rounded to milliseconds. They increase by at least `APART` from tap to
tap, whatever is pressed and when; what cannot be done leaves everything as it is.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

APART = 0.02
"""Seconds from one tap to the next, at least: a key that bounces is no second tap."""
FINE, COARSE = 0.01, 0.05
"""Seconds by which a tap is moved."""


@dataclass(frozen=True, slots=True)
class Tap:
    """start: of a line or syllable.  end: where it was said to end; None: where the next one begins."""

    start: float
    end: float | None = None


@dataclass(frozen=True, slots=True)
class Tapping:
    """total: how many taps there are to be.  chosen: the tap that is moved and heard; -1 while none is.

    before: the taps and the choice before each change, to be taken back.
    """

    total: int
    taps: tuple[Tap, ...] = ()
    chosen: int = -1
    before: tuple[tuple[tuple[Tap, ...], int], ...] = ()

    @property
    def done(self) -> bool:
        """Whether everything is tapped."""
        return len(self.taps) == self.total

    @property
    def tap(self) -> Tap | None:
        """The chosen tap."""
        return self.taps[self.chosen] if 0 <= self.chosen < len(self.taps) else None

    def reached(self, now: float) -> int:
        """How many of the taps have begun at ``now``."""
        return bisect_right(self.taps, now, key=lambda tap: tap.start)

    def strike(self, now: float) -> "Tapping":
        """The next line or syllable begins now; nothing where that is before the last one."""
        now = _rounded(max(now, 0.0))
        last = self.taps[-1] if self.taps else None
        if self.done or (last is not None and now < last.start + APART - 1e-9):
            return self
        taps = self.taps
        if last is not None and last.end is not None and last.end > now:
            taps = (*taps[:-1], replace(last, end=now))
        return self._changed((*taps, Tap(now)), len(taps))

    def rest(self, now: float) -> "Tapping":
        """What is sung now ends here, before a pause; from there on it is silent until the next tap."""
        index = self.reached(now) - 1
        if index < 0:
            return self
        tap = self.taps[index]
        end = max(_rounded(now), _rounded(tap.start + APART))
        return self._with(index, replace(tap, end=end), index)

    def nudge(self, seconds: float) -> "Tapping":
        """The chosen tap earlier or later, as far as its neighbours leave room."""
        tap = self.tap
        if tap is None:
            return self
        at = self.chosen
        low = self.taps[at - 1].start + APART if at else 0.0
        high = self.taps[at + 1].start - APART if at + 1 < len(self.taps) else float("inf")
        start = _rounded(min(max(tap.start + seconds, low), max(high, low)))
        end = tap.end if tap.end is None else max(tap.end, _rounded(start + APART))
        return self._with(at, Tap(start, end), at)

    def choose(self, index: int) -> "Tapping":
        """Another tap, the nearest that there is."""
        if not self.taps:
            return self
        return replace(self, chosen=min(max(index, 0), len(self.taps) - 1))

    def forget(self) -> "Tapping":
        """Without the chosen tap and all after it, to tap them anew."""
        if self.tap is None:
            return self
        return self._changed(self.taps[: self.chosen], self.chosen - 1)

    def undo(self) -> "Tapping":
        """As before the last change; where none is remembered, without the last tap."""
        if self.before:
            taps, chosen = self.before[-1]
            return replace(self, taps=taps, chosen=chosen, before=self.before[:-1])
        return replace(self, taps=self.taps[:-1], chosen=len(self.taps) - 2 if self.taps else -1)

    def _with(self, index: int, tap: Tap, chosen: int) -> "Tapping":
        """With another tap at ``index``; the ends of it and of the one before lie before the next begins."""
        taps = list(self.taps)
        taps[index] = tap
        for at in (index - 1, index):
            if 0 <= at < len(taps) - 1:
                end, following = taps[at].end, taps[at + 1].start
                if end is not None and end >= following:
                    taps[at] = replace(taps[at], end=None)
        return self._changed(tuple(taps), chosen)

    def _changed(self, taps: tuple[Tap, ...], chosen: int) -> "Tapping":
        if taps == self.taps:
            return self
        return replace(self, taps=taps, chosen=chosen, before=(*self.before, (self.taps, self.chosen)))


def in_order(taps: Sequence[Tap]) -> bool:
    """Whether times increase as those of a `Tapping` do."""
    following = [tap.start for tap in taps[1:]]
    return all(tap.start >= 0 for tap in taps) and all(
        (tap.end is None or tap.start < tap.end)
        and (begins is None or (tap.start < begins and (tap.end is None or tap.end <= begins)))
        for tap, begins in zip(taps, [*following, None], strict=False)
    )


def _rounded(seconds: float) -> float:
    return round(seconds, 3)
