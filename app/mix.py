"""What of the song is heard, and how loud: voice, backing, click."""

from app.board import Board, after
from app.drawing.messages import (
    BACKING,
    CLICK_ONLY,
    NO_CLICK,
    NO_VOICE,
    ONE_BACKING,
    VOICE,
    VOLUME,
    WITH_VOICE,
)
from app.transport import Transport
from loop_core.song import Song

VOLUME_STEP = 0.1
CLICK = "click"
"""The backing that is nothing but the beat."""


class Mix:
    """The keys of the sound."""

    def __init__(self, song: Song, board: Board, transport: Transport) -> None:
        self._song = song
        self._board = board
        self._transport = transport
        self._with_click: dict[str, object] = {}  # what comes back after the click alone

    @property
    def backing(self) -> str:
        """What plays behind the voice, or did before the click alone."""
        before = self._with_click.get("backing") if self._alone else None
        return str(before or self._board.controls.backing)

    def mute(self) -> None:
        """Voice off or on, where the song has it apart."""
        if not self._has_voice():
            return
        self._board.set(muted=not self._board.controls.muted)
        self.apply()

    def sing_louder(self, steps: int) -> None:
        """The voice's own volume, by tenths, where the song has it apart."""
        if not self._has_voice():
            return
        self._board.set(voice=_tenths(self._board.controls.voice, steps))
        self.apply()
        self._board.say(VOICE, self._board.controls.voice)

    def louder(self, steps: int) -> None:
        """The volume of it all, by tenths."""
        self._board.set(volume=_tenths(self._board.controls.volume, steps))
        self.apply()
        self._board.say(VOLUME, self._board.controls.volume)

    def accompany(self) -> None:
        """The backing on or off."""
        self._board.set(unaccompanied=not self._board.controls.unaccompanied)
        self.apply()

    def next_backing(self) -> None:
        """The song's next backing, from the same moment on."""
        names = self._song.backings
        if len(names) < 2:
            self._board.say(ONE_BACKING)
            return
        name = after(names, self._board.controls.backing)
        self._transport.set_backing(name)
        self._board.set(backing=name)
        self._board.say(BACKING, name)

    def only_click(self) -> None:
        """The click alone; the second time what was heard before."""
        names, controls = self._song.backings, self._board.controls
        if CLICK not in names:
            self._board.say(NO_CLICK)
        elif self._alone:
            self._hear(**(self._with_click or {"backing": names[0], "muted": False}))
            self._board.say(WITH_VOICE)
        else:
            now = {"backing": controls.backing, "muted": controls.muted}
            self._with_click = {**now, "unaccompanied": controls.unaccompanied}
            self._hear(backing=CLICK, muted=True, unaccompanied=False)
            self._board.say(CLICK_ONLY)

    def apply(self) -> None:
        """Give the player its volumes."""
        controls = self._board.controls
        voice = 0.0 if controls.muted else controls.volume * controls.voice
        backing = 0.0 if controls.unaccompanied else controls.volume
        self._transport.player.set_volume(round(voice, 2), backing)

    @property
    def _alone(self) -> bool:
        """Whether nothing but the click is heard."""
        controls = self._board.controls
        return controls.backing == CLICK and controls.muted and not controls.unaccompanied

    def _has_voice(self) -> bool:
        """Whether the voice is apart; else it is said why nothing changes."""
        if not self._song.has_voice:
            self._board.say(NO_VOICE)
        return self._song.has_voice

    def _hear(self, **changes: object) -> None:
        """Another backing, and what of it all is heard."""
        self._board.set(**changes)
        self._transport.set_backing(self._board.controls.backing)
        self.apply()


def _tenths(volume: float, steps: int) -> float:
    return round(min(1.0, max(0.0, volume + steps * VOLUME_STEP)), 2)
