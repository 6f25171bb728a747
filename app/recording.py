"""A recording of any kind as a stem: FLAC, which loses nothing and in which the mixer can seek."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np

from app.sound_file import opened
from app.sounds import SAMPLE_RATE, decode
from app.stretch import Sound, as_frame

BLOCK = 1 << 16
PLAYABLE = (".ogg", ".flac")
"""What the mixer can seek in, and is kept as it is."""
SUFFIXES = (
    *PLAYABLE,
    ".opus",
    ".wav",
    ".mp3",
    ".m4a",
    ".aac",
    ".wma",
    ".mp4",
    ".webm",
    ".mkv",
    ".mov",
    ".avi",
)
"""Of the recordings that are looked for beside a file of words."""


def keep(path: Path, folder: Path, stem: str, heard: Callable[[float], None]) -> tuple[str, float]:
    """Put a recording into ``folder`` as this stem; the new file's name and its length in seconds.

    heard: called with the seconds decoded so far.  Raises InputError when it holds no sound or is too long.
    """
    segment = decode(path, heard)
    if path.suffix.lower() in PLAYABLE and _is_plain(path):
        name = f"{stem}{path.suffix.lower()}"
        shutil.copyfile(path, folder / name)
    else:
        name = f"{stem}.flac"
        write(folder / name, np.frombuffer(segment.raw_data, np.int16).reshape(-1, 2))
    return name, len(segment.raw_data) / 4 / SAMPLE_RATE


def write(path: Path, sound: Sound) -> None:
    """A sound, 16-bit stereo, as a FLAC file."""
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("flac", rate=SAMPLE_RATE, layout="stereo")
        for start in range(0, len(sound), BLOCK):
            frame = as_frame(sound[start : start + BLOCK], SAMPLE_RATE, start, "stereo")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _is_plain(path: Path) -> bool:
    """Whether it is one Vorbis or FLAC stream at the mixer's own rate; .ogg may hold anything."""
    with opened(path) as container:
        stream = container.streams.audio[0]
        codec = stream.codec_context
        return len(container.streams) == 1 and codec.name in ("vorbis", "flac") and codec.rate == SAMPLE_RATE
