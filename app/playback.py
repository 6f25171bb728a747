"""The player with the clock that follows it, and the pace at which it plays."""

from collections.abc import Callable

from app.pace import PLAIN, Pace
from app.player import Player
from loop_core.clock import SmoothClock
from loop_core.errors import InputError

LEAD = 0.02
"""Real seconds in which a player can prepare to start in time."""


class Playback:
    """What is heard, and where in the song that is, in seconds."""

    def __init__(self, player: Player, real: Callable[[], float]) -> None:
        self.player = player
        self.pace = PLAIN
        self._wanted = PLAIN
        self._real = real
        self._clock: SmoothClock | None = None
        self._last = 0.0  # where it was when that was asked last

    @property
    def rate(self) -> float:
        """Song seconds per real second, while it plays."""
        return self.pace.rate

    @property
    def settled(self) -> bool:
        """Whether it plays at the pace that was asked for last."""
        return self.pace == self._wanted

    def play(self, at: float) -> None:
        """Play from there."""
        self.player.play(at, self.pace)
        self._follow(at)

    def back(self, seconds: float) -> None:
        """So many seconds earlier, without a stumble where that is a whole number of bars."""
        position = self.position()
        if position is not None:
            start = position - seconds + LEAD * self.rate
            self.player.play(start, self.pace, LEAD)
            now = self.player.position()
            self._follow(start if now is None else now)

    def stop(self) -> None:
        """Be silent."""
        self.player.stop()
        self._clock = None

    def position(self) -> float | None:
        """Where the sound is, None while none plays; after a stall it is brought to where the show is.

        A stall of the device is seen afterwards: pygame counts on meanwhile, and then takes it back.
        """
        if self._clock is None:
            return None
        stalled = self._clock.stalled
        now = self._clock.now()
        if now < self._last or (stalled and not self._clock.stalled):
            now = max(now, self._last)
            self.play(now)
        self._last = now
        return now

    def change_player(self, player: Player) -> None:
        """Be on another device, that has the present pace; what plays has to be played there."""
        self.player = player
        if self._clock is not None:
            self._follow(self._clock.now())
        if not self.settled:
            player.prepare(self._wanted)

    def set_player(self, player: Player) -> None:
        """Play on another device, at the pace that is wanted."""
        self.player, self.pace = player, PLAIN
        self.set_pace(self._wanted)

    def set_pace(self, pace: Pace) -> None:
        """Have another pace prepared; until it is taken up it goes on as it is."""
        self._wanted = pace
        self.player.prepare(pace)

    def prepared(self) -> bool:
        """Whether the wanted pace is there and not taken up.

        Raises InputError when it cannot be made; then the present one stays.
        """
        if self.settled:
            return False
        try:
            return self.player.prepared(self._wanted)
        except InputError:
            self._wanted = self.pace
            raise

    def take_up(self) -> None:
        """The next `play` is at the wanted pace."""
        self.pace = self._wanted

    def _follow(self, at: float) -> None:
        self._clock = SmoothClock(self.player.position, self._real, at, self.rate)
        self._last = at
