"""The keys of the show, driven without a window: the clock, the player and the song time are virtual."""

from collections.abc import Iterator
from pathlib import Path

import pygame
import pytest
from builders import small_song
from harness import Rig

from app.drawing.messages import LEAVE
from app.keys import KEYS, press
from app.panels import karaoke, overlay
from app.player import SilentPlayer
from app.sync import usual_offset
from loop_core.lessons import LESSONS
from loop_core.operations import Operation


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(small_song(tmp_path / "song"), tmp_path)
    rig.show.open()
    yield rig
    rig.show.close()


def test_nothing_plays_before_the_key(rig: Rig) -> None:
    frame = rig.run(2)
    assert frame.now == 0
    assert not frame.controls.playing
    assert overlay.view(frame) is not None


def test_space_starts_and_pauses_and_goes_on(rig: Rig) -> None:
    rig.press(pygame.K_SPACE)
    frame = rig.run(3)
    assert frame.controls.playing
    assert frame.now == pytest.approx(3, abs=0.11)
    paused = rig.press(pygame.K_SPACE)
    assert rig.run(5).now == paused.now
    assert rig.press(pygame.K_SPACE).controls.playing


def test_space_pressed_before_the_lesson_is_warm_is_remembered(tmp_path: Path) -> None:
    rig = Rig(small_song(tmp_path / "song"), tmp_path)
    press(rig.show, pygame.K_SPACE)
    rig.show.open()
    assert rig.run(1).controls.playing
    rig.show.close()


def test_start_needs_no_key(tmp_path: Path) -> None:
    rig = Rig(small_song(tmp_path / "song"), tmp_path, start=True)
    rig.show.open()
    assert rig.run(1).controls.playing
    rig.show.close()


def test_a_sound_that_comes_late_has_its_picture_as_late(tmp_path: Path) -> None:
    rig = Rig(small_song(tmp_path / "song"), tmp_path)
    player = SilentPlayer(rig.song.length, rig.real.now)
    player.latency, player.device = 0.1, "wireless headphones"
    rig.show.sound._open_player = lambda backing, wanted: player
    rig.show.open()
    rig.press(pygame.K_SPACE)
    assert rig.run(3).now == pytest.approx(player.position() - 0.08)
    assert rig.run(rig.song.length).now == rig.song.length
    rig.show.close()


@pytest.mark.parametrize(("latency", "offset"), [(0.0, 0.0), (0.02, 0.0), (0.0458, 0.025), (0.122, 0.1)])
def test_the_picture_waits_for_the_sound_in_whole_steps(latency: float, offset: float) -> None:
    assert usual_offset(latency) == pytest.approx(offset)


def test_each_line_runs_its_operation_and_shows_what_it_left(rig: Rig) -> None:
    rig.press(pygame.K_SPACE)
    seen = {}
    for _ in range(round(rig.song.length * 10)):
        frame = rig.run(0.1)
        if frame.snapshot is not None and frame.cue is not None:
            seen[frame.cue] = frame.snapshot
    assert [seen[number].operation for number in range(len(rig.song.cues))] == [
        cue.operation for cue in rig.song.cues
    ]
    assert all(snapshot.evidence.holds for snapshot in seen.values())
    assert seen[len(rig.song.cues) - 1].saved is not None


def test_arrows_seek_by_line_and_the_state_comes_with_them(rig: Rig) -> None:
    rig.press(pygame.K_SPACE)
    rig.run(1.5)
    frame = rig.press(*[pygame.K_RIGHT] * 6)
    assert frame.snapshot is not None
    assert frame.snapshot.operation is frame.song.cues[frame.cue or 0].operation
    rig.press(pygame.K_LEFT)
    frame = rig.press(pygame.K_LEFT)
    assert frame.snapshot is not None
    assert frame.snapshot.operation is frame.song.cues[frame.cue or 0].operation


def test_restart_begins_with_the_same_numbers(rig: Rig) -> None:
    rig.press(pygame.K_SPACE)
    first = rig.run(rig.song.lines[5].start + 0.5)
    again = rig.press(pygame.K_r)
    assert again.now < 0.2
    second = rig.run(rig.song.lines[5].start + 0.5)
    assert first.snapshot is not None
    assert second.snapshot is not None
    assert second.snapshot.loss == first.snapshot.loss
    assert second.snapshot.operation is first.snapshot.operation


def test_hold_stops_after_the_line_until_the_key(rig: Rig) -> None:
    rig.press(pygame.K_SPACE, pygame.K_o)
    frame = rig.run(10)
    assert not frame.controls.playing
    assert frame.now < rig.song.lines[1].start
    assert karaoke.view(frame).text == rig.song.lines[0].text  # until the key comes
    rig.press(pygame.K_PAGEDOWN)
    frame = rig.run(10)
    assert rig.song.lines[1].start < frame.now < rig.song.lines[2].start
    assert karaoke.view(frame).text == rig.song.lines[1].text


def test_comma_and_period_shift_the_picture_by_5_ms(rig: Rig) -> None:
    rig.press(pygame.K_SPACE)
    before = rig.run(2)
    later = rig.press(*[pygame.K_PERIOD] * 20)
    assert later.controls.offset == 0.1
    assert later.now == pytest.approx(before.now - 0.1)
    assert rig.press(pygame.K_COMMA).controls.offset == 0.095


def test_the_list_of_lessons_changes_the_lesson_and_closes_the_old_worker(rig: Rig) -> None:
    rig.press(pygame.K_SPACE)
    rig.run(2)
    assert rig.press(pygame.K_d).controls.choice == 0
    frame = rig.press(pygame.K_DOWN, pygame.K_RETURN)
    assert frame.lesson is LESSONS[1]
    assert frame.now == 0
    assert not frame.controls.started
    assert len(rig.conductors) == 2
    rig.press(pygame.K_SPACE)
    frame = rig.run(rig.song.lines[0].start + 0.2)
    assert frame.snapshot is not None
    assert frame.snapshot.operation is Operation.SETUP


@pytest.mark.parametrize(
    ("key", "kind"), [(pygame.K_h, "keys"), (pygame.K_b, "black"), (pygame.K_d, "lessons")]
)
def test_what_a_key_opens_escape_closes_and_does_not_quit(rig: Rig, key: int, kind: str) -> None:
    opened = overlay.view(rig.press(key))
    assert opened is not None
    assert opened.kind == kind
    closed = overlay.view(rig.press(pygame.K_ESCAPE))
    assert closed is None or closed.kind == "title"
    assert not rig.show.quit


@pytest.mark.parametrize("key", [pygame.K_q, pygame.K_ESCAPE])
def test_quit(rig: Rig, key: int) -> None:
    rig.press(key)
    assert rig.show.quit


def test_once_the_song_has_begun_escape_quits_the_second_time(rig: Rig) -> None:
    rig.press(pygame.K_SPACE)
    rig.run(2)
    assert rig.press(pygame.K_ESCAPE).controls.message == LEAVE.en
    rig.run(3)
    assert rig.press(pygame.K_ESCAPE).controls.message == LEAVE.en
    assert not rig.show.quit
    rig.press(pygame.K_ESCAPE)
    assert rig.show.quit


def test_what_is_said_before_the_start_stands_on_the_title(rig: Rig) -> None:
    title = overlay.view(rig.press(ord("-")))
    assert title is not None
    assert title.message == "volume 90%"


@pytest.mark.parametrize("key", KEYS)
def test_every_key_works_at_every_moment(rig: Rig, key: int) -> None:
    for moment in (0.0, 1.0, rig.song.length + 5):
        rig.run(moment + 0.1)
        rig.press(key)
        rig.run(0.2)
        rig.press(pygame.K_SPACE)


def test_a_click_on_the_song_s_line_seeks(rig: Rig) -> None:
    rig.press(pygame.K_SPACE)
    rig.run(1)
    rig.show.click(0.5)
    assert rig.show.tick().now == pytest.approx(rig.song.length / 2)


def test_closing_ends_the_worker_thread(tmp_path: Path) -> None:
    import threading

    before = set(threading.enumerate())
    rig = Rig(small_song(tmp_path / "song"), tmp_path)
    rig.show.open()
    rig.run(1)
    rig.show.close()
    assert set(threading.enumerate()) == before


def test_black_silences_the_song_and_the_next_key_brings_both_back(rig: Rig) -> None:
    rig.press(pygame.K_SPACE)
    before = rig.run(2)
    rig.press(pygame.K_b)
    frame = rig.run(3)
    assert frame.controls.black
    assert frame.now == pytest.approx(before.now)
    assert rig.players[-1].position() is None
    frame = rig.press(pygame.K_SPACE)
    assert not frame.controls.black
    assert frame.controls.playing
    assert rig.run(1).now > before.now


def test_black_over_a_pause_comes_back_paused(rig: Rig) -> None:
    rig.press(pygame.K_SPACE)
    rig.run(2)
    rig.press(pygame.K_SPACE, pygame.K_b)
    frame = rig.press(pygame.K_b)
    assert not frame.controls.playing


def test_a_click_on_a_line_of_the_source_goes_to_where_it_is_sung(rig: Rig) -> None:
    rig.press(pygame.K_SPACE)
    listing = rig.show.tick().listing
    cue = next(cue for cue in rig.song.cues if cue.operation is Operation.BACKWARD)
    site = listing.site(Operation.BACKWARD)
    assert site is not None
    rig.show.go_to_line(site.line)
    assert rig.show.tick().now == pytest.approx(cue.time)


def test_t_and_l_go_round_the_themes_and_the_languages(rig: Rig) -> None:
    rig.press(pygame.K_t)
    assert rig.show.tick().controls.theme == "light"
    rig.press(pygame.K_t)
    assert rig.show.tick().controls.theme == "dark"
    rig.press(pygame.K_l)
    assert rig.show.tick().controls.language == "zh"
    rig.press(pygame.K_l)
    assert rig.show.tick().controls.language == "en"


def test_keys_answer_in_the_language_that_is_set(rig: Rig) -> None:
    assert rig.press(pygame.K_c).controls.message == "count-in on"
    rig.press(pygame.K_l)
    assert rig.press(pygame.K_c).controls.message == "预备拍关"
    assert rig.press(pygame.K_PERIOD).controls.message == "画面 +5 毫秒"


def test_the_pointer_is_forgotten_at_the_next_key(rig: Rig) -> None:
    rig.show.point((10, 20))
    assert rig.show.tick().controls.pointer == (10, 20)
    rig.press(pygame.K_SPACE)
    assert rig.show.tick().controls.pointer is None
