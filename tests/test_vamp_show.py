"""The show while an operation is slow: the worker waits where the test tells it to."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pygame
import pytest
from builders import WHOLE_SONG, small_song
from harness import Gate, Rig

from app.panels import header, karaoke
from app.speech import SpeakLog
from assets import SONGS
from loop_core.frame import Controls, Frame
from loop_core.operations import FAST, Operation
from loop_core.song import Song, load_song
from loop_core.timeline import deadlines, line_edges, parts
from loop_core.trace import trace_lines

BACKWARD = WHOLE_SONG.index(Operation.BACKWARD)
AT = 1.0 + BACKWARD
"""When the first backward is sung; a bar takes 2 seconds."""


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    yield from opened(tmp_path, Operation.BACKWARD)


def opened(
    folder: Path, operation: Operation, controls: Controls | None = None, song: Song | None = None
) -> Iterator[Rig]:
    song = song or small_song(folder / "song", stems=("vocals", "backing"))
    rig = Rig(song, folder, gate=Gate(operation), controls=controls or Controls(backing="backing"))
    rig.show.open()
    while not rig.show.conductor.ready:
        rig.show.conductor._opening.result(timeout=60)  # type: ignore[union-attr]
    rig.show.conductor._costs.clear()  # they were measured in a time that the test does not move
    yield rig
    assert rig.gate is not None
    rig.gate.open()
    rig.show.close()


def play_up_to_backward(rig: Rig, keys: tuple[int, ...] = ()) -> Frame:
    """Into the bar that is repeated, half a second."""
    assert rig.gate is not None
    rig.press(*keys, pygame.K_SPACE)
    rig.gate.close()
    return rig.run(AT + 0.7)


def let_go(rig: Rig) -> None:
    """The operation is done, and the worker has told."""
    assert rig.gate is not None
    rig.gate.open()
    rig.gate.settle(rig.show.conductor)


def operation_of(frame: Frame) -> Operation | None:
    return None if frame.snapshot is None else frame.snapshot.operation


def test_song_time_and_picture_stand_still_until_the_bar_ends_after_the_result(rig: Rig) -> None:
    frame = play_up_to_backward(rig)
    assert AT <= frame.now <= AT + 0.25
    assert (frame.controls.vamping, frame.controls.playing) == (1, True)
    assert operation_of(frame) is Operation.ZERO_GRAD
    assert rig.run(2).controls.vamping == 2
    let_go(rig)
    later = rig.run(0.5)
    assert (later.now, operation_of(later), later.controls.vamping) == (frame.now, Operation.ZERO_GRAD, 2)
    frames = [rig.run(0.1) for _ in range(20)]
    first = next(one for one in frames if one.now > frame.now)
    assert operation_of(first) is Operation.BACKWARD
    assert first.controls.vamping == 0
    assert rig.run(1).controls.vamping == 0


def test_the_trace_says_which_it_was_and_for_how_many_bars(rig: Rig) -> None:
    play_up_to_backward(rig)
    rig.run(2)
    let_go(rig)
    rig.run(6)
    records = rig.show.conductor.records
    assert [record.timing for record in records[: BACKWARD + 2]] == [
        *["on time"] * BACKWARD,
        "vamped",
        "on time",
    ]
    vamped = records[BACKWARD]
    assert (vamped.bars, vamped.cue.operation) == (2, Operation.BACKWARD)
    assert AT - 0.2 < vamped.started < AT + 0.1
    assert vamped.started <= vamped.ended <= vamped.shown < AT + 0.4
    _, *entries = map(json.loads, trace_lines(rig.song, "x", 60, records, real=True))
    assert [entry["vamped_bars"] for entry in entries][: BACKWARD + 2] == [*[0] * BACKWARD, 2, 0]
    assert entries[BACKWARD]["timing"] == "vamped"


def test_an_operation_that_is_a_little_late_is_shown_late_and_recorded_so(rig: Rig) -> None:
    assert rig.gate is not None
    rig.press(pygame.K_SPACE)
    rig.gate.close()
    while rig.run(0.1).now < AT - 0.1:
        pass
    rig.real.advance(AT + 0.01 - rig.show.tick().now)
    assert rig.show.tick().behind
    rig.real.advance(0.04)
    assert rig.show.tick().behind
    let_go(rig)
    frame = rig.run(2)
    assert frame.now == pytest.approx(AT + 2.05, abs=0.02)
    record = rig.show.conductor.records[BACKWARD]
    assert (record.timing, record.bars) == ("late", 0)


def test_with_the_switch_operations_run_late_and_the_music_goes_on(tmp_path: Path) -> None:
    for rig in opened(tmp_path, Operation.BACKWARD, Controls(backing="backing", vamp=False)):
        frame = play_up_to_backward(rig)
        assert frame.now == pytest.approx(AT + 0.7, abs=0.11)
        assert frame.behind
        assert rig.run(2.5).controls.vamping == 0
        let_go(rig)
        rig.run(1)
        record = rig.show.conductor.records[BACKWARD]
        assert (record.timing, record.bars) == ("late", 0)
        assert record.shown > AT + 3


def test_an_operation_that_is_known_to_be_slow_is_waited_for_from_its_line_on(rig: Rig) -> None:
    rig.show.conductor._costs[Operation.BACKWARD] = 5.0
    frame = play_up_to_backward(rig)
    assert AT <= frame.now < AT + 0.1


def test_it_is_on_stage_and_in_the_log_in_both_languages(rig: Rig) -> None:
    said: list[str] = []
    log = SpeakLog(said.append)
    frame = play_up_to_backward(rig)
    log.tell(frame)
    log.tell(rig.run(0.2))
    english = "vamp: the music waits until backward is done"
    assert karaoke.view(frame).vamp == english
    assert "catching up" not in header.view(frame).notes
    assert [line for line in said if "vamp" in line] == [f"0:07 {english}"]
    chinese = replace(frame, controls=replace(frame.controls, language="zh", vamping=2))
    assert karaoke.view(chinese).vamp == "反复一小节：音乐等待 backward 完成（第 2 小节）"
    let_go(rig)
    assert karaoke.view(rig.run(2.5)).vamp == ""


def test_a_fast_line_is_waited_for_before_the_next_line_and_its_epochs_are_shown(tmp_path: Path) -> None:
    for rig in opened(tmp_path, Operation.EPOCHS):
        assert rig.gate is not None
        fast = WHOLE_SONG.index(Operation.EPOCHS)
        edge = line_edges(rig.song)[fast + 1]
        rig.press(pygame.K_SPACE)
        rig.gate.close()
        frame = rig.run(edge + 0.5)
        assert edge - 0.1 < frame.now < edge + 0.15
        assert (frame.controls.vamping, frame.cue) == (1, fast)
        let_go(rig)
        frame = rig.run(0.3)
        assert operation_of(frame) is Operation.EPOCHS
        assert frame.controls.vamping == 1
        rig.run(4)
        record = rig.show.conductor.records[fast]
        assert (record.timing, record.bars, record.snapshot.epoch) == ("vamped", 1, 9)
        assert rig.show.conductor.records[fast + 1].timing == "on time"


def test_a_song_waits_for_each_cue_by_its_time_and_for_fast_lines_by_their_end(rig: Rig) -> None:
    song = rig.song
    for index, ((time, part), cue) in enumerate(zip(deadlines(song), song.cues, strict=True)):
        assert parts(song)[part].cue == index
        if cue.operation in FAST:
            assert parts(song)[part].time < time < song.cues[index + 1].time
        else:
            assert time == cue.time
    assert sorted(deadlines(song)) == list(deadlines(song))


def test_space_pauses_it_and_the_arrows_end_it(rig: Rig) -> None:
    play_up_to_backward(rig)
    frame = rig.press(pygame.K_SPACE)
    assert (frame.controls.playing, frame.controls.vamping) == (False, 0)
    frame = rig.press(pygame.K_SPACE)
    assert (frame.controls.playing, frame.controls.vamping) == (True, 1)
    frame = rig.press(pygame.K_LEFT, pygame.K_LEFT)
    assert (frame.controls.playing, frame.controls.vamping) == (True, 0)
    assert frame.now < AT - 0.9
    let_go(rig)
    assert rig.run(4).controls.vamping == 0


def test_the_black_screen_silences_it_and_brings_it_back(rig: Rig) -> None:
    play_up_to_backward(rig)
    assert rig.press(pygame.K_b).controls.vamping == 0
    assert rig.players[-1].position() is None
    assert rig.press(pygame.K_b).controls.vamping == 1
    let_go(rig)
    rig.run(3)
    assert rig.show.conductor.records[BACKWARD].timing == "vamped"


def test_what_is_sung_while_the_bar_is_repeated_does_not_count(tmp_path: Path) -> None:
    totals = []
    for slow in (False, True):
        for rig in opened(tmp_path / str(slow), Operation.BACKWARD):
            if slow:
                play_up_to_backward(rig, (pygame.K_g,))
                before = rig.show.tick().singing
                during = rig.run(1.0).singing
                assert before is not None
                assert during is not None
                assert during.score.total == before.score.total
                assert len(during.voice) == len(before.voice)
                let_go(rig)
            else:
                rig.press(pygame.K_g, pygame.K_SPACE)
            frame = rig.run(rig.song.length + 3)
            assert frame.singing is not None
            totals.append(frame.singing.score.total)
    assert totals[1] == pytest.approx(totals[0], rel=0.02)


def test_a_question_is_asked_and_judged_around_it(rig: Rig) -> None:
    assert rig.gate is not None
    rig.press(pygame.K_v, pygame.K_SPACE)
    for _ in range(400):
        frame = rig.run(0.1)
        if frame.quiz is not None and frame.quiz.chosen is None:
            if frame.cue == BACKWARD - 1:
                break
            rig.press(pygame.K_SPACE)
    rig.gate.close()
    rig.press(pygame.K_1)
    frame = rig.run(3)
    assert frame.quiz is not None
    assert (frame.controls.vamping, frame.quiz.answer) == (2, None)
    let_go(rig)
    answers = [one.quiz.answer for one in (rig.run(0.1) for _ in range(30)) if one.quiz is not None]
    assert any(answer is not None for answer in answers)


def test_a_word_can_be_filled_in_while_song_time_stands(tmp_path: Path) -> None:
    song = load_song(SONGS / "optimization_loop")
    for rig in opened(tmp_path, Operation.FORWARD, song=song):
        assert rig.gate is not None
        rig.press(pygame.K_w, pygame.K_SPACE)
        rig.gate.close()
        frame = rig.run(song.cues[3].time + 0.5)
        assert (frame.controls.vamping, frame.song.cues[frame.cue or 0].operation) == (1, Operation.FORWARD)
        assert frame.cloze is not None
        frame = rig.press(pygame.K_1 + frame.cloze.gap.right)
        assert frame.cloze is not None
        assert frame.cloze.done == 1
        assert rig.run(1).cloze == frame.cloze


def test_another_lesson_ends_it(rig: Rig) -> None:
    play_up_to_backward(rig)
    let_go(rig)
    frame = rig.press(pygame.K_d, pygame.K_DOWN, pygame.K_RETURN)
    assert (frame.now, frame.controls.vamping, frame.controls.playing) == (0.0, 0, False)
