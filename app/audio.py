"""What plays the song: the mixer, or silence that keeps the same time. The only user of pydub and the mixer.

What is known of pygame's mixer, and why this module is as it is: ``music.get_pos()`` counts what was
mixed, in whole milliseconds, ignores ``play(start=)`` and goes on after the end, so it counts only while
``get_busy()``; a ``Channel`` has no position at all. So the backing is the music, which gives the time,
and the voice is a sound that starts in the same moment, cut to where the music starts.
"""

import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt
import pygame

from loop_core.errors import InputError

if TYPE_CHECKING:
    from pydub import AudioSegment

SAMPLE_RATE = 44100
BUFFERS = (512, 1024, 2048)
"""Frames per buffer, the first that the device takes: 512 are 11.6 ms."""
ATTEMPTS = 3
"""How often both stems are started, at most, to begin in the same buffer; one start in 25 misses it."""


class Player(Protocol):
    """Plays the stems of a song; positions in seconds of the song."""

    description: str

    def load(self, backing: str) -> None:
        """Be silent, and take the stem of this name as the backing of the next `play`."""

    def play(self, start: float) -> None:
        """Start at ``start``, whatever was playing before."""

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
        self._length = length
        self._real = real
        self._began: float | None = None

    def load(self, backing: str) -> None:
        """Stop counting; all backings sound the same here."""
        self.stop()

    def play(self, start: float) -> None:
        """Count from ``start``."""
        self._began = self._real() - start

    def stop(self) -> None:
        """Stop counting."""
        self._began = None

    def position(self) -> float | None:
        """Where the sound would be; None before the start and after the end."""
        if self._began is None:
            return None
        position = self._real() - self._began
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
        self._start = 0.0
        if not stems:
            raise InputError("the song has no stem 'backing' and no stem 'vocals'")
        self._stems = stems
        self._channel = pygame.mixer.Channel(0)
        for name in (*(name for name in stems if name != "vocals"), backing):
            self.load(name)  # each one now, so that none fails on stage
        self._voice = decode(stems["vocals"]) if "vocals" in stems and backing != "vocals" else None

    def load(self, backing: str) -> None:
        """Stop both stems, and take another file as the music."""
        self.stop()
        try:
            pygame.mixer.music.load(self._stems[backing])
        except (pygame.error, OSError) as error:
            raise InputError(f"cannot be played: {error}", self._stems[backing]) from None

    def play(self, start: float) -> None:
        """Start both stems at ``start``."""
        start = max(0.0, start)
        self.stop()
        sample = int(SAMPLE_RATE * start)  # not rounded: so does the music's own seek
        rest = self._voice and self._voice.get_sample_slice(sample).raw_data
        sound = pygame.mixer.Sound(buffer=rest) if rest else None
        self._start = start
        for _ in range(ATTEMPTS):
            pygame.mixer.music.play(start=start)
            if sound is None:
                break
            self._channel.play(sound)
            if pygame.mixer.music.get_pos() < 1000 * self._buffer // SAMPLE_RATE:
                break  # no buffer was mixed between the two

    def stop(self) -> None:
        """Stop both stems."""
        pygame.mixer.music.stop()
        self._channel.stop()

    def position(self) -> float | None:
        """Start plus what has been mixed since; None when the music does not play."""
        if not pygame.mixer.music.get_busy():
            return None
        return self._start + pygame.mixer.music.get_pos() / 1000

    def set_volume(self, voice: float, backing: float) -> None:
        """Volumes from 0 to 1."""
        self._channel.set_volume(voice)
        pygame.mixer.music.set_volume(backing)

    def close(self) -> None:
        """Close the device."""
        pygame.mixer.quit()


def open_player(stems: Mapping[str, Path], length: float, real: Callable[[], float], backing: str) -> Player:
    """The mixer where a device opens; else silence, whose description says why."""
    try:
        return MixerPlayer(stems, backing)
    except pygame.error as error:
        return SilentPlayer(length, real, f"no sound: {error}")


def decode(path: Path) -> "AudioSegment":
    """A file of any format that FFmpeg's libraries read, as 16-bit stereo at 44.1 kHz.

    Raises InputError when it holds no sound that can be decoded.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydub looks for an ffmpeg program, which is not needed here
        from pydub import AudioSegment
    import av  # 0.15 s, and no first picture should wait for it

    chunks: list[bytes] = []
    try:
        with av.open(str(path)) as container:
            resampler = av.AudioResampler(format="s16", layout="stereo", rate=SAMPLE_RATE)
            for frame in container.decode(audio=0):
                chunks += [bytes(part.planes[0])[: 4 * part.samples] for part in resampler.resample(frame)]
            chunks += [bytes(part.planes[0])[: 4 * part.samples] for part in resampler.resample(None)]
    except (av.FFmpegError, IndexError, ValueError, OSError) as error:
        raise InputError(f"no sound that can be decoded: {error}", path) from None
    if not chunks:
        raise InputError("no sound in it", path)
    return AudioSegment(data=b"".join(chunks), sample_width=2, frame_rate=SAMPLE_RATE, channels=2)


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


def _open_mixer() -> int:
    for buffer in BUFFERS:
        try:
            pygame.mixer.init(SAMPLE_RATE, -16, 2, buffer, allowedchanges=0)
        except pygame.error:
            if buffer == BUFFERS[-1]:
                raise
        else:
            return buffer
    raise AssertionError("BUFFERS is empty")
