"""By how much the picture comes later than the sound, on each sound device and display."""

from app.board import Board
from app.drawing.messages import PICTURE
from app.settings import MOST_SECONDS, Change, Settings

STEP = 0.005
"""Seconds of a key."""


class Sync:
    """The offset as it is kept for what is heard and seen now, and what the keys make of it."""

    def __init__(self, board: Board, settings: Settings) -> None:
        self._settings = settings
        self._board = board
        self._sound = self._display = ""
        self._by_hand: dict[tuple[str, str], float] = {}

    @property
    def display(self) -> str:
        """Where the window is."""
        return self._display

    def plays_on(self, sound: str) -> None:
        """This is heard from now on; '' for nothing."""
        self._sound = sound
        self._take_up()

    def shown_on(self, display: str) -> None:
        """The window is there from now on."""
        self._display = display
        self._take_up()

    def shift(self, steps: int) -> None:
        """The picture later (positive) or earlier, by 5 ms each."""
        offset = moved(self._board.controls.offset, steps)
        if self._sound:
            self._by_hand[self._sound, self._display] = offset
        self._board.set(offset=offset)
        self._say()

    def measured(self, change: Change) -> None:
        """Somebody has calibrated: go by that from now on."""
        self._settings = change(self._settings)
        self._by_hand.pop((self._sound, self._display), None)
        self._take_up()
        self._say()

    def remember(self, settings: Settings) -> Settings:
        """With what the keys have set."""
        for (sound, display), seconds in self._by_hand.items():
            settings = settings.with_offset(sound, display, seconds)
        return settings

    def _say(self) -> None:
        offset = self._board.controls.offset
        self._board.say(PICTURE, "0" if offset == 0 else f"{1000 * offset:+.0f}")

    def _take_up(self) -> None:
        known = self.remember(self._settings)
        self._board.set(offset=known.offset(self._sound, self._display) if self._sound else 0.0)


def moved(offset: float, steps: int) -> float:
    """So many steps later, as far as it goes."""
    return min(max(round(offset + steps * STEP, 3), -MOST_SECONDS), MOST_SECONDS)
