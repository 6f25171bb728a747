"""Practising: speed, key, loops and count-in, by their keys."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pygame
import pytest
from builders import small_song
from harness import Rig

from app.panels import header, karaoke, timeline
from loop_core.operations import Operation
from loop_core.timeline import line_edges


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(small_song(tmp_path / "song"), tmp_path)
    rig.show.open()
    yield rig
    rig.show.close()


LEFT_BRACE, RIGHT_BRACE = ord("{"), ord("}")


def test_brackets_change_the_speed_and_song_and_operations_follow(rig: Rig) -> None:
    rig.press(pygame.K_SPACE)
    before = rig.run(2)
    frame = rig.press(*[pygame.K_LEFTBRACKET] * 3)
    assert (frame.controls.speed, frame.controls.message) == (70, "speed 70%")
    assert frame.now == pytest.approx(before.now)
    assert rig.run(3).now == pytest.approx(before.now + 2.1)
    assert header.view(rig.run(2)).notes == ("speed 70%", "no sound")
    assert rig.press(*[pygame.K_RIGHTBRACKET] * 20).controls.speed == 125
    before = rig.run(0.1)
    after = rig.run(8)
    assert after.now == pytest.approx(before.now + 10)
    assert after.snapshot is not None
    assert after.snapshot.operation is rig.song.cues[after.cue or 0].operation
    assert rig.press(*[pygame.K_LEFTBRACKET] * 20).controls.speed == 50


def test_braces_transpose_and_song_time_does_not_notice(rig: Rig) -> None:
    rig.press(pygame.K_SPACE)
    before = rig.run(2)
    frame = rig.press(LEFT_BRACE, LEFT_BRACE)
    assert (frame.controls.transpose, frame.controls.message) == (-2, "transposed -2")
    assert rig.run(2).now == pytest.approx(before.now + 2)
    assert rig.press(*[RIGHT_BRACE] * 20).controls.transpose == 6
    assert rig.press(*[LEFT_BRACE] * 6).controls.message == "transposed 0"
    assert rig.press(*[LEFT_BRACE] * 20).controls.transpose == -6


def test_the_picture_s_offset_stays_in_real_time_at_every_speed(rig: Rig) -> None:
    rig.press(pygame.K_SPACE)
    rig.run(4)
    before = rig.press(*[pygame.K_LEFTBRACKET] * 20)
    later = rig.press(*[pygame.K_PERIOD] * 20)
    assert (later.controls.speed, later.controls.offset) == (50, 0.1)
    assert later.now == pytest.approx(before.now - 0.05)


def test_the_show_begins_at_the_pace_it_was_started_with(tmp_path: Path) -> None:
    rig = Rig(small_song(tmp_path / "song"), tmp_path, start=True, speed=50)
    rig.show.open()
    frame = rig.run(4)
    assert frame.now == pytest.approx(2, abs=0.06)
    assert frame.controls.speed == 50
    rig.show.close()


def test_u_repeats_the_line_then_the_section_then_nothing_and_says_so(rig: Rig) -> None:
    rig.press(pygame.K_SPACE)
    rig.run(4.3)
    kinds = []
    for _ in range(3):
        frame = rig.press(pygame.K_u)
        kinds.append((frame.controls.loop and frame.controls.loop.kind, frame.controls.message))
        assert timeline.view(frame).repeated == frame.controls.loop
    assert kinds == [("line", "loop: line"), ("section", "loop: section"), (None, "loop off")]


def test_the_line_that_is_shown_is_repeated_before_it_is_sung_too(rig: Rig) -> None:
    rig.press(pygame.K_SPACE)
    second = rig.song.lines[1]
    while karaoke.view(frame := rig.run(0.1)).text != second.text:
        assert frame.now < second.start
    loop = rig.press(pygame.K_u).controls.loop
    assert loop is not None
    assert loop.start <= second.start < loop.end


def test_each_repetition_of_a_line_leaves_the_same_numbers(rig: Rig) -> None:
    cue = [cue for cue in rig.song.cues if cue.operation is Operation.STEP][1]
    rig.press(pygame.K_SPACE)
    rig.run(1)
    rig.show.click(cue.time / rig.song.length)
    loop = rig.press(pygame.K_u).controls.loop
    assert loop is not None
    frames = [rig.run(0.1) for _ in range(60)]
    assert all(loop.start <= frame.now < loop.end for frame in frames)
    passes = sum(after.now < before.now for before, after in itertools.pairwise(frames))
    left = {
        (snapshot.operation, snapshot.epoch, tuple(map(float, snapshot.params[0].value.flat)))
        for frame in frames
        if frame.now >= cue.time and (snapshot := frame.snapshot) is not None
    }
    assert passes > 3
    assert [operation for operation, _, _ in left] == [Operation.STEP]


@pytest.mark.parametrize("leave", [pygame.K_r, pygame.K_RIGHT], ids=["restart", "on"])
def test_leaving_a_loop_ends_it_and_says_so(rig: Rig, leave: int) -> None:
    rig.press(pygame.K_SPACE)
    rig.run(4.3)
    rig.press(pygame.K_u)
    frame = rig.press(leave)
    assert (frame.controls.loop, frame.controls.message) == (None, "loop off")
    assert frame.controls.playing


def test_another_lesson_has_no_loop_but_keeps_speed_and_count_in(rig: Rig) -> None:
    rig.press(pygame.K_SPACE, pygame.K_LEFTBRACKET, pygame.K_c)
    rig.run(4.3)
    rig.press(pygame.K_u)
    controls = rig.press(pygame.K_d, pygame.K_DOWN, pygame.K_RETURN).controls
    assert (controls.loop, controls.speed, controls.count_in, controls.count) == (None, 90, True, None)


def test_c_counts_a_bar_in_numbers_before_the_music(rig: Rig) -> None:
    assert rig.press(pygame.K_c).controls.message == "count-in on"
    rig.press(pygame.K_SPACE)
    frames = [rig.run(0.1) for _ in range(30)]
    counting = [frame for frame in frames if frame.controls.count is not None]
    assert list(dict.fromkeys(karaoke.view(frame).count for frame in counting)) == [1, 2, 3, 4]
    assert {frame.now for frame in counting} == {0.0}
    assert all(frame.controls.playing for frame in frames)
    assert karaoke.view(frames[-1]).count == 0
    assert frames[-1].now > 0.5
    assert rig.press(pygame.K_c).controls.count_in is False


@pytest.mark.parametrize("key", [pygame.K_SPACE, pygame.K_b, pygame.K_d])
def test_the_count_in_can_be_stopped_and_begins_anew(rig: Rig, key: int) -> None:
    rig.press(pygame.K_c, pygame.K_SPACE)
    assert rig.run(1.2).controls.count == 3
    stopped = key == pygame.K_d or rig.press(key)
    if key == pygame.K_d:
        rig.press(pygame.K_d, pygame.K_DOWN, pygame.K_RETURN)
        stopped = rig.show.tick()
    assert (stopped.controls.count, stopped.controls.playing) == (None, False)
    assert rig.run(5).now == 0
    rig.press(pygame.K_SPACE)
    assert rig.run(0.2).controls.count == 1


def test_during_the_count_in_the_line_to_come_is_on_screen(rig: Rig) -> None:
    rig.press(pygame.K_SPACE, pygame.K_c)
    rig.run(4.3)
    loop = rig.press(pygame.K_u).controls.loop
    assert loop is not None
    line = rig.song.lines[line_edges(rig.song).index(loop.start)]
    texts = set()
    for _ in range(60):
        frame = rig.run(0.1)
        if frame.controls.count is not None:
            texts.add(karaoke.view(frame).text)
    assert texts == {line.text}


def test_restart_after_practising_is_a_restart(rig: Rig) -> None:
    """Nothing of where the show was is left; what was set stays set."""
    rig.press(pygame.K_SPACE, pygame.K_LEFTBRACKET, pygame.K_c)
    rig.run(6)
    rig.press(pygame.K_u)
    rig.run(6)
    frame = rig.press(pygame.K_r)
    assert (frame.now, frame.cue, frame.snapshot, frame.controls.count) == (0.0, None, None, 1)
    assert (frame.controls.loop, frame.controls.speed, frame.controls.count_in) == (None, 90, True)
    assert karaoke.view(frame).whole == 0
