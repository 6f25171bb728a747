"""Rules of the sung voice: vowels on the beat, pitch on the notes, and what a recogniser can make of it."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal
from typer.testing import CliRunner

from assets import SONGS
from assets.studio import __main__ as command
from assets.studio import speech
from assets.studio.chart import chart
from assets.studio.effects import polished
from assets.studio.loudness import true_peak
from assets.studio.melody import DRIFT, VIBRATO, pitch
from assets.studio.mixing import CEILING, Stems, mix
from assets.studio.ogg import encode
from assets.studio.score import CONSONANTS, Line, Score, read, trial
from assets.studio.sound import RATE, gain, hertz
from assets.studio.speech import Phone, Speech
from assets.studio.timing import sung_phones
from loop_core.errors import InputError
from loop_core.formats import ultrastar

TONE = 130.0  # Hz


@pytest.fixture(scope="module")
def score() -> Score:
    return read()


def spoken(line: Line, lengths: Iterator[float]) -> tuple[Phone, ...]:
    """The phones of a line, one after the other."""
    phones, time = [], 0.1
    for name in (name for syllable in line.syllables for name in syllable.phones):
        end = time + next(lengths)
        phones.append(Phone(name, time, end))
        time = end
    return tuple(phones)


def steadily(length: float) -> Iterator[float]:
    while True:
        yield length


@given(st.data())
def test_vowels_begin_on_the_beat_however_long_the_speaker_takes(data: st.DataObject) -> None:
    score = read()
    line = data.draw(st.sampled_from(score.lines))
    lengths = st.floats(0.005, 0.6)
    phones = sung_phones(line, spoken(line, iter(lambda: data.draw(lengths), None)), score)
    assert [phone.name for phone in phones] == [name for s in line.syllables for name in s.phones]
    vowels = [phone.start for phone in phones if phone.is_vowel]
    assert vowels == [score.seconds(syllable.beat) for syllable in line.syllables]
    assert all(phone.end > phone.start for phone in phones)
    assert all(after.start >= before.end - 1e-9 for before, after in pairwise(phones))


def test_a_line_is_over_before_the_next_one_begins(score: Score) -> None:
    sung = [sung_phones(line, spoken(line, steadily(0.1)), score) for line in score.lines]
    assert all(after[0].start >= before[-1].end for before, after in pairwise(sung))


def test_the_pitch_reaches_every_note_by_its_vowel_and_stays_there(score: Score) -> None:
    for line in score.lines:
        phones = sung_phones(line, spoken(line, steadily(0.1)), score)
        times = np.arange(phones[0].start, phones[-1].end, 0.005)
        frequency = pitch(times, phones, line, score, -12, seed=0)
        for phone, syllable in zip((p for p in phones if p.is_vowel), line.syllables, strict=True):
            held = frequency[(times > phone.start + 0.06) & (times < phone.end - 0.06)]
            semitones = 12 * np.log2(held / hertz(syllable.midi - 12))
            assert np.all(np.abs(semitones) < VIBRATO + 5 * DRIFT)


@pytest.fixture(scope="module")
def hummed(score: Score) -> tuple[Line, Speech]:
    """A line whose speaker hums one tone for vowels and hisses for everything else."""
    line = score.lines[4]
    phones = spoken(line, steadily(0.12))
    rate, length = 16_000, phones[-1].end + 0.1
    time = np.arange(round(rate * length)) / rate
    hum = sum(np.sin(2 * np.pi * TONE * k * time) / k for k in range(1, 30))
    hiss = np.random.default_rng(1).standard_normal(len(time))
    voiced = np.zeros(len(time), dtype=bool)
    for phone in phones:
        voiced |= (time >= phone.start) & (time < phone.end) & (phone.name not in CONSONANTS)
    return line, Speech(0.1 * np.where(voiced, hum, 0.1 * hiss), rate, phones)


def test_a_hummed_line_is_sung_on_its_notes(score: Score, hummed: tuple[Line, Speech]) -> None:
    singing = pytest.importorskip("assets.studio.singing", exc_type=ImportError)
    line, speech = hummed
    sung = singing.sing(line, speech, score, 0, seed=0)
    for phone, syllable in zip((p for p in sung.phones if p.is_vowel), line.syllables, strict=True):
        start = round((phone.start - sung.start + 0.04) * RATE)
        tone = sung.samples[start : start + round(0.08 * RATE)]
        tone = tone * np.hanning(len(tone))
        wanted = hertz(syllable.midi)
        # The strongest frequency near the second harmonic, which a note a semitone off would miss.
        spectrum = np.abs(np.fft.rfft(tone, 1 << 18))
        frequencies = np.fft.rfftfreq(1 << 18, 1 / RATE)
        near = (frequencies > 1.9 * wanted) & (frequencies < 2.1 * wanted)
        found = frequencies[near][np.argmax(spectrum[near])] / 2
        assert 1200 * abs(np.log2(found / wanted)) < 30


def test_phones_that_are_left_out_are_silent(score: Score, hummed: tuple[Line, Speech]) -> None:
    singing = pytest.importorskip("assets.studio.singing", exc_type=ImportError)
    line, speech = hummed
    sung = singing.sing(line, speech, score, 0, 0, frozenset({"s"}))
    last = sung.phones[-1]
    assert last.name == "s"
    level = np.abs(sung.samples)
    middle = round(((last.start + last.end) / 2 - sung.start) * RATE)
    assert level[middle : middle + 200].max() < 0.01 * level.max()


def test_the_trial_sings_twenty_sentences_that_the_song_does_not_have(score: Score) -> None:
    tried = trial(score)
    assert len(tried.lines) == 20
    assert not {line.lyric for line in tried.lines} & {line.lyric for line in score.lines}
    assert all(after.syllables[0].beat >= before.syllables[-1].end for before, after in pairwise(tried.lines))


@pytest.mark.parametrize(
    ("program", "speaker", "package"),
    [
        ("flite", speech.flite("rms"), "the Debian package flite"),
        ("festival", speech.festival("cmu_us_slt_arctic_hts"), "festvox-us-slt-hts"),
    ],
)
def test_a_missing_program_is_named_with_its_package(
    program: str, speaker: speech.Speaker, package: str, score: Score, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(InputError, match=f"{program} is not installed; install .*{package}"):
        speaker(score.lines[0])


@pytest.mark.skipif(not shutil.which("flite"), reason="needs flite")
def test_a_speaker_says_the_phones_of_the_score(score: Score) -> None:
    for line in trial(score).lines[:5]:
        said = speech.flite("rms")(line).phones
        assert [phone.name for phone in said] == [name for s in line.syllables for name in s.phones]
        assert all(after.start >= before.end for before, after in pairwise(said))


def test_effects_keep_the_length_and_even_out_the_loudness() -> None:
    time = np.arange(2 * RATE) / RATE
    voice = np.where(time < 1, 0.05, 0.5) * signal.sawtooth(2 * np.pi * 200 * time)
    done = polished(voice)
    assert done.shape == voice.shape
    quiet, loud = (
        np.sqrt(np.mean(done[part] ** 2)) for part in (slice(RATE // 2, RATE), slice(-RATE // 2, None))
    )
    assert 2 < loud / quiet < 7  # ten times before


@given(
    st.lists(st.sampled_from("abc"), max_size=6),
    st.lists(st.sampled_from("abc"), max_size=6),
)
def test_word_errors_count_the_fewest_changes(expected: list[str], heard: list[str]) -> None:
    listening = pytest.importorskip("assets.studio.listening", exc_type=ImportError)
    errors = listening.word_errors(expected, heard)
    assert (errors == 0) == (expected == heard)
    assert errors == listening.word_errors(heard, expected)
    assert abs(len(expected) - len(heard)) <= errors <= max(len(expected), len(heard))
    assert listening.word_errors(["x", *expected], ["x", *heard]) == errors


def test_every_backing_stays_below_the_ceiling_with_the_voice() -> None:
    rng = np.random.default_rng(5)
    time = np.arange(4 * RATE) / RATE
    voice = np.where((time % 1 < 0.5)[:, None], rng.standard_normal((len(time), 2)), 0.0)
    band = rng.standard_normal((len(time), 2))
    click = np.where((time % 0.5 < 0.01)[:, None], band, 0.0)
    stems: Stems = mix(voice, band, 0.1 * band, 50 * click)
    for backing in (stems.backing, stems.quiet, stems.click):
        assert true_peak(stems.vocals + backing) < CEILING + 0.5
    assert np.abs(stems.click).max() > gain(-20)


def test_the_band_steps_back_while_the_voice_sounds() -> None:
    rng = np.random.default_rng(6)
    time = np.arange(8 * RATE) / RATE
    voice = np.where((time % 4 < 2)[:, None], rng.standard_normal((len(time), 2)), 0.0)
    band = rng.standard_normal((len(time), 2))
    stems = mix(voice, band, band, band)
    sung, alone = (
        np.sqrt(np.mean(stems.backing[(time > a) & (time < b)] ** 2)) for a, b in ((5, 6), (6.5, 7.3))
    )
    assert 2 < 20 * np.log10(alone / sung) < 8


def test_a_figure_at_its_bar_is_met() -> None:
    check = pytest.importorskip("assets.studio.check", exc_type=ImportError)
    assert check.Figure("a", 3.0, "s", least=3.0).is_met
    assert check.Figure("a", 3.0, "s", most=3.0).is_met
    assert not check.Figure("a", 3.01, "s", least=0, most=3.0).is_met
    assert check.Figure("a", 3.0, "s").is_met


def test_the_check_names_a_stem_that_it_cannot_read(tmp_path: Path) -> None:
    pytest.importorskip("assets.studio.check", exc_type=ImportError)
    (tmp_path / "vocals.ogg").write_bytes(b"no sound")
    result = CliRunner().invoke(command.cli, ["check", "--song", str(tmp_path)])
    assert result.exit_code == 2
    assert "vocals.ogg" in result.stderr
    assert "expected an Ogg Vorbis file" in result.stderr


def test_the_check_names_a_stem_that_is_shorter_than_the_others(tmp_path: Path) -> None:
    pytest.importorskip("assets.studio.check", exc_type=ImportError)
    for name, seconds in (("vocals", 2), ("backing", 1), ("quiet", 2), ("click", 2)):
        (tmp_path / f"{name}.ogg").write_bytes(encode(np.zeros((seconds * RATE, 2))))
    result = CliRunner().invoke(command.cli, ["check", "--song", str(tmp_path)])
    assert result.exit_code == 2
    assert "backing.ogg: 44100 samples; expected 88200, as in vocals.ogg" in result.stderr


def test_the_committed_vocals_are_sung_on_their_notes(score: Score) -> None:
    check = pytest.importorskip("assets.studio.check", exc_type=ImportError)
    vocals = check.stems(SONGS / "optimization_loop")["vocals"]
    cents = np.abs(check.pitch_errors(vocals[: 30 * RATE, 0], cut(score, 10)))
    assert np.median(cents) < 10
    assert np.percentile(cents, 95) < 40


def cut(score: Score, lines: int) -> Score:
    """The first lines of a score and no more bars than they need."""
    bars = int(score.lines[lines - 1].syllables[-1].end // 4) + 1
    first = replace(score.sections[0], chords=("C",) * bars, grooves=("train",) * bars)
    return replace(score, lines=score.lines[:lines], sections=(first,), tail=Fraction(1, 2))


@pytest.mark.skipif(not shutil.which("flite"), reason="needs flite")
def test_the_committed_chart_is_what_the_score_and_its_singer_give(score: Score) -> None:
    vocals = pytest.importorskip("assets.studio.vocals", exc_type=ImportError)
    expected = ultrastar.dump(chart(score, vocals.ends(score, vocals.SINGERS.lead)))
    assert (SONGS / "optimization_loop" / "song.txt").read_bytes() == expected.encode()


def test_a_note_of_the_chart_ends_with_its_voice_and_never_after_the_score_s(score: Score) -> None:
    for away in (-9.0, -0.1, 0.0, 9.0):
        ends = [score.seconds(syllable.end) + away for syllable in score.syllables]
        written = chart(score, ends)
        notes = [note for phrase in written.phrases for note in phrase.notes]
        for note, syllable, end in zip(notes, score.syllables, ends, strict=True):
            assert note.duration >= 1
            latest = min(end, score.seconds(syllable.end))
            beat = written.seconds(1)
            assert note.duration == 1 or written.seconds(note.start + note.duration) <= latest + beat / 2


@pytest.mark.skipif(
    not (shutil.which("flite") and shutil.which("festival")), reason="needs flite and festival"
)
def test_the_same_score_gives_the_same_bytes_twice(score: Score) -> None:
    making = pytest.importorskip("assets.studio.making", exc_type=ImportError)
    vocals = pytest.importorskip("assets.studio.vocals", exc_type=ImportError)
    short = cut(score, 3)
    golden = [replace(s, golden=True) for s in short.lines[0].syllables]
    short = replace(short, lines=(replace(short.lines[0], syllables=tuple(golden)), *short.lines[1:]))
    first, second = (dict(making.song_files(short, vocals.SINGERS)) for _ in range(2))
    assert first == second
    assert set(first) == {"song.txt", "song.toml", "vocals.ogg", "backing.ogg", "quiet.ogg", "click.ogg"}
