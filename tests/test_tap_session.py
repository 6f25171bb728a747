"""Tapping along without a window: the test moves the clock and presses the keys."""

import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pygame
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_songs_commands import write_recording

from app.draw import reported
from app.player import SilentPlayer
from app.tapping.deck import Deck
from app.tapping.keeping import Keeper, Target, resumed
from app.tapping.keys import KEYS, press
from app.tapping.picture import draw
from app.tapping.session import BACK, LEAD, Session
from app.tapping.view import View, Work, wave_of
from app.theme import THEMES, theme_for
from loop_core.clock import VirtualClock
from loop_core.formats.sheet import parse
from loop_core.kept_taps import dump
from loop_core.song import load_song
from loop_core.tapping import Tap
from loop_core.timing import LINE, SYLLABLE, units_of

SHEET = parse("[ti:Mine]\nLoss back|ward\nOp|ti|mizer step\n\nSome|thing else", "s")
LENGTH = 30.0


class MarkingPlayer(SilentPlayer):
    """Remembers where it began, and with which ticks."""

    def __init__(self, real: VirtualClock) -> None:
        super().__init__(LENGTH, real.now)
        self.begun: list[float] = []
        self.marks: tuple[float, ...] = ()

    def play(self, start: float, *pace: object) -> None:
        self.begun.append(start)
        super().play(start, *pace)  # type: ignore[arg-type]

    def mark(self, times: object) -> None:
        self.marks = tuple(times)  # type: ignore[arg-type]


class TapRig:
    """A session whose time the test moves."""

    def __init__(self, folder: Path, by: str = LINE, latency: float | None = None, **more: object) -> None:
        self.real = VirtualClock(50.0)
        self.player = MarkingPlayer(self.real)
        units = units_of(SHEET, by)
        self.target = Target(folder / "mine", {"backing": folder / "voice.flac"}, "mine")
        self.said: list[str] = []
        self.session = Session(
            Work("Mine", by, SHEET, units, np.zeros(3000, np.float32), LENGTH),
            Deck(self.player, LENGTH, self.real.now, latency),
            Keeper(self.target),
            log=self.said.append,
            **more,  # type: ignore[arg-type]
        )

    def run(self, seconds: float) -> View:
        for _ in range(round(seconds * 20)):
            self.real.advance(0.05)
            view = self.session.tick()
        return view

    def press(self, *keys: int, shift: bool = False) -> View:
        for key in keys:
            press(self.session, key, shift)
        return self.session.tick()

    def tapped(self, *after: float) -> View:
        """Begin, and tap each so many seconds after the one before."""
        self.press(pygame.K_SPACE)
        for seconds in after:
            self.run(seconds)
            view = self.press(pygame.K_SPACE)
        return view

    def starts(self) -> list[float]:
        return [round(tap.start, 2) for tap in self.session.tapping.taps]

    def written(self) -> View:
        """Wait for the thread that writes."""
        job = self.session.keeper._saving
        assert job is not None
        with suppress(Exception):
            job.result(timeout=60)
        return self.session.tick()


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[TapRig]:
    write_recording(tmp_path / "voice.flac", LENGTH)
    made = TapRig(tmp_path)
    yield made
    made.session.close()
    assert threading.active_count() == 1


def test_space_starts_the_music_and_then_taps(rig: TapRig) -> None:
    view = rig.tapped(1.0, 2.0)
    assert rig.starts() == [1.0, 3.0]
    assert (view.now, view.playing, view.saved) == (pytest.approx(3.0), True, False)
    assert rig.said[1:] == ["tap 1 of 3 at 1.000 s: Loss backward", "tap 2 of 3 at 3.000 s: Optimizer step"]


@pytest.mark.parametrize(("latency", "expected"), [(0.05, 0.95), (-0.05, 1.05), (None, 1.0), (2.0, 0.0)])
def test_the_latency_is_taken_off(latency: float | None, expected: float, tmp_path: Path) -> None:
    rig = TapRig(tmp_path, latency=latency)
    rig.tapped(1.0)
    assert rig.starts() == [expected]
    rig.session.close()


def test_at_half_speed_the_latency_is_half_as_long_in_the_song(tmp_path: Path) -> None:
    rig = TapRig(tmp_path, latency=0.1)
    view = rig.press(*[pygame.K_LEFTBRACKET] * 5)
    assert view.speed == 50
    rig.tapped(2.0)
    assert rig.starts() == [0.95]
    rig.session.close()


def test_backspace_takes_a_tap_back_and_goes_to_before_it(rig: TapRig) -> None:
    rig.tapped(5.0, 3.0)
    view = rig.press(pygame.K_BACKSPACE)
    assert (rig.starts(), view.now) == ([5.0], pytest.approx(8.0 - BACK))
    assert (rig.player.begun[-1], rig.player.marks) == (pytest.approx(8.0 - BACK), (5.0,))
    rig.run(3.5)
    rig.press(pygame.K_SPACE)
    assert rig.starts() == [5.0, 8.5]
    view = rig.press(*[pygame.K_BACKSPACE] * 4)
    assert (rig.starts(), view.message) == ([], "Nothing to take back")


def test_enter_plays_from_shortly_before_the_chosen_tap_with_ticks(rig: TapRig) -> None:
    rig.tapped(5.0, 3.0, 2.0)
    rig.press(pygame.K_UP, pygame.K_RETURN)
    assert rig.player.begun[-1] == pytest.approx(8.0 - LEAD)
    assert rig.player.marks == (5.0, 8.0, 10.0)


def test_a_tap_that_is_moved_while_the_music_plays_is_heard_again(rig: TapRig) -> None:
    rig.tapped(5.0, 3.0)
    rig.press(pygame.K_LEFT)
    assert (rig.starts(), rig.player.marks) == ([5.0, 7.99], (5.0, 7.99))
    assert rig.player.begun[-1] == pytest.approx(7.99 - LEAD)
    rig.press(pygame.K_RIGHT, shift=True)
    assert rig.starts() == [5.0, 8.04]
    rig.press(pygame.K_BACKSPACE, pygame.K_BACKSPACE)
    assert rig.starts() == [5.0, 8.0]


def test_a_tap_that_is_chosen_in_a_pause_is_shown_and_not_heard(rig: TapRig) -> None:
    rig.tapped(5.0, 3.0)
    begun = len(rig.player.begun)
    view = rig.press(pygame.K_p, pygame.K_HOME)
    assert (view.now, view.playing, view.tapping.chosen) == (5.0, False, 0)
    assert len(rig.player.begun) == begun


def test_a_tap_before_the_last_one_is_refused_with_a_word(rig: TapRig) -> None:
    rig.tapped(5.0, 3.0)
    rig.press(pygame.K_HOME)
    view = rig.press(pygame.K_SPACE)
    assert (rig.starts(), view.message[:21]) == ([5.0, 8.0], "The last tap is later")


def test_the_music_stops_at_its_end_and_space_goes_back_to_the_chosen_tap(rig: TapRig) -> None:
    rig.tapped(5.0)
    assert not rig.run(LENGTH).playing
    assert rig.press(pygame.K_SPACE).playing
    assert rig.player.begun[-1] == pytest.approx(5.0 - LEAD)


def test_s_writes_a_song_that_loads_and_again_in_its_place(rig: TapRig) -> None:
    assert rig.press(pygame.K_s).message == "3 taps to go; what is there is kept"
    rig.tapped(5.0, 3.0)
    rig.run(1.0)
    rig.press(pygame.K_PERIOD)
    rig.run(5.0)
    view = rig.press(pygame.K_SPACE)
    assert view.message == "All is tapped; S saves the song"
    rig.press(pygame.K_s)
    view = rig.written()
    assert (view.saved, view.message) == (True, f"Saved: {rig.target.folder}")
    song = load_song(rig.target.folder)
    assert (song.title, [line.text for line in song.lines]) == (
        "Mine",
        ["Loss backward", "Optimizer step", "Something else"],
    )
    assert [line.start for line in song.lines] == pytest.approx([5.0, 8.0, 14.0])
    assert song.lines[1].end == pytest.approx(9.0)
    assert [str(cue.operation) for cue in song.cues] == ["backward", "step", "test"]
    assert [section.name for section in song.sections] == ["Part 1", "Part 2"]
    assert not rig.press(pygame.K_LEFT).saved
    rig.press(pygame.K_s)
    assert rig.written().saved
    assert load_song(rig.target.folder).lines[2].start == pytest.approx(13.99)
    rig.press(pygame.K_ESCAPE)
    assert rig.session.quit


def test_a_folder_that_came_there_meanwhile_is_not_replaced(rig: TapRig) -> None:
    rig.tapped(5.0, 3.0, 2.0)
    rig.target.folder.mkdir()
    rig.press(pygame.K_s)
    view = rig.written()
    assert "this is there already" in view.message
    assert not view.saved
    assert list(rig.target.folder.iterdir()) == []


def test_leaving_asks_once_when_the_song_is_not_saved(rig: TapRig) -> None:
    rig.tapped(5.0)
    assert "Esc again leaves" in rig.press(pygame.K_ESCAPE).message
    assert not rig.session.quit
    rig.press(pygame.K_p, pygame.K_ESCAPE)
    assert not rig.session.quit  # another key was pressed between
    rig.press(pygame.K_ESCAPE)
    assert rig.session.quit


def test_leaving_without_a_tap_asks_nothing(rig: TapRig) -> None:
    rig.press(pygame.K_ESCAPE)
    assert rig.session.quit


def test_taps_are_on_disk_as_they_come_and_go_on(rig: TapRig, tmp_path: Path) -> None:
    rig.tapped(5.0, 3.0)
    job = rig.session.keeper._keeping
    assert job is not None
    job.result(timeout=60)
    assert rig.target.taps == tmp_path / "mine.taps.json"
    taps, word = resumed(rig.target.taps, LINE, rig.session.work.units)
    assert taps == (Tap(5.0), Tap(8.0))
    assert word is not None
    assert word.en == "Goes on after 2 of 3 taps"
    again = TapRig(tmp_path, taps=taps, word=word)
    view = again.session.tick()
    assert (view.now, view.message, again.starts()) == (8.0 - BACK, word.en, [5.0, 8.0])
    again.session.close()


def test_taps_of_other_words_are_kept_under_another_name(tmp_path: Path) -> None:
    path = tmp_path / "mine.taps.json"
    path.write_text(dump(SYLLABLE, units_of(SHEET, SYLLABLE), [Tap(1.0)]), encoding="utf-8")
    taps, word = resumed(path, LINE, units_of(SHEET, LINE))
    assert taps == ()
    assert word is not None
    assert word.en == "mine.taps.json is of other words: it is kept as mine.taps.damaged-1.json"
    assert json.loads((tmp_path / "mine.taps.damaged-1.json").read_text(encoding="utf-8"))["by"] == SYLLABLE
    assert resumed(path, LINE, units_of(SHEET, LINE)) == ((), None)


def test_a_disk_that_takes_no_taps_is_told_and_the_tapping_goes_on(tmp_path: Path) -> None:
    rig = TapRig(tmp_path)
    rig.target.taps.mkdir()
    (rig.target.taps / "in the way").touch()
    rig.tapped(5.0)
    job = rig.session.keeper._keeping
    assert job is not None
    job.exception(timeout=60)
    assert "cannot write it" in rig.session.tick().message
    rig.session.close()
    assert rig.starts() == [5.0]


PRESSED = st.tuples(
    st.sampled_from([*KEYS, pygame.K_q]), st.booleans(), st.sampled_from([0.0, 0.01, 0.4, 3.0])
)


@given(keys=st.lists(PRESSED, max_size=40), by=st.sampled_from([LINE, SYLLABLE]))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_key_at_any_moment_raises(keys: list[tuple[int, bool, float]], by: str, tmp_path: Path) -> None:
    rig = TapRig(tmp_path / "no recording", by)
    for key, shift, seconds in keys:
        rig.real.advance(seconds)
        press(rig.session, key, shift)
        rig.session.tick()
    rig.session.close()


@pytest.mark.parametrize("size", [(960, 540), (1280, 720), (1920, 1080), (800, 1200)])
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("theme", THEMES)
def test_every_word_of_the_window_is_whole(
    size: tuple[int, int], language: str, theme: str, tmp_path: Path
) -> None:
    pygame.font.init()
    rig = TapRig(tmp_path, language=language, theme=theme)
    rig.tapped(5.0)
    view = rig.press(pygame.K_ESCAPE)
    with reported() as boxes:
        draw(pygame.Surface(size), theme_for(size, theme), view)
    rig.session.close()
    assert [box.words for box in boxes if not box.whole] == []
    shown = " ".join(box.words for box in boxes)
    assert view.message in shown
    assert all(words in shown for words in ("Optimizer step", "Backspace", "0:05.00"))


def test_a_wave_is_the_loudest_of_each_hundredth_of_a_second() -> None:
    sound = np.zeros((4410, 2), np.int16)
    sound[0, 1], sound[1000, 0] = -32768, 16384
    assert wave_of(sound, 44100).tolist() == [1.0, 0.0, 0.5, 0, 0, 0, 0, 0, 0, 0]
    assert wave_of(sound[:10], 44100).tolist() == [0.0]
