"""The sound: opened beside the show, given up where it is lost, and tried again until it is back."""

from collections.abc import Callable
from concurrent.futures import Executor, Future, wait

from app.board import Board
from app.drawing.messages import SOUND_BACK, SOUND_LOST
from app.pace import Pace
from app.player import Player, SilentPlayer
from app.transport import Transport
from loop_core.errors import InputError
from loop_core.song import Song

FIRST_WAIT, LONGEST_WAIT = 2.0, 16.0
"""Seconds from one attempt to the next; each wait is twice the one before it."""
SETTLES = 2.0
"""Seconds in which a device just opened need not take sound regularly: PulseAudio's null sink took 1.6."""
PATIENCE = 0.5
"""Seconds that the device has to close."""
HANGS = 3.0
"""Seconds without taking any sound after which a device counts as lost."""

OpenPlayer = Callable[[str, Callable[[], bool]], Player]
"""Opens a player with a backing by its name, as long as that is wanted."""


class SoundWatch:
    """Which player the transport has; without a device a silent one, which keeps the time."""

    def __init__(
        self,
        song: Song,
        open_player: OpenPlayer,
        board: Board,
        transport: Transport,
        real: Callable[[], float],
        beside: Executor,
    ) -> None:
        """beside: one thread, on which devices are opened and closed, as either may take long."""
        self.opened = False  # or has been tried to
        self._song = song
        self._open_player = open_player
        self._board = board
        self._transport = transport
        self._real = real
        self._beside = beside
        self._wanted = True
        self._job: Future[Player] | None = None
        self._next: Player | None = None  # opened, and not yet at the pace that is wanted
        self._preparing: Pace | None = None
        self._try_at = 0.0
        self._wait = FIRST_WAIT
        self._settled_at = 0.0
        self._beat_at = 0.0  # when the device was last seen to take sound

    def open(self) -> None:
        """Begin to open the device."""
        self._job = self._beside.submit(self._open_player, self._board.controls.backing, lambda: self._wanted)

    def tick(self) -> bool:
        """Follow what becomes of the device; whether the transport has another one than before.

        Raises InputError when the song's sound is no sound.
        """
        if self._job is not None and self._job.done():
            job, self._job = self._job, None
            return self._take(job)
        if self._transport.player.beats():
            self._beat_at = self._real()
        elif self._real() - self._beat_at > HANGS:
            self.lost()
        idle = self.opened and self._job is None and self._next is None
        if idle and self._is_silent() and self._real() >= self._try_at:
            self.open()
        return self._take_up()

    def lost(self) -> None:
        """The device is gone: go on silently at once, and look for another one."""
        if self._is_silent():
            return
        player = self._transport.player
        silent = SilentPlayer(self._song.length, self._real, f"no sound: {player.description} was lost")
        self._transport.change_player(silent)
        self._beside.submit(player.close)
        self._board.set(sound=silent.description)
        self._board.say(SOUND_LOST)
        self._try_at, self._wait = self._real(), FIRST_WAIT

    def close(self) -> bool:
        """Give the device back; False where it does not answer, and is left as it is."""
        self._wanted = False
        closing = self._beside.submit(self._close)
        done = not wait([closing], timeout=PATIENCE).not_done
        self._beside.shutdown(wait=done)
        return done

    def _take(self, job: Future[Player]) -> bool:
        """What has been opened: a device, or a silent player that says why there is none."""
        first, self.opened = not self.opened, True
        self._try_at, self._wait = self._real() + self._wait, min(LONGEST_WAIT, 2 * self._wait)
        try:
            player = job.result()
        except InputError as error:
            if first:
                raise
            self._board.say(str(error))
            return False
        if first:
            self._transport.set_player(player)
            self._board.set(sound=player.description)
        elif player.device:
            self._next, self._settled_at = player, self._real() + SETTLES
        return first

    def _take_up(self) -> bool:
        """Go over to the device as soon as it can play as fast and as high as the song is."""
        player, pace = self._next, self._transport.pace
        if player is None:
            return False
        if self._preparing != pace:
            self._preparing = pace
            player.prepare(pace)
        try:
            if not player.prepared(pace) or self._real() < self._settled_at:
                return False
        except InputError as error:
            self._board.say(str(error))
            return False
        player.load(self._board.controls.backing)
        self._transport.change_player(player)
        self._next = self._preparing = None
        self._board.set(sound=player.description)
        self._board.say(SOUND_BACK)
        return True

    def _is_silent(self) -> bool:
        return not self._transport.player.device

    def _close(self) -> None:
        opened = None if self._job is None else self._job.result()
        for player in (self._transport.player, self._next, opened):
            if player is not None:
                player.close()
