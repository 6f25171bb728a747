"""Frozen copies: bounded, read-only, and never changed by what the loop does later."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from builders import EPOCH, WHOLE_SONG, edited, open_stepper, sing
from torch import nn

from loop_core.freeze import GrowingSeries, Mirror, PointsReader
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
