"""Practising as musicians do: slower, higher, a part again and again, a bar of ticks before it."""

from app.board import Board
from app.drawing.messages import COUNT_IN_OFF, COUNT_IN_ON, LOOP_OFF, LOOPS, SPEED, TRANSPOSED
from app.pace import MOST_SEMITONES, Pace, next_speed
from app.transport import Transport
from loop_core.errors import InputError
from loop_core.song import Song
from loop_core.timeline import line_edges, line_loop, line_shown, section_loop


class Practice:
    """The keys of practising, and what the transport then does by itself."""

    def __init__(self, song: Song, board: Board, transport: Transport) -> None:
        self._song = song
        self._board = board
        self._transport = transport
        self._set_pace()
        transport.count_in = board.controls.count_in

    def faster(self, step: int) -> None:
        """The next faster (1) or slower (-1) speed, at the same pitch."""
        self._board.set(speed=next_speed(self._board.controls.speed, step))
        self._set_pace()
        self._board.say(SPEED, self._board.controls.speed)

    def transpose(self, step: int) -> None:
        """A semitone higher (1) or lower (-1), at the same speed."""
        semitones = self._board.controls.transpose + step
        self._board.set(transpose=min(MOST_SEMITONES, max(-MOST_SEMITONES, semitones)))
        self._set_pace()
        self._board.say(TRANSPOSED, f"{self._board.controls.transpose:+}".replace("+0", "0"))

    def next_loop(self) -> None:
        """Again and again this line, this section, or on to the song's end."""
        transport = self._transport
        now, loop = transport.now(), transport.loop
        if loop is None:
            shown = line_edges(self._song)[line_shown(self._song, now)]
            transport.set_loop(line_loop(self._song, max(now, shown)))
        elif loop.kind == "line":
            transport.set_loop(section_loop(self._song, now))
        else:
            transport.set_loop(None)
        self.follow()

    def count_in(self) -> None:
        """A bar of ticks before the music starts, or not."""
        self._transport.count_in = not self._transport.count_in
        self._board.set(count_in=self._transport.count_in)
        self._board.say(COUNT_IN_ON if self._transport.count_in else COUNT_IN_OFF)

    def take_up(self) -> None:
        """Go over to the pace that is wanted, if it is there; keep the present one if it cannot be made."""
        try:
            self._transport.take_up()
        except InputError as error:
            pace = self._transport.pace
            self._board.set(speed=pace.speed, transpose=pace.semitones)
            self._board.say(str(error))

    def follow(self) -> None:
        """Show what the transport does by itself."""
        transport, before = self._transport, self._board.controls
        self._board.set(
            playing=before.playing and transport.playing,
            loop=transport.loop,
            count=transport.count,
            vamping=0 if transport.vamp is None else transport.vamp.bars,
            preparing=not transport.settled,
        )
        if transport.loop != before.loop:
            self._board.say(LOOP_OFF if transport.loop is None else LOOPS[transport.loop.kind])

    def _set_pace(self) -> None:
        self._transport.set_pace(Pace(self._board.controls.speed, self._board.controls.transpose))
