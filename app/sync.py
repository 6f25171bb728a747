"""By how much the picture comes later than the sound, on each sound device and display."""

from app.board import Board
from app.drawing.messages import PICTURE
from app.player import Player
from app.settings import MOST_SECONDS, Change, Settings

STEP = 0.005
"""Seconds of a key."""
PICTURE_TAKES = 0.022
"""Seconds from the moment that a picture is of to where it is seen: drawn, and half a picture's time."""


class Sync:
    """The offset as it is kept for what is heard and seen now, and what the keys make of it."""

    def __init__(self, board: Board, settings: Settings) -> None:
        self.display = ""
        self._settings = settings
        self._board = board
        self._player: Player | None = None
        self._by_hand: dict[tuple[str, str], float] = {}

    def follow(self, player: Player) -> None:
        """This is heard now."""
        if player is not self._player:
            self._player = player
            self._take_up()

    def shown_on(self, display: str) -> None:
        """The window is there now."""
        if display != self.display:
            self.display = display
            self._take_up()

    def shift(self, steps: int) -> None:
        """The picture later (positive) or earlier, by 5 ms each."""
        offset = moved(self._board.controls.offset, steps)
        if self._sound:
            self._by_hand[self._sound, self.display] = offset
        self._board.set(offset=offset)
        self._say()

    def measured(self, change: Change) -> None:
        """Somebody has calibrated: go by that from now on."""
        self._settings = change(self._settings)
        self._by_hand.pop((self._sound, self.display), None)
        self._take_up()
        self._say()

    def remember(self, settings: Settings) -> Settings:
        """With what the keys have set."""
        for (sound, display), seconds in self._by_hand.items():
            settings = settings.with_offset(sound, display, seconds)
        return settings

    @property
    def _sound(self) -> str:
        """The sound device; '' where nothing is heard."""
        return "" if self._player is None else self._player.device

    def _say(self) -> None:
        offset = self._board.controls.offset
        self._board.say(PICTURE, "0" if offset == 0 else f"{1000 * offset:+.0f}")

    def _take_up(self) -> None:
        if self._player is not None:
            usual = usual_offset(self._player.latency)
            known = self.remember(self._settings).offset(self._sound, self.display)
            self._board.set(offset=usual if known is None else known)


def moved(offset: float, steps: int) -> float:
    """So many steps later, as far as it goes."""
    return min(max(round(offset + steps * STEP, 3), -MOST_SECONDS), MOST_SECONDS)


def usual_offset(latency: float) -> float:
    """By how many seconds the picture comes later where nobody has set it; latency: of the sound."""
    return round(round(max(0.0, latency - PICTURE_TAKES) / STEP) * STEP, 3)
