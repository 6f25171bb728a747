"""Song folders: what is read, what is refused, and the bundled songs."""

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest
from builders import WHOLE_SONG, small_song, write_song
from hypothesis import given
from hypothesis import strategies as st

from loop_core.errors import InputError
from loop_core.operations import Operation
from loop_core.song import MOST_STEMS, find_song, load_song, song_folders

SONGS = Path(__file__).parents[1] / "assets" / "songs"


def edit(folder: Path, old: str, new: str, file: str = "song.toml") -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def refused(folder: Path) -> str:
    with pytest.raises(InputError) as caught:
        load_song(folder)
    return str(caught.value)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_song(tmp_path / "small")


def test_a_song_is_read_with_its_times_in_seconds(tmp_path: Path) -> None:
    song = small_song(tmp_path / "small", (Operation.SETUP, None, Operation.EPOCH))
    assert (song.name, song.title, song.artist, song.tempo, song.beats_per_bar) == ("small", "T", "A", 120, 4)
    assert [(line.text, line.start, line.end) for line in song.lines] == [
        ("La0la", 1.0, 1.875),
        ("La1la", 2.0, 2.875),
        ("La2la", 3.0, 3.875),
    ]
    assert [(cue.time, cue.operation, cue.line) for cue in song.cues] == [
        (1.0, Operation.SETUP, 0),
        (3.0, Operation.EPOCH, 2),
    ]
    assert [s.pitch for s in song.lines[0].syllables] == [60, 62]
    assert song.lines[1].subtitles == {"en": "Line 1"}
    assert song.stems == {"vocals": tmp_path / "small" / "vocals.ogg"}
    assert song.credits == {"words": "us"}
    assert [(section.name, section.start) for section in song.sections] == [("All", 0)]


@pytest.mark.parametrize(
    ("stems", "backings"),
    [
        (("vocals", "backing"), ("backing",)),
        (("quiet", "vocals", "click", "backing"), ("backing", "quiet", "click")),
        (("vocals", "click", "quiet"), ("click", "quiet")),
        (("vocals",), ("vocals",)),
        ((), ()),
    ],
)
def test_every_stem_but_the_voice_is_a_backing_and_backing_is_the_first(
    stems: tuple[str, ...], backings: tuple[str, ...], tmp_path: Path
) -> None:
    song = small_song(tmp_path, stems=stems)
    assert song.backings == backings
    assert song.has_voice == ("vocals" in stems and len(stems) > 1)
    assert song.stems == {name: tmp_path / f"{name}.ogg" for name in stems}


NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]))


@given(st.lists(NAMES, unique=True, max_size=MOST_STEMS))
def test_a_backing_may_have_any_name(tmp_path_factory: pytest.TempPathFactory, names: list[str]) -> None:
    folder = write_song(tmp_path_factory.mktemp("song"), (Operation.SETUP,), stems=["a"])
    edit(folder, 'a = "a.ogg"', "\n".join(f'{json.dumps(n, ensure_ascii=False)} = "a.ogg"' for n in names))
    song = load_song(folder)
    assert set(song.stems) == set(names)
    assert [name for name in song.backings if name != "backing"] == [
        name for name in names if name not in ("backing", "vocals") or names == ["vocals"]
    ]


@pytest.mark.parametrize("file", ["song.toml", "song.txt", "vocals.ogg", "quiet.ogg"])
def test_a_missing_file_is_named(file: str, tmp_path: Path) -> None:
    folder = write_song(tmp_path / "small", stems=("vocals", "quiet"))
    (folder / file).unlink()
    message = refused(folder)
    assert file in message
    assert str(folder) in message
    assert "missing" in message or "No such file" in message


@pytest.mark.parametrize("file", ["../song.txt", "/etc/hostname", "sub/../../song.txt"])
def test_a_file_outside_of_the_folder_is_refused(file: str, folder: Path) -> None:
    (folder.parent / "song.txt").write_text("#VERSION:1.0.0\n")
    edit(folder, 'chart = "song.txt"', f'chart = "{file}"')
    assert f"file {file!r} is outside the song's folder" in refused(folder)


def test_a_link_that_leads_out_of_the_folder_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").touch()
    (folder / "vocals.ogg").unlink()
    (folder / "vocals.ogg").symlink_to(tmp_path / "secret")
    assert "'vocals.ogg' is outside the song's folder" in refused(folder)


@pytest.mark.parametrize("name", [r"a\u0000b", "x" * 1100, ".", ""])
def test_a_name_that_can_be_no_file_is_refused(name: str, folder: Path) -> None:
    edit(folder, '"vocals.ogg"', f'"{name}"')
    assert refused(folder).startswith(f"{folder / 'song.toml'}: ")


@pytest.mark.parametrize("stem", ["vocals", "backing", "quiet"])
def test_no_stem_may_be_outside_of_the_folder(stem: str, tmp_path: Path) -> None:
    folder = write_song(tmp_path / "small", stems=("vocals", "backing", "quiet"))
    (tmp_path / f"{stem}.ogg").touch()
    edit(folder, f'"{stem}.ogg"', f'"../{stem}.ogg"')
    assert f"file '../{stem}.ogg' is outside the song's folder" in refused(folder)


def test_a_cue_is_at_its_line_s_onset_or_else_at_its_first_syllable(folder: Path) -> None:
    edit(folder, 'lyric = "La1la"', 'lyric = "La1la"\nonset = 2.5')
    edit(folder, 'lyric = "La2la"', 'lyric = "La2la"\nonset = 3')
    edit(folder, 'lyric = "La3la"', 'lyric = "La3la"\nonset = 4.875')
    song = load_song(folder)
    assert [cue.time for cue in song.cues[:5]] == [1.0, 2.5, 3.0, 4.875, 5.0]
    assert [line.start for line in song.lines[:5]] == [1.0, 2.0, 3.0, 4.0, 5.0]


ONSETS = (
    st.none() | st.floats() | st.floats(0, 5) | st.integers(-1, 5) | st.sampled_from((1.875, 2.875, 3.875))
)


@given(st.lists(ONSETS, min_size=3, max_size=3))
def test_onsets_are_read_when_each_is_after_the_one_before_and_not_after_its_line(
    tmp_path_factory: pytest.TempPathFactory, onsets: list[float | None]
) -> None:
    folder = write_song(tmp_path_factory.mktemp("song"), (Operation.SETUP, None, Operation.EPOCH))
    for index, onset in enumerate(onsets):
        if onset is not None:
            edit(folder, f'lyric = "La{index}la"', f'lyric = "La{index}la"\nonset = {onset!r}')
    first, second, third = (n + 1.0 if onset is None else onset for n, onset in enumerate(onsets))
    if 0 <= first < second < third and first <= 1.875 and second <= 2.875 and third <= 3.875:
        assert [cue.time for cue in load_song(folder).cues] == [first, third]
    else:
        assert re.match(re.escape(f"{folder / 'song.toml'}: [[lines]] number ") + "[123]: ", refused(folder))


@pytest.mark.parametrize(
    ("onset", "expected"),
    [
        ("2.9", "onset is 2.9; expected a number from 0 to 2.875"),
        ("1e9", "onset is 1000000000.0; expected a number from 0 to 2.875"),
        ("-0.1", "onset is -0.1; expected a number"),
        ("nan", "onset is nan; expected a number"),
        ("inf", "onset is inf; expected a number"),
        ("true", "onset is True; expected a number"),
        ('"2.5"', "onset is '2.5'; expected a number"),
        ("1.0", "its onset is at 1.000 s, not after the one before it at 1.000 s"),
    ],
)
def test_an_onset_that_cannot_be_its_line_s_is_quoted(onset: str, expected: str, folder: Path) -> None:
    edit(folder, 'lyric = "La1la"', f'lyric = "La1la"\nonset = {onset}')
    assert refused(folder).startswith(f"{folder / 'song.toml'}: [[lines]] number 2: {expected}")


def test_an_onset_may_not_pass_that_of_the_next_line_even_without_an_operation(tmp_path: Path) -> None:
    folder = write_song(tmp_path, (Operation.SETUP, None, Operation.EPOCH))
    edit(folder, 'lyric = "La0la"', 'lyric = "La0la"\nonset = 1.5')
    edit(folder, 'lyric = "La1la"', 'lyric = "La1la"\nonset = 1.25')
    assert "[[lines]] number 2: its onset is at 1.250 s, not after the one before it" in refused(folder)


def test_there_is_one_entry_per_line(folder: Path) -> None:
    edit(folder, '[[lines]]\nlyric = "La0la"\nen = "Line 0"\noperation = "setup"\n', "")
    assert f"{len(WHOLE_SONG) - 1} [[lines]]; expected {len(WHOLE_SONG)}, one per line" in refused(folder)


def test_a_lyric_must_be_the_charts(folder: Path) -> None:
    edit(folder, "La2la", "La2lo")
    assert "[[lines]] number 3: lyric 'La2lo'; song.txt has 'La2la'" in refused(folder)


def test_an_unknown_operation_is_answered_with_the_nearest(folder: Path) -> None:
    edit(folder, '"zero_grad"', '"zero_gard"')
    assert "no operation 'zero_gard'; expected 'zero_grad'" in refused(folder)
    edit(folder, '"zero_gard"', '"xyz"')
    assert all(repr(str(operation)) in refused(folder) for operation in Operation)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("title", "title title", "not TOML"),
        ('title = "T"', "title = 3", "title is 3; expected a text"),
        ('artist = "A"', "", "artist is None; expected a text"),
        ("tempo = 120", "tempo = 0", "tempo is 0; expected a number from 1 to 1000"),
        ("tempo = 120", "tempo = nan", "tempo is nan; expected a number"),
        ("tempo = 120", "tempo = true", "tempo is True; expected a number"),
        ("length = ", "length = 1 #", "length is 1; expected a number from"),
        ("[stems]\n", "[[stems]]\n", "stems is [{"),
        ("start = 0\n", 'start = "now"\n', "start is 'now'; expected a number"),
        ('[[sections]]\nname = "All"\nstart = 0\n', "[sections]\n", "sections is {}; expected tables"),
        ('lyric = "La0la"', "lyric = 0", "[[lines]] number 1: lyric is 0; expected a text"),
    ],
)
def test_what_does_not_fit_is_quoted(old: str, new: str, expected: str, folder: Path) -> None:
    edit(folder, old, new)
    message = refused(folder)
    assert message.startswith(f"{folder / 'song.toml'}: ")
    assert expected in message


def test_sections_that_are_no_tables_are_refused(folder: Path) -> None:
    edit(folder, '[[sections]]\nname = "All"\nstart = 0\n', "")
    edit(folder, 'title = "T"', 'title = "T"\nsections = [1]')
    assert "sections is [1]; expected tables [[sections]]" in refused(folder)


def test_syllables_may_not_overlap(folder: Path) -> None:
    edit(folder, ": 12 3 2 la", ": 11 3 2 la", "song.txt")
    assert "syllable 'la' of 'La0la' starts at 1.375 s, before the one ahead" in refused(folder)


def test_an_error_of_the_chart_names_its_line(folder: Path) -> None:
    edit(folder, ": 12 3 2 la", ": 12 3 la", "song.txt")
    assert re.match(re.escape(f"{folder / 'song.txt'}:7: "), refused(folder))


@pytest.mark.parametrize("file", ["song.toml", "song.txt"])
def test_text_that_is_not_utf8_is_told(file: str, folder: Path) -> None:
    (folder / file).write_bytes(b"#\xff")
    assert "byte 1 is not UTF-8" in refused(folder)


def test_a_song_is_found_by_name_or_folder_or_answered_with_the_nearest(tmp_path: Path) -> None:
    folder = write_song(tmp_path / "songs" / "waltz")
    songs = tmp_path / "songs"
    (songs / "empty").mkdir()
    assert song_folders(songs) == [folder]
    assert find_song("waltz", songs) == folder
    assert find_song(str(folder), tmp_path) == folder
    with pytest.raises(InputError, match=r"no song and no folder 'walz'; did you mean 'waltz'\?"):
        find_song("walz", songs)
    with pytest.raises(InputError, match="there are: waltz"):
        find_song("xyz", songs)


@pytest.mark.parametrize("folder", song_folders(SONGS), ids=lambda folder: folder.name)
def test_every_bundled_song_has_its_cues_in_order_at_its_lines(folder: Path) -> None:
    song = load_song(folder)
    assert {"en", "zh"} <= set.intersection(*(set(line.subtitles) for line in song.lines))
    lines = [song.lines[cue.line] for cue in song.cues]
    early = 0.01  # a chart rounds to its beats, an onset does not
    assert all(a.start - early <= cue.time <= a.end for a, cue in zip(lines, song.cues, strict=True))
    assert all(a.time < b.time for a, b in pairwise(song.cues))
    assert all(a.end <= b.start for a, b in pairwise(song.lines))
    assert all(a.start < b.start < song.length for a, b in pairwise(song.sections))
    assert {"vocals", "backing"} <= set(song.stems)
    assert all(path.stat().st_size > 0 for path in song.stems.values())


def test_the_optimization_loop_has_thirty_lines_and_sings_a_whole_loop() -> None:
    song = load_song(SONGS / "optimization_loop")
    assert len(song.lines) == 30
    assert tuple(cue.operation for cue in song.cues) == WHOLE_SONG


@pytest.mark.parametrize("folder", song_folders(SONGS), ids=lambda folder: folder.name)
def test_every_line_says_in_at_most_twelve_words_why_it_is_there(folder: Path) -> None:
    for line in load_song(folder).lines:
        assert 3 <= len(line.subtitles["en"].split()) <= 12, line.text
        assert 6 <= len(line.subtitles["zh"]) <= 24, line.text


def test_a_byte_order_mark_before_either_file_is_nothing(tmp_path: Path) -> None:
    plain = small_song(tmp_path / "song")
    for name in ("song.toml", "song.txt"):
        path = tmp_path / "song" / name
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    marked = load_song(tmp_path / "song")
    assert (marked.title, marked.lines, marked.cues) == (plain.title, plain.lines, plain.cues)
