"""The losses over the epochs: their axis, the present epoch, and how a new value arrives."""

from dataclasses import replace

import numpy as np
import pygame
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.draw import reported
from app.drawing.axes import DECADES, MOST_TICKS, axis_of, ticks_of
from app.panels import loss
from app.panels.loss import View
from app.pointing import collected, hint_at
from app.stage import layout
from app.theme import theme_for
from loop_core.operations import Operation
from loop_core.snapshot import Series, frozen

pytestmark = pytest.mark.usefixtures("fonts")

SIZES = ((1280, 720), (1024, 768), (1920, 1080), (2560, 1080), (3840, 2160), (960, 540))
THEME = theme_for((1920, 1080))


def series(values: list[float]) -> Series:
    return Series(frozen(np.arange(len(values)), np.float64), frozen(values, np.float64))


def view_of(train: list[float], test: list[float], epochs: int = 100) -> View:
    last = (train[-1] if train else None, test[-1] if test else None)
    epoch = len(train) - 1 if train else None
    return View(series(train), series(test), epoch, epochs, last, None, 20, 20)


def drawn(view: View, size: tuple[int, int] = (1920, 1080)) -> pygame.Surface:
    theme = theme_for(size)
    surface = pygame.Surface(layout(size)["loss"].size)
    surface.fill(theme.panel)
    loss.draw(surface, view, theme)
    return surface


def lit(view: View) -> int:
    """Pixels that are not the panel's."""
    return int((pygame.surfarray.array3d(drawn(view)) != THEME.panel).any(axis=2).sum())


RUNS = {
    "falling": ([0.9, 0.5, 0.3], [0.8, 0.6, 0.5]),
    "over decades": ([12.0, 0.3, 0.01], [15.0, 0.2, 0.02]),
    "over many decades": ([3e30, 2.0, 1e-12], [1.0, 1.0, 1.0]),
    "huge": ([3e30, 2.9e30], [3.1e30]),
    "tiny": ([3e-30, 2.9e-30], [3.1e-30]),
    "from below zero": ([-0.5, -3.0, -7.0], [0.2, -2.0, -6.0]),
    "not a number": ([0.5, float("nan")], [float("inf")]),
    "never a number": ([float("nan")] * 3, [float("inf")] * 3),
    "at the end of the axis": ([0.5] * 99 + [float("nan")], [0.5] * 100),
    "zero": ([0.0, 0.0], [0.0]),
    "perfect at last": ([1.0, 1e-3, 0.0], [1.0, 1e-3, 0.0]),
}


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize(("train", "test"), RUNS.values(), ids=RUNS)
def test_texts_are_whole_apart_and_inside(
    train: list[float], test: list[float], size: tuple[int, int]
) -> None:
    for epochs in (100, 1000, 1_000_000):
        with reported() as boxes:
            surface = drawn(view_of(train, test, epochs), size)
        inked = [box.rect.inflate(0, -box.rect.height // 3) for box in boxes]
        for index, box in enumerate(boxes):
            assert surface.get_rect().contains(box.rect), box
            assert box.whole, box
            assert box.size >= 22
            assert inked[index].collidelist(inked[index + 1 :]) == -1, box


POSITIVE = st.lists(st.floats(1e-30, 1e30), min_size=1, max_size=20)


@given(POSITIVE, POSITIVE)
def test_the_axis_is_logarithmic_exactly_when_the_losses_span_decades(
    train: list[float], test: list[float]
) -> None:
    axis = axis_of(series(train), series(test))
    values = np.array(train + test)
    assert axis.log == (values.max() / values.min() > DECADES)
    assert axis.low <= values.min() <= values.max() <= axis.high
    shares = axis.shares(values)
    assert (shares >= 0).all()
    assert (shares <= 1).all()
    order = np.argsort(values)
    assert (np.diff(shares[order]) >= 0).all()


@given(POSITIVE, POSITIVE)
def test_the_numbers_on_the_axis_lie_on_it_rise_and_are_few(train: list[float], test: list[float]) -> None:
    axis = axis_of(series(train), series(test))
    ticks = [value for value, _ in ticks_of(axis)]
    assert 1 < len(ticks) <= MOST_TICKS
    assert ticks == sorted(ticks)
    assert axis.low <= ticks[0]
    assert ticks[-1] <= axis.high
    assert len({words for _, words in ticks_of(axis)}) == len(ticks)


@pytest.mark.parametrize(("name", "log"), [("falling", False), ("over decades", True)])
def test_a_logarithmic_axis_says_so(name: str, log: bool) -> None:
    with reported() as boxes:
        drawn(view_of(*RUNS[name]))
    assert ("log" in [box.words for box in boxes]) == log


def test_without_a_finite_loss_there_is_an_axis_from_zero_to_one() -> None:
    axis = axis_of(series([float("nan")]), series([float("inf")]))
    assert (axis.low, axis.high, axis.log) == (0.0, 1.0, False)
    assert axis_of(None, None) == axis


@pytest.mark.parametrize("name", ["falling", "over decades"])
def test_a_point_of_the_curve_tells_the_losses_of_its_epoch(name: str) -> None:
    train, test = RUNS[name]
    surface = pygame.Surface(layout((1920, 1080))["loss"].size)
    with collected() as areas:
        loss.draw(surface, view_of(train, test, 3), THEME)
    spots = [(x, surface.get_height() // 2) for x in range(surface.get_width())]
    told = {hint.rows for hint in (hint_at(areas, spot) for spot in spots) if hint is not None}
    assert told == {
        (f"epoch {epoch}", f"train loss {train[epoch]:.6f}", f"test loss {test[epoch]:.6f}")
        for epoch in range(3)
    }


def test_a_new_epoch_opens_a_slot_where_it_will_stand() -> None:
    view = replace(view_of(*RUNS["falling"], 10), epoch=6)
    nothing = replace(view, epoch=None)
    before = pygame.surfarray.array3d(drawn(nothing)).astype(int)
    wide = []
    for opened in (0, 10, 20):
        changed = pygame.surfarray.array3d(drawn(replace(view, opened=opened))).astype(int) != before
        columns = np.flatnonzero(changed.any(axis=2)[:, 100])
        wide.append(len(columns))
        if len(columns):
            plot = THEME.px(84), layout((1920, 1080))["loss"].width - THEME.px(28)
            assert columns.mean() == pytest.approx(plot[0] + 6 / 9 * (plot[1] - plot[0]), abs=2)
    assert wide[0] == 0
    assert wide[0] < wide[1] < wide[2]


def test_before_the_first_loss_the_present_epoch_is_marked_already() -> None:
    view = replace(view_of([], []), epoch=0)
    assert lit(view) > lit(replace(view, epoch=None))


def test_a_fresh_dot_swells_once_and_comes_to_rest() -> None:
    view = replace(view_of(*RUNS["falling"]), fresh=Operation.LOSS)
    sizes = [lit(replace(view, arrived=arrived)) for arrived in (0, 8, 20)]
    assert sizes[1] > sizes[0]
    assert sizes[2] < sizes[1]
    assert lit(replace(view, arrived=20)) == lit(replace(view, fresh=None))
