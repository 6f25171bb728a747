"""Who sings: a microphone, a recording that stands for one, or nobody.

PortAudio calls back on a thread of its own. There the samples are only copied into a queue: beside a busy
Python thread a callback that does more comes too late. A worker finds the pitch.
"""

from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Protocol

import numpy as np
import numpy.typing as npt

from app.sound_file import decoded
from loop_core.errors import InputError
from loop_core.latency import Delay, clicks, find_delay
from loop_core.pitch import NOTHING, Array, Listener, Track, joined

RATE = 44100
BLOCK = 2048
"""Frames that PortAudio hands over at once: 46 ms."""
STEADY = 64
"""Blocks over which the earliest arrival gives the time of the samples: some come late, none too early."""
PATIENCE = 3.0
"""Seconds without sound of any kind after which a microphone counts as dead."""

Samples = npt.NDArray[np.float32]
Deliver = Callable[[Samples, float], None]
"""Takes mono samples, and the real time at which the last of them came in."""
OpenStream = Callable[[Deliver], tuple[str, Callable[[], None]]]
"""Starts a device that delivers: its name, and what closes it."""


class Singer(Protocol):
    """Somebody who may be heard; times in seconds of the song."""

    description: str
    heard: bool

    def sing(self, now: float, rate: float) -> Track:
        """What came in since the last call, at song time ``now``; rate: song seconds per real second."""

    def close(self) -> None:
        """Give the device back."""


class SilentSinger:
    """Nobody; ``description`` says why."""

    def __init__(self, why: str = "no microphone") -> None:
        self.description = why
        self.heard = False

    def sing(self, now: float, rate: float) -> Track:
        """Nothing."""
        return NOTHING

    def close(self) -> None:
        """Nothing is held."""


class FileSinger:
    """A recording that began with the song: at each time the part up to there has been sung."""

    def __init__(self, voice: Track, description: str = "recording") -> None:
        self.description = description
        self.heard = True
        self._voice = voice
        self._until = 0.0

    def sing(self, now: float, rate: float) -> Track:
        """The frames between the last call and ``now``; none after a step back."""
        since, self._until = self._until, now
        return self._voice.part(since, now)

    def close(self) -> None:
        """Nothing is held."""


class Microphone:
    """Sound that comes in, with its pitch found on a worker."""

    def __init__(
        self,
        open_stream: OpenStream,
        real: Callable[[], float],
        latency: Callable[[str], float],
    ) -> None:
        """open_stream: starts to deliver; the device's name, and what closes it.

        real: the clock of the times that are delivered.
        latency: by its name, seconds from a sound's place in the song to the delivery of what was sung to it;
        asked each time.
        """
        self.heard = True
        self._real = real
        self._blocks: SimpleQueue[tuple[Samples, float] | None] = SimpleQueue()
        self._tracks: SimpleQueue[Track] = SimpleQueue()
        self._arrivals: deque[float] = deque(maxlen=STEADY)
        self.description, self._close = open_stream(lambda samples, at: self._blocks.put((samples, at)))
        self._latency = latency
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="microphone")
        self._work = self._worker.submit(self._listen)

    def sing(self, now: float, rate: float) -> Track:
        """What came in since the last call; raises what stopped the worker."""
        if self._work.done():
            self._work.result()
        tracks = [self._tracks.get() for _ in range(self._tracks.qsize())]
        if not tracks:
            return NOTHING
        new = joined(*tracks)
        times = now + (new.times - self._latency(self.description) - self._real()) * rate
        return Track(times, new.pitches, new.loudness)

    def close(self) -> None:
        """Stop listening."""
        self._close()
        self._blocks.put(None)
        self._worker.shutdown(wait=True)

    def _listen(self) -> None:
        """On the worker: frames whose times are real ones."""
        listener, count = Listener(RATE), 0
        while (block := self._blocks.get()) is not None:
            samples, at = block
            count += len(samples)
            self._arrivals.append(at - count / RATE)
            found = listener.hear(samples)
            if len(found):
                self._tracks.put(found.later(min(self._arrivals)))


def open_singer(real: Callable[[], float], latency: Callable[[str], float]) -> Singer:
    """The default microphone where there is one; else nobody, whose description says why."""
    try:
        return Microphone(partial(open_stream, real), real, latency)
    except InputError as error:
        return SilentSinger(str(error))


def open_stream(real: Callable[[], float], deliver: Deliver) -> tuple[str, Callable[[], None]]:
    """Start the default microphone: its name, and what closes it.  InputError that says why there is none."""
    try:
        import sounddevice
    except ImportError:
        raise InputError('no microphone: it needs pip install ".[mic]"') from None
    except OSError as error:
        raise InputError(f"no microphone: {error}") from None

    def receive(samples: Samples, frames: int, times: object, status: object) -> None:
        deliver(samples[:, 0].copy(), real())

    try:
        stream = sounddevice.InputStream(
            samplerate=RATE, blocksize=BLOCK, channels=1, dtype="float32", callback=receive
        )
        stream.start()
        return str(sounddevice.query_devices(stream.device)["name"]), stream.close
    except (sounddevice.PortAudioError, ValueError) as error:
        raise InputError(f"no microphone: {error}") from None


def measure_latency(
    play: Callable[[Array], None], open_stream: OpenStream, real: Callable[[], float]
) -> tuple[str, Delay]:
    """The microphone's name, and how much later it hears clicks than ``play`` begins to play them.

    InputError when the microphone stops before it has heard enough.
    """
    blocks: SimpleQueue[tuple[Samples, float]] = SimpleQueue()
    sound = clicks(RATE)
    name, close = open_stream(lambda samples, at: blocks.put((samples, at)))
    try:
        heard = [blocks.get(timeout=PATIENCE)]  # it listens
        began = real()
        play(sound)
        while heard[-1][1] < began + len(sound) / RATE:
            heard.append(blocks.get(timeout=PATIENCE))
    except Empty:
        raise InputError(f"the microphone was silent for {PATIENCE:g} seconds") from None
    finally:
        close()
    ends = np.cumsum([len(samples) for samples, _ in heard]) / RATE
    first = min(at - end for (_, at), end in zip(heard, ends.tolist(), strict=True))
    samples = np.concatenate([samples for samples, _ in heard])[max(0, round((began - first) * RATE)) :]
    return name, find_delay(sound, samples.astype(np.float64), RATE)


def hear_recording(path: Path) -> Track:
    """The pitch of a recording of any format that FFmpeg's libraries read, block by block.

    Raises InputError when it holds no sound that can be decoded, or is longer than a song.
    """
    listener = Listener(RATE)
    tracks = [listener.hear(part.to_ndarray()[0]) for part in decoded(path, "flt", "mono", RATE)]
    if not tracks:
        raise InputError("no sound in it", path)
    return joined(*tracks)
