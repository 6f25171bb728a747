"""Samples that are shown as what they are: of which data, and never with another batch's guesses."""

import pytest
import torch

from loop_core.examples import images_of, text_of, words_of
from loop_core.freeze import PointsReader
from loop_core.snapshot import Text

SIGNS = "abcde "


def numbers(rows: int, places: int, count: int = 6) -> torch.Tensor:
    return torch.arange(rows * places).reshape(rows, places) % count


def text(inputs: torch.Tensor, predictions: torch.Tensor | None, **names: object) -> Text:
    found = text_of(inputs, inputs.roll(-1, dims=1), predictions, names)
    assert found is not None
    return found


def test_the_first_picture_of_each_class_is_kept() -> None:
    pictures = torch.arange(40.0).reshape(10, 1, 2, 2)
    found = images_of(pictures, torch.tensor([2, 0, 2, 2, 0, 1, 1, 0, 0, 5]))
    assert found is not None
    assert found.samples == (1, 5, 0, 9)
    assert found.pixels.tolist() == pictures[[1, 5, 0, 9], 0].tolist()
    assert not found.pixels.flags.writeable


def test_pictures_are_few_and_small_and_their_channels_one() -> None:
    found = images_of(torch.rand(100, 4, 70, 200), torch.arange(100))
    assert found is not None
    assert found.pixels.shape == (10, 32, 32)


@pytest.mark.parametrize("shape", [(5, 4), (5, 4, 4), (0, 1, 4, 4), (5, 1, 0, 4)])
def test_other_data_are_no_pictures(shape: tuple[int, ...]) -> None:
    assert images_of(torch.zeros(shape), torch.zeros(shape[0])) is None


def test_three_samples_in_the_middle_are_kept_as_far_as_they_are_shown() -> None:
    found = text(numbers(20, 100), None)
    assert (found.first, found.inputs.shape, found.total) == (10, (3, 64), 2000)
    assert found.inputs.tolist() == numbers(20, 100)[10:13, :64].tolist()
    assert text(numbers(2, 4), None).inputs.shape == (2, 4)


def test_guesses_and_chances_are_those_of_torch() -> None:
    inputs, logits = numbers(5, 7), torch.randn(5, 6, 7, generator=torch.Generator().manual_seed(0))
    found = text(inputs, logits)
    targets = inputs.roll(-1, dims=1)
    chances = logits.softmax(dim=1)
    assert found.guesses is not None
    assert found.sure is not None
    assert found.right is not None
    assert found.first == 2
    assert found.guesses.tolist() == logits[2:].argmax(dim=1).tolist()
    assert found.sure == pytest.approx(chances[2:].amax(dim=1).numpy())
    assert found.right[1, 3] == pytest.approx(float(chances[3, targets[3, 3], 3]))
    assert found.wrong == int((logits.argmax(dim=1) != targets).sum())


def test_what_is_no_number_is_no_guess() -> None:
    found = text(numbers(2, 3), torch.full((2, 6, 3), torch.nan))
    assert found.guesses is not None
    assert torch.tensor(found.guesses).isnan().all()


def test_a_target_that_the_loss_leaves_out_has_no_chance() -> None:
    targets = torch.tensor([[1, -100, 2]])
    found = text_of(numbers(1, 3), targets, torch.zeros(1, 6, 3), {"table": SIGNS})
    assert found is not None
    assert found.right is not None
    assert torch.tensor(found.right).isnan().tolist() == [[False, True, False]]


@pytest.mark.parametrize(
    ("inputs", "targets"),
    [
        (torch.zeros(5, 3), torch.zeros(5, 3)),
        (torch.zeros(5, 3).long(), torch.zeros(5).long()),
        (torch.zeros(5, 3, 2).long(), torch.zeros(5, 3, 2).long()),
        (torch.zeros(0, 3).long(), torch.zeros(0, 3).long()),
    ],
)
def test_other_data_are_no_sequences(inputs: torch.Tensor, targets: torch.Tensor) -> None:
    assert text_of(inputs, targets, None, {}) is None


@pytest.mark.parametrize(
    "table", [SIGNS, list(SIGNS), tuple(SIGNS), dict(enumerate(SIGNS)), ["<s>", "he", "she", "it", ".", " "]]
)
def test_a_table_is_found_among_the_lessons_variables(table: object) -> None:
    names = {"torch": torch, "corpus": "a bad cab", "epochs": 6, "lines": ["ab", "ab"], "table": table}
    wanted = tuple(table.values()) if isinstance(table, dict) else tuple(table)  # type: ignore[arg-type]
    assert words_of(names, 5, 6) == wanted
    assert words_of(names, 5, None) == wanted


@pytest.mark.parametrize(
    "table",
    ["abcabc", list("abcde"), [1, 2, 3, 4, 5, 6], {"a": 0}, {0: "a", 2: "b"}, ["a" * 20, *"bcdef"], [[], 1]],
)
def test_what_cannot_be_the_table_is_left(table: object) -> None:
    assert words_of({"table": table}, 5, 6) == ()


def test_guesses_for_another_batch_are_never_shown_with_this_one() -> None:
    """Between a loop's new batch and its forward pass, the predictions are those for the batch before."""
    reader = PointsReader()
    first, second = numbers(4, 5), numbers(4, 5).flip(0)
    logits, later = torch.rand(4, 6, 5), torch.rand(4, 6, 5)

    def guesses(inputs: torch.Tensor, predictions: torch.Tensor) -> bool:
        points = reader.read(inputs, inputs.clone() if inputs is second else targets, predictions)
        assert points is not None
        assert points.text is not None
        assert (points.predictions is None) == (points.text.guesses is None)
        return points.text.guesses is not None

    targets = first.clone()
    assert guesses(first, logits)
    assert guesses(first, logits)
    assert not guesses(second, logits)
    assert guesses(second, later)


def test_a_text_that_has_not_changed_is_the_same_object() -> None:
    reader, inputs, targets, logits = PointsReader(), numbers(4, 5), numbers(4, 5), torch.rand(4, 6, 5)
    assert reader.read(inputs, targets, logits) is reader.read(inputs, targets, logits)
    assert reader.read(inputs, targets, None) is reader.read(inputs, targets, None)
