"""Singing along: a recording stands for the one at the microphone."""

from collections.abc import Iterator
from pathlib import Path

import pygame
import pytest
from builders import performance, small_song
from harness import Rig

from app.learning.progress import load_progress
from app.microphone import FileSinger, SilentSinger
from app.panels import results
from loop_core.pitch import Track
from loop_core.scoring import MOST


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(small_song(tmp_path / "song"), tmp_path)
    rig.show.open()
    yield rig
    rig.show.close()


def test_singing_along_counts_points_and_ends_with_the_results(rig: Rig) -> None:
    assert rig.run(0.1).singing is None
    frame = rig.press(pygame.K_g, pygame.K_SPACE)
    assert frame.singing is not None
    assert frame.singing.score.total == 0
    frame = rig.run(rig.song.length / 2)
    assert frame.singing is not None
    assert 1000 < frame.singing.score.total < MOST
    assert frame.singing.last is not None
    frame = rig.run(rig.song.length / 2 + 1)
    assert frame.singing is not None
    assert frame.singing.over
    assert frame.singing.score.total == MOST
    shown = results.view(frame)
    assert shown is not None
    assert (shown.total, len(shown.rows)) == (f"{MOST:,}", len(rig.song.lines))
    assert not any(row.weak for row in shown.rows)
    frame = rig.press(pygame.K_ESCAPE)
    assert not rig.show.quit
    assert frame.now == 0
    assert results.view(frame) is None


def kept(rig: Rig) -> dict[str, tuple[int, int]]:
    cards = load_progress(rig.folder / "progress.json")[0].cards
    return {subject: (card.right, card.attempts) for (activity, subject), card in cards.items()}


def test_each_line_that_was_sung_whole_is_kept_with_how_well(rig: Rig) -> None:
    rig.press(pygame.K_g, pygame.K_SPACE)
    rig.run(rig.song.length + 1)
    expected: dict[str, int] = {}
    for line in rig.song.lines:
        expected[line.text] = expected.get(line.text, 0) + 1
    assert kept(rig) == {text: (count, count) for text, count in expected.items()}


def test_a_line_that_was_skipped_is_not_graded(rig: Rig) -> None:
    rig.press(pygame.K_SPACE)
    rig.run(rig.song.lines[2].start + 0.2)
    rig.press(pygame.K_g)
    rig.run(0.3)
    rig.press(pygame.K_RIGHT)
    rig.run(rig.song.lines[4].end - rig.song.lines[3].start)
    rig.press(pygame.K_v)  # an exercise begins, and what is done is kept
    assert set(kept(rig)) == {rig.song.lines[3].text}


def test_lines_that_were_not_sung_need_work_and_enter_plays_them_alone(rig: Rig) -> None:
    missed = rig.song.lines[5]
    voice = performance(rig.song)
    keep = (voice.times < missed.start - 0.1) | (voice.times > missed.end)
    rig.sung = lambda: FileSinger(Track(voice.times[keep], voice.pitches[keep], voice.loudness[keep]))
    rig.press(pygame.K_g, pygame.K_SPACE)
    page = results.view(rig.run(rig.song.length + 1))
    assert page is not None
    assert [row.words for row in page.rows if row.weak] == [missed.text]
    frame = rig.press(pygame.K_RETURN)
    assert frame.controls.playing
    assert missed.start - 1 < frame.now < missed.start
    frame = rig.run(missed.end - missed.start + 5)
    assert not frame.controls.playing
    assert results.view(frame) is not None


def test_e_changes_how_exact_it_must_be(rig: Rig) -> None:
    rig.sung = lambda: FileSinger(performance(rig.song, 1.0))
    rig.press(pygame.K_g, pygame.K_SPACE)
    rig.run(10)
    totals = []
    for _ in range(3):
        singing = rig.press(pygame.K_e).singing
        assert singing is not None
        totals.append((singing.difficulty, singing.score.total > 0))
    assert totals == [("hard", False), ("easy", True), ("medium", True)]


def test_going_back_lets_the_line_be_sung_anew(rig: Rig) -> None:
    rig.press(pygame.K_g, pygame.K_SPACE)
    before = rig.run(9.0).singing
    rig.press(pygame.K_LEFT, pygame.K_LEFT)
    after = rig.run(0.1).singing
    assert before is not None
    assert after is not None
    assert after.score.total < before.score.total
    assert after.voice.times[-1] < before.voice.times[-1]


def test_while_the_song_stands_nothing_is_sung(rig: Rig) -> None:
    rig.press(pygame.K_g, pygame.K_SPACE)
    rig.run(5.0)
    paused = rig.press(pygame.K_SPACE).singing
    later = rig.run(3.0).singing
    assert paused is not None
    assert later is not None
    assert len(later.voice) == len(paused.voice) > 0


def test_without_a_microphone_the_notes_are_shown_and_why(rig: Rig) -> None:
    rig.sung = SilentSinger
    frame = rig.press(pygame.K_g)
    assert frame.singing is not None
    assert not frame.singing.heard
    assert frame.singing.singer == "no microphone"
    assert rig.press(pygame.K_g).singing is None


@pytest.mark.parametrize("semitones", [3, -2])
def test_a_transposed_song_is_scored_as_it_sounds(rig: Rig, semitones: int) -> None:
    rig.sung = lambda: FileSinger(performance(rig.song, float(semitones)))
    rig.press(pygame.K_g, *[ord("}" if semitones > 0 else "{")] * abs(semitones), pygame.K_SPACE)
    singing = rig.run(rig.song.length + 1).singing
    assert singing is not None
    assert singing.score.total == MOST
