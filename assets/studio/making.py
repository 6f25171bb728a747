"""From a score to the files of a song folder, one after the other."""

from collections.abc import Callable, Iterator

from assets.studio import band, vocals
from assets.studio.chart import STEMS, chart, song_toml
from assets.studio.mixing import mix
from assets.studio.ogg import encode
from assets.studio.score import Score
from assets.studio.sound import RATE
from assets.studio.vocals import Singers
from loop_core.formats import ultrastar


def steps(score: Score) -> int:
    """How many steps `song_files` reports."""
    return 2 + len(score.lines) + 4 + len(STEMS)


def song_files(
    score: Score, singers: Singers, started: Callable[[str], None] = lambda step: None
) -> Iterator[tuple[str, bytes]]:
    """Name and content of each file of the song; ``started`` hears of each step."""
    started("song.txt")
    yield "song.txt", ultrastar.dump(chart(score, vocals.ends(score, singers.lead))).encode()
    started("song.toml")
    yield "song.toml", song_toml(score, RATE).encode()
    voice = vocals.perform(score, singers, started)
    backings = []
    for play in (band.play, band.quiet, band.click):
        started(f"band: {play.__name__}")
        backings.append(play(score))
    started("mix")
    stems = mix(voice, *backings)
    for name in STEMS:
        started(f"{name}.ogg")
        yield f"{name}.ogg", encode(getattr(stems, name))
