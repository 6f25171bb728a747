"""The pictures of samples: what they say and mark, at every size, for data of every shape."""

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pygame
import pytest
import torch
from torch import nn

from app.draw import TextBox, number, reported
from app.drawing import cloud
from app.drawing.samples import View, losses_said
from app.panels import data
from app.pointing import Hint, collected, hint_at
from app.stage import layout
from app.theme import THEMES, mix, theme_for
from loop_core.freeze import PointsReader
from loop_core.lessons import find_lesson
from loop_core.listing import read_listing
from loop_core.operations import Operation
from loop_core.snapshot import Fit, Task, frozen
from loop_core.stepper import Stepper

pytestmark = pytest.mark.usefixtures("fonts")

SIZES = ((1280, 720), (1024, 768), (1920, 1080), (2560, 1080), (3840, 2160), (960, 540))
GENERATOR = torch.Generator().manual_seed(0)


def normal(*shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=GENERATOR)


def classes(count: int, samples: int = 800) -> torch.Tensor:
    return torch.randint(0, count, (samples,), generator=GENERATOR)


def holed(predictions: torch.Tensor, every: int = 7) -> torch.Tensor:
    predictions = predictions.clone()
    predictions[::every] = torch.nan
    return predictions


CROSS, LOGITS = nn.CrossEntropyLoss(), nn.BCEWithLogitsLoss()
Case = tuple[Task, nn.Module, torch.Tensor, torch.Tensor, torch.Tensor]
CASES: dict[str, Case] = {
    "a line": ("regression", nn.L1Loss(), normal(40, 1), normal(40, 1), normal(40, 1)),
    "a line that is no number": (
        "regression",
        nn.MSELoss(),
        normal(40, 1),
        normal(40, 1),
        holed(normal(40, 1), 1),
    ),
    "a map": ("binary", LOGITS, normal(800, 2), classes(2).float(), normal(800)),
    "a map of four": ("multiclass", CROSS, normal(800, 2), classes(4), normal(800, 4)),
    "a map that is no number": (
        "multiclass",
        CROSS,
        normal(800, 2),
        classes(4),
        holed(normal(800, 4), 1),
    ),
    "a map of many": (
        "binary",
        LOGITS,
        normal(2500, 2),
        torch.zeros(2500),
        normal(2500).abs(),
    ),
    "numbers": ("regression", nn.MSELoss(), normal(800, 6), 9e3 * normal(800, 1), normal(800, 1)),
    "three numbers each": ("regression", nn.HuberLoss(), normal(800, 2), normal(800, 3), normal(800, 3)),
    "numbers with holes": ("regression", nn.L1Loss(), normal(800, 6), normal(800), holed(normal(800))),
    "infinite numbers": ("regression", nn.L1Loss(), normal(8, 6), normal(8), torch.full((8,), torch.inf)),
    "one and the same number": (
        "regression",
        nn.L1Loss(),
        normal(8, 6),
        torch.full((8,), 3.0),
        torch.full((8,), 3.0),
    ),
    "logits": ("binary", LOGITS, normal(800, 5), classes(2)[:, None].float(), normal(800, 1)),
    "probabilities": ("binary", nn.BCELoss(), normal(800, 1), classes(2).float(), normal(800).sigmoid()),
    "logits with holes": (
        "binary",
        LOGITS,
        normal(800, 5),
        classes(2).float(),
        holed(normal(800)),
    ),
    "logits on one side": (
        "binary",
        LOGITS,
        normal(9, 5),
        torch.ones(9),
        normal(9).abs() + 3e4,
    ),
    "no logit is a number": (
        "binary",
        LOGITS,
        normal(9, 5),
        torch.ones(9),
        holed(normal(9), 1),
    ),
    "three classes": ("multiclass", CROSS, normal(800, 20), classes(3), normal(800, 3)),
    "ten classes": (
        "multiclass",
        CROSS,
        normal(1000, 64),
        classes(10, 1000),
        normal(1000, 10),
    ),
    "a hundred classes": (
        "multiclass",
        CROSS,
        normal(800, 20),
        classes(100),
        normal(800, 100),
    ),
    "ten classes with holes": (
        "multiclass",
        CROSS,
        normal(800, 20),
        classes(10),
        holed(normal(800, 10)),
    ),
    "pictures": ("multiclass", CROSS, normal(400, 1, 12, 12), classes(10, 400), normal(400, 10)),
    "wide pictures in colour": (
        "multiclass",
        CROSS,
        normal(30, 3, 20, 90),
        classes(3, 30),
        holed(normal(30, 3)),
    ),
    "pictures of a hundred classes": (
        "multiclass",
        CROSS,
        normal(800, 1, 8, 8),
        classes(100),
        normal(800, 100),
    ),
    "sequences": (
        "multiclass",
        CROSS,
        classes(27, 8 * 24).reshape(8, 24),
        classes(27, 8 * 24).reshape(8, 24),
        normal(8, 27, 24),
    ),
    "long sequences with holes": (
        "multiclass",
        CROSS,
        classes(5000, 6 * 200).reshape(6, 200),
        classes(5000, 6 * 200).reshape(6, 200),
        holed(normal(6, 5000, 200), 2),
    ),
    "one short sequence": (
        "multiclass",
        CROSS,
        classes(3, 2).reshape(1, 2),
        classes(3, 2).reshape(1, 2),
        normal(1, 3, 2),
    ),
    "shares of classes": (
        "multiclass",
        CROSS,
        normal(80, 20),
        normal(80, 3).softmax(dim=1),
        normal(80, 3),
    ),
}


def view_of(case: Case, progress: int = 40, testing: bool = False) -> View:
    """The view just after the loss of a case's data."""
    task, loss_fn, inputs, targets, predictions = case
    points = PointsReader().read(inputs, targets, predictions, loss_fn)
    assert points is not None
    loss = loss_fn(predictions, targets).item()
    fit = None
    if task == "regression" and inputs.shape[1] == 1:
        fit = Fit(frozen(np.linspace(-2, 2, 96)), None, frozen(np.linspace(-1, 1, 96)[:, None]))
    threshold = 0.5 if isinstance(loss_fn, nn.BCELoss) else 0.0
    name = type(loss_fn).__name__
    return View(points, points, fit, task, threshold, testing, loss, name, progress)


def drawn(view: View, size: tuple[int, int] = (1920, 1080), name: str = "dark") -> pygame.Surface:
    theme = theme_for(size, name)
    surface = pygame.Surface(layout(size)["data"].size)
    surface.fill(theme.panel)
    data.draw(surface, view, theme)
    return surface


def said(view: View, size: tuple[int, int] = (1920, 1080)) -> list[str]:
    with reported() as boxes:
        drawn(view, size)
    return [box.words for box in boxes]


def hints_of(view: View) -> set[Hint]:
    theme = theme_for((1920, 1080))
    surface = pygame.Surface(layout((1920, 1080))["data"].size)
    with collected() as areas:
        data.draw(surface, view, theme)
    spots = [(x, y) for x in range(0, surface.get_width(), 5) for y in range(0, surface.get_height(), 4)]
    return {hint for hint in (hint_at(areas, spot) for spot in spots) if hint is not None}


def pixels(surface: pygame.Surface, color: tuple[int, int, int]) -> int:
    return int((pygame.surfarray.array3d(surface) == color).all(axis=2).sum())


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_texts_are_whole_apart_inside_and_large(case: Case, size: tuple[int, int]) -> None:
    for progress, testing in ((40, True), (30, False)):
        boxes: list[TextBox]
        with reported() as boxes:
            surface = drawn(view_of(case, progress, testing), size)
        for box in boxes:
            assert surface.get_rect().contains(box.rect), box
            assert box.whole, box
            assert box.size >= 22, box
        inked = [box.rect.inflate(0, -box.rect.height // 3) for box in boxes]
        for (a, one), (b, other) in combinations(zip(inked, boxes, strict=True), 2):
            assert not a.colliderect(b), (one, other)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_equal_views_draw_equal_pictures_which_move_and_come_to_rest(case: Case, theme: str) -> None:
    first = view_of(case, 0)
    pictures = [
        pygame.image.tobytes(drawn(replace(first, progress=p), name=theme), "RGB")
        for p in (0, 10, 30, 40, 40)
    ]
    assert pictures[-1] == pictures[-2]
    if np.isfinite(first.loss):
        assert pictures[0] != pictures[-1]


@pytest.mark.parametrize("name", ["a line", "numbers", "logits", "ten classes"])
def test_the_loss_is_said_when_its_parts_have_come_together(name: str) -> None:
    view = view_of(CASES[name])
    assert set(said(view)) & set(losses_said(view))
    assert not set(said(replace(view, progress=20))) & set(losses_said(view))
    assert not set(said(replace(view, loss=None))) & set(losses_said(view))


@pytest.mark.parametrize("name", ["a map", "a map of four"])
def test_beside_a_map_stand_the_loss_and_how_many_are_told_wrong(name: str) -> None:
    view = view_of(CASES[name])
    task, _, _, targets, predictions = CASES[name]
    answers = predictions.argmax(dim=1) if task == "multiclass" else (predictions > 0).long()
    words = said(view)
    assert f"{view.loss:.4f}" in words
    assert view.loss_name in words
    assert words[words.index("wrong:") + 1] == f"{(answers != targets).sum()} of 800"


def test_the_mean_bar_of_a_line_is_as_long_as_the_loss() -> None:
    """Against targets from 0 to 1, all of which are missed by a quarter."""
    targets = torch.linspace(0, 1, 11)[:, None]
    case: Case = ("regression", nn.L1Loss(), targets, targets, targets + 0.25)
    surface = drawn(view_of(case))
    theme = theme_for((1920, 1080))
    right = pygame.surfarray.array3d(surface)[-60:, : surface.get_height() - theme.px(40)]
    bar = (right == theme.now).all(axis=2)
    high = surface.get_height() - theme.px(94)
    assert bar.any(axis=0).sum() == pytest.approx(0.25 / 1.6 * high, abs=1.5)
    assert bar.any(axis=1).sum() == theme.px(12)


def test_residuals_grow_first_and_stay_faint() -> None:
    view = replace(view_of(CASES["a line"]), fit=None)
    theme = theme_for((1920, 1080))
    bright = [pixels(drawn(replace(view, progress=p)), theme.now) for p in (0, 10, 20, 40)]
    assert bright[0] < bright[1] < bright[2]
    assert bright[3] < bright[2]
    faint = mix(theme.now, theme.panel, 0.5)
    assert pixels(drawn(view), faint) > pixels(drawn(replace(view, loss=None)), faint) == 0


def test_a_wrong_sample_is_a_cross_and_a_right_one_a_disc() -> None:
    inputs = torch.tensor([[0.0, 0.0], [1.0, 1.0], [0.5, 0.5]])
    pictures = []
    for output in (-1.0, 1.0):
        case: Case = (
            "binary",
            LOGITS,
            inputs,
            torch.zeros(3),
            torch.tensor([-1.0, -1.0, output]),
        )
        pictures.append(pixels(drawn(replace(view_of(case), loss=None)), theme_for((1920, 1080)).classes[0]))
    assert pictures[0] != pictures[1]


def test_rings_grow_with_a_samples_own_loss() -> None:
    inputs, theme = torch.tensor([[0.0, 0.0], [1.0, 1.0], [0.5, 0.5]]), theme_for((1920, 1080))
    counts = []
    for logit in (5.0, 0.0, -1.0, -3.0):
        case: Case = (
            "binary",
            LOGITS,
            inputs,
            torch.ones(3),
            torch.tensor([9.0, 9.0, logit]),
        )
        surface = drawn(view_of(case, 20))
        counts.append(pixels(surface.subsurface((0, 0, 250, surface.get_height())), theme.now))
    assert counts[0] == 0
    assert counts == sorted(set(counts))


def test_the_cells_of_a_confusion_are_counts_of_the_samples() -> None:
    view = view_of(CASES["three classes"])
    _, _, _, targets, predictions = CASES["three classes"]
    answers = predictions.argmax(dim=1)
    hints = {hint.rows[0]: hint.rows[1:] for hint in hints_of(view)}
    words = said(view)
    for target in range(3):
        total = int((targets == target).sum())
        for answer in range(3):
            count = int(((targets == target) & (answers == answer)).sum())
            share = f"{100 * count / total:.1f} % of target {target}"
            assert hints[f"target {target}, predicted {answer}"] == (f"{count} of {total} samples", share)
            assert str(count) in words
    assert len(hints) == 9


@pytest.mark.parametrize(("name", "labels"), [("ten classes", 10), ("a hundred classes", 10)])
def test_up_to_ten_classes_are_shown_and_more_are_folded(name: str, labels: int) -> None:
    words = said(view_of(CASES[name]))
    heads = [str(label) for label in range(labels)]
    if name == "a hundred classes":
        heads[-1] = "9+"
    assert all(words.count(head) >= 2 for head in heads)


def test_right_answers_are_marked_by_more_than_their_colour() -> None:
    """The two bars beside a cell of the diagonal are there even when its count is nought."""
    targets = torch.zeros(9).long()
    case: Case = ("multiclass", CROSS, normal(9, 5), targets, torch.eye(3)[targets + 1])
    theme = theme_for((1920, 1080))
    bars = pygame.surfarray.array3d(drawn(replace(view_of(case), loss=None)))
    tall = (bars == theme.text).all(axis=2).sum(axis=1) >= theme.px(30)
    assert tall.sum() == 6 * theme.px(3)


def test_the_bars_of_a_histogram_tell_what_they_count() -> None:
    view = view_of(CASES["logits"])
    _, _, _, targets, predictions = CASES["logits"]
    found = [hint.rows for hint in hints_of(view)]
    for label in (0, 1):
        own = predictions[targets == label]
        rows = [row for row in found if row[0].startswith(f"class {label}, logit ")]
        assert sum(int(row[1].split()[0]) for row in rows) == len(own)
        wrong = [row for row in rows if row[2].endswith(": wrong")]
        expected = int(((own > 0) == (label == 0)).sum())
        assert sum(int(row[1].split()[0]) for row in wrong) == expected
        assert f"wrong: {expected} of {len(own)}" in said(view)


@pytest.mark.parametrize("name", ["numbers with holes", "logits with holes", "ten classes with holes"])
def test_what_is_no_number_is_said_and_hatched(name: str) -> None:
    view = view_of(CASES[name])
    assert any(words.startswith("NaN: 115 of 800") for words in said(view))
    assert pixels(drawn(view), theme_for((1920, 1080)).failed) > 200


@pytest.mark.parametrize("name", ["a line", "a map", "numbers"])
def test_a_sample_tells_its_own_loss(name: str) -> None:
    view = view_of(CASES[name])
    assert view.train is not None
    assert view.train.errors is not None
    for hint in hints_of(view):
        index = int(hint.rows[0].split()[-1])
        assert hint.rows[-1] == f"its own loss {number(float(view.train.errors[index]))}"
    assert hints_of(view)


@pytest.mark.parametrize("name", CASES)
def test_a_set_without_predictions_is_said_to_have_none(name: str) -> None:
    view = view_of(CASES[name])
    _, _, inputs, targets, _ = CASES[name]
    bare = PointsReader().read(inputs, targets, None)
    shown = replace(view, train=bare, test=None, loss=None)
    assert drawn(shown)
    assert "wrong" not in " ".join(said(shown))
    assert drawn(replace(shown, testing=True))


@pytest.mark.parametrize("testing", [False, True])
def test_a_picture_stands_by_the_class_that_it_is_taken_for_and_is_framed_when_that_is_wrong(
    testing: bool,
) -> None:
    targets = torch.arange(20) % 10
    taken = torch.where(targets == 3, 8, targets)
    case: Case = ("multiclass", CROSS, normal(20, 1, 8, 8), targets, 9.0 * torch.eye(10)[taken])
    view = replace(view_of(case, testing=testing), loss=None)
    theme = theme_for((1920, 1080))
    right = replace(view_of((*case[:4], 9.0 * torch.eye(10)[targets]), testing=testing), loss=None)
    assert pixels(drawn(right), theme.failed) == 0
    assert pixels(drawn(view), theme.failed) > 4 * theme.px(36)
    half = "test" if testing else "training"
    told = {hint.rows[0] for hint in hints_of(view) if hint.rows[0].startswith(half)}
    assert told == {f"{half} sample {index}" for index in range(10)}


def letters_view(guesses: str, text: str = "the loss") -> View:
    """One sample of a text, and for each letter after its first the guess, of which the model is sure."""
    signs = "abehlost "
    numbers = torch.tensor([[signs.index(sign) for sign in text]])
    logits = 20.0 * nn.functional.one_hot(torch.tensor([[signs.index(g) for g in guesses]]), len(signs))
    names = {"text": text, "signs": list(signs)}
    predictions = logits.float().transpose(1, 2)
    points = PointsReader().read(numbers[:, :-1], numbers[:, 1:], predictions, CROSS, names)
    return View(points, points, None, "multiclass", 0.0, False, None, "", 40)


def test_below_a_text_stand_the_guesses_for_its_letters() -> None:
    view = letters_view("he bost")
    assert "wrong: 2 of 7" in said(view)
    letters = [words for words in said(view) if len(words) == 1]
    assert "".join(letters) == "the·loss" + "he·bost"
    told = {hint.rows for hint in hints_of(view)}
    assert (
        "training sample 0, place 4",
        "after the·",
        "comes l: chance 2.06e−09",
        "guess b: chance 1.0000",
    ) in told
    assert len(told) == 7


def test_a_wrong_guess_is_underlined_and_its_bar_is_as_high_as_the_chance_of_the_right_letter() -> None:
    theme = theme_for((1920, 1080))
    right, wrong = drawn(letters_view("he loss")), drawn(letters_view("he bost"))
    assert pixels(right, theme.failed) == 0
    assert pixels(wrong, theme.failed) > 2 * theme.px(2 * 13)
    lost = pixels(right, theme.train) - pixels(wrong, theme.train)
    bar = theme.px(0.55 * 26) * (round(theme.px(15.6)) - theme.px(2))
    assert lost > 1.8 * bar


def test_a_text_without_a_table_of_its_letters_is_shown_in_numbers() -> None:
    view = view_of(CASES["sequences"])
    assert view.train is not None
    assert view.train.text is not None
    assert view.train.text.words == ()
    assert {"text, below it the guesses"} < set(said(view))
    assert sum(words.isdigit() for words in said(view)) > 30


def test_the_test_set_is_shown_where_the_loop_draws_its_training_batches(tmp_path: Path) -> None:
    lesson = find_lesson("tiny_gpt")
    stepper = Stepper(read_listing(lesson.path), tmp_path, lesson.epochs_per_fast_line)
    snapshot = stepper.perform(0, Operation.SETUP)[0]
    stepper.close()
    assert snapshot.train is None
    assert snapshot.test is not None
    assert snapshot.test.text is not None
    assert set("the loss.") <= set(snapshot.test.text.words)
    assert snapshot.outline is not None


def test_what_stands_still_is_drawn_once() -> None:
    view = view_of(CASES["a map"], 0)
    cloud._samples_layer.cache_clear()
    for progress in range(41):
        drawn(replace(view, progress=progress))
    assert cloud._samples_layer.cache_info().misses == 1
