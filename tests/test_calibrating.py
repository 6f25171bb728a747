"""Calibrating: through the window's loop by somebody for whom all is late by known times, and key by key."""

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import mean

import numpy as np
import pygame
import pytest
from builders import small_song
from harness import Rig
from hypothesis import given, settings
from hypothesis import strategies as st
from pictures import check_picture, sheet

from app import window
from app.calibrating.keys import KEYS, press
from app.calibrating.picture import draw, light_at
from app.calibrating.session import FIRST, Look, Session
from app.calibrating.view import Part, View
from app.calibrating.window import calibrate_show, handle
from app.camera import Camera
from app.draw import reported
from app.player import SilentPlayer
from app.session_loop import FPS, run
from app.settings import FILE, NOTHING_KEPT, Change, Settings, load_settings
from app.theme import THEMES, Theme, theme_for
from loop_core.beat_taps import APART, LEAST
from loop_core.clock import AwakeClock, VirtualClock
from loop_core.frame import Controls, Frame

SIZE = (480, 270)
LENGTH = 60.0
TAPS = 16
ENGLISH = Look("dark", "en", False)
HEADPHONES, WALL = "headphones", "wall, 1920 x 1080"


class Clicks(SilentPlayer):
    """Remembers when which clicks sound."""

    def __init__(self, real: Callable[[], float], length: float = LENGTH, device: str = HEADPHONES) -> None:
        super().__init__(length, real)
        self.device = device
        self.sounding: list[float] = []
        self.volumes: list[tuple[float, float]] = []
        self.hushed = False
        self._clock = real
        self._marks: tuple[float, ...] = ()

    def mark(self, times: object) -> None:
        self._marks = tuple(times)  # type: ignore[arg-type]

    def play(self, start: float, *pace: object) -> None:
        self.sounding = [self._clock() + mark - start for mark in self._marks]
        super().play(start, *pace)  # type: ignore[arg-type]

    def stop(self) -> None:
        self.sounding = []
        super().stop()

    def hush(self, hushed: bool) -> None:
        self.hushed = hushed

    def set_volume(self, voice: float, backing: float) -> None:
        self.volumes.append((voice, backing))


class Person:
    """Taps to what arrives: the click so much later than it is played, the light than it is drawn.

    Taps in the rhythm of what came, later (or earlier) by a habit, more or less.
    """

    def __init__(self, sound: float, picture: float, habit: float, spread: float = 0.0) -> None:
        self.real = VirtualClock(20.0)
        self.player = Clicks(self.real.now)
        self.last_keys = [pygame.K_RETURN]
        self.seen: list[float] = []
        self.heard: list[float] = []
        self._sound, self._picture, self._habit, self._spread = sound, picture, habit, spread
        self._random = np.random.default_rng(1)
        self._due: list[float] = []
        self._taps = 0
        self._part: Part | None = None
        self._lit = False

    def calibrate(self, keep: Callable[[Change], None]) -> Session:
        pygame.display.init()
        pygame.font.init()
        pygame.display.set_mode(SIZE)
        session = Session(self.player, LENGTH, WALL, self.real.now, keep, ENGLISH)
        handling = partial(handle, session)
        run(session, self._look, handling, False, [], real=self.real.now, wait=self._wait)
        session.close()
        return session

    def apart(self) -> float:
        """How much later than the clicks the lights arrived, on average, when both were there."""
        return mean(min((seen - heard for heard in self.heard), key=abs) for seen in self.seen)

    def _look(self, surface: pygame.Surface, theme: Theme, view: View) -> None:
        """See what is drawn now, hear what sounds, and plan to tap to it."""
        draw(surface, theme, view)
        if view.part is not self._part:
            self._part, self._taps, self.seen = view.part, 0, []
            self.heard = [time + self._sound for time in self.player.sounding]
            self._due = [self._tap(time) for time in self.heard] if view.part is Part.HEAR else []
        lit = surface.get_at(light_at(SIZE))[:3] == theme.now
        if lit and not self._lit:
            self.seen.append(self.real.now() + self._picture)
            if view.part is Part.SEE:
                self._due.append(self._tap(self.seen[-1] + APART))
        self._lit = lit

    def _tap(self, time: float) -> float:
        return time + self._habit + float(self._random.normal(0, self._spread))

    def _wait(self, milliseconds: int) -> pygame.Event:
        now, until = self.real.now(), self.real.now() + milliseconds / 1000
        if self._part is Part.BOTH and len(self.seen) >= 8:
            return pygame.event.Event(pygame.KEYDOWN, key=self.last_keys.pop(0), unicode="")
        if self._taps == TAPS:
            self._taps, self._due = 0, []
            return pygame.event.Event(pygame.KEYDOWN, key=pygame.K_RETURN, unicode="")
        following = min((due for due in self._due if due >= now), default=until)
        self.real.advance(min(following, until) - now)
        if following >= until:
            return pygame.event.Event(pygame.NOEVENT)
        self._due.remove(following)
        self._taps += 1
        return pygame.event.Event(pygame.KEYDOWN, key=pygame.K_SPACE, unicode=" ")


@pytest.mark.parametrize(
    ("sound", "picture", "habit"),
    [(0.023, 0.04, 0.0), (0.18, 0.03, -0.04), (0.3, 0.02, 0.05), (0.012, 0.09, 0.03), (0.0, 0.0, 0.2)],
)
@pytest.mark.parametrize("spread", [0.0, 0.012])
def test_sound_and_picture_arrive_together_whatever_is_late(
    sound: float, picture: float, habit: float, spread: float, tmp_path: Path
) -> None:
    person = Person(sound, picture, habit, spread)
    session = person.calibrate(load_settings(tmp_path / FILE).keep)
    shown = 0.5 / FPS  # a light is drawn in the picture after it is due: half of one later, on average
    close = 0.003 if spread == 0 else 0.01
    assert session.offset == pytest.approx(sound - picture - shown, abs=close)
    assert person.apart() == pytest.approx(0.0, abs=close + 0.001)
    kept = load_settings(tmp_path / FILE).settings
    assert kept.offset(HEADPHONES, WALL) == session.offset
    assert kept.sounds[HEADPHONES] == pytest.approx(sound + habit, abs=close)
    assert kept.pictures[WALL] == pytest.approx(picture + habit + shown, abs=close)
    assert kept.offsets == {}


def test_the_next_show_goes_by_it_on_these_devices_and_no_others(tmp_path: Path) -> None:
    session = Person(0.15, 0.03, 0.02).calibrate(load_settings(tmp_path / FILE).keep)
    assert session.offset > 0.1
    song = small_song(tmp_path / "song")
    for device, wall, offset in (
        (HEADPHONES, WALL, session.offset),
        (HEADPHONES, "desk", 0.0),
        ("tv", WALL, 0.0),
    ):
        settings = load_settings(tmp_path / FILE).settings
        rig = Rig(song, tmp_path, settings=settings, device=device)
        rig.show.sync.shown_on(wall)
        assert rig.show.tick().controls.offset == 0.0  # nothing is heard yet
        rig.show.open()
        rig.press(pygame.K_SPACE)
        frame = rig.run(3)
        assert frame.controls.offset == offset
        assert frame.now == pytest.approx(rig.show._transport.now() - offset, abs=1e-6)
        rig.show.close()


def test_what_is_set_by_hand_at_last_is_kept_as_such(tmp_path: Path) -> None:
    person = Person(0.15, 0.03, 0.02)
    person.last_keys = [pygame.K_PERIOD, pygame.K_PERIOD, pygame.K_COMMA, pygame.K_RETURN]
    session = person.calibrate(load_settings(tmp_path / FILE).keep)
    kept = load_settings(tmp_path / FILE).settings
    measured = round(kept.sounds[HEADPHONES] - kept.pictures[WALL], 3)
    assert kept.offset(HEADPHONES, WALL) == session.offset == pytest.approx(measured + 0.005)


class Desk:
    """A session whose time the test moves."""

    def __init__(self, keep: Callable[[Change], None] = NOTHING_KEPT.keep, look: Look = ENGLISH) -> None:
        self.real = VirtualClock(5.0)
        self.player = Clicks(self.real.now)
        self.said: list[str] = []
        self.first = self.real.now() + FIRST
        self.session = Session(
            self.player, LENGTH, WALL, self.real.now, keep, look, volume=0.5, log=self.said.append
        )

    def press(self, *keys: int) -> View:
        for key in keys:
            press(self.session, key)
            if key in (pygame.K_RETURN, pygame.K_BACKSPACE):
                self.first = self.real.now() + FIRST
        return self.session.tick()

    def taps(self, lags: Sequence[float]) -> View:
        """A tap to each beat from the next one on, so much later."""
        for lag in lags:
            self.real.advance(self.first + lag - self.real.now())
            self.first += APART
            view = self.press(pygame.K_SPACE)
        return view

    def measured(self, heard: float, seen: float) -> View:
        """As far as the last part."""
        self.taps([heard] * LEAST)
        self.press(pygame.K_RETURN)
        self.taps([seen] * LEAST)
        return self.press(pygame.K_RETURN)


def test_taps_are_dots_with_a_median_and_enough_of_them_go_on() -> None:
    desk = Desk()
    view = desk.taps([0.05, 0.06, 0.05] * 3 + [0.2])
    assert view.lags == pytest.approx([0.05, 0.06, 0.05] * 3 + [0.2])
    assert (view.found.seconds, view.found.counted, view.found.strays) == (pytest.approx(0.05), 9, 1)
    assert view.message == "Taps to go: 3"
    first = desk.first
    assert desk.press(pygame.K_RETURN).message == "Not yet. Taps to go: 3"
    desk.first = first
    view = desk.taps([0.06] * 3)
    assert view.message == "Steady enough. Enter goes on; more taps make it better"
    assert desk.said[-1] == "tap 13: +60 ms; Steady enough. Enter goes on; more taps make it better"
    view = desk.press(pygame.K_RETURN)
    assert (view.part, view.lags, view.heard) == (Part.SEE, (), pytest.approx(view.heard))


def test_who_taps_unevenly_is_told_and_does_not_go_on() -> None:
    desk = Desk()
    view = desk.taps([-0.1, 0.0, 0.1, 0.2] * 5)
    assert view.message.startswith("Too uneven: ±")
    view = desk.press(pygame.K_RETURN)
    assert view.part is Part.HEAR
    assert view.message.startswith("Not yet. Too uneven: ±")
    view = desk.press(pygame.K_BACKSPACE)
    assert (view.lags, view.message) == ((), "Once more from the first tap")


def test_a_tap_long_before_the_first_beat_does_not_count() -> None:
    desk = Desk()
    desk.real.advance(FIRST / 2)
    assert desk.press(pygame.K_SPACE).lags == ()


def test_nothing_is_shown_while_one_listens_and_nothing_heard_while_one_looks() -> None:
    desk = Desk()
    assert desk.session.tick().light is None
    assert desk.player.position() is not None
    assert (desk.player.hushed, desk.player.volumes) == (True, [(0.5, 0.0)])
    assert desk.player.sounding[0] == pytest.approx(5.0 + FIRST)
    desk.taps([0.1] * LEAST)
    view = desk.press(pygame.K_RETURN)
    assert view.light is not None
    assert desk.player.position() is None
    desk.taps([0.02] * LEAST)
    view = desk.press(pygame.K_RETURN)
    assert (view.part, view.offset) == (Part.BOTH, 0.08)
    assert desk.player.position() == 0.0
    desk.real.advance(FIRST)
    view = desk.session.tick()
    assert view.light == pytest.approx(-0.08)  # it comes so much later than the click
    desk.session.close()
    assert (desk.player.position(), desk.player.hushed) == (None, False)


def test_comma_and_period_move_the_light_by_5_ms_only_where_both_are_there() -> None:
    desk = Desk()
    assert desk.press(pygame.K_PERIOD).offset == 0.0
    desk.measured(0.1, 0.02)
    view = desk.press(pygame.K_PERIOD, pygame.K_PERIOD, pygame.K_COMMA)
    assert (view.offset, view.message) == (0.085, "picture +85 ms")


def test_backspace_at_last_begins_with_the_first_part() -> None:
    desk = Desk()
    desk.measured(0.1, 0.02)
    view = desk.press(pygame.K_PERIOD, pygame.K_BACKSPACE)
    assert (view.part, view.heard, view.seen, view.offset) == (Part.HEAR, None, None, 0.0)


def test_the_clicks_begin_again_where_the_recording_ends() -> None:
    desk = Desk()
    desk.real.advance(LENGTH + 0.1)
    desk.session.tick()
    assert desk.player.position() == 0.0
    desk.first = desk.real.now() + FIRST
    view = desk.taps([0.03] * LEAST)
    assert view.found.seconds == pytest.approx(0.03)


def test_escape_keeps_nothing(tmp_path: Path) -> None:
    desk = Desk(load_settings(tmp_path / FILE).keep)
    desk.measured(0.1, 0.02)
    desk.press(pygame.K_ESCAPE)
    assert (desk.session.quit, desk.session.change) == (True, None)
    assert not (tmp_path / FILE).exists()


def test_a_disk_that_cannot_keep_it_is_told_and_the_screen_stays(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    desk = Desk(load_settings(tmp_path / "file" / FILE).keep)
    desk.measured(0.1, 0.02)
    view = desk.press(pygame.K_RETURN)
    assert view.message.startswith("Not kept: ")
    assert "cannot write it" in view.message
    assert not desk.session.quit
    desk.press(pygame.K_ESCAPE)
    assert desk.session.quit


@given(st.lists(st.tuples(st.sampled_from([*KEYS, pygame.K_x]), st.sampled_from([0.0, 0.01, APART, 70.0]))))
@settings(max_examples=60, deadline=None)
def test_no_key_at_any_moment_raises(keys: list[tuple[int, float]]) -> None:
    desk = Desk()
    for key, seconds in keys:
        desk.real.advance(seconds)
        desk.press(key)
    desk.session.close()


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(small_song(tmp_path / "song"), tmp_path, device=HEADPHONES)
    rig.show.open()
    rig.show.tick()
    yield rig
    rig.show.close()


def test_i_leaves_the_music_for_it_and_the_show_goes_by_what_was_measured(rig: Rig, tmp_path: Path) -> None:
    rig.show.sync.shown_on(WALL)
    rig.press(pygame.K_SPACE)
    rig.run(2)
    rig.press(pygame.K_PERIOD)
    frame = rig.press(pygame.K_i)
    assert rig.show.calibration_wanted
    assert (frame.controls.playing, frame.controls.offset) == (False, 0.005)
    rig.show.calibrated("light", "zh", lambda known: known.with_taps(HEADPHONES, WALL, 0.1, 0.02))
    frame = rig.show.tick()
    assert (frame.controls.theme, frame.controls.language, frame.controls.offset) == ("light", "zh", 0.08)
    assert frame.controls.message == "画面 +80 毫秒"
    assert rig.volumes[-1] == (1.0, 1.0)
    assert rig.press(pygame.K_SPACE).controls.playing


def test_without_a_sound_device_i_says_so(tmp_path: Path) -> None:
    rig = Rig(small_song(tmp_path / "song"), tmp_path)
    rig.show.open()
    frame = rig.press(pygame.K_i)
    assert (frame.controls.message, rig.show.calibration_wanted) == ("no sound", False)
    rig.show.close()


def test_i_opens_it_in_the_show_s_own_window_and_escape_goes_back(rig: Rig, tmp_path: Path) -> None:
    pygame.display.init()
    pygame.font.init()
    pygame.display.set_mode(SIZE)
    shown: list[Frame] = []

    def calibrate(controls: Controls, fullscreen: bool) -> bool:
        assert shown == []
        pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_ESCAPE, unicode=""))
        return calibrate_show(rig.show, NOTHING_KEPT, [], controls, fullscreen)

    def watch(frame: Frame) -> bool:
        shown.append(frame)
        return True

    pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_i, unicode="i"))
    window._run(rig.show, Camera(lambda: tmp_path), AwakeClock(rig.real.now), False, watch, calibrate)
    assert [frame.controls.offset for frame in shown] == [0.0]
    assert not rig.show.calibration_wanted


def test_closing_the_window_while_calibrating_closes_the_show(rig: Rig) -> None:
    pygame.display.init()
    pygame.font.init()
    pygame.display.set_mode(SIZE)
    pygame.event.post(pygame.event.Event(pygame.QUIT))
    frame = rig.press(pygame.K_i)
    assert not calibrate_show(rig.show, NOTHING_KEPT, [], frame.controls, False)
    assert rig.show.quit


def test_comma_and_period_are_remembered_for_the_devices_in_use(rig: Rig) -> None:
    rig.show.sync.shown_on(WALL)
    rig.press(*[pygame.K_PERIOD] * 4)
    rig.show.sync.shown_on("desk")
    assert rig.show.tick().controls.offset == 0.0
    rig.press(pygame.K_COMMA)
    rig.show.sync.shown_on(WALL)
    assert rig.show.tick().controls.offset == 0.02
    known = rig.show.remember(Settings())
    assert known.offsets == {(HEADPHONES, WALL): 0.02, (HEADPHONES, "desk"): -0.005}
    assert known.lesson == "straight_line"
    again = Rig(rig.song, rig.folder, settings=known, device=HEADPHONES)
    again.show.sync.shown_on(WALL)
    again.show.open()
    assert again.show.tick().controls.offset == 0.02
    again.show.close()


def test_another_sound_device_has_an_offset_of_its_own(rig: Rig) -> None:
    rig.show.sync.shown_on(WALL)
    rig.press(*[pygame.K_PERIOD] * 4)
    other = Clicks(rig.real.now, device="speaker")
    other.latency = 0.1
    rig.show._transport.set_player(other)
    assert rig.show.tick().controls.offset == 0.08  # as the device says of itself
    rig.press(pygame.K_COMMA)
    rig.show._transport.set_player(rig.players[0])
    assert rig.show.tick().controls.offset == 0.02
    assert rig.show.remember(Settings()).offsets == {(HEADPHONES, WALL): 0.02, ("speaker", WALL): 0.075}


def test_the_offset_has_an_end(rig: Rig) -> None:
    assert rig.press(*[pygame.K_PERIOD] * 300).controls.offset == 1.0
    assert rig.press(*[pygame.K_COMMA] * 500).controls.offset == -1.0


SIZES = [(960, 540), (1280, 720), (1920, 1080), (800, 600), (800, 1200)]


def views(look: Look) -> Iterator[View]:
    """Each part with taps in it."""
    desk = Desk(look=look)
    uneven = np.random.default_rng(4).normal(0, 0.02, (2, LEAST)).tolist()
    yield desk.taps([*(0.056 + away for away in uneven[0][:9]), 0.2])
    desk.taps([0.06] * LEAST)
    desk.press(pygame.K_RETURN)
    view = desk.taps([0.021 + away for away in uneven[1]])
    desk.real.advance(0.3)
    yield desk.session.tick()
    assert view.found.accepted
    desk.press(pygame.K_RETURN)
    desk.real.advance(FIRST + 2 * APART + 0.06)
    yield desk.session.tick()
    yield desk.press(pygame.K_COMMA)
    yield desk.press(pygame.K_BACKSPACE)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.usefixtures("fonts")
def test_every_word_is_whole_and_none_stands_on_another(size: tuple[int, int], language: str) -> None:
    for view in views(Look("dark", language, False)):
        with reported() as boxes:
            draw(pygame.Surface(size), theme_for(size), view)
        assert [box.words for box in boxes if not box.whole] == []
        rects = [box.rect.inflate(-2, -box.rect.height // 3) for box in boxes]
        touching = [
            (boxes[i].words, boxes[j].words)
            for i, a in enumerate(rects)
            for j in a.collidelistall(rects)
            if i < j
        ]
        assert touching == []
        assert view.message in [box.words for box in boxes] or view.message == ""


@pytest.mark.skipif(sys.platform != "linux", reason="fonts are smoothed otherwise elsewhere")
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.usefixtures("fonts")
def test_each_part_looks_as_accepted(
    theme: str, language: str, tmp_path: Path, accept_pictures: bool
) -> None:
    pictures = []
    for view in list(views(Look(theme, language, False)))[:3]:
        pictures.append(pygame.Surface((960, 540)))
        draw(pictures[-1], theme_for((960, 540), theme), view)
    check_picture(sheet(pictures, 1), f"calibrating/{theme}_{language}", tmp_path, accept_pictures)


@pytest.mark.usefixtures("fonts")
def test_reduced_motion_lights_up_and_moves_nothing() -> None:
    size = (960, 540)
    still = next(view for view in views(Look("dark", "en", True)) if view.part is Part.SEE)
    pictures = []
    for light in (0.3, 0.6):
        surface = pygame.Surface(size)
        draw(surface, theme_for(size), replace(still, light=light))
        pictures.append(pygame.surfarray.array3d(surface))
    assert (pictures[0] == pictures[1]).all()
    draw(surface, theme_for(size), replace(still, light=0.01))
    assert surface.get_at(light_at(size))[:3] == theme_for(size).now
