"""Questions, gaps and what became of the answers, as they are drawn: whole, apart, with their marks."""

import os

os.environ["SDL_VIDEODRIVER"] = "dummy"

from dataclasses import replace

import pygame
import pytest
from test_panels import SIZES, assert_apart

from app.draw import CHINESE, TextBox, reported
from app.drawing.questions import ask, pick, tell
from app.theme import Theme, theme_for
from assets import SONGS
from loop_core.cloze import Cloze, gaps_of
from loop_core.operations import Operation
from loop_core.quiz import Answer, Quiz, question_for
from loop_core.song import load_song
from loop_core.words import Words

pytestmark = pytest.mark.usefixtures("fonts")

LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])


def band(size: tuple[int, int]) -> tuple[pygame.Surface, Theme]:
    """An empty picture of the place under the panels."""
    theme = theme_for(size)
    surface = pygame.Surface((size[0], round(size[1] * 0.19)))
    surface.fill(theme.ground)
    return surface, theme


def quiz(operation: Operation, verse: int = 0) -> Quiz:
    question = question_for(operation, verse, "weights")
    assert question is not None
    return Quiz("Loss backward", question)


@LANGUAGES
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("operation", [Operation.BACKWARD, Operation.FORWARD, Operation.STEP])
def test_a_question_stands_clear_of_its_choices(
    operation: Operation, size: tuple[int, int], language: str
) -> None:
    surface, theme = band(size)
    with reported() as boxes:
        ask(surface, theme, quiz(operation), language)
    choice = boxes[2].rect.centery - theme.px(30)
    above = [surface.get_at((x, choice - theme.px(3)))[:3] for x in range(size[0])]
    assert set(above) == {theme.ground}
    assert all(surface.get_rect().contains(box.rect) for box in boxes)


@LANGUAGES
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("chosen", "mark"), [(2, "✓ "), (0, "✗ "), (-1, "")])
def test_an_answer_has_its_mark_in_every_language(
    chosen: int, mark: str, size: tuple[int, int], language: str
) -> None:
    surface, theme = band(size)
    answer = Answer(2, Words("It is so. " * 20, "就是这样。" * 20))
    with reported() as boxes:
        tell(surface, theme, replace(quiz(Operation.BACKWARD), chosen=chosen), answer, language)
    assert boxes[0].words == mark or not mark
    assert all(surface.get_rect().contains(box.rect) for box in boxes)
    assert_seen(boxes)


@LANGUAGES
@pytest.mark.parametrize("typed", [None, "", "a"])
def test_a_gap_has_its_marks_in_every_language(typed: str | None, language: str) -> None:
    song = load_song(SONGS / "optimization_loop")
    gaps = next(iter(gaps_of(song, 1).values()))
    surface, theme = band((1280, 720))
    open_gap = Cloze(gaps, typed=typed, wrong=frozenset({ord("q")} if typed is not None else {0, 1}))
    for cloze in (open_gap, replace(open_gap, done=len(gaps), timing="late")):
        with reported() as boxes:
            pick(surface, theme, cloze, language)
        assert any("✓" in box.words or "✗" in box.words for box in boxes)
        assert_seen(boxes)


def assert_seen(boxes: list[TextBox]) -> None:
    """No sign is in a text that is set in the Chinese font, which does not have it."""
    assert_apart(boxes)
    assert not [box.words for box in boxes if CHINESE.search(box.words) and set("✓✗") & set(box.words)]
