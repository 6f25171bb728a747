"""Rules of the studio: the committed song is what its score says, and its stems fit the chart."""

import re
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from typer.testing import CliRunner

from assets import SONGS
from assets.studio import __main__ as command
from assets.studio import ogg
from assets.studio.chart import STEMS, chart, song_toml
from assets.studio.folder import write_all
from assets.studio.loudness import loudness, true_peak
from assets.studio.score import SCORE, Score, parse, read
from assets.studio.sound import RATE, gain, hertz
from assets.studio.timing import LONGEST
from loop_core.errors import InputError
from loop_core.formats import ultrastar
from loop_core.song import load_song

SONG = SONGS / "optimization_loop"


@pytest.fixture(scope="module")
def score() -> Score:
    return read()


@pytest.fixture(scope="module")
def stems() -> dict[str, NDArray[np.float64]]:
    return {name: soundfile.read(SONG / f"{name}.ogg")[0] for name in STEMS}


def test_the_committed_song_file_is_what_the_score_gives(score: Score) -> None:
    assert (SONG / "song.toml").read_bytes() == song_toml(score, RATE).encode()


def test_the_song_has_thirty_lines_whose_syllables_join_to_the_lyric(score: Score) -> None:
    phrases = ultrastar.parse((SONG / "song.txt").read_text("utf-8"), "song.txt").phrases
    assert [phrase.text for phrase in phrases] == [line.lyric for line in score.lines]
    assert len(phrases) == 30


def test_every_note_starts_on_its_beat_and_ends_within_it(score: Score) -> None:
    written = ultrastar.parse((SONG / "song.txt").read_text("utf-8"), "song.txt")
    notes = [note for phrase in written.phrases for note in phrase.notes]
    for note, syllable in zip(notes, score.syllables, strict=True):
        assert written.seconds(note.start) == pytest.approx(float(syllable.beat) * 60 / 104, abs=1e-9)
        end = written.seconds(note.start + note.duration)
        assert end <= float(syllable.end) * 60 / 104 + 1e-9
        assert note.pitch == syllable.midi - 60


def test_another_reader_of_the_format_finds_the_same_times() -> None:
    reader = pytest.importorskip("ultrastar_score.parser")
    read_by_it = reader.parse_ultrastar(SONG / "song.txt")
    ours = load_song(SONG).lines
    assert len(read_by_it.lines) == len(ours)
    for theirs, line in zip(read_by_it.lines, ours, strict=True):
        for note, syllable in zip(theirs.notes, line.syllables, strict=True):
            assert read_by_it.beat_to_seconds(note.start_beat) == pytest.approx(syllable.start, abs=0.001)
            end = read_by_it.beat_to_seconds(note.start_beat + note.duration)
            assert end == pytest.approx(syllable.end, abs=0.001)
            assert note.text == syllable.text.strip()


def test_every_row_of_the_chart_is_one_that_version_1_of_the_format_knows() -> None:
    rows = (SONG / "song.txt").read_text("utf-8").splitlines()
    header, note, pause = r"#[A-Z0-9]+:.+", r"[:*FRG] \d+ \d+ -?\d+ .+", r"- \d+"
    kinds = [next(k for k in (header, note, pause, "E") if re.fullmatch(k, row)) for row in rows]
    assert kinds[0] == header
    assert rows[0] == "#VERSION:1.0.0"
    assert kinds == sorted(kinds, key=lambda kind: [header, note, pause, "E"].index(kind) in (1, 2, 3))
    assert kinds[-1] == "E"
    assert kinds.count("E") == 1
    assert {"#TITLE", "#ARTIST", "#BPM", "#AUDIO"} <= {row.partition(":")[0] for row in rows}


def test_the_onset_of_every_operation_is_the_first_note_of_its_line(score: Score) -> None:
    cues = load_song(SONG).cues
    assert [cue.time for cue in cues] == [score.seconds(line.syllables[0].beat) for line in score.lines]
    assert [cue.operation for cue in cues] == [line.operation for line in score.lines]


def test_a_line_appears_after_the_line_before_has_ended(score: Score) -> None:
    phrases = chart(score, [score.seconds(syllable.end) for syllable in score.syllables]).phrases
    for phrase, following in pairwise(phrases):
        assert phrase.break_at is not None
        assert phrase.notes[-1].start + phrase.notes[-1].duration <= phrase.break_at
        assert phrase.break_at <= following.notes[0].start


def test_golden_notes_are_the_repeated_words(score: Score) -> None:
    golden = [syllable.text.strip(" ,") for syllable in score.syllables if syllable.golden]
    assert golden == ["step"] * 3 + ["'gain"] * 2 + ["step"] * 3 + ["save"] * 3


def test_subtitles_are_short(score: Score) -> None:
    assert all(len(line.en.split()) <= 12 for line in score.lines)
    width = {line.zh: sum(0.5 if char.isascii() else 1 for char in line.zh) for line in score.lines}
    assert max(width.values()) <= 18


def test_stems_are_as_long_as_the_score(score: Score, stems: dict[str, NDArray[np.float64]]) -> None:
    assert {stem.shape for stem in stems.values()} == {(score.samples(RATE), 2)}


def test_no_stem_and_no_mix_comes_near_full_scale(stems: dict[str, NDArray[np.float64]]) -> None:
    mixes = [stems["vocals"] + stems[backing] for backing in STEMS[1:]]
    assert all(np.abs(sound).max() < gain(-1) for sound in (*mixes, *stems.values()))


def test_the_voice_enters_with_the_consonants_of_the_first_note(
    score: Score, stems: dict[str, NDArray[np.float64]]
) -> None:
    level = np.abs(stems["vocals"]).max(axis=1)
    onset = score.seconds(score.syllables[0].beat)
    first = np.argmax(level > 0.25 * level[: round((onset + 0.3) * RATE)].max()) / RATE
    assert onset - 2 * LONGEST <= first <= onset + 0.01


def test_the_voice_is_louder_than_the_backing(stems: dict[str, NDArray[np.float64]]) -> None:
    assert loudness(stems["vocals"][: 30 * RATE]) > loudness(stems["backing"][: 30 * RATE]) + 3


def test_loudness_and_true_peak_of_known_signals() -> None:
    time = np.arange(5 * RATE) / RATE
    # EBU Tech 3341, case 1: a stereo sine of 1 kHz with peaks at -23 dBFS has -23 LUFS.
    sine = 10 ** (-23 / 20) * np.sin(2 * np.pi * 1000 * time)
    assert loudness(np.stack([sine, sine], axis=1)) == pytest.approx(-23, abs=0.1)
    # A sine at a quarter of the rate whose samples all miss its peak by 3 dB.
    missed = np.sin(2 * np.pi * (RATE / 4) * time[:RATE] + np.pi / 4)
    assert np.abs(missed).max() == pytest.approx(0.7071, abs=1e-3)
    assert true_peak((missed * np.hanning(RATE))[:, None]) == pytest.approx(0, abs=0.1)


def test_the_same_sound_gives_the_same_bytes() -> None:
    tone = 0.3 * np.sin(2 * np.pi * hertz(69) * np.arange(RATE) / RATE)
    stereo = np.stack([tone, tone], axis=1)
    assert ogg.encode(stereo) == ogg.encode(stereo)


def test_a_new_serial_number_leaves_every_page_valid() -> None:
    written = ogg.encode(np.zeros((RATE, 2)))
    assert ogg.with_serial(ogg.with_serial(written, 77), ogg.SERIAL) == written
    with pytest.raises(ValueError, match="OggS"):
        ogg.with_serial(b"RIFF" * 10, 1)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'notes = "0:1:67 1:1.5:72"',
            'notes = "0:1:67"',
            '[[phrase]] 1 "Let\'s train!": 2 syllables, 1 notes',
        ),
        (
            'notes = "0:1:67 1:1.5:72"',
            'notes = "0:1:67 1:two:72"',
            "[[phrase]] 1 \"Let's train!\": note '1:two:72'",
        ),
        ('["Let\'s ", "train!"]', '["Let\'s ", "go!"]', 'the syllables join to "Let\'s go!"'),
        ('phones = "l eh t s . t r ey n"', 'phones = "l e t s . t r ey n"', "phone 'e'"),
        ('operation = "setup"', 'operation = "set-up"', "[[line]] 1 \"Let's train!\": operation = 'set-up'"),
        ("bar = 3\n", "bar = 2\n", "[[line]] 2 'For an epoch in a range': 'For' starts at beat 7"),
        ('chords  = "C     G"', 'chords  = "C"', "[[section]] 1 'Intro': 1 chords but 2 grooves"),
        ('chords  = "C     G"', 'chords  = "C  H"', "[[section]] 1 'Intro': chord 'H'"),
        ("tempo = 104", "tempo = 0", "the top level: tempo = 0"),
        ("[credits]", "[thanks]", "credits = None"),
        ("[credits]", "[credits", "no TOML"),
    ],
)
def test_a_bad_score_is_refused_with_the_table_named(old: str, new: str, message: str) -> None:
    text = SCORE.read_text("utf-8")
    assert old in text
    with pytest.raises(InputError, match=re.escape(message)):
        parse(text.replace(old, new, 1), "score.toml")


def test_files_are_written_all_or_not_at_all(tmp_path: Path) -> None:
    folder = tmp_path / "song"

    def interrupted() -> Iterator[tuple[str, bytes]]:
        yield "a", b"new"
        raise KeyboardInterrupt

    write_all(folder, [("a", b"old"), ("b", b"old")])
    with pytest.raises(KeyboardInterrupt):
        write_all(folder, interrupted())
    assert [path.read_bytes() for path in sorted(folder.iterdir())] == [b"old", b"old"]
    assert list(folder.parent.iterdir()) == [folder]


@pytest.mark.parametrize("package", ["scipy", "pyworld"])
def test_a_missing_package_is_named_with_the_extra(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("assets.studio.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr("assets.studio.making", raising=False)
    monkeypatch.setitem(sys.modules, package, None)
    result = CliRunner().invoke(command.cli, ["build"])
    assert result.exit_code == 2
    assert package in result.stderr
    assert "torchaoke[studio]" in result.stderr
