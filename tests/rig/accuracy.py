"""How exact the rig is: what it finds of a known pair, against what the pair says of itself."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .matching import match
from .pair import APART, pair_sound
from .performing import Audience
from .song import Song

PROGRAM = Path(__file__).with_name("pair.py")


@dataclass(frozen=True, slots=True, eq=False)
class Accuracy:
    """Seconds by which the rig found each pair's picture and sound later than they were."""

    picture: NDArray[np.float64]
    sound: NDArray[np.float64]

    @property
    def between(self) -> NDArray[np.float64]:
        """The error of picture minus sound."""
        return self.picture - self.sound


def measure_accuracy(environment: dict[str, str], pairs: int) -> Accuracy:
    """Let the known pair play on a stage, and find it."""
    audience = Audience(environment)
    try:
        command = [sys.executable, str(PROGRAM), str(pairs)]
        program = subprocess.run(
            command, env=environment, check=True, capture_output=True, timeout=pairs + 60
        )
    finally:
        seen, heard = audience.close()
    known = np.array(json.loads(program.stdout))
    found = match(heard.sound, Song((), {"noise": pair_sound(pairs)[:, 0] / np.float32(32768)}))
    sounds = np.array([heard.at(found.sample((pair + 1) * APART)) for pair in range(pairs)])
    pictures = seen.onsets
    if len(pictures) != pairs:
        raise ValueError(f"{len(pictures)} flashes were seen; expected {pairs}")
    return Accuracy(pictures - known[:, 1], sounds - known[:, 0])
