"""The taps on disk as they come, and the song when it is asked for, both on a thread of its own.

A disk may take a tenth of a second to be sure of a file, and no tap is to wait for that.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from app.importing import MIX, Imported, write_song
from loop_core.errors import InputError
from loop_core.files import read_bytes, set_aside, writing
from loop_core.formats.lyrics import Finding, Lyrics
from loop_core.kept_taps import load
from loop_core.tapping import Tap
from loop_core.timing import Unit
from loop_core.words import Words

MOST_BYTES = 20_000_000
GOES_ON = Words("Goes on after {} of {} taps", "接着第 {} 次打点继续（共 {} 次）")
BEGINS_ANEW = Words("{} is of other words: it is kept as {}", "{} 属于别的歌词：保存为 {}")


@dataclass(frozen=True, slots=True)
class Target:
    """Where a song goes; sources: its recordings by stem.  title: where the words have none."""

    folder: Path
    sources: Mapping[str, Path]
    title: str

    @property
    def taps(self) -> Path:
        """The file of the taps, beside the folder."""
        return self.folder.with_name(f"{self.folder.name}.taps.json")


def resumed(path: Path, by: str, units: tuple[Unit, ...]) -> tuple[tuple[Tap, ...], Words | None]:
    """The taps that a file has, and a word about them; a file of something else is set aside.

    Raises InputError where it cannot be read.
    """
    if not path.exists():
        return (), None
    try:
        taps = load(read_bytes(path, MOST_BYTES, "taps").decode("utf-8"), by, units)
    except (ValueError, RecursionError):
        kept = set_aside(path).name
        return (), BEGINS_ANEW.filled(path.name, kept)
    return taps, GOES_ON.filled(len(taps), len(units))


class Keeper:
    """Writes one after the other on its thread; all methods are called from another one."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.saved: Imported | None = None
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="taps")
        self._latest = self._written = ""
        self._keeping: Future[None] | None = None
        self._saving: Future[Imported] | None = None
        self._own = False  # the song's folder is one that we have made

    @property
    def busy(self) -> bool:
        """Whether a song is being written."""
        return self._saving is not None

    def keep(self, text: str) -> None:
        """Write the file of the taps anew; of several texts in a row only the last one must be written."""
        self._latest = text
        self._raise_kept()
        self._keeping = self._worker.submit(self._keep)

    def save(self, lyrics: Lyrics, replace: bool) -> None:
        """Begin to write the song's folder; replace: whatever is there, else only one written before."""
        target = self.target
        mix = () if "vocals" in target.sources else (Finding(0, MIX, "mix"),)
        self._saving = self._worker.submit(
            write_song,
            lyrics,
            target.title,
            target.folder,
            target.sources,
            mix,
            replace or self._own,
            lambda name, seconds: None,
        )

    def look(self) -> Imported | None:
        """The song that has been written since the last look; raises InputError for what could not be."""
        self._raise_kept()
        if self._saving is None or not self._saving.done():
            return None
        job, self._saving = self._saving, None
        self.saved, self._own = job.result(), True
        return self.saved

    def close(self, say: Callable[[str], None]) -> bool:
        """Wait until everything is written; whether a song was. say: is told what could not be."""
        self._worker.shutdown()
        try:
            self._raise_kept()
        except InputError as error:
            say(str(error))
        try:
            return self.look() is not None
        except InputError as error:
            say(str(error))
        return False

    def _keep(self) -> None:
        text = self._latest
        if text != self._written:
            with writing(self.target.taps) as part:
                part.write_text(text, encoding="utf-8", newline="\n")
            self._written = text

    def _raise_kept(self) -> None:
        """Raises InputError for a file of taps that could not be written."""
        if self._keeping is not None and self._keeping.done():
            job, self._keeping = self._keeping, None
            job.result()
