"""What a shell completes: names of lessons, songs, formats and the like, with what each is."""

from collections.abc import Callable, Iterable

Offer = list[tuple[str, str]]
"""Words and what they are."""


def _offered(pairs: Iterable[tuple[str, str]], begun: str) -> Offer:
    return [(name, text) for name, text in pairs if name.startswith(begun)]


def one_of(**words: str) -> Callable[[str], Offer]:
    """Completes words that are given here with what each is."""
    return lambda incomplete: _offered(words.items(), incomplete)


def lesson(incomplete: str) -> Offer:
    """Completes the name of a lesson."""
    from loop_core.lessons import LESSONS

    return _offered(((each.name, each.title) for each in LESSONS), incomplete)


def lesson_or_all(incomplete: str) -> Offer:
    """Completes the name of a lesson, or all of them."""
    return lesson(incomplete) + _offered([("all", "one after the other")], incomplete)


def song(incomplete: str) -> Offer:
    """Completes the name of a song that comes with Torchaoke."""
    from assets import SONGS
    from loop_core.song import load_song, song_folders

    return _offered(((path.name, load_song(path).title) for path in song_folders(SONGS)), incomplete)


def backing(incomplete: str) -> Offer:
    """Completes the backings of the songs that come with Torchaoke."""
    from assets import SONGS
    from loop_core.song import load_song, song_folders

    songs = [load_song(path) for path in song_folders(SONGS)]
    return _offered(((name, song.title) for song in songs for name in song.backings), incomplete)


def form(incomplete: str) -> Offer:
    """Completes the name of a format that songs are written in."""
    from loop_core.formats.table import WRITABLE

    return _offered(((each.name, each.title) for each in WRITABLE), incomplete)


def field(incomplete: str) -> Offer:
    """Completes what traces are compared by."""
    from loop_core.trace_compare import FIELDS

    return _offered(((name, "") for name in FIELDS), incomplete)


theme = one_of(dark="for dark rooms", light="for bright rooms")
language = one_of(en="English", zh="中文")
exercise = one_of(say="say it before it is shown", gap="pick the missing words", type="type them")
difficulty = one_of(easy="within 2 semitones", medium="within 1", hard="the very note")
by = one_of(line="a tap where a line begins", syllable="a tap where a syllable begins")
part = one_of(
    start="to the first picture",
    loop="stepping against running plainly",
    drawing="every picture of the song",
    realtime="how late",
    memory="what is held",
    film="making a film",
    model="98 million parameters",
    **{"half-hour": "thirty minutes of the show"},
)
"""A part of the measurements."""
voice = one_of(both="all lines", **{"1": "those of the first voice", "2": "those of the second"})
