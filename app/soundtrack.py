"""The sound of a whole song as one array."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from app.sounds import SAMPLE_RATE, samples

Sound = npt.NDArray[np.float32]


def soundtrack(stems: Mapping[str, Path], backing: str, seconds: float) -> Sound:
    """The voice and a backing together, (samples, 2) from -1 to 1, as long as asked for.

    Stems are made to fit together; others, whose sum goes beyond full scale, are turned down as a whole.
    """
    total = np.zeros((round(seconds * SAMPLE_RATE), 2), np.float32)
    for name in dict.fromkeys(("vocals", backing)):
        if name in stems:
            stem = samples(stems[name])[: len(total)]
            total[: len(stem)] += stem / np.float32(1 << 15)
    loudest = float(np.abs(total).max(initial=0.0))
    return total / np.float32(loudest) if loudest > 1 else total
