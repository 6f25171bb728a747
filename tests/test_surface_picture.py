"""How a loss surface is drawn: its levels, its axes, and the path to where the model stands."""

import os

os.environ["SDL_VIDEODRIVER"] = "dummy"

import numpy as np
import numpy.typing as npt
import pygame
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.draw import number, reported
from app.drawing.explain import explained_walk
from app.drawing.surface import LEVELS, draw_walk, levels, place_of, round_numbers, values_at
from app.theme import THEMES, Theme, theme_for
from loop_core.snapshot import Array, Surface, Walk, frozen

THEME = theme_for((1920, 1080))
SIZE = (460, 360)
PLOT = pygame.Rect(0, 0, 301, 201)


@pytest.fixture(autouse=True)
def fonts() -> None:
    pygame.font.init()


def bowl(scale: float = 1.0, names: tuple[str, str] = ("weight", "bias")) -> Surface:
    """A round valley with its bottom in the middle, between -scale and scale."""
    axis = np.linspace(-scale, scale, 64)
    loss = (axis[:, None] / scale) ** 2 + (axis[None, :] / scale) ** 2
    return Surface(names, frozen(axis), frozen(axis), frozen(loss), (0.0, 0.0, 0.0))


def walk_on(surface: Surface, places: npt.ArrayLike) -> Walk:
    path = frozen(places, np.float64)
    return Walk(surface, path, frozen(np.arange(len(path)) - 1))


def drawn(walk: Walk, share: float = 1.0, theme: Theme = THEME) -> pygame.Surface:
    surface = pygame.Surface(SIZE)
    surface.fill(theme.panel)
    draw_walk(surface, theme, walk, share)
    return surface


def walk_over(*places: tuple[float, float]) -> Walk:
    return walk_on(bowl(), places)


def center_of(walk: Walk, share: float = 1.0) -> tuple[float, float]:
    """The middle of what the path adds in the colour of now, apart from the ring at the start."""
    before = walk_on(walk.surface, walk.path[:1])
    shown, plain = (
        pygame.surfarray.array3d(drawn(one, part)).astype(int) for one, part in ((walk, share), (before, 1.0))
    )
    new = (shown == THEME.now).all(axis=2) & (plain != THEME.now).any(axis=2)
    x, y = np.nonzero(new)
    return float(x.max() + x.min()) / 2, float(y.max() + y.min()) / 2


@pytest.mark.parametrize("name", THEMES)
def test_the_lower_the_loss_the_nearer_to_the_ground(name: str) -> None:
    theme = theme_for((1920, 1080), name)
    row = pygame.surfarray.array3d(levels(theme, (401, 301), bowl()))[200:, 150].astype(int)
    away = np.abs(row - theme.panel).sum(axis=1)
    assert away[0] == 0
    assert (np.diff(away) >= 0).all()
    assert len(np.unique(away)) >= LEVELS / 2


def test_the_first_number_goes_right_and_the_second_up() -> None:
    lowest_right_above = np.add.outer(np.linspace(1, 0, 64), np.linspace(1, 0, 64))
    axis = frozen(np.linspace(0, 1, 64))
    picture = levels(THEME, (200, 100), Surface(("a", "b"), axis, axis, frozen(lowest_right_above), None))
    corners = [sum(picture.get_at(at)[:3]) for at in ((199, 0), (0, 0), (199, 99), (0, 99))]
    assert corners[0] < corners[1] == corners[2] < corners[3]


@pytest.mark.parametrize("broken", [float("nan"), float("inf"), float("-inf")])
def test_a_loss_that_is_no_number_has_a_colour_of_its_own(broken: float) -> None:
    surface = bowl()
    loss = surface.loss.copy()
    loss[:8] = broken
    shown = Surface(surface.names, surface.x, surface.y, frozen(loss), None)
    picture = levels(THEME, SIZE, shown)
    colors = {tuple(picture.get_at((x, y)))[:3] for x in range(0, SIZE[0], 9) for y in range(330, 360)}
    whole = levels(THEME, SIZE, surface)
    usual = {tuple(whole.get_at((x, y)))[:3] for x in range(SIZE[0]) for y in range(SIZE[1])}
    assert len(colors) == 1
    assert not colors & usual


def test_a_flat_surface_is_drawn() -> None:
    axis = frozen(np.linspace(0, 1, 64))
    picture = levels(THEME, SIZE, Surface(("a", "b"), axis, axis, frozen(np.ones((64, 64))), None))
    assert tuple(picture.get_at((9, 9)))[:3] == THEME.panel


def test_the_ends_of_the_axes_are_the_corners_of_the_plot() -> None:
    assert place_of(PLOT, bowl(), -1, -1) == pytest.approx((0, 200))
    assert place_of(PLOT, bowl(), 1, 1) == pytest.approx((300, 0))
    assert place_of(PLOT, bowl(), 0, 0) == pytest.approx((150, 100))


@given(st.integers(0, 300), st.integers(0, 200))
def test_a_pixel_stands_for_the_numbers_that_are_drawn_there(x: int, y: int) -> None:
    assert place_of(PLOT, bowl(), *values_at(PLOT, bowl(), (x, y))) == pytest.approx((x, y))


def test_a_point_tells_its_numbers_and_the_nearest_loss_that_was_calculated() -> None:
    walk = walk_over((-0.9, -0.9), (0.5, -0.5))
    told = explained_walk(walk, PLOT, 6, (75, 50))
    column, row = np.abs(walk.surface.x + 0.5).argmin(), np.abs(walk.surface.y - 0.5).argmin()
    x, y, loss = walk.surface.x[column], walk.surface.y[row], walk.surface.loss[row, column]
    assert told.rows == (
        "weight = −0.5000, bias = 0.5000",
        f"loss {number(loss, 6)} at weight = {number(x)}, bias = {number(y)}",
    )


def test_a_point_of_the_path_tells_the_epoch_whose_step_led_there() -> None:
    walk = walk_over((-0.9, -0.9), (0.5, -0.5), (np.nan, 0.0), (1e300, np.inf))
    start, first = (
        explained_walk(walk, PLOT, 6, place_of(PLOT, walk.surface, *walk.path[index])) for index in (0, 1)
    )
    assert start.rows[2] == "start: weight = −0.9000, bias = −0.9000"
    assert first.rows[2] == "epoch 0: weight = 0.5000, bias = −0.5000"


@given(st.floats(-1e300, 1e300), st.floats(-1e300, 1e300))
def test_places_far_outside_keep_their_direction(x: float, y: float) -> None:
    right, down = place_of(PLOT, bowl(), x, y)
    assert abs(right) <= 21 * 300
    assert abs(down) <= 21 * 200
    x, y = (min(1e30, max(-1e30, value)) for value in (x, y))
    across, up = (right - 150) / 150, (100 - down) / 100
    assert across * y == pytest.approx(up * x, rel=1e-6, abs=1e-6 * max(1.0, abs(x), abs(y)))


def test_the_point_slides_from_the_old_place_to_the_new_one() -> None:
    walk = walk_over((-0.9, -0.9), (0.5, -0.5))
    xs = [center_of(walk, share)[0] for share in (0.25, 0.5, 0.75, 1.0)]
    steps = np.diff(xs)
    assert (steps > 5).all()
    assert steps == pytest.approx([steps.mean()] * 3, abs=3)


def test_a_place_outside_is_shown_by_an_arrow_at_the_edge_where_the_path_leaves() -> None:
    picture, inside = drawn(walk_over((0.0, 0.0), (9.0, 0.0))), drawn(walk_over((0.0, 0.0)))
    changed = (pygame.surfarray.array3d(picture) != pygame.surfarray.array3d(inside)).any(axis=2)
    x, y = np.nonzero(changed)
    right_edge = SIZE[0] - THEME.px(20)
    assert right_edge - 3 <= x.max() <= right_edge
    assert y.max() - y.min() < 30


@pytest.mark.parametrize(
    "places",
    [
        ((0.0, 0.0), (np.nan, np.nan)),
        ((0.0, 0.0), (np.inf, -np.inf)),
        ((0.0, 0.0), (1e300, -1e300), (np.inf, 0.0), (np.nan, np.inf)),
        ((0.0, 0.0), (5.0, 5.0), (5.0, 5.0), (5.0, 5.0)),
        ((np.nan, 0.0),),
    ],
)
@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_numbers_that_are_none_are_said_and_not_drawn(
    places: tuple[tuple[float, float], ...], share: float
) -> None:
    with reported() as boxes:
        drawn(walk_over(*places), share)
    assert any("NaN" in box.words for box in boxes) == bool(np.isnan(places).any())


@pytest.mark.parametrize("scale", [1e-5, 0.003, 0.7, 42.0, 31000.0, 2e9])
def test_texts_are_whole_apart_and_inside_at_any_range(scale: float) -> None:
    with reported() as boxes:
        drawn(walk_on(bowl(scale, ("linear.weight", "linear.bias")), [(0.0, 0.0)]))
    for index, box in enumerate(boxes):
        assert pygame.Rect((0, 0), SIZE).contains(box.rect), box
        assert box.whole, box
        assert box.rect.inflate(0, -10).collidelist([b.rect for b in boxes[index + 1 :]]) == -1, box
        assert box.size >= 22


@given(st.floats(-1e4, 1e4), st.floats(1e-2, 1e4))
def test_the_numbers_on_an_axis_lie_on_it_and_apart(low: float, span: float) -> None:
    axis: Array = np.linspace(low, low + span, 64)
    first, last = round_numbers(axis)
    assert low < first < last < low + span
    assert last - first >= 0.3 * span


def test_the_levels_are_drawn_once_for_as_long_as_they_stay() -> None:
    levels.cache_clear()
    walk = walk_over((0.1, 0.1), (0.2, 0.2))
    for share in (0.0, 0.3, 1.0):
        drawn(walk, share)
    drawn(walk_on(walk.surface, [(0.1, 0.1)] * 9))
    assert levels.cache_info().misses == 1
