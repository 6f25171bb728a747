"""How much later than a beat somebody taps: the median of many taps, where they are steady enough.

A tap comes late by what the sound or the picture needs to arrive, and by the one who taps. The second is in
both; so what remains of the taps to the sound less those to the picture is how much later the sound arrives.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from loop_core.words import Words

APART = 0.73
"""Seconds from beat to beat: no whole number of pictures, or each light would be as late as the last."""
EARLY = 0.2
"""A tap so much before a beat is on it, an earlier one on the beat before: sound may be very late."""
LEAST = 12
"""Taps that are needed, without strays."""
STRAY = 0.05
"""Seconds from the median beyond which a tap does not count (as in YARG's calibrator)."""
STEADY = 0.03
"""The deviation below which the median is one (as in ITGmania's AutoSync)."""
_NORMAL = 1.4826
"""The median distance from the median, times this, is the standard deviation where taps are normal."""

TO_GO = Words("Taps to go: {}", "还差 {} 次")
UNEVEN = Words(
    "Too uneven: ±{:.0f} ms; expected below ±{:.0f} ms", "不够稳：±{:.0f} 毫秒，应小于 ±{:.0f} 毫秒"
)


@dataclass(frozen=True, slots=True)
class Estimate:
    """seconds: the median of the taps that count.  counted: how many do; strays: how many do not.

    deviation: of all taps, in seconds, by their median distance, so that strays do not make it.
    """

    seconds: float
    deviation: float
    counted: int
    strays: int

    @property
    def accepted(self) -> bool:
        """Whether there are enough taps, and steady ones."""
        return self.counted >= LEAST and self.deviation < STEADY

    def lack(self, language: str) -> str:
        """Why it is not accepted; '' where it is."""
        if self.accepted:
            return ""
        if self.counted + self.strays >= LEAST and self.deviation >= STEADY:
            return UNEVEN.said(language).format(1000 * self.deviation, 1000 * STEADY)
        return TO_GO.said(language).format(LEAST - self.counted)


def lag_of(since: float) -> float:
    """How much later a tap is than its beat; since: seconds from any beat."""
    return (since + EARLY) % APART - EARLY


def estimate(lags: Sequence[float]) -> Estimate:
    """What taps with these lags tell, in seconds."""
    if not lags:
        return Estimate(0.0, 0.0, 0, 0)
    middle = median(lags)
    counted = [lag for lag in lags if abs(lag - middle) <= STRAY]
    deviation = _NORMAL * median(abs(lag - middle) for lag in lags)
    seconds = median(counted) if counted else middle
    return Estimate(seconds, deviation, len(counted), len(lags) - len(counted))
