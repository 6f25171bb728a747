"""A recording and a sheet made ready to be tapped along to."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from app.audio import open_player
from app.importing import Heard
from app.recording import keep
from app.settings import Kept
from app.sounds import SAMPLE_RATE, samples
from app.tapping.deck import Deck
from app.tapping.keeping import Keeper, Target, resumed
from app.tapping.session import Session
from app.tapping.view import Work, wave_of
from loop_core.errors import InputError
from loop_core.formats.sheet import Sheet
from loop_core.timing import units_of


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for.  latency: in seconds, None for what is kept, else what the player knows."""

    by: str
    target: Target
    replace: bool
    latency: float | None
    kept: Kept
    language: str
    theme: str
    log: Callable[[str], None]


@contextmanager
def ready(sheet: Sheet, wish: Wish, heard: Heard) -> Iterator[Callable[[Callable[[], float]], Session]]:
    """What opens the session once there is a window; its recordings are files that the mixer can seek in.

    Raises InputError where a recording or the taps kept cannot be used, before anything is shown.
    """
    sources = wish.target.sources
    for path in sources.values():
        if not path.is_file():
            raise InputError("there is no such file; expected a recording", path)
    units = units_of(sheet, wish.by)
    taps, word = resumed(wish.target.taps, wish.by, units)
    with tempfile.TemporaryDirectory(prefix="torchaoke-", ignore_cleanup_errors=True) as folder:
        stems, length = {}, 0.0
        for stem, source in sources.items():
            name, seconds = keep(source, Path(folder), stem, partial(heard, source.name))
            stems[stem], length = Path(folder, name), max(length, seconds)
        voice = "vocals" if "vocals" in stems else "backing"
        title = dict(sheet.headers).get("TITLE") or wish.target.title
        wave = wave_of(samples(stems[voice]), SAMPLE_RATE)
        work = Work(title, wish.by, sheet, units, wave, length, alone="vocals" in stems)

        def open_session(real: Callable[[], float]) -> Session:
            player = open_player(stems, length, real, "backing")
            measured = wish.kept.settings.sounds.get(player.device)
            return Session(
                work,
                Deck(player, length, real, measured if wish.latency is None else wish.latency),
                Keeper(wish.target),
                taps=taps,
                word=word,
                replace=wish.replace,
                language=wish.language,
                theme=wish.theme,
                log=wish.log,
            )

        yield open_session
