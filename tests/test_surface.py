"""The loss surface of a two-parameter model: what is on it, what walks on it, and what has none."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from builders import EPOCH, STRAIGHT_LINE, WHOLE_SONG, edited, named, open_stepper, sing
from test_stepper import state_of
from torch import nn

from loop_core.lessons import LESSONS
from loop_core.listing import compile_plainly, read_listing
from loop_core.operations import Operation
from loop_core.snapshot import Snapshot, Walk
from loop_core.stepper import Stepper
from loop_core.surface import MOST_STEPS, SIDE, Survey

FIRST_LOSS = 1 + EPOCH.index(Operation.LOSS)
"""The number of the operation that calculates the first loss, when the set-up is number 0."""
MODEL = "model = LinearRegressionModel()"


def snapshots_of(source: str, folder: Path) -> list[Snapshot]:
    stepper = open_stepper(source, folder)
    snapshots = sing(stepper, WHOLE_SONG)
    stepper.close()
    return snapshots


def walk_of(source: str, folder: Path) -> Walk:
    walk = snapshots_of(source, folder)[-1].walk
    assert walk is not None
    return walk


def run_plainly(source: str, folder: Path) -> dict[str, Any]:
    """The lesson's variables at its end, without any of our stepping."""
    path = folder / "plain.py"
    path.write_text(source, encoding="utf-8")
    plain: dict[str, Any] = {"__name__": "__main__", "print": lambda *values: None}
    for code in compile_plainly(read_listing(path))[:2]:
        exec(code, plain)
    return plain


def loss_with(plain: dict[str, Any], x: float, y: float) -> float:
    """The training loss with the two numbers written into the lesson's own model."""
    with torch.no_grad():
        nn.utils.vector_to_parameters(torch.tensor([x, y]), plain["model"].parameters())
        loss: float = plain["loss_fn"](plain["model"](plain["X_train"]), plain["y_train"]).item()
    return loss


TWO_NUMBERS = {
    "the lesson": (),
    "a linear layer": ((MODEL, "model = nn.Linear(1, 1)"),),
    "one weight of two": (
        (MODEL, "model = nn.Linear(2, 1, bias=False)"),
        ("X = torch.arange(0, 1, 0.02).unsqueeze(dim=1)", "X = torch.rand(50, 2)"),
        ("y = weight * X + bias", "y = weight * X[:, :1] + bias * X[:, 1:]"),
    ),
    "squared error": (("nn.L1Loss()", "nn.MSELoss()"),),
    "a frozen third": ((MODEL, "model = nn.Sequential(nn.Linear(1, 1), nn.PReLU().requires_grad_(False))"),),
}


@pytest.mark.parametrize("edits", TWO_NUMBERS.values(), ids=TWO_NUMBERS)
def test_the_surface_is_the_lessons_loss_with_those_numbers(
    edits: tuple[tuple[str, str], ...], tmp_path: Path
) -> None:
    surface = walk_of(edited(*edits), tmp_path).surface
    plain = run_plainly(edited(*edits), tmp_path)
    if "PReLU" in str(edits):
        plain["model"].parameters = plain["model"][0].parameters
    for row, column in np.random.default_rng(7).integers(0, SIDE, size=(40, 2)):
        expected = loss_with(plain, float(surface.x[column]), float(surface.y[row]))
        assert surface.loss[row, column] == pytest.approx(expected, rel=1e-5, abs=1e-7)


def test_the_path_ends_where_plain_training_ends(tmp_path: Path) -> None:
    model = run_plainly(STRAIGHT_LINE, tmp_path)["model"]
    path = walk_of(STRAIGHT_LINE, tmp_path).path
    assert path[-1].tolist() == [model.weights.item(), model.bias.item()]


def test_the_heights_along_the_path_are_the_losses_that_the_lesson_calculated(tmp_path: Path) -> None:
    """Each epoch's loss belongs to the place before its step; between grid points within a cell's slope."""
    last = snapshots_of(STRAIGHT_LINE, tmp_path)[-1]
    assert last.walk is not None
    plain = run_plainly(STRAIGHT_LINE, tmp_path)
    exact = [loss_with(plain, *place) for place in last.walk.path[:-1].tolist()]
    assert exact == pytest.approx(last.train_series.value.tolist(), rel=1e-6)
    read = [interpolated(last.walk, *place) for place in last.walk.path[:-1].tolist()]
    assert read == pytest.approx(exact, abs=0.01)


def interpolated(walk: Walk, x: float, y: float) -> float:
    surface = walk.surface
    rows = [np.interp(x, surface.x, row) for row in surface.loss]
    return float(np.interp(y, surface.y, rows))


def test_the_path_has_the_start_and_one_place_for_each_epoch_walked(tmp_path: Path) -> None:
    snapshots = snapshots_of(STRAIGHT_LINE, tmp_path)
    for snapshot in snapshots[FIRST_LOSS:]:
        assert snapshot.walk is not None
        assert snapshot.epoch is not None
        before_its_step = snapshot.operation in EPOCH[: EPOCH.index(Operation.STEP)]
        assert len(snapshot.walk.path) == 1 + snapshot.epoch + (not before_its_step)


def test_each_place_of_the_path_names_its_epoch_even_of_a_long_path(tmp_path: Path) -> None:
    source = edited(("epochs = 100", "epochs = 1000"))
    walk = walk_of(source, tmp_path)
    assert walk.epochs[0] == -1
    assert walk.epochs[-1] == 999
    plain = run_plainly(edited(("epochs = 100", f"epochs = {int(walk.epochs[200]) + 1}")), tmp_path)
    assert walk.path[200].tolist() == [plain["model"].weights.item(), plain["model"].bias.item()]


def test_the_path_is_that_of_the_parameters_shown(tmp_path: Path) -> None:
    for snapshot in snapshots_of(STRAIGHT_LINE, tmp_path)[FIRST_LOSS:]:
        assert snapshot.walk is not None
        assert snapshot.walk.path[-1].tolist() == [float(p.value[0, 0]) for p in snapshot.params]


def test_it_is_shown_from_the_first_loss_on_and_stays_the_same(tmp_path: Path) -> None:
    walks = [snapshot.walk for snapshot in snapshots_of(STRAIGHT_LINE, tmp_path)]
    assert walks[:FIRST_LOSS] == [None] * FIRST_LOSS
    assert len({id(walk.surface) for walk in walks[FIRST_LOSS:] if walk is not None}) == 1
    assert None not in walks[FIRST_LOSS:]


def test_start_minimum_and_the_whole_path_lie_inside(tmp_path: Path) -> None:
    """The lesson's data are made with weight 0.7 and bias 0.3."""
    walk = walk_of(STRAIGHT_LINE, tmp_path)
    surface = walk.surface
    assert surface.lowest == pytest.approx((0.7, 0.3, 0.0), abs=1e-4)
    for axis, places in zip((surface.x, surface.y), walk.path.T, strict=True):
        span = axis[-1] - axis[0]
        assert axis[0] + 0.02 * span < places.min() <= places.max() < axis[-1] - 0.02 * span
    assert surface.names == ("weights", "bias")


def test_the_numbers_of_one_parameter_are_named_by_their_index(tmp_path: Path) -> None:
    walk = walk_of(edited(*TWO_NUMBERS["one weight of two"]), tmp_path)
    assert walk.surface.names == ("weight[0, 0]", "weight[0, 1]")


def test_a_loss_that_only_falls_outwards_has_no_minimum_and_still_a_surface(tmp_path: Path) -> None:
    """Two classes that a threshold separates: the steeper, the better, without end."""
    source = edited(
        (MODEL, "model = nn.Linear(1, 1)"),
        ("nn.L1Loss()", "nn.BCEWithLogitsLoss()"),
        ("y = weight * X + bias", "y = (X > 0.5).float()"),
    )
    surface = walk_of(source, tmp_path).surface
    assert surface.lowest is None
    assert np.isfinite(surface.loss).all()


NO_SURFACE = {
    "three numbers": ((MODEL, "model = nn.Sequential(nn.Linear(1, 1), nn.PReLU())"),),
    "one number": ((MODEL, "model = nn.Linear(1, 1, bias=False)"),),
    "random numbers in the model": (
        ("return self.weights * x + self.bias", "return self.weights * x + self.bias * torch.rand(1)"),
    ),
    "a loss of another size": (("y_pred, y_train)", "y_pred, y_train) * 2"),),
    "a model that asks for its numbers": (
        (
            "return self.weights * x + self.bias",
            "return self.weights * x + self.bias * (self.bias.item() > -9)",
        ),
    ),
    "another batch in each epoch": (
        ("    y_pred = model(X_train)", "    batch = X_train + 0\n    y_pred = model(batch)"),
    ),
    "no number at all": (("y = weight * X + bias", "y = weight * X + float('nan')"),),
}


@pytest.mark.parametrize("edits", NO_SURFACE.values(), ids=NO_SURFACE)
def test_nothing_is_shown_that_is_not_the_lessons_loss(
    edits: tuple[tuple[str, str], ...], tmp_path: Path
) -> None:
    assert snapshots_of(edited(*edits), tmp_path)[-1].walk is None


@pytest.mark.parametrize(
    "lesson", [one for one in LESSONS if one.name != "straight_line"], ids=lambda one: one.name
)
def test_larger_models_have_none(lesson: Any, tmp_path: Path) -> None:
    stepper = Stepper(read_listing(lesson.path), tmp_path, lesson.epochs_per_fast_line)
    assert {snapshot.walk for snapshot in sing(stepper, (Operation.SETUP, *EPOCH))} == {None}
    stepper.close()


def test_the_survey_changes_nothing_of_the_run(tmp_path: Path) -> None:
    """The state after the set-up, at which it is made, and after the whole lesson is that of a plain run."""
    stepper = open_stepper(STRAIGHT_LINE, tmp_path)
    sing(stepper, (Operation.SETUP, *EPOCH, Operation.REMAINING))
    stepped = state_of(stepper._run.names)
    stepper.close()
    assert stepped == state_of(run_plainly(STRAIGHT_LINE, tmp_path))


@pytest.mark.parametrize("rate", ["float('nan')", "1e30"])
def test_a_run_that_leaves_the_range_keeps_its_surface_and_its_path(rate: str, tmp_path: Path) -> None:
    calm, wild = (walk_of(edited(("lr=0.01", f"lr={lr}")), tmp_path) for lr in ("0.01", rate))
    assert np.array_equal(calm.surface.loss, wild.surface.loss)
    assert len(wild.path) == 101


def test_a_restart_gives_the_same_surface_and_path_again(tmp_path: Path) -> None:
    stepper = open_stepper(STRAIGHT_LINE, tmp_path)
    first = sing(stepper, WHOLE_SONG)[-1]
    stepper.restart()
    second = sing(stepper, WHOLE_SONG)[-1]
    stepper.close()
    assert first.walk is not None
    assert second.walk is not None
    assert np.array_equal(first.walk.surface.loss, second.walk.surface.loss)
    assert first.walk.path.tolist() == second.walk.path.tolist()
    assert named(first) == named(second)


def line_and_data() -> tuple[nn.Module, nn.Module, torch.Tensor, torch.Tensor]:
    x = torch.linspace(0, 1, 8)[:, None]
    return nn.Linear(1, 1), nn.MSELoss(), x, 2 * x - 1


def test_a_long_path_is_thinned_to_places_that_were_walked() -> None:
    subjects = line_and_data()
    survey = Survey.of(*subjects)
    assert survey is not None
    assert survey.walk(*subjects) is None
    model, loss_fn, x, y = subjects
    survey.confirm(loss_fn(model(x), y).item())
    start = [p.item() for p in model.parameters()]
    for epoch in range(3000):
        with torch.no_grad():
            for p in model.parameters():
                p.fill_(epoch)
        survey.note_once(epoch)
        survey.note_once(epoch)
    walk = survey.walk(*subjects)
    assert walk is not None
    assert len(walk.path) == MOST_STEPS
    assert walk.path[0].tolist() == start
    assert walk.path[-1].tolist() == [2999, 2999]
    assert (np.diff(walk.path[1:, 0]) > 0).all()
    assert not walk.path.flags.writeable


def test_other_objects_than_the_surveyed_ones_have_no_walk() -> None:
    subjects = line_and_data()
    survey = Survey.of(*subjects)
    assert survey is not None
    model, loss_fn, x, y = subjects
    survey.confirm(loss_fn(model(x), y).item())
    assert survey.walk(*subjects) is not None
    assert survey.walk(model, loss_fn, x.clone(), y) is None
    assert survey.walk(*line_and_data()) is None


def test_a_survey_that_the_first_loss_contradicts_is_never_shown() -> None:
    subjects = line_and_data()
    survey = Survey.of(*subjects)
    assert survey is not None
    survey.confirm(123.0)
    assert survey.walk(*subjects) is None


@pytest.mark.parametrize("make", [lambda: nn.Linear(1, 2), lambda: nn.PReLU(3), lambda: nn.Identity()])
def test_only_two_numbers_span_a_surface(make: Callable[[], nn.Module]) -> None:
    x = torch.rand(6, 3)
    assert Survey.of(make(), nn.MSELoss(), x, x) is None
