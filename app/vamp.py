"""The bar that is played again while song time stands still and waits for a slow operation.

As in the theatre the band vamps: the bar before the moment that cannot begin yet is repeated without the
voice, on the beat, as often as it takes; its last repetition leads on into that moment.
"""

from collections.abc import Callable

from app.playback import Playback
from loop_core.song import Song
from loop_core.timeline import line_edges

TOLERANCE = 0.1
"""Real seconds that a result may be late without the music waiting for it; then it is shown late."""
CATCH_UP = 1.0
"""Real seconds after a seek in which the lesson may catch up without the music waiting for it."""
PICK_UP = 0.3
"""Seconds before the moment that is waited for, at most, in which the voice may begin its line again."""
ROUNDING = 1e-6
"""Of a beat."""


class Vamp:
    """Song time stands at ``at``, in seconds; the bar before it is heard.

    Where there is no bar before it, and where the voice is part of the backing, it is silent for whole beats.
    """

    def __init__(self, song: Song, at: float, playback: Playback, real: Callable[[], float]) -> None:
        self.at = at
        self._playback = playback
        self._real = real
        self._began = real()
        self._beat = 60 / song.tempo
        self._beats_per_bar = song.beats_per_bar
        self._bar = self._beat * song.beats_per_bar
        self._silent = "vocals" in song.backings or self._bar > at
        self._voice = _pick_up(song, at)
        self._bars = 1  # that have begun to sound
        self._missing = 0  # how many beats had passed when the result was not there yet
        if self._silent:
            playback.stop()
        else:
            playback.player.hush(True)
            self._play_bar()

    @property
    def bars(self) -> int:
        """How many have begun."""
        return self._beats() // self._beats_per_bar + 1 if self._silent else self._bars

    @property
    def stood(self) -> float:
        """For how many real seconds song time has been standing."""
        return self._real() - self._began

    def over(self, missing: bool) -> bool:
        """Whether the song is to go on at ``at`` now, where the sound is if any is heard; else it vamps on.

        missing: the result is not there yet.
        """
        position = self._playback.position()
        if position is None:
            return self._beat_over(missing)
        if position >= self._voice and not missing:
            self._playback.player.hush(False)
        if position < self.at:
            return False
        if missing:
            self._play_bar()
            self._bars += 1
        return not missing

    def resume(self) -> None:
        """After a change of what plays: go on in the bar."""
        position = self._playback.position()
        if position is not None:
            self._playback.play(position)

    def _play_bar(self) -> None:
        if self._playback.position() is None:
            self._playback.play(self.at - self._bar)
        else:
            self._playback.back(self._bar)

    def _beat_over(self, missing: bool) -> bool:
        """The first beat after the result has come."""
        beats = self._beats()
        if missing:
            self._missing = beats
        return beats > self._missing

    def _beats(self) -> int:
        return int(self.stood * self._playback.rate / self._beat + ROUNDING)


def _pick_up(song: Song, at: float) -> float:
    """From where on the voice leads to ``at``: its line begins there, or it goes on in the middle."""
    edge = max((edge for edge in line_edges(song) if edge <= at), default=at)
    return edge if at - edge <= PICK_UP else at
