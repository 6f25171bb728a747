"""Frozen copies: bounded, read-only, and never changed by what the loop does later."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from builders import EPOCH, WHOLE_SONG, edited, open_stepper, sing
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from loop_core.freeze import GrowingSeries, Mirror, PointsReader, errors_of, name_of, threshold_of
from loop_core.lessons import LESSONS, Lesson
from loop_core.listing import read_listing
from loop_core.operations import Operation
from loop_core.stepper import Stepper


def arrays(value: object) -> Iterator[np.ndarray]:
    """Every array in a tree of dataclasses and tuples."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from arrays(item)
    elif is_dataclass(value):
        for field in fields(value):
            yield from arrays(getattr(value, field.name))


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_past_snapshots_never_change(lesson: Lesson, tmp_path: Path) -> None:
    stepper = Stepper(read_listing(lesson.path), tmp_path, lesson.epochs_per_fast_line)
    snapshots, copies = [], []
    for number, operation in enumerate(WHOLE_SONG):
        snapshots.append(stepper.perform(number, operation)[0])
        copies.append([array.copy() for array in arrays(snapshots[-1])])
    stepper.restart()
    sing(stepper, (Operation.SETUP, *EPOCH))
    stepper.close()
    for snapshot, copied in zip(snapshots, copies, strict=True):
        now = list(arrays(snapshot))
        assert len(now) == len(copied) > 0
        for array, copy in zip(now, copied, strict=True):
            assert np.array_equal(array, copy, equal_nan=True)
            assert not array.flags.writeable


BIG = edited(
    ("model = LinearRegressionModel()", "model = nn.Sequential(nn.Linear(200, 300), nn.Linear(300, 1))"),
    ("X = torch.arange(0, 1, 0.02).unsqueeze(dim=1)", "X = torch.rand(3000, 200)"),
    ("y = weight * X + bias", "y = weight * X[:, :1] + bias"),
    ("X[:40], y[:40]", "X[:2000], y[:2000]"),
    ("X[40:], y[40:]", "X[2000:], y[2000:]"),
)


def test_pictures_of_a_big_model_are_bounded(tmp_path: Path) -> None:
    stepper = open_stepper(BIG, tmp_path)
    last = sing(stepper, (Operation.SETUP, *EPOCH))[-1]
    stepper.close()
    weight = last.params[0]
    assert weight.shape == (300, 200)
    assert weight.value.shape == (64, 64)
    assert weight.grad is not None
    assert weight.grad.shape == (64, 64)
    assert last.train is not None
    assert last.train.total == 2000
    assert last.train.inputs.shape == (1000, 64)
    assert last.forward is not None
    assert [(layer.width, len(layer.units)) for layer in last.forward.layers] == [
        (200, 64),
        (300, 64),
        (1, 1),
    ]
    assert all(array.size <= 64_000 for array in arrays(last))
    assert last.fit is None


def test_data_is_copied_anew_when_its_tensors_change_or_are_others() -> None:
    """A new tensor may get the address of an old one: nothing may be mistaken for it."""
    reader = PointsReader()
    for step in range(100):
        batch = torch.full((3, 1), float(step))
        points = reader.read(batch, batch, None)
        assert points is not None
        assert points.inputs[0, 0] == step
        del batch
    batch = torch.zeros(3, 1)
    first = reader.read(batch, batch, None)
    again = reader.read(batch, batch, batch)
    assert first is not None
    assert again is not None
    assert first.inputs is again.inputs
    batch += 1
    changed = reader.read(batch, batch, None)
    assert changed is not None
    assert changed.inputs[0, 0] == 1


def test_a_series_that_was_taken_does_not_grow() -> None:
    growing = GrowingSeries()
    taken = []
    for epoch in range(600):
        growing.add(epoch, epoch / 2)
        taken.append(growing.series())
    for epoch, series in enumerate(taken):
        assert len(series.epoch) == epoch + 1
        assert series.value[-1] == epoch / 2
        assert not series.value.flags.writeable


@pytest.mark.parametrize("features", [1, 2])
def test_the_fit_is_the_models_answer_in_eval_mode(features: int) -> None:
    model = nn.Sequential(nn.Linear(features, 4), nn.Dropout(0.5), nn.Linear(4, 3)).train()
    data = torch.rand(20, features)
    mirror = Mirror.of(model, [data])
    assert mirror is not None
    with torch.no_grad():
        model[0].weight += 1
    fit = mirror.fit(model)
    assert model.training
    assert fit is not None
    model.eval()
    if features == 1:
        assert fit.y is None
        expected = model(torch.from_numpy(fit.x.copy())[:, None])
        assert np.allclose(fit.outputs, expected.detach().numpy(), atol=1e-6)
    else:
        assert fit.y is not None
        assert fit.outputs.shape == (len(fit.y), len(fit.x), 3)
        row, column = 7, 30
        expected = model(torch.tensor([fit.x[column], fit.y[row]]))
        assert np.allclose(fit.outputs[row, column], expected.detach().numpy(), atol=1e-6)
    assert fit.x[0] < data[:, 0].min()
    assert fit.x[-1] > data[:, 0].max()


@pytest.mark.parametrize(
    "data",
    [torch.rand(5, 3), torch.rand(5), torch.zeros(5, 1, dtype=torch.long), torch.full((5, 1), torch.nan)],
)
def test_other_data_has_no_fit(data: torch.Tensor) -> None:
    assert Mirror.of(nn.Linear(1, 1), [data]) is None


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_the_samples_errors_are_the_parts_of_the_lessons_own_loss(lesson: Lesson, tmp_path: Path) -> None:
    stepper = Stepper(read_listing(lesson.path), tmp_path, lesson.epochs_per_fast_line)
    snapshots = sing(stepper, WHOLE_SONG)
    stepper.close()
    compared = 0
    for snapshot in snapshots:
        halves = {Operation.LOSS: (snapshot.train, snapshot.loss)}
        halves[Operation.TEST_LOSS] = snapshot.test, snapshot.test_loss
        if snapshot.operation in halves:
            points, loss = halves[snapshot.operation]
            assert points is not None
            assert points.errors is not None
            assert points.errors.shape == (points.total,)
            assert points.errors.mean(dtype=np.float64) == pytest.approx(loss, abs=1e-5)
            compared += 1
    assert compared == 4


def test_errors_are_asked_for_at_the_loss_and_kept_until_the_predictions_change(tmp_path: Path) -> None:
    stepper = open_stepper(edited(), tmp_path)
    known = {
        (snapshot.epoch, snapshot.operation): snapshot.train is not None and snapshot.train.errors is not None
        for snapshot in sing(stepper, (Operation.SETUP, *EPOCH, *EPOCH))
    }
    stepper.close()
    lacking = [key for key, there in known.items() if not there]
    before = (Operation.EPOCH, Operation.TRAIN, Operation.FORWARD)
    assert lacking == [(None, Operation.SETUP), *((0, o) for o in before), (1, Operation.FORWARD)]


OUTPUTS = {
    "one number each": (nn.L1Loss(), (6, 1), torch.rand(6, 1)),
    "several outputs": (nn.MSELoss(), (6, 3), torch.rand(6, 3)),
    "logits": (nn.BCEWithLogitsLoss(), (6,), torch.ones(6)),
    "classes": (nn.CrossEntropyLoss(), (6, 4), torch.arange(6) % 4),
    "shares of classes": (nn.CrossEntropyLoss(), (6, 4), torch.full((6, 4), 0.25)),
    "a class for each of several places": (nn.CrossEntropyLoss(), (6, 4, 2), torch.zeros(6, 2).long()),
    "a sum": (nn.MSELoss(reduction="sum"), (6, 1), torch.rand(6, 1)),
}


@pytest.mark.parametrize("inference", [False, True])
@pytest.mark.parametrize(("loss_fn", "shape", "targets"), OUTPUTS.values(), ids=OUTPUTS)
def test_errors_are_what_the_loss_function_says_of_each_sample_alone(
    loss_fn: nn.Module, shape: tuple[int, ...], targets: torch.Tensor, inference: bool
) -> None:
    with torch.inference_mode(inference):
        predictions = torch.rand(shape, requires_grad=not inference)
        errors = errors_of(loss_fn, predictions, targets)
    alone = [loss_fn(predictions[i : i + 1].clone(), targets[i : i + 1]).item() for i in range(6)]
    assert errors is not None
    assert errors.tolist() == pytest.approx(alone, abs=1e-6)


class OwnLoss(nn.Module):
    """One number whatever is asked."""

    reduction = "mean"

    def forward(self, predictions: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        return (predictions - targets).abs().mean()


@pytest.mark.parametrize(
    ("loss_fn", "predictions", "targets"),
    [
        (nn.functional.mse_loss, torch.rand(6, 1), torch.rand(6, 1)),
        (OwnLoss(), torch.rand(6, 1), torch.rand(6, 1)),
        (nn.CosineEmbeddingLoss(), torch.rand(6, 1), torch.rand(6, 1)),
        (nn.CrossEntropyLoss(), torch.rand(6, 4), torch.rand(6)),
        (None, torch.rand(6, 1), torch.rand(6, 1)),
    ],
    ids=["a function", "not one for each", "three inputs", "raises", "none"],
)
def test_a_loss_function_that_gives_no_errors_has_none(
    loss_fn: object, predictions: torch.Tensor, targets: torch.Tensor
) -> None:
    assert errors_of(loss_fn, predictions, targets) is None


def test_asking_for_errors_changes_nothing_of_the_loss_function() -> None:
    loss_fn, called = nn.CrossEntropyLoss(weight=torch.rand(4), reduction="sum"), []
    loss_fn.register_forward_hook(lambda *arguments: called.append(arguments))
    before = {name: str(value) for name, value in vars(loss_fn).items()}
    predictions = torch.rand(6, 4, requires_grad=True)
    states = torch.get_rng_state(), np.random.get_state()[1].tolist()
    assert errors_of(loss_fn, predictions, torch.arange(6) % 4) is not None
    assert {name: str(value) for name, value in vars(loss_fn).items()} == before
    assert called == []
    assert predictions.grad is None
    assert torch.equal(torch.get_rng_state(), states[0])
    assert np.random.get_state()[1].tolist() == states[1]


@given(st.integers(1, 9), st.integers(2, 90), st.data())
def test_the_best_output_is_the_largest_of_all_and_none_beside_nan(
    samples: int, outputs: int, data: st.DataObject
) -> None:
    predictions = torch.rand(samples, outputs)
    broken = data.draw(st.sets(st.integers(0, samples - 1)))
    predictions[list(broken), data.draw(st.integers(0, outputs - 1))] = torch.nan
    points = PointsReader().read(torch.zeros(samples, 2), torch.zeros(samples), predictions)
    assert points is not None
    assert points.best is not None
    for row, best in enumerate(points.best):
        if row in broken:
            assert np.isnan(best)
        else:
            assert best == predictions[row].argmax().item()


def test_points_that_have_not_changed_are_the_same_object() -> None:
    reader, inputs, targets, predictions = PointsReader(), torch.rand(5, 2), torch.rand(5), torch.rand(5, 1)
    first = reader.read(inputs, targets, predictions)
    assert reader.read(inputs, targets, predictions.clone()) is first
    changed = reader.read(inputs, targets, predictions + 1)
    assert changed is not None
    assert first is not None
    assert changed is not first
    assert changed.inputs is first.inputs
    without = reader.read(inputs, targets, None)
    assert without is not None
    assert without.predictions is None


def test_targets_of_several_numbers_have_no_best_output_to_compare_with() -> None:
    points = PointsReader().read(torch.rand(5, 2), torch.rand(5, 3), torch.rand(5, 3))
    assert points is not None
    assert points.best is None


@pytest.mark.parametrize(
    ("loss_fn", "name", "threshold"),
    [
        (nn.BCEWithLogitsLoss(), "BCEWithLogitsLoss", 0.0),
        (nn.BCELoss(), "BCELoss", 0.5),
        (nn.CrossEntropyLoss(), "CrossEntropyLoss", None),
        (nn.functional.mse_loss, "mse_loss", None),
        (None, "", None),
    ],
)
def test_a_loss_function_has_a_name_and_a_binary_one_a_threshold(
    loss_fn: object, name: str, threshold: float | None
) -> None:
    assert name_of(loss_fn) == name
    assert threshold_of(loss_fn) == threshold
