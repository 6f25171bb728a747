"""Say it before it is shown: driven by keys from the first question to the results."""

import os

os.environ["SDL_VIDEODRIVER"] = "dummy"

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import combinations
from pathlib import Path

import pygame
import pytest
from builders import small_song
from commands import refused
from harness import AtOnce, Rig

from app.draw import reported
from app.learning.progress import load_progress
from app.panels import results
from app.show import Show
from app.speech import SpeakLog
from app.stage import Stage
from loop_core.frame import Frame
from loop_core.operations import Operation
from loop_core.quiz import ASKED, Quiz

pytestmark = pytest.mark.usefixtures("fonts")


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(small_song(tmp_path / "song"), tmp_path)
    rig.show.open()
    rig.press(pygame.K_SPACE, pygame.K_v)
    yield rig
    rig.show.close()


def next_question(rig: Rig) -> Quiz | None:
    """Play until the next question is asked; None at the song's end."""
    for _ in range(1000):
        frame = rig.run(0.1)
        if frame.quiz is not None and frame.quiz.chosen is None:
            assert not frame.controls.playing
            return frame.quiz
        if frame.now >= rig.song.length:
            return None
    raise AssertionError("the song does not go on")


def answered(rig: Rig, key: int) -> Quiz:
    """Press a key and play until the answer is told."""
    frame = rig.press(key)
    for _ in range(200):
        if frame.quiz is not None and frame.quiz.answer is not None:
            return frame.quiz
        frame = rig.run(0.1)
    raise AssertionError("no answer")


def test_the_music_waits_for_the_answer(rig: Rig) -> None:
    quiz = next_question(rig)
    assert quiz is not None
    assert quiz.question.operation is Operation.TRAIN
    asked = rig.run(5)
    assert asked.quiz is not None
    assert asked.quiz.chosen is None
    assert rig.press(pygame.K_4).controls.playing


def test_nothing_of_the_operation_is_shown_before_the_answer(rig: Rig) -> None:
    quiz = next_question(rig)
    frame = rig.run(1)
    assert quiz is not None
    assert frame.snapshot is not None
    assert frame.snapshot.operation is not quiz.question.operation


def test_a_right_and_a_wrong_answer_are_told_so_and_why(rig: Rig) -> None:
    next_question(rig)
    right = answered(rig, pygame.K_4)
    assert (right.right, right.asked) == (1, 1)
    assert right.answer is not None
    assert "flag" in right.answer.why.en
    next_question(rig)
    wrong = answered(rig, pygame.K_2)
    assert (wrong.right, wrong.asked) == (1, 2)


def test_space_skips_and_counts_as_not_known(rig: Rig) -> None:
    next_question(rig)
    quiz = answered(rig, pygame.K_SPACE)
    assert (quiz.chosen, quiz.right, quiz.asked) == (-1, 0, 1)


def test_a_key_without_a_choice_answers_nothing(rig: Rig) -> None:
    next_question(rig)
    answered(rig, pygame.K_4)
    quiz = next_question(rig)
    assert quiz is not None
    assert len(quiz.question.choices) == 2
    frame = rig.press(pygame.K_3)
    assert frame.quiz == quiz


def test_a_whole_song_is_asked_once_for_each_line_that_can_be_predicted(rig: Rig) -> None:
    count = 0
    while next_question(rig) is not None:
        count += 1
        rig.press(pygame.K_1)
    assert count == sum(cue.operation in ASKED for cue in rig.song.cues)


def test_what_was_answered_is_kept(rig: Rig, tmp_path: Path) -> None:
    next_question(rig)
    answered(rig, pygame.K_4)
    next_question(rig)
    cards = load_progress(tmp_path / "progress.json")[0].cards
    assert [(key[0], card.right, card.attempts) for key, card in cards.items()] == [("predict", 1, 1)]


def test_results_of_before_are_added_to(rig: Rig, tmp_path: Path) -> None:
    for _ in range(2):
        next_question(rig)
        answered(rig, pygame.K_4)
        rig.press(pygame.K_v, pygame.K_r, pygame.K_v)
    (card,) = load_progress(tmp_path / "progress.json")[0].cards.values()
    assert (card.attempts, card.right) == (2, 2)


def test_a_damaged_file_is_told_and_set_aside(tmp_path: Path) -> None:
    (tmp_path / "progress.json").write_text("{", encoding="utf-8")
    rig = Rig(small_song(tmp_path / "song"), tmp_path)
    rig.show.open()
    assert "kept as progress.damaged-1.json" in rig.press(pygame.K_v).controls.message
    rig.show.close()


def test_a_learner_who_does_not_look_hears_the_question_and_the_answer(rig: Rig) -> None:
    said: list[str] = []
    log = SpeakLog(said.append)
    next_question(rig)
    log.tell(rig.show.tick())
    answered(rig, pygame.K_4)
    log.tell(rig.show.tick())
    words = [line.split(" ", 1)[1] for line in said]
    assert any(
        line.endswith("Which numbers will change? 1 weights, 2 gradients, 3 both, 4 neither")
        for line in words
    )
    assert "right: neither. train() only sets a flag that layers such as dropout read." in words


def test_moving_the_song_drops_the_question(rig: Rig) -> None:
    next_question(rig)
    assert rig.press(pygame.K_LEFT).quiz is None


def test_without_questions_the_song_plays_through(rig: Rig) -> None:
    next_question(rig)
    rig.press(pygame.K_4, pygame.K_v)
    frame = rig.run(20)
    assert frame.controls.playing
    assert frame.quiz is None


def states(rig: Rig) -> list[Frame]:
    """Frames in which a question is asked, and told right and wrong."""
    frames = []
    for key in (pygame.K_1, pygame.K_2, pygame.K_SPACE) * 4:
        if next_question(rig) is None:
            break
        frames.append(rig.show.tick())
        answered(rig, key)
        frames.append(rig.show.tick())
    return frames


@pytest.mark.parametrize("language", ["en", "zh"])
def test_questions_and_answers_are_whole_and_inside_at_every_size(rig: Rig, language: str) -> None:
    frames = states(rig)
    for size in ((1280, 720), (1024, 768), (1920, 1080)):
        stage, surface = Stage(size), pygame.Surface(size)
        for frame in frames:
            spoken = replace(
                frame, controls=replace(frame.controls, language=language, message="", still=True)
            )
            with reported() as boxes:
                stage.draw(surface, spoken)
            for box in boxes:
                assert box.whole, box
                assert surface.get_rect().contains(box.rect), box
                assert box.size >= 22
            for a, b in combinations(boxes, 2):
                assert not a.rect.inflate(0, -a.rect.height // 3).colliderect(
                    b.rect.inflate(0, -b.rect.height // 3)
                ), (a, b)


def test_a_click_on_a_choice_is_its_key(rig: Rig) -> None:
    next_question(rig)
    stage, surface = Stage((1280, 720)), pygame.Surface((1280, 720))
    stage.draw(surface, rig.show.tick())
    rect = stage.rects["karaoke"]
    spots = ((x, y) for x in range(rect.left, rect.right, 10) for y in range(rect.top, rect.bottom, 10))
    keys = {hint.key for hint in map(stage.hint, spots) if hint is not None}
    assert keys == {pygame.K_1, pygame.K_2, pygame.K_3, pygame.K_4}


def test_the_exercise_named_on_the_command_line_is_on_from_the_start(tmp_path: Path) -> None:
    song = small_song(tmp_path / "song")
    rig = Rig(song, tmp_path)
    show = Show(
        song,
        rig.show.lesson,
        rig.open_conductor,
        rig.open_player,
        rig.real.now,
        start=True,
        results=lambda: tmp_path / "progress.json",
        exercise="say",
        beside=AtOnce(),
    )
    rig.show.close()
    rig.show = show
    show.open()
    assert next_question(rig) is not None
    show.close()


def test_an_unknown_exercise_is_answered_with_the_nearest() -> None:
    assert "did you mean 'gap'" in refused("karaoke", "--exercise", "gpa")


def whole_song(rig: Rig, *, skip: int = -1) -> Frame:
    """Answer every question by what is right, but for one that is skipped; the frame after the end."""
    count = 0
    while (quiz := next_question(rig)) is not None:
        frame = rig.press(pygame.K_SPACE if count == skip else pygame.K_1)
        count += 1
        assert quiz.chosen is None
    return frame if (frame := rig.run(1)).report is not None else rig.run(5)


def test_the_song_ends_with_the_results_and_what_needs_work_comes_first(rig: Rig) -> None:
    frame = whole_song(rig)
    page = results.view(frame)
    assert page is not None
    assert frame.report is not None
    assert frame.report.asked == sum(cue.operation in ASKED for cue in rig.song.cues)
    assert page.total == str(frame.report.right)
    weak = [row.weak for row in page.rows]
    assert weak == sorted(weak, reverse=True)
    assert any(weak)
    assert all(
        row.weak == (tally.right < tally.asked)
        for row, tally in zip(
            page.rows, sorted(frame.report.tallies, key=lambda tally: not tally.weak), strict=True
        )
    )


def test_enter_asks_again_only_what_needs_work(rig: Rig) -> None:
    report = whole_song(rig).report
    assert report is not None
    weak = {tally.subject for tally in report.tallies if tally.weak}
    assert 0 < len(weak) < len(report.tallies)
    rig.press(pygame.K_RETURN)
    again = whole_song(rig).report
    assert again is not None
    assert {tally.subject for tally in again.tallies} == weak


def test_escape_closes_the_results_and_space_sings_once_more(rig: Rig) -> None:
    whole_song(rig)
    frame = rig.press(pygame.K_ESCAPE)
    assert not rig.show.quit
    assert results.view(frame) is None
    frame = rig.press(pygame.K_SPACE)
    assert frame.controls.playing
    assert results.view(frame) is None


def test_what_is_due_is_asked_first_of_all(tmp_path: Path) -> None:
    song = small_song(tmp_path / "song")
    first = Rig(song, tmp_path, exercise="say", today=date(2026, 3, 1))
    first.show.open()
    first.press(pygame.K_SPACE)
    for _ in range(2):
        next_question(first)
        answered(first, pygame.K_1)
    first.press(pygame.K_v)
    asked = {subject for _, subject in load_progress(tmp_path / "progress.json")[0].cards}
    first.show.close()
    second = Rig(song, tmp_path, exercise="say", due=True, today=date(2026, 3, 2))
    second.show.open()
    second.press(pygame.K_SPACE)
    report = whole_song(second).report
    assert report is not None
    assert {tally.subject for tally in report.tallies} >= asked
    assert len(report.tallies) == 2
    second.show.close()


def test_when_nothing_is_due_the_whole_song_is_sung(tmp_path: Path) -> None:
    rig = Rig(small_song(tmp_path / "song"), tmp_path, exercise="say", due=True)
    rig.show.open()
    rig.press(pygame.K_SPACE)
    frame = rig.run(0.2)
    assert frame.controls.message == "Nothing is due today"
    assert frame.now < 1
    rig.show.close()


def test_going_back_a_line_asks_its_question_again_and_going_on_the_next_one(rig: Rig) -> None:
    first = next_question(rig)
    answered(rig, pygame.K_1)
    second = next_question(rig)
    assert first is not None
    assert second is not None
    back = rig.press(pygame.K_LEFT)
    assert back.now < rig.song.lines[2].start
    rig.press(pygame.K_SPACE)
    again = next_question(rig)
    assert again is not None
    assert again.line == first.line
    rig.press(pygame.K_RIGHT, pygame.K_SPACE)
    after = next_question(rig)
    assert after is not None
    assert after.line == second.line


def test_in_a_loop_each_repetition_asks(rig: Rig) -> None:
    first = next_question(rig)
    assert first is not None
    rig.press(pygame.K_1)
    rig.run(0.3)
    rig.press(pygame.K_u)
    for _ in range(3):
        again = next_question(rig)
        assert again is not None
        assert again.line == first.line
        rig.press(pygame.K_1)


def test_a_count_in_comes_after_the_question(rig: Rig) -> None:
    next_question(rig)
    rig.press(pygame.K_c)
    rig.press(pygame.K_1)
    frame = rig.run(0.3)
    assert frame.controls.count is not None
    assert frame.quiz is not None
    frame = rig.run(3)
    assert frame.controls.count is None
