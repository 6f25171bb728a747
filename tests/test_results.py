"""The page at the end: whole at every size, in both languages, with what needs work in front."""

import os

os.environ["SDL_VIDEODRIVER"] = "dummy"

import pygame
import pytest
from test_panels import SIZES, assert_apart

from app.draw import reported
from app.drawing.ratings import LEVELS, RATINGS
from app.panels import results
from app.panels.results import Row, View
from app.theme import theme_for
from loop_core.operations import Operation
from loop_core.quiz import question_for, subject_in, subject_of
from loop_core.report import Report, Tally
from loop_core.scoring import RATINGS as WORDS
from loop_core.scoring import Difficulty

pytestmark = pytest.mark.usefixtures("fonts")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("lines", [1, 7, 30, 300])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_fits_however_many_lines_there_are(size: tuple[int, int], lines: int, language: str) -> None:
    rows = tuple(
        Row(f"Line {number} of the song", "1000 of 1000", RATINGS["Awesome"].said(language), number % 2 == 0)
        for number in range(lines)
    )
    surface = pygame.Surface(size)
    with reported() as boxes:
        results.draw(surface, View("10,000", "of 10,000 points, medium", rows, language), theme_for(size))
    assert all(surface.get_rect().contains(box.rect) and box.whole and box.size >= 22 for box in boxes)
    assert_apart(boxes)
    shown = sum(box.words.startswith("Line ") for box in boxes)
    assert shown == lines or str(lines - shown) in boxes[-1].words


def test_every_rating_and_every_difficulty_has_its_words() -> None:
    assert set(RATINGS) == set(WORDS)
    assert set(LEVELS) == set(Difficulty)


@pytest.mark.parametrize(
    ("language", "row"),
    [
        ("en", "Loss backward: What will weight.grad be?"),
        ("zh", "Loss backward：weight.grad 会是什么？"),
    ],
)
def test_questions_are_listed_in_the_language_of_the_page(language: str, row: str) -> None:
    question = question_for(Operation.BACKWARD, 0, "weights")
    assert question is not None
    subject = subject_of("Loss backward", question)
    assert subject_in(language, subject) == row
    assert subject_in(language, "Loss backward") == "Loss backward"


@pytest.mark.parametrize(
    ("right", "weak", "verdict", "mark"),
    [(0, True, "needs work", "✗ "), (1, True, "not sure yet", "✓ "), (1, False, "known", "✓ ")],
)
def test_what_was_right_now_is_not_crossed_because_it_was_wrong_before(
    right: int, weak: bool, verdict: str, mark: str
) -> None:
    view = results._answered(Report((Tally("Loss backward", right, 1, weak),)), "en")
    surface = pygame.Surface((1280, 720))
    with reported() as boxes:
        results.draw(surface, view, theme_for((1280, 720)))
    assert {verdict, mark} <= {box.words for box in boxes}
    assert ("only what needs work" in boxes[-1].words) == weak
