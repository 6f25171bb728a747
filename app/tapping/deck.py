"""The recording that is tapped along to: where it is, whether it moves, and how fast."""

from collections.abc import Callable, Sequence

from app.pace import PLAIN, Pace, next_speed
from app.player import Player
from loop_core.clock import SmoothClock
from loop_core.errors import InputError


class Deck:
    """One recording on a player; times in seconds of the recording."""

    def __init__(
        self, player: Player, length: float, real: Callable[[], float], latency: float | None = None
    ) -> None:
        """latency: real seconds from the sound to the tap that answers it; None for what the player knows."""
        self.player = player
        self.length = length
        self.latency = player.latency if latency is None else latency
        self.pace = self.wanted = PLAIN
        self._real = real
        self._at = 0.0
        self._clock: SmoothClock | None = None

    @property
    def playing(self) -> bool:
        """Whether it moves."""
        return self._clock is not None

    def now(self) -> float:
        """Where it is; it stops by itself at its end."""
        if self._clock is not None:
            now = min(self._clock.now(), self.length)
            if now >= self.length:
                self.stop(self.length)
            return now
        return self._at

    def heard(self) -> float:
        """What is heard now by somebody who answers at once: earlier than `now` by the latency."""
        return max(0.0, self.now() - self.latency * self.pace.rate)

    def play(self, at: float, marks: Sequence[float] = ()) -> None:
        """Play from there, with a tick at each of the marks."""
        at = min(max(at, 0.0), self.length)
        self.player.mark(marks)
        self.player.play(at, self.pace)
        self._clock = SmoothClock(self.player.position, self._real, at, self.pace.rate)

    def stop(self, at: float | None = None) -> None:
        """Be silent, and stand there or where it is."""
        at = self.now() if at is None else at
        self.player.stop()
        self._at, self._clock = min(max(at, 0.0), self.length), None

    def faster(self, step: int) -> int:
        """The next speed up (1) or down (-1) is prepared; what it is, in per cent."""
        self.wanted = Pace(next_speed(self.wanted.speed, step))
        self.player.prepare(self.wanted)
        return self.wanted.speed

    def take_up(self, marks: Sequence[float]) -> bool:
        """Go over to the speed that was asked for, once it is prepared; whether it has.

        Raises InputError when it cannot be; then the present one stays.
        """
        if self.pace == self.wanted:
            return False
        try:
            if not self.player.prepared(self.wanted):
                return False
        except InputError:
            self.wanted = self.pace
            raise
        now = self.now()
        self.pace = self.wanted
        if self.playing:
            self.play(now, marks)
        return True

    def close(self) -> None:
        """Give the device back."""
        self.player.close()
