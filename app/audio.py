"""What plays the song: the mixer, or silence that keeps the same time. The only user of pydub and the mixer.

What is known of pygame's mixer, and why this module is as it is: ``music.get_pos()`` counts what was
mixed, in whole milliseconds, ignores ``play(start=)`` and goes on after the end, so it counts only while
``get_busy()``; a ``Channel`` has no position at all. So the backing is the music, which gives the time,
and the voice is a sound that starts in the same moment, cut to where the music starts. At another pace
both are takes of the same length divided by its rate, and only positions know of it.
"""

import os
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt
import pygame

from app.apart import MissingError, ask
from app.devices import sound_device
from app.pace import PLAIN, Pace
from app.sound_file import decoded, opened
from app.stretch import Sound
from app.takes import Take, Takes
from loop_core.errors import InputError

if TYPE_CHECKING:
    from pydub import AudioSegment

SAMPLE_RATE = 44100
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
TICK = 0.04
"""Seconds that a tick of the count-in sounds."""
TICK_PITCHES = (1760.0, 1320.0)
"""In hertz: of the first tick, and of the others."""


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

    def set_volume(self, voice: float, backing: float) -> None:
        """Nothing is heard anyway."""

    def close(self) -> None:
        """Nothing is held."""


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
        self._channel, self._ticks = pygame.mixer.Channel(0), pygame.mixer.Channel(1)
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
        return pygame.mixer.Sound(buffer=ticks_at(times, times[-1] + TICK).data) if times else None

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


def decode(path: Path, heard: Callable[[float], None] | None = None) -> "AudioSegment":
    """A file of any format that FFmpeg's libraries read, as 16-bit stereo at 44.1 kHz.

    heard: called with the seconds decoded so far.  Raises InputError when it holds no sound that can be
    decoded, or is longer than a song.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydub looks for an ffmpeg program, which is not needed here
        from pydub import AudioSegment
    chunks: list[bytes] = []
    count = 0
    for part in decoded(path, "s16", "stereo", SAMPLE_RATE):
        chunks.append(bytes(part.planes[0])[: 4 * part.samples])
        count += part.samples
        if heard is not None:
            heard(count / SAMPLE_RATE)
    if not chunks:
        raise InputError("no sound in it", path)
    return AudioSegment(data=b"".join(chunks), sample_width=2, frame_rate=SAMPLE_RATE, channels=2)


def samples(path: Path) -> Sound:
    """What `decode` finds in a file."""
    return np.frombuffer(decode(path).raw_data, np.int16).reshape(-1, 2)


def ticks(beats: int, apart: float) -> Sound:
    """So many short ticks, ``apart`` seconds from one to the next, the first of them higher."""
    sound = np.zeros((round(beats * apart * SAMPLE_RATE), 2), np.int16)
    times = np.arange(round(TICK * SAMPLE_RATE)) / SAMPLE_RATE
    for beat in range(beats):
        start = round(beat * apart * SAMPLE_RATE)
        wave = np.sin(2 * np.pi * TICK_PITCHES[beat > 0] * times) * np.exp(-8 * times / TICK)
        sound[start : start + len(times)] = np.round(0.5 * (1 << 15) * wave)[:, None]
    return sound


def ticks_at(times: Sequence[float], seconds: float) -> Sound:
    """A tick at each of these times, in a sound of so many seconds."""
    sound = np.zeros((round(seconds * SAMPLE_RATE), 2), np.int16)
    tick = ticks(1, TICK)
    for moment in times:
        start = round(moment * SAMPLE_RATE)
        room = sound[start : start + len(tick)]
        room[:] = tick[: len(room)]
    return sound


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
