"""The show as a film: the window's pictures in virtual time, with the song's sound, chapters and captions.

A picture of a film stands from n / fps to (n + 1) / fps and shows the middle of that time, so that nothing
is seen more than half a picture before or after it is heard.
"""

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import ParamSpec

import av
import numpy as np
from av.container import OutputContainer
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter

from app.captions import webvtt
from app.offscreen import OffScreen
from app.palette import Painter, find_palette
from app.sounds import SAMPLE_RATE
from app.soundtrack import Sound, soundtrack
from app.virtual import ticks, watched
from loop_core.conductor import Conductor
from loop_core.errors import InputError
from loop_core.files import writing
from loop_core.frame import Controls, Frame
from loop_core.song import Song

P = ParamSpec("P")

AHEAD = 8
"""Pictures that may be drawn before they are encoded; one of 1080p takes 3 MB."""
BT709 = 1
"""The colours of high definition, by their number in ITU-T H.273."""


@dataclass(frozen=True, slots=True)
class Format:
    """How the films of one suffix are made.

    codec, options: of the pictures.  pixels: their layout.  sound: codec of the sound, None for none.
    bit_rate: of the sound, in bits per second.  fps, size: what is usual.  most_fps: what it can hold.
    """

    codec: str
    options: Mapping[str, str]
    pixels: str = "yuv420p"
    sound: str | None = None
    bit_rate: int = 192_000
    container: Mapping[str, str] = field(default_factory=dict)
    fps: int = 60
    size: str = "1920x1080"
    most_fps: int = 240

    @property
    def halves_colour(self) -> bool:
        """Whether two by two pixels share their colour, so that both sides must be even."""
        return self.pixels == "yuv420p"


FORMATS = {
    ".mp4": Format(
        "libx264",
        # Without B-frames pictures are stored in the order in which they are shown, and encode faster.
        {"preset": "veryfast", "crf": "20", "bf": "0"},
        sound="aac",
        container={"movflags": "+faststart"},
    ),
    ".webm": Format(
        "libvpx-vp9",
        {"deadline": "realtime", "cpu-used": "8", "row-mt": "1", "crf": "32", "b": "0"},
        sound="libopus",
    ),
    # Ten hundredths of a second: a GIF counts time in hundredths.
    ".gif": Format("gif", {}, pixels="rgb24", fps=10, size="960x540", most_fps=50),
}


def check_size(size: tuple[int, int], form: Format) -> None:
    """InputError for a size that the format cannot hold."""
    if form.halves_colour and any(side % 2 for side in size):
        raise InputError(f"--size '{size[0]}x{size[1]}'; expected an even width and height for {form.codec}")


def render(
    path: Path, open_conductor: Callable[[], Conductor], controls: Controls, size: tuple[int, int], fps: int
) -> list[Path]:
    """Write a film of a whole song and, where it has sound, its captions beside it; the files written.

    open_conductor: makes a conductor for virtual time.  controls: backing, theme and language.
    Raises InputError when a stem cannot be decoded or the file cannot be written.
    """
    form = FORMATS[path.suffix.lower()]
    palette = None if form.halves_colour else _palette(open_conductor, controls, size)
    with closing(open_conductor()) as conductor:
        song = conductor.song
        count = math.ceil(song.length * fps)
        sound = soundtrack(song.stems, controls.backing, count / fps) if form.sound else None
        frames = ticks(conductor, ((number + 0.5) / fps for number in range(count)))
        pictures = _pictures(watched(frames, count, path.name), OffScreen(size, controls), form.pixels)
        with writing(path) as part:
            try:
                with av.open(str(part), "w", options=dict(form.container)) as container:
                    _set_contents(container, song, count / fps)
                    _encode(pictures, _Film(container, form, size, fps, sound, palette))
            except av.FFmpegError as error:
                raise OSError(error.errno, error.strerror) from error
    if sound is None:
        return [path]
    captions = path.with_suffix(".vtt")
    with writing(captions) as part:
        part.write_text(webvtt(song, controls.language), encoding="utf-8", newline="\n")
    return [path, captions]


class _Film:
    """A film's streams; lives on the encoding thread once its first picture has come."""

    def __init__(
        self,
        container: OutputContainer,
        form: Format,
        size: tuple[int, int],
        fps: int,
        sound: Sound | None,
        palette: av.VideoFrame | None,
    ) -> None:
        self._container = container
        self._fps = fps
        self._sound = sound
        self._painter = Painter(palette, size, form.pixels) if palette is not None else None
        video = container.add_stream(form.codec, rate=fps, options=dict(form.options))
        assert isinstance(video, av.VideoStream)
        self._video = video
        self._video.width, self._video.height = size
        self._video.pix_fmt = form.pixels if palette is None else "pal8"
        self._video.time_base = Fraction(1, fps)
        if form.halves_colour:
            context = self._video.codec_context
            context.colorspace = context.color_primaries = context.color_trc = BT709
            context.color_range = ColorRange.MPEG
        self._audio: av.AudioStream | None = None
        if form.sound is not None:
            audio = container.add_stream(form.sound, rate=_rate(form.sound), layout="stereo")
            assert isinstance(audio, av.AudioStream)
            audio.bit_rate = form.bit_rate
            self._audio = audio

    def add(self, number: int, picture: av.VideoFrame) -> None:
        """The next picture, and with the first of each second that second's sound."""
        if number % self._fps == 0:
            self._add_sound(number // self._fps * SAMPLE_RATE)
        picture.pts = number
        self._paint(picture)

    def finish(self) -> None:
        """What the encoders still hold back."""
        if self._audio is not None:
            self._container.mux(self._audio.encode(None))
        if self._painter is not None:
            self._paint(None)
        self._container.mux(self._video.encode(None))

    def _paint(self, picture: av.VideoFrame | None) -> None:
        painted: Iterable[av.VideoFrame | None] = self._painter.paint(picture) if self._painter else [picture]
        for one in painted:
            if one is not None:
                one.time_base = Fraction(1, self._fps)
            self._container.mux(self._video.encode(one))

    def _add_sound(self, start: int) -> None:
        if self._audio is None or self._sound is None:
            return
        samples = np.ascontiguousarray(self._sound[start : start + SAMPLE_RATE]).reshape(1, -1)
        part = av.AudioFrame.from_ndarray(samples, format="flt", layout="stereo")
        part.sample_rate, part.pts, part.time_base = SAMPLE_RATE, start, Fraction(1, SAMPLE_RATE)
        self._container.mux(self._audio.encode(part))


def _encode(pictures: Iterator[av.VideoFrame], film: _Film) -> None:
    """Encode on a thread of its own what this thread draws: FFmpeg's libraries run without Python's lock."""
    waiting: deque[Future[None]] = deque()
    broken: list[Exception] = []  # FFmpeg crashes when it is given more after it could not write

    def unbroken(work: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
        if broken:
            return
        try:
            work(*args, **kwargs)
        except Exception as error:
            broken.append(error)
            raise

    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="encoder") as encoder:
        for number, picture in enumerate(pictures):
            waiting.append(encoder.submit(unbroken, film.add, number, picture))
            if len(waiting) > AHEAD:
                waiting.popleft().result()
        waiting.append(encoder.submit(unbroken, film.finish))
        for job in waiting:
            job.result()


def _pictures(frames: Iterable[Frame], screen: OffScreen, pixels: str) -> Iterator[av.VideoFrame]:
    """The frames' pictures; the same object again where nothing has changed."""
    reformatter, picture = VideoReformatter(), None
    for frame in frames:
        if screen.draw(frame) or picture is None:
            picture = reformatter.reformat(
                av.VideoFrame.from_numpy_buffer(screen.pixels(), "bgra"),
                format=pixels,
                dst_colorspace=Colorspace.ITU709,
                src_color_range=ColorRange.JPEG,
                dst_color_range=ColorRange.MPEG if pixels == "yuv420p" else ColorRange.JPEG,
            )
        yield picture


def _palette(
    open_conductor: Callable[[], Conductor], controls: Controls, size: tuple[int, int]
) -> av.VideoFrame:
    """The colours of one picture in each second."""
    with closing(open_conductor()) as conductor:
        seconds = range(math.ceil(conductor.song.length))
        return find_palette(_pictures(ticks(conductor, seconds), OffScreen(size, controls), "rgb24"))


def _set_contents(container: OutputContainer, song: Song, length: float) -> None:
    """Title, artist, and the song's sections as chapters, in milliseconds."""
    container.metadata.update(title=song.title, artist=song.artist)
    sections = sorted(song.sections, key=lambda section: section.start)
    ends = [*(section.start for section in sections[1:]), length][: len(sections)]
    container.set_chapters(
        [
            {
                "id": number,
                "start": round(1000 * section.start),
                "end": round(1000 * end),
                "time_base": Fraction(1, 1000),
                "metadata": {"title": section.name},
            }
            for number, (section, end) in enumerate(zip(sections, ends, strict=True), 1)
        ]
    )


def _rate(codec: str) -> int:
    """Samples per second; Opus knows only 48 kHz and its parts."""
    return 48_000 if codec == "libopus" else SAMPLE_RATE
