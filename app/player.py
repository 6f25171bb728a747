"""What plays a song, and silence that keeps the same time."""

from collections.abc import Callable, Sequence
from typing import Protocol

from app.pace import PLAIN, Pace


class Player(Protocol):
    """Plays the stems of a song; positions in seconds of the song."""

    description: str
    device: str
    """The sound device by its name; '' where nothing is heard."""
    latency: float
    """Real seconds from where `position` counts a sound to where it is heard, as far as they are known."""

    def load(self, backing: str) -> None:
        """Be silent, and take the stem of this name as the backing of the next `play`."""

    def prepare(self, pace: Pace) -> None:
        """Begin to make the stems of a pace, which then plays as soon as it can; what plays goes on."""

    def prepared(self, pace: Pace) -> bool:
        """Whether it can be played; raises InputError when the pace asked for last cannot be made."""

    def play(self, start: float, pace: Pace = PLAIN, lead: float = 0.0) -> None:
        """Start at ``start``, whatever was playing before; at a pace that is prepared.

        lead: real seconds from the call on after which it starts, that it may do so on the beat.
        """

    def mark(self, times: Sequence[float]) -> None:
        """From the next `play` on a tick sounds at each of these times of the song."""

    def count(self, beats: int, apart: float) -> None:
        """Be silent, but for so many ticks from now on, ``apart`` real seconds from one to the next."""

    def hush(self, hushed: bool) -> None:
        """Let the voice be silent at any volume, where it is apart from the backing, or no longer."""

    def stop(self) -> None:
        """Be silent; there is no position then."""

    def position(self) -> float | None:
        """Where the sound is; None while none plays."""

    def beats(self) -> bool:
        """Whether the device has taken sound since this was last true; asked with each picture."""

    def set_volume(self, voice: float, backing: float) -> None:
        """Volumes from 0 to 1."""

    def close(self) -> None:
        """Give the device back."""


class SilentPlayer:
    """No sound, but the time that sound would take."""

    def __init__(self, length: float, real: Callable[[], float], why: str = "no sound") -> None:
        self.description = why
        self.device = ""
        self.latency = 0.0
        self._length = length
        self._real = real
        self._began: float | None = None
        self._start = 0.0
        self._rate = 1.0

    def load(self, backing: str) -> None:
        """Stop counting; all backings sound the same here."""
        self.stop()

    def prepare(self, pace: Pace) -> None:
        """Nothing has to be made."""

    def prepared(self, pace: Pace) -> bool:
        """Always."""
        return True

    def play(self, start: float, pace: Pace = PLAIN, lead: float = 0.0) -> None:
        """Count from ``start``."""
        self._began, self._start, self._rate = self._real() + lead, start, pace.rate

    def mark(self, times: Sequence[float]) -> None:
        """No tick is heard."""

    def count(self, beats: int, apart: float) -> None:
        """Stop counting; no tick is heard."""
        self.stop()

    def hush(self, hushed: bool) -> None:
        """No voice is heard anyway."""

    def stop(self) -> None:
        """Stop counting."""
        self._began = None

    def position(self) -> float | None:
        """Where the sound would be; None before the start and after the end."""
        if self._began is None:
            return None
        position = self._start + (self._real() - self._began) * self._rate
        return position if position < self._length else None

    def beats(self) -> bool:
        """Always: there is none that could hang."""
        return True

    def set_volume(self, voice: float, backing: float) -> None:
        """Nothing is heard anyway."""

    def close(self) -> None:
        """Nothing is held."""
