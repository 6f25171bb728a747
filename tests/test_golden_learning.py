"""What a learner sees of every activity, reached by its keys, stays as it was accepted."""

import os

os.environ["SDL_VIDEODRIVER"] = "dummy"

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import wait
from dataclasses import replace
from pathlib import Path

import pygame
import pytest
from harness import Rig
from pictures import check_picture

from app.stage import Stage
from assets import SONGS
from loop_core.frame import Frame
from loop_core.song import load_song

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="fonts are smoothed otherwise elsewhere"),
    pytest.mark.usefixtures("fonts"),
]

SIZE = (960, 540)


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(load_song(SONGS / "optimization_loop"), tmp_path)
    rig.show.open()
    yield rig
    rig.show.close()


def until(rig: Rig, shown: Callable[[Frame], bool]) -> Frame:
    """Play until it is shown."""
    for _ in range(1200):
        frame = rig.run(0.1)
        if shown(frame):
            return frame
    raise AssertionError("it is never shown")


def asked(rig: Rig) -> Frame:
    return until(rig, lambda frame: frame.quiz is not None and frame.quiz.chosen is None)


def question(rig: Rig) -> Frame:
    rig.press(pygame.K_v, pygame.K_SPACE)
    return asked(rig)


def answer(rig: Rig) -> Frame:
    question(rig)
    rig.press(pygame.K_1)
    return until(rig, lambda frame: frame.quiz is not None and frame.quiz.answer is not None)


def gap(rig: Rig) -> Frame:
    rig.press(pygame.K_w, pygame.K_SPACE)
    frame = until(rig, lambda frame: frame.cloze is not None)
    assert frame.cloze is not None
    return rig.press(pygame.K_1 + (frame.cloze.gap.right + 1) % 3)


def typed(rig: Rig) -> Frame:
    rig.press(pygame.K_w, pygame.K_w, pygame.K_SPACE)
    frame = until(rig, lambda frame: frame.cloze is not None)
    assert frame.cloze is not None
    word = frame.cloze.gap.choices[frame.cloze.gap.right]
    return rig.press(pygame.K_z, *map(ord, word[:2]))


def answers(rig: Rig) -> Frame:
    rig.press(pygame.K_v, pygame.K_SPACE)
    for frame in iter(lambda: rig.run(0.1), None):
        if frame.report is not None:
            return frame
        if frame.quiz is not None and frame.quiz.chosen is None:
            rig.press(pygame.K_1)
    raise AssertionError


def notes(rig: Rig) -> Frame:
    rig.press(pygame.K_g, pygame.K_SPACE)
    return rig.run(19.6)


def points(rig: Rig) -> Frame:
    rig.press(pygame.K_g, pygame.K_SPACE)
    return rig.run(rig.song.length + 1)


def settled(rig: Rig, *keys: int) -> Frame:
    rig.press(*keys)
    wait([rig.conductors[-1].ask(lambda: None)], timeout=60)
    return rig.show.tick()


def wrong_loops(rig: Rig) -> Frame:
    return settled(rig, pygame.K_x)


def wrong_loop(rig: Rig) -> Frame:
    settled(rig, pygame.K_x)
    return settled(rig, pygame.K_RETURN)


def cards(rig: Rig) -> Frame:
    return settled(rig, pygame.K_y)


def order(rig: Rig) -> Frame:
    settled(rig, pygame.K_y)
    return settled(rig, pygame.K_RETURN)


SCREENS = (question, answer, gap, typed, answers, notes, points, wrong_loops, wrong_loop, cards, order)


@pytest.mark.parametrize("reach", SCREENS, ids=lambda reach: reach.__name__)
def test_what_a_learner_sees_looks_as_accepted(
    reach: Callable[[Rig], Frame], rig: Rig, tmp_path: Path, accept_pictures: bool
) -> None:
    frame = reach(rig)
    surface = pygame.Surface(SIZE)
    controls = replace(frame.controls, message="", sound="", still=True)
    Stage(SIZE).draw(surface, replace(frame, controls=controls))
    check_picture(surface, f"learning/{reach.__name__}", tmp_path, accept_pictures)
