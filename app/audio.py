"""The stems through pygame's mixer, whose only user this is.

What is known of pygame's mixer, and why this module is as it is: ``music.get_pos()`` counts what was
mixed, in whole milliseconds, ignores ``play(start=)`` and goes on after the end, so it counts only while
``get_busy()``; a ``Channel`` has no position at all. So the backing is the music, which gives the time,
and the voice is a sound that starts in the same moment, cut to where the music starts. At another pace
both are takes of the same length divided by its rate, and only positions know of it.
"""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pygame

from app.apart import MissingError, ask
from app.devices import sound_device
from app.pace import PLAIN, Pace
from app.player import Player, SilentPlayer
from app.sound_file import opened
from app.sounds import SAMPLE_RATE, samples, ticks, ticks_at
from app.stretch import Sound
from app.takes import Take, Takes
from loop_core.errors import InputError

BUFFERS = (512, 1024, 2048)
"""Frames per buffer, the first that the device takes: 512 are 11.6 ms."""
BUFFERS_AHEAD = 2
"""What was mixed is heard about so many buffers later; with PulseAudio the `QUEUE` and half a buffer."""
QUEUE = 0.04
"""Seconds of sound that a PulseAudio server keeps. With the 12 ms that SDL asks for, a busy machine left up
to five gaps a second."""
QUEUE_ASKED = "PULSE_LATENCY_MSEC"
"""What PulseAudio's library, and PipeWire's, reads it from."""
ATTEMPTS = 3
"""How often both stems are started, at most, to begin in the same buffer; one start in 25 misses it."""
OPENS = "import sys, pygame; print(pygame.mixer.init(int(sys.argv[1]), -16, 2, int(sys.argv[2])) or 1)"
ANSWER = 5.0
"""Seconds that a sound server has to answer."""
BEAT = 0.1
"""Seconds of the silence by which is seen that the device takes sound."""


class MixerPlayer:
    """The stems through pygame's mixer."""

    def __init__(self, stems: Mapping[str, Path], backing: str) -> None:
        """stems: the voice, 'vocals', and the backings by name.  backing: the name of the first to play.

        Raises pygame.error when no audio device opens, and InputError for a stem that cannot be decoded.
        """
        self._buffer = _open_mixer()
        self.description = f"{pygame.mixer.get_driver()}, buffer {self._buffer} frames"
        self.device = sound_device(pygame.mixer.get_driver())
        self.latency = latency_of(pygame.mixer.get_driver(), self._buffer)
        self._start, self._rate = 0.0, 1.0
        self._voice, self._hushed = 1.0, False
        self._marks: tuple[float, ...] = ()
        if not stems:
            raise InputError("the song has no stem 'backing' and no stem 'vocals'")
        self._channel, self._ticks, self._pulse = map(pygame.mixer.Channel, range(3))
        self._beat = pygame.mixer.Sound(buffer=bytes(4 * round(BEAT * SAMPLE_RATE)))
        self._loaded: Path | None = None
        for name in (*(name for name in stems if name != "vocals"), backing):
            with opened(stems[name]):
                self._load(stems[name])  # each one now, so that none fails on stage
        self._backing = backing
        voice = "vocals" if "vocals" in stems and backing != "vocals" else None
        self._take = Take(PLAIN, stems, samples(stems[voice]) if voice else None)
        read = partial(_read_all, stems)
        self._takes = Takes(self._take, read, voice, SAMPLE_RATE)

    def load(self, backing: str) -> None:
        """Stop both stems, and take another file as the music."""
        self.stop()
        self._backing = backing
        self._load(self._take.backings[backing])

    def prepare(self, pace: Pace) -> None:
        """Begin to make the stems of a pace, on a thread of its own."""
        self._takes.prepare(pace)

    def prepared(self, pace: Pace) -> bool:
        """Whether they are there; raises InputError when the pace asked for last cannot be made."""
        return self._takes.prepared(pace)

    def play(self, start: float, pace: Pace = PLAIN, lead: float = 0.0) -> None:
        """Start both stems at ``start``; the cut of the voice alone takes 5 to 11 ms."""
        called = time.perf_counter()
        if lead:  # what was mixed is ahead of the position by less than a buffer
            start -= pace.rate * self._buffer / SAMPLE_RATE / 2
        start = max(0.0, start)
        self._take = self._takes.take(pace)
        sample = int(SAMPLE_RATE * (start / pace.rate))  # not rounded: so does the music's own seek
        rest = None if self._take.voice is None else self._take.voice[sample:]
        sound = pygame.mixer.Sound(buffer=rest.data) if rest is not None and len(rest) else None
        marked = self._marked(start, pace.rate)
        if lead:
            time.sleep(max(0.0, called + lead - time.perf_counter()))
        self.stop()
        self._load(self._take.backings[self._backing])
        self._start, self._rate = start, pace.rate
        for _ in range(ATTEMPTS):
            pygame.mixer.music.play(start=start / pace.rate)
            if sound is None and marked is None:
                break
            if sound is not None:
                self._channel.play(sound)
            if marked is not None:
                self._ticks.play(marked)
            if _mixed() < 1000 * self._buffer // SAMPLE_RATE:
                break  # no buffer was mixed between them

    def mark(self, times: Sequence[float]) -> None:
        """All ticks from where it starts become one sound, which starts in the same moment."""
        self._marks = tuple(times)

    def count(self, beats: int, apart: float) -> None:
        """One sound with all ticks in it, so that they come as regularly as the music."""
        self.stop()
        self._ticks.play(pygame.mixer.Sound(buffer=ticks(beats, apart).data))

    def hush(self, hushed: bool) -> None:
        """The voice's volume is 0 while it is hushed."""
        self._hushed = hushed
        self._channel.set_volume(0.0 if hushed else self._voice)

    def stop(self) -> None:
        """Stop both stems and the ticks."""
        pygame.mixer.music.stop()
        self._channel.stop()
        self._ticks.stop()

    def position(self) -> float | None:
        """Start plus what has been mixed since; None when the music does not play."""
        mixed = _mixed()
        if not pygame.mixer.music.get_busy():  # asked afterwards: after the end the other is anything
            return None
        return self._start + self._rate * mixed / 1000

    def beats(self) -> bool:
        """A short silence has been mixed: the position alone goes on where a sound server hangs."""
        if self._pulse.get_busy():
            return False
        self._pulse.play(self._beat)
        return True

    def set_volume(self, voice: float, backing: float) -> None:
        """Volumes from 0 to 1."""
        self._voice = voice
        self.hush(self._hushed)
        self._ticks.set_volume(max(voice, backing))
        pygame.mixer.music.set_volume(backing)

    def close(self) -> None:
        """Close the device, and remove what was prepared."""
        self._takes.close()
        pygame.mixer.quit()

    def _marked(self, start: float, rate: float) -> pygame.mixer.Sound | None:
        times = [(time - start) / rate for time in self._marks if time >= start]
        return pygame.mixer.Sound(buffer=ticks_at(times).data) if times else None

    def _load(self, path: Path) -> None:
        if path == self._loaded:
            return
        self._loaded = None
        try:
            pygame.mixer.music.load(path)
        except (pygame.error, OSError) as error:
            raise InputError(f"cannot be played: {error}", path) from None
        self._loaded = path


def open_player(
    stems: Mapping[str, Path],
    length: float,
    real: Callable[[], float],
    backing: str,
    wanted: Callable[[], bool] = lambda: True,
) -> Player:
    """The mixer where a device opens; else silence, whose description says why.

    A Python of its own tries it first: SDL crashes where PulseAudio has no sink, and holds up all of
    Python where it does not answer. wanted: whether anybody waits for it.
    """
    try:
        ask(OPENS, str(SAMPLE_RATE), str(BUFFERS[-1]), timeout=ANSWER, wanted=wanted)
        return MixerPlayer(stems, backing)
    except (pygame.error, MissingError) as error:
        return SilentPlayer(length, real, f"no sound: {error}")


def _read_all(stems: Mapping[str, Path]) -> dict[str, Sound]:
    return {name: samples(path) for name, path in stems.items()}


def audio_device() -> tuple[str, int]:
    """The audio driver that opens here and its buffer in frames; raises pygame.error when none does."""
    buffer = _open_mixer()
    driver = pygame.mixer.get_driver()
    pygame.mixer.quit()
    return driver, buffer


def play_once(samples: npt.NDArray[np.float64]) -> None:
    """Begin to play mono samples from -1 to 1 as the show would; raises pygame.error without a device."""
    _open_mixer()
    stereo = np.repeat((samples * 32767).astype(np.int16)[:, None], 2, axis=1)
    pygame.mixer.Sound(buffer=stereo.tobytes()).play()


def _mixed() -> int:
    """Milliseconds that have been mixed; pygame takes a moment that is just to come for one far away."""
    mixed: int = pygame.mixer.music.get_pos()
    return mixed - (1 << 64) if mixed >= 1 << 63 else mixed


def latency_of(driver: str, buffer: int) -> float:
    """Seconds from where the mixer counts a sound to where it is heard, with so many frames per buffer."""
    if driver != "pulseaudio":
        return BUFFERS_AHEAD * buffer / SAMPLE_RATE
    asked = os.environ.get(QUEUE_ASKED, "")
    return (int(asked) / 1000 if asked.isdigit() else QUEUE) + buffer / 2 / SAMPLE_RATE


def _open_mixer() -> int:
    os.environ.setdefault(QUEUE_ASKED, f"{1000 * QUEUE:.0f}")
    for buffer in BUFFERS:
        try:
            pygame.mixer.init(SAMPLE_RATE, -16, 2, buffer, allowedchanges=0)
        except pygame.error:
            if buffer == BUFFERS[-1]:
                raise
        else:
            return buffer
    raise AssertionError("BUFFERS is empty")
