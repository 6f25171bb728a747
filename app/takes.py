"""The stems of a song at other paces: made on a thread of their own, and kept in files for the mixer.

The files are FLAC: the mixer seeks in them to the sample, and in WAV only to whole seconds (SDL_mixer 2.8).
"""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree

import numpy as np

from app.pace import PLAIN, Pace
from app.stretch import Sound, as_frame, stretched
from loop_core.errors import InputError

KEPT = 2
"""How many paces are kept besides the song's own: at half speed a minute of a stem takes 10 MB on disk."""


@dataclass(frozen=True, slots=True, eq=False)
class Take:
    """A song at a pace: the file of each backing, and the voice, None where there is none beside them."""

    pace: Pace
    backings: Mapping[str, Path]
    voice: Sound | None


class Takes:
    """One song at the paces that are asked for; all methods are called from one thread."""

    def __init__(
        self, plain: Take, read: Callable[[], Mapping[str, Sound]], voice: str | None, sample_rate: int
    ) -> None:
        """plain: the song as it is.  read: all stems by name, in stereo; called on the thread of takes.

        voice: the name of the stem that becomes a take's voice.
        """
        self._made = {PLAIN: plain}
        self._used = PLAIN
        self._read = read
        self._voice = voice
        self._sample_rate = sample_rate
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="takes")
        self._job: Future[Take | None] | None = None
        self._asked = 0  # of several takes only the one asked for last is made to its end
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def prepare(self, pace: Pace) -> None:
        """Begin to make the take of a pace; another one that is being made is given up."""
        self._asked += 1
        self._job = None if pace in self._made else self._worker.submit(self._make, pace, self._asked)

    def prepared(self, pace: Pace) -> bool:
        """Whether the take is there; raises InputError when the one asked for last cannot be made."""
        job = self._job
        if job is not None and job.done():
            self._job = None
            take = job.result()
            assert take is not None, "a take that is still wanted is never given up"
            self._keep(take)
        return pace in self._made

    def take(self, pace: Pace) -> Take:
        """A take that is there, to be played now."""
        self._used = pace
        self._made[pace] = self._made.pop(pace)  # the last to go
        return self._made[pace]

    def close(self) -> None:
        """Give up what is being made; the files are gone then."""
        self._asked += 1
        self._worker.shutdown(cancel_futures=True)
        if self._folder is not None:
            self._folder.cleanup()

    def _keep(self, take: Take) -> None:
        spare = [pace for pace in self._made if pace not in (PLAIN, self._used)]
        for pace in spare[: max(0, len(self._made) - KEPT)]:
            for path in self._made.pop(pace).backings.values():
                rmtree(path.parent, ignore_errors=True)
        self._made[take.pace] = take

    def _make(self, pace: Pace, asked: int) -> Take | None:
        """On the worker: all stems side by side, that they stay together; None when given up."""
        import av

        try:
            if self._folder is None:
                self._folder = tempfile.TemporaryDirectory(prefix="torchaoke-", ignore_cleanup_errors=True)
            folder = Path(tempfile.mkdtemp(dir=self._folder.name))
            stems = self._read()
            names = [name for name in stems if name != self._voice]
            paths = {name: folder / f"{number}.flac" for number, name in enumerate(names)}
            voice: list[Sound] = []
            with ExitStack() as files:
                writers = {n: files.enter_context(_writing(p, self._sample_rate)) for n, p in paths.items()}
                for piece in stretched(_side_by_side(stems), self._sample_rate, pace):
                    if asked != self._asked:
                        return None
                    for name, stem in zip(stems, np.split(piece, len(stems), axis=1), strict=True):
                        writers.get(name, voice.append)(stem)
        except (OSError, av.FFmpegError) as error:
            raise InputError(f"cannot be prepared at {pace.speed}%: {error}") from None
        return Take(pace, paths, np.concatenate(voice) if voice else None)


@contextmanager
def _writing(path: Path, sample_rate: int) -> Iterator[Callable[[Sound], None]]:
    """A new file in stereo; what it is called with is added to it."""
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("flac", rate=sample_rate, layout="stereo")
        written = 0

        def write(sound: Sound) -> None:
            nonlocal written
            if len(sound):
                container.mux(stream.encode(as_frame(sound, sample_rate, written, "stereo")))
                written += len(sound)

        yield write
        container.mux(stream.encode(None))


def _side_by_side(stems: Mapping[str, Sound]) -> Sound:
    """All stems in one sound, two channels each; short ones end in silence."""
    whole = np.zeros((max(map(len, stems.values())), 2 * len(stems)), np.int16)
    for number, stem in enumerate(stems.values()):
        whole[: len(stem), 2 * number : 2 * number + 2] = stem
    return whole
