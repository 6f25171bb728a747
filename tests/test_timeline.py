"""Pure questions about a song and a time."""

from itertools import pairwise
from pathlib import Path

import pytest
from builders import small_song, write_song

from assets import SONGS
from loop_core.lessons import find_lesson
from loop_core.listing import read_listing
from loop_core.operations import FAST, Operation
from loop_core.song import Line, Song, Syllable, load_song
from loop_core.timeline import beat_at, cue_at, line_at, parts, sung, sung_lines


@pytest.fixture
def song(tmp_path: Path) -> Song:
    return small_song(
        tmp_path, (Operation.SETUP, None, Operation.EPOCHS, Operation.EPOCH, Operation.REMAINING)
    )


@pytest.mark.parametrize(
    ("now", "line", "cue"),
    [
        (-1, None, None),
        (0.999, None, None),
        (1, 0, 0),
        (1.999, 0, 0),
        (2, 1, 0),
        (3, 2, 1),
        (5, 3, 2),
        (99, 4, 3),
    ],
)
def test_the_line_and_the_cue_are_those_that_began_last(
    now: float, line: int | None, cue: int | None, song: Song
) -> None:
    assert line_at(song, now) == line
    assert cue_at(song, now) == cue


def test_a_line_begins_with_its_first_syllable_and_its_cue_at_its_onset(tmp_path: Path) -> None:
    toml = write_song(tmp_path, (Operation.SETUP, Operation.EPOCHS, Operation.EPOCH)) / "song.toml"
    text = toml.read_text(encoding="utf-8").replace('lyric = "La1la"', 'lyric = "La1la"\nonset = 2.5')
    toml.write_text(text, encoding="utf-8")
    late = load_song(tmp_path)
    assert [(line_at(late, now), cue_at(late, now)) for now in (2, 2.499, 2.5)] == [(1, 0), (1, 0), (1, 1)]
    assert next(part.time for part in parts(late) if part.cue == 1) == 2.5


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (0, (0, 0)),
        (1, (0, 0)),
        (1.5, (0, 0.5)),
        (2, (1, 0)),
        (2.5, (1, 0)),
        (4, (1, 0.5)),
        (5, (2, 0)),
        (9, (2, 0)),
    ],
)
def test_a_line_is_sung_syllable_by_syllable(now: float, expected: tuple[int, float]) -> None:
    line = Line("Lala", (Syllable("La", 1, 2, 60, "normal"), Syllable("la", 3, 5, 60, "normal")))
    assert sung(line, now) == expected


def test_a_fast_lines_parts_fill_its_span_and_end_with_all_of_it(song: Song) -> None:
    found = parts(song)
    assert all(a.time < b.time for a, b in pairwise(found))
    for index, cue in enumerate(song.cues):
        own = [part for part in found if part.cue == index]
        end = song.cues[index + 1].time if index + 1 < len(song.cues) else song.length
        assert own[0].time == cue.time
        assert own[-1].time < end
        assert own[-1].share == 1.0
        assert all(0 < a.share < b.share for a, b in pairwise(own))
        assert (len(own) > 1) is (cue.operation in FAST)


def test_a_fast_line_shorter_than_a_sixteenth_has_one_part(tmp_path: Path) -> None:
    short = small_song(tmp_path, (Operation.EPOCHS, Operation.EPOCHS, Operation.EPOCH), beats_per_line=2)
    for index in (0, 1):
        assert [part.share for part in parts(short) if part.cue == index][-1] == 1.0


def test_a_line_of_the_source_is_sung_where_its_own_operation_is() -> None:
    song = load_song(SONGS / "optimization_loop")
    lesson = find_lesson("straight_line")
    listing = read_listing(lesson.path, lesson.name)
    site = listing.site(Operation.ZERO_GRAD)
    assert site is not None
    own = [each for each in sung_lines(song, listing) if each[0] <= site.line <= each[1]]
    cues = [cue for cue in song.cues if cue.operation is Operation.ZERO_GRAD]
    assert [each[2:] for each in own] == [(cue.time, "Optimizer zero grad") for cue in cues]


def test_the_bar_is_counted_from_the_song_s_start(tmp_path: Path) -> None:
    song = small_song(tmp_path / "song")  # at 120 beats a minute, four to the bar
    assert [beat_at(song, now) for now in (0.0, 0.49, 0.5, 1.5, 1.99, 2.0, 61.0)] == [0, 0, 1, 3, 3, 0, 2]
