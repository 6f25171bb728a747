"""Song time: a clock moved by hand, and one that follows the sound without its jitter."""

from collections.abc import Callable
from typing import Protocol

HALF_LIFE = 0.05
"""Seconds in which the gap to the audio halves (as osu!framework's interpolating clock has it)."""
JUMP = 0.1
"""Seconds off the audio from which the clock jumps to it instead of drifting (as Performous does)."""
STALL = 0.1
"""Seconds without any progress of the audio after which it counts as stalled."""
AHEAD = 0.1
"""Seconds for which the audio must be that far ahead before the clock jumps on to it."""


ASLEEP = 0.5
"""Seconds from one picture to the next from which they count as sleep."""
BLINK = 0.05
"""What counts of such a sleep: so little that a sound which was asleep too is not taken for stalled."""


class Clock(Protocol):
    """Something that knows the song time."""

    def now(self) -> float:
        """Song time in seconds."""


class VirtualClock:
    """Time that passes only when it is told to."""

    def __init__(self, now: float = 0.0) -> None:
        self._now = now

    def now(self) -> float:
        """Song time in seconds."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._now += seconds


class AwakeClock:
    """Real time without the stretches in which nobody called `tick`, as the machine or the process slept."""

    def __init__(self, real: Callable[[], float]) -> None:
        self._real = real
        self._ticked = real()
        self._asleep = 0.0

    def now(self) -> float:
        """Seconds on a monotonic clock."""
        return self._real() - self._asleep

    def tick(self) -> None:
        """Somebody is awake."""
        gap, self._ticked = self._real() - self._ticked, self._real()
        if gap > ASLEEP:
            self._asleep += gap - BLINK


class SmoothClock:
    """Carries a coarse audio position on real time.

    The gap to the audio halves every `HALF_LIFE`; more than `JUMP` off is a seek or a restart, then it
    jumps; otherwise it never runs backwards. While there is no position, or one that stands still, it
    goes on in real time, at the rate of the audio; and so it does for `AHEAD` when it shall jump on: after
    the machine has slept, pygame takes the sleep for music until the next buffer is mixed.
    """

    def __init__(
        self,
        position: Callable[[], float | None],
        real: Callable[[], float],
        start: float = 0.0,
        rate: float = 1.0,
    ) -> None:
        """position: of the audio in seconds, None while there is none.  real: a monotonic clock.

        rate: seconds of the audio per second of ``real``.
        """
        self._rate = rate
        self._position = position
        self._real = real
        self._now = start
        self._read_at = self._moved_at = real()
        self._last_position: float | None = None
        self._ahead_since: float | None = None
        self.stalled = False

    def now(self) -> float:
        """Song time in seconds; reads both sides once."""
        real = self._real()
        elapsed = real - self._read_at
        self._read_at = real
        estimate = self._now + elapsed * self._rate
        position = self._position()
        if position != self._last_position:
            self._last_position, self._moved_at = position, real
        self.stalled = position is not None and real - self._moved_at > STALL
        if position is None or position - estimate <= JUMP:
            self._ahead_since = None
        elif self._ahead_since is None:
            self._ahead_since = real
        doubtful = self._ahead_since is not None and real - self._ahead_since < AHEAD
        if position is None or self.stalled or doubtful:
            self._now = estimate
        elif abs(position - estimate) > JUMP:
            self._now = position
        else:
            estimate += (position - estimate) * (1 - 0.5 ** (elapsed / HALF_LIFE))
            self._now = max(self._now, estimate)
        return self._now
