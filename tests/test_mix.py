"""What is heard, by its keys."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pygame
import pytest
from builders import small_song
from harness import Rig

from app.mix import CLICK
from app.panels import header
from app.settings import NEW
from loop_core.frame import Controls


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(small_song(tmp_path / "song", stems=("vocals", "backing")), tmp_path)
    rig.show.open()
    yield rig
    rig.show.close()


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


@pytest.mark.parametrize("key", [pygame.K_m, pygame.K_j, pygame.K_k])
def test_a_mix_says_that_its_voice_cannot_be_switched_off(tmp_path: Path, key: int) -> None:
    rig = Rig(small_song(tmp_path / "song", stems=("backing",)), tmp_path)
    rig.show.open()
    rig.show.tick()
    before = list(rig.volumes)
    frame = rig.press(key)
    assert frame.controls.message.startswith("This song has no voice of its own")
    assert rig.volumes == before
    rig.show.close()


def test_the_click_alone_is_no_choice_of_a_backing_that_is_remembered(three: Rig) -> None:
    chosen = three.show.mix.backing
    three.press(pygame.K_z)
    assert three.show.tick().controls.backing == CLICK
    assert three.show.mix.backing == chosen
    assert three.show.remember(NEW).backing is None
    three.press(pygame.K_z, pygame.K_n)
    assert three.show.remember(NEW).backing == three.show.tick().controls.backing != chosen


def test_a_show_that_begins_quieter_says_so(tmp_path: Path) -> None:
    rig = Rig(small_song(tmp_path / "song"), tmp_path, controls=Controls(volume=0.3))
    rig.show.open()
    frame = rig.run(0.1)
    assert rig.volumes[-1] == (0.3, 0.3)
    assert "volume 30%" in header.view(frame).notes
    rig.show.close()
