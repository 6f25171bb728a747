"""The keys, driven without a window: the clock, the player and the song time are virtual."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pygame
import pytest
from builders import performance, small_song

from app.audio import SilentPlayer
from app.microphone import FileSinger, SilentSinger, Singer
from app.panels import header, karaoke, overlay, timeline
from app.show import KEYS, Show
from loop_core.clock import VirtualClock
from loop_core.conductor import Conductor
from loop_core.frame import Controls, Frame
from loop_core.lessons import LESSONS, Lesson, find_lesson
from loop_core.listing import read_listing
from loop_core.operations import Operation
from loop_core.scoring import MOST
from loop_core.song import Song
from loop_core.timeline import line_edges


class Rig:
    """A show whose time the test moves."""

    def __init__(
        self,
        song: Song,
        folder: Path,
        *,
        start: bool = False,
        backing: str | None = None,
        speed: int = 100,
    ) -> None:
        self.song = song
        self.real = VirtualClock(50.0)
        self.players: list[SilentPlayer] = []
        self.volumes: list[tuple[float, float]] = []
        self.backings: list[str] = []
        self.conductors: list[Conductor] = []
        self.singers: list[Singer] = []
        self.folder = folder
        self.show = Show(
            song,
            find_lesson("straight_line"),
            self.open_conductor,
            self.open_player,
            self.real.now,
            start=start,
            controls=Controls(backing=backing or "", speed=speed),
            results=lambda: folder / "progress.json",
            open_singer=self.open_singer,
        )

    def open_singer(self) -> Singer:
        self.singers.append(FileSinger(performance(self.song)))
        return self.singers[-1]

    def open_conductor(self, lesson: Lesson) -> Conductor:
        from loop_core.stepper import Stepper

        listing = read_listing(lesson.path)
        opened = Conductor(
            self.song,
            lesson,
            listing,
            lambda: Stepper(listing, self.folder, lesson.epochs_per_fast_line),
            None,
        )
        self.conductors.append(opened)
        return opened

    def open_player(self, backing: str) -> SilentPlayer:
        self.backings.append(backing)
        player = SilentPlayer(self.song.length, self.real.now)
        player.set_volume = lambda voice, backing: self.volumes.append((voice, backing))  # type: ignore[method-assign]
        self.players.append(player)
        return player

    def run(self, seconds: float) -> Frame:
        """Let real time pass at ten pictures a second."""
        for _ in range(round(seconds * 10)):
            self.real.advance(0.1)
            frame = self.show.tick()
        return frame

    def press(self, *keys: int) -> Frame:
        for key in keys:
            self.show.press(key)
        return self.show.tick()


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
    rig.show.press(pygame.K_SPACE)
    rig.show.open()
    assert rig.run(1).controls.playing
    rig.show.close()


def test_start_needs_no_key(tmp_path: Path) -> None:
    rig = Rig(small_song(tmp_path / "song"), tmp_path, start=True)
    rig.show.open()
    assert rig.run(1).controls.playing
    rig.show.close()


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
    rig.press(pygame.K_PAGEDOWN)
    frame = rig.run(10)
    assert rig.song.lines[1].start < frame.now < rig.song.lines[2].start


def test_mute_silences_the_voice_and_not_the_backing(rig: Rig) -> None:
    rig.press(pygame.K_m)
    assert rig.volumes[-1] == (0.0, 1.0)
    rig.press(pygame.K_m)
    assert rig.volumes[-1] == (1.0, 1.0)


@pytest.fixture
def three(tmp_path: Path) -> Iterator[Rig]:
    """A song with three backings."""
    rig = Rig(small_song(tmp_path / "song", stems=("vocals", "backing", "quiet", "click")), tmp_path)
    rig.show.open()
    yield rig
    rig.show.close()


def test_n_goes_round_the_backings_says_so_and_keeps_the_moment(three: Rig) -> None:
    three.press(pygame.K_SPACE)
    before = three.run(2)
    for name in ("quiet", "click", "backing"):
        frame = three.press(pygame.K_n)
        assert frame.controls.backing == name
        assert frame.controls.message == f"Backing: {name}"
        assert frame.now == pytest.approx(before.now)
        assert frame.controls.playing
    assert three.run(1).now == pytest.approx(before.now + 1)
    assert three.run(2).controls.message == ""


def test_another_backing_changes_neither_pause_nor_black_nor_voice_nor_volume(three: Rig) -> None:
    three.press(pygame.K_SPACE)
    three.run(2)
    before = three.press(pygame.K_m, pygame.K_MINUS, pygame.K_b).controls
    three.press(pygame.K_n)
    frame = three.run(3)
    assert three.players[-1].position() is None
    assert frame.controls == replace(before, backing="quiet", message="")
    assert three.volumes[-1] == (0.0, 0.9)
    assert three.press(pygame.K_b, pygame.K_SPACE).controls.playing is False
    three.press(pygame.K_n)
    assert three.run(1).controls.playing is False


def test_the_backing_chosen_before_the_device_opens_is_the_one_it_opens_with(tmp_path: Path) -> None:
    song = small_song(tmp_path / "song", stems=("vocals", "backing", "quiet", "click"))
    for backing, keys, opened in [(None, 0, "backing"), ("quiet", 0, "quiet"), ("quiet", 1, "click")]:
        rig = Rig(song, tmp_path, backing=backing)
        rig.press(*[pygame.K_n] * keys)
        rig.show.open()
        assert rig.backings == [opened]
        assert not rig.show.tick().controls.playing
        rig.show.close()


@pytest.mark.parametrize("stems", [("vocals", "backing"), ("backing",), ("vocals",), ()])
def test_n_says_when_there_is_only_one_backing(tmp_path: Path, stems: tuple[str, ...]) -> None:
    rig = Rig(small_song(tmp_path / "song", stems=stems), tmp_path, start=True)
    rig.show.open()
    before = rig.run(1)
    frame = rig.press(pygame.K_n)
    assert frame.controls == replace(before.controls, message="Only one backing")
    assert rig.run(1).now == pytest.approx(before.now + 1)
    rig.show.close()


def test_another_lesson_keeps_the_backing(three: Rig) -> None:
    three.press(pygame.K_n, pygame.K_d, pygame.K_DOWN, pygame.K_RETURN)
    assert three.press(pygame.K_n).controls.backing == "click"


def test_volume_goes_by_tenths_and_stays_between_silence_and_full(rig: Rig) -> None:
    rig.press(pygame.K_MINUS)
    assert rig.volumes[-1] == (0.9, 0.9)
    rig.press(*[pygame.K_MINUS] * 20)
    assert rig.volumes[-1] == (0.0, 0.0)
    rig.press(*[pygame.K_PLUS] * 20)
    assert rig.volumes[-1] == (1.0, 1.0)


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


def test_t_and_l_go_round_the_themes_and_the_languages_of_the_song(rig: Rig) -> None:
    rig.press(pygame.K_t)
    assert rig.show.tick().controls.theme == "light"
    rig.press(pygame.K_t)
    assert rig.show.tick().controls.theme == "dark"
    rig.press(pygame.K_l)
    languages = {name for line in rig.song.lines for name in line.subtitles}
    assert (rig.show.tick().controls.language == "zh") == ("zh" in languages)


def test_the_pointer_is_forgotten_at_the_next_key(rig: Rig) -> None:
    rig.show.point((10, 20))
    assert rig.show.tick().controls.pointer == (10, 20)
    rig.press(pygame.K_SPACE)
    assert rig.show.tick().controls.pointer is None


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
    shown = overlay.view(frame)
    assert shown is not None
    assert (shown.kind, shown.total, len(shown.lines)) == ("results", MOST, len(rig.song.lines))
    frame = rig.press(pygame.K_ESCAPE)
    assert not rig.show.quit
    assert frame.singing is None
    assert overlay.view(frame) is None


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
    rig.show._open_singer = SilentSinger
    frame = rig.press(pygame.K_g)
    assert frame.singing is not None
    assert not frame.singing.heard
    assert frame.singing.singer == "no microphone"
    assert rig.press(pygame.K_g).singing is None


@pytest.mark.parametrize("semitones", [3, -2])
def test_a_transposed_song_is_scored_as_it_sounds(rig: Rig, semitones: int) -> None:
    rig.show._open_singer = lambda: FileSinger(performance(rig.song, float(semitones)))
    rig.press(pygame.K_g, *[ord("}" if semitones > 0 else "{")] * abs(semitones), pygame.K_SPACE)
    singing = rig.run(rig.song.length + 1).singing
    assert singing is not None
    assert singing.score.total == MOST


LEFT_BRACE, RIGHT_BRACE = ord("{"), ord("}")


def test_the_voice_has_a_volume_of_its_own_beside_mute(rig: Rig) -> None:
    rig.press(pygame.K_j, pygame.K_j)
    assert rig.volumes[-1] == (0.8, 1.0)
    rig.press(*[pygame.K_MINUS] * 5)
    assert rig.volumes[-1] == (0.4, 0.5)
    rig.press(pygame.K_m)
    assert rig.volumes[-1] == (0.0, 0.5)
    assert rig.press(pygame.K_m, *[pygame.K_k] * 5).controls.voice == 1.0
    assert rig.volumes[-1] == (0.5, 0.5)
    assert rig.press(*[pygame.K_j] * 20).controls.voice == 0.0


def test_the_backing_can_be_off_while_the_voice_sings(rig: Rig) -> None:
    frame = rig.press(pygame.K_a)
    assert rig.volumes[-1] == (1.0, 0.0)
    assert "backing off" in header.view(frame).notes
    rig.press(pygame.K_a)
    assert rig.volumes[-1] == (1.0, 1.0)


def test_z_leaves_only_the_click_and_brings_back_what_was_heard(three: Rig) -> None:
    three.press(pygame.K_SPACE)
    before = three.run(2)
    three.press(pygame.K_n, pygame.K_a)
    frame = three.press(pygame.K_z)
    assert (frame.controls.backing, three.volumes[-1]) == ("click", (0.0, 1.0))
    assert (frame.controls.playing, frame.now) == (True, pytest.approx(before.now))
    frame = three.press(pygame.K_z)
    assert (frame.controls.backing, three.volumes[-1]) == ("quiet", (1.0, 0.0))


def test_z_brings_the_voice_back_however_the_click_alone_was_reached(three: Rig) -> None:
    three.press(pygame.K_n, pygame.K_n, pygame.K_m)
    frame = three.press(pygame.K_z)
    assert (frame.controls.backing, frame.controls.muted) == ("backing", False)


def test_z_says_when_the_song_has_no_click(rig: Rig) -> None:
    assert rig.press(pygame.K_z).controls.message == "The song has no click"


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
