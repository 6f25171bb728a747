"""Sound files that may come from anybody: opened by themselves and decoded within bounds, through PyAV."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from loop_core.errors import InputError
from loop_core.formats.lyrics import LONGEST_SONG

if TYPE_CHECKING:
    import av

MOST_BYTES = 1_000_000_000
"""A film of half an hour."""
PATIENCE = 10.0
"""Seconds after which FFmpeg gives up to look for the sound in a file, or for the next piece of it."""
KINDS = (
    *("aac", "ac3", "aiff", "amr", "ape", "asf", "au", "avi", "caf", "eac3", "flac", "flv", "matroska"),
    *("mov", "mp3", "mpeg", "mpegts", "ogg", "tta", "voc", "w64", "wav", "webm", "wv"),
)
"""FFmpeg's names of what is opened: no picture, and no list that names other files."""
FAR = 10
"""The length that a file states may be a guess, and is believed where it is so many times too long."""
LIMIT = f"{LONGEST_SONG // 60} minutes"


@contextmanager
def opened(path: Path) -> Iterator["av.container.InputContainer"]:
    """A file in which there is a sound; InputError, also from inside, where it cannot be decoded."""
    import av  # 0.15 s, and no first picture should wait for it

    _check(path)
    alone = {"protocol_whitelist": "file", "format_whitelist": ",".join(KINDS)}
    try:
        with av.open(f"file:{path}", options=alone, timeout=PATIENCE) as container:
            if not container.streams.audio:
                raise InputError("no sound in it; expected a recording", path)
            if (container.duration or 0) / av.time_base > FAR * LONGEST_SONG:
                raise InputError(f"longer than {LIMIT}; expected one song", path)
            yield container
    except av.ExitError:
        raise InputError(f"no sound found in it within {PATIENCE:g} s; expected a recording", path) from None
    except (av.FFmpegError, IndexError, ValueError, OSError) as error:
        reason = getattr(error, "strerror", None) or error
        what = f"no sound that can be decoded: {reason}; expected a sound or video file"
        raise InputError(what, path) from None


def decoded(path: Path, form: str, layout: str, rate: int) -> Iterator["av.AudioFrame"]:
    """The first sound in a file, part by part, in a form of samples, a layout and a rate of FFmpeg's.

    Raises InputError when it cannot be decoded, or is longer than `LONGEST_SONG`.
    """
    import av

    seconds = 0.0
    with opened(path) as container:
        resampler = av.AudioResampler(format=form, layout=layout, rate=rate)
        for frame in container.decode(audio=0):
            seconds += frame.samples / frame.sample_rate
            if seconds > LONGEST_SONG:
                raise InputError(f"longer than {LIMIT}; expected one song", path)
            yield from resampler.resample(frame)
        yield from resampler.resample(None)


def _check(path: Path) -> None:
    try:
        size = path.stat().st_size
        regular = path.is_file()
    except OSError as error:
        raise InputError(f"cannot read it: {error.strerror or error}", path) from None
    if not regular:
        raise InputError("this is no regular file; expected a recording", path)
    if size > MOST_BYTES:
        raise InputError(f"{size:,} bytes; expected one song, {MOST_BYTES:,} bytes at most", path)
