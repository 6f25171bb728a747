"""What is counted of samples, against torch and against counting one by one."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from app.drawing.samples import (
    View,
    answers_of,
    confusion,
    histogram,
    losses_said,
    remark_of,
    sample_hint,
    wrong_of,
)
from loop_core.freeze import PointsReader, errors_of
from loop_core.snapshot import Points, Task, frozen

LOGITS = st.floats(allow_nan=True, allow_infinity=True, width=32)


def points_of(
    targets: torch.Tensor, predictions: torch.Tensor | None, loss_fn: torch.nn.Module | None = None
) -> Points:
    inputs = torch.rand(len(targets), 5)
    points = PointsReader().read(inputs, targets, predictions, loss_fn)
    assert points is not None
    return points


def view_of(points: Points, loss: float | None, name: str, task: Task = "regression") -> View:
    return View(points, None, None, task, 0.0, False, loss, name, 40)


@given(
    st.integers(1, 14).flatmap(
        lambda classes: st.tuples(
            st.just(classes),
            st.lists(
                st.tuples(
                    st.integers(0, classes - 1), st.one_of(st.just(np.nan), st.integers(0, classes - 1))
                ),
                max_size=60,
            ),
        )
    ),
    st.integers(2, 10),
)
def test_a_confusion_counts_every_sample_once(drawn: tuple[int, list[tuple[int, float]]], most: int) -> None:
    classes, pairs = drawn
    targets, answers = np.array(pairs, dtype=np.float32).reshape(-1, 2).T
    table = confusion(targets, answers, classes, most)
    shown = min(classes, most)
    assert table.counts.shape == (shown, shown)
    assert len(table.labels) == shown
    assert table.counts.sum() + table.broken.sum() == len(pairs)
    for row in range(shown):
        for column in range(shown):
            alone = sum(
                min(target, shown - 1) == row and min(answer, shown - 1) == column
                for target, answer in pairs
                if not np.isnan(answer)
            )
            assert table.counts[row, column] == alone
    assert table.labels[-1] == (f"{shown - 1}+" if classes > shown else str(shown - 1))


def test_a_confusion_of_few_classes_has_the_right_answers_on_its_diagonal() -> None:
    targets, logits = torch.randint(0, 4, (300,)), torch.randn(300, 4)
    points = points_of(targets, logits)
    assert points.best is not None
    table = confusion(points.targets, points.best, 4, 10)
    assert np.trace(table.counts) == (logits.argmax(dim=1) == targets).sum().item()


@given(
    arrays.arrays(np.float32, st.integers(0, 50), elements=LOGITS),
    st.sampled_from([0.0, 0.5]),
    st.randoms(use_true_random=False),
)
def test_a_histogram_counts_every_number_once_on_its_side_of_the_threshold(
    outputs: np.ndarray, threshold: float, random: object
) -> None:
    classes = np.array([random.randint(0, 1) for _ in outputs])  # type: ignore[attr-defined]
    bars = histogram(outputs, classes, threshold, 24)
    assert bars.counts.shape[1] + 1 == len(bars.edges) <= 28
    assert (np.diff(bars.edges) > 0).all()
    (place,) = np.flatnonzero(bars.edges == threshold)
    for label in (0, 1):
        own = outputs[classes == label]
        assert bars.counts[label].sum() == (~np.isnan(own)).sum()
        assert bars.counts[label, place:].sum() == (own > threshold).sum()


def test_the_bars_of_a_histogram_hold_what_lies_between_their_edges() -> None:
    outputs = torch.randn(500).numpy()
    bars = histogram(outputs, np.zeros(500), 0.0, 24)
    for count, low, high in zip(bars.counts[0], bars.edges, bars.edges[1:], strict=False):
        assert count == pytest.approx(((outputs > low) & (outputs <= high)).sum(), abs=1)


@pytest.mark.parametrize(
    ("task", "threshold", "predictions", "right"),
    [
        ("binary", 0.0, torch.randn(300, 1), lambda p, y: (p[:, 0] > 0) == y),
        ("binary", 0.5, torch.rand(300), lambda p, y: (p > 0.5) == y),
        ("multiclass", 0.0, torch.randn(300, 2), lambda p, y: p.argmax(dim=1) == y),
        ("multiclass", 0.0, torch.randn(300, 80), lambda p, y: p.argmax(dim=1) == y),
    ],
)
def test_the_count_of_wrong_samples_is_that_of_torch(
    task: Task, threshold: float, predictions: torch.Tensor, right: object
) -> None:
    targets = torch.randint(0, 2 if predictions.ndim < 2 else max(2, predictions.shape[1]), (300,))
    points = points_of(targets, predictions)
    wrong = (~right(predictions, targets)).sum().item()  # type: ignore[operator]
    found = wrong_of(points, task, threshold)
    assert found is not None
    assert found.sum() == wrong
    assert remark_of(points, task, threshold) == f"wrong: {wrong} of 300"


def test_a_target_of_minus_one_is_class_0() -> None:
    """As `torch.nn.SoftMarginLoss` has it."""
    points = points_of(torch.tensor([-1.0, 1.0]), torch.tensor([[-0.3], [0.2]]))
    wrong = wrong_of(points, "binary", 0.0)
    assert wrong is not None
    assert not wrong.any()


def test_an_output_that_is_nan_is_neither_right_nor_wrong() -> None:
    predictions = torch.tensor([[0.3], [torch.nan], [-0.2]])
    points = points_of(torch.tensor([0.0, 1.0, 1.0]), predictions)
    wrong = wrong_of(points, "binary", 0.0)
    assert wrong is not None
    assert wrong.tolist() == [True, False, True]
    assert remark_of(points, "binary", 0.0) == "NaN: 1 of 3"


def test_of_a_large_set_it_is_said_how_many_were_looked_at() -> None:
    points = points_of(torch.zeros(2500), torch.ones(2500, 1))
    assert remark_of(points, "binary", 0.0) == "wrong: 1000 of first 1,000"
    assert remark_of(points, "regression", 0.0) == "2,500 samples"


def test_without_predictions_nothing_is_wrong() -> None:
    points = points_of(torch.zeros(30), None)
    assert wrong_of(points, "binary", 0.0) is None
    assert wrong_of(points, "multiclass", 0.0) is None
    assert remark_of(points, "binary", 0.0) == "30 samples"


def test_several_targets_for_each_sample_have_no_answers() -> None:
    points = points_of(torch.rand(30, 3), torch.rand(30, 3))
    assert answers_of(points, "multiclass", 0.0) is None


@pytest.mark.parametrize(
    ("loss_fn", "outputs", "said"),
    [
        (torch.nn.L1Loss(), 1, "mean |y_pred − y| = "),
        (torch.nn.MSELoss(), 1, "mean (y_pred − y)² = "),
        (torch.nn.HuberLoss(), 1, "HuberLoss = "),
        (torch.nn.L1Loss(reduction="sum"), 1, "L1Loss = "),
        (torch.nn.MSELoss(), 2, "MSELoss = "),
    ],
)
def test_a_loss_is_called_a_mean_only_where_it_is_one(
    loss_fn: torch.nn.Module, outputs: int, said: str
) -> None:
    targets, predictions = torch.randn(40, outputs), torch.randn(40, outputs)
    points = points_of(targets, predictions, loss_fn)
    loss = loss_fn(predictions, targets).item()
    wordings = losses_said(view_of(points, loss, type(loss_fn).__name__))
    assert wordings[0] == f"{said}{loss:.4f}"
    assert wordings[-1] == f"loss = {loss:.4f}"


def test_a_hint_tells_a_sample_in_full_and_leaves_out_what_is_too_much() -> None:
    targets, predictions = torch.randn(9, 1), torch.randn(9, 1)
    points = points_of(targets, predictions, torch.nn.L1Loss())
    errors = errors_of(torch.nn.L1Loss(), predictions, targets)
    assert errors is not None
    rows = sample_hint(view_of(points, 0.5, "L1Loss"), 3).rows
    assert rows[0] == "training sample 3"
    assert rows[1].startswith("input ")
    assert rows[1].endswith(", …")
    assert rows[1].count(",") == 4
    assert rows[2:] == (
        f"target {targets[3, 0]:.4f}".replace("-", "−"),
        f"output {predictions[3, 0]:.4f}".replace("-", "−"),
        f"its own loss {errors[3]:.4f}",
    )
    bare = Points(frozen([[1.0]]), frozen([2.0]), None, None, None, 1)
    assert sample_hint(view_of(bare, None, ""), 0).rows[1:] == ("input 1.0000", "target 2.0000")
