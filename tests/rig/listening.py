"""What is heard from the loudspeaker, and when: the monitor of the sink, recorded."""

import os
import subprocess
import threading
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .room import RATE, SINK

TOGETHER = 0.001
"""Seconds within which pieces of sound arrive that the sink took as one block."""
STRETCH = 0.5
"""Seconds of sound for each of which the clock is read once."""
FEWEST = 8
"""Arrivals without which a stretch says nothing."""
EARLIEST = 0.02
"""The share of arrivals that are taken for a thread's mistake instead of for the moment itself."""


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """sound: 16-bit stereo samples (n, 2).  clock: numbers of samples, and when these were heard."""

    sound: NDArray[np.int16]
    clock: tuple[NDArray[np.float64], NDArray[np.float64]]

    def at(self, sample: float) -> float:
        """When a sample was heard."""
        samples, times = self.clock
        index = int(np.clip(np.searchsorted(samples, sample), 1, len(samples) - 1))
        rate = (samples[index] - samples[index - 1]) / (times[index] - times[index - 1])
        return float(times[index] + (sample - samples[index]) / rate)


class Listener:
    """Records until it is closed, on a thread of its own."""

    def __init__(self, environment: dict[str, str]) -> None:
        raw = f"--rate={RATE} --channels=2 --format=s16le --raw --latency-msec=30".split()
        self._recorder = subprocess.Popen(
            ["parec", "-d", f"{SINK}.monitor", *raw], env=environment, stdout=subprocess.PIPE
        )
        self.silence = 0.01
        """For how many seconds nothing has been heard by now; 0 while something is."""
        self._pieces: list[bytes] = []
        self._arrivals: list[float] = []
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def close(self) -> Heard:
        """What was heard."""
        self._recorder.terminate()
        self._recorder.wait(timeout=30)
        self._thread.join(timeout=30)
        sizes = np.array([len(piece) for piece in self._pieces])
        samples = np.concatenate([[0], np.cumsum(sizes)[:-1]]) / 4
        whole = b"".join(self._pieces)
        sound = np.frombuffer(whole[: len(whole) // 4 * 4], "<i2").reshape(-1, 2)
        return Heard(sound, clock(np.array(self._arrivals), samples))

    def _listen(self) -> None:
        assert self._recorder.stdout is not None
        with self._recorder.stdout as stream:
            while piece := os.read(stream.fileno(), 1 << 16):
                self._arrivals.append(time.monotonic())
                self._pieces.append(piece)
                self.silence = 0.0 if piece.strip(b"\0") else self.silence + len(piece) / 4 / RATE


def clock(
    arrivals: NDArray[np.float64], samples: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Samples, one for each stretch of the sound, and when they were heard.

    arrivals: of pieces.  samples: the number of the first sample of each.

    The sink takes a block when its first sample is due and passes it on at once. So the first piece of a
    block arrives when it is heard or, where a thread was late, after that; never before. The sink counts in
    whole microseconds, and is faster than it says by up to a thousandth.
    """
    first = np.diff(arrivals, prepend=-np.inf) > TOGETHER
    samples, began = samples[first], (arrivals - samples / RATE)[first]
    stretches = (samples / RATE // STRETCH).astype(int)
    whole = [number for number in np.unique(stretches) if (stretches == number).sum() > FEWEST]
    middles = np.array([samples[stretches == number].mean() for number in whole])
    found = np.array([np.quantile(began[stretches == number], EARLIEST) for number in whole])
    return middles, middles / RATE + found
