"""How fast and how high a song is practised."""

from dataclasses import dataclass

SLOWEST, FASTEST = 50, 125
"""Per cent of a song's own speed."""
SPEEDS = (SLOWEST, 60, 70, 80, 90, 100, 110, FASTEST)
"""The steps of the keys."""
MOST_SEMITONES = 6
"""Up or down."""


@dataclass(frozen=True, slots=True)
class Pace:
    """speed: per cent of the song's own, at the same pitch.  semitones: higher, at the same speed."""

    speed: int = 100
    semitones: int = 0

    @property
    def rate(self) -> float:
        """Song seconds per real second."""
        return self.speed / 100


PLAIN = Pace()
"""As the song was recorded."""


def next_speed(speed: int, step: int) -> int:
    """The nearest of `SPEEDS` above (``step`` 1) or below (-1); the same where there is none."""
    if step > 0:
        return min((other for other in SPEEDS if other > speed), default=speed)
    return max((other for other in SPEEDS if other < speed), default=speed)
