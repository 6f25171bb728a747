"""Sequences in letters: what stands at each place, and what the model says should."""

import math
from dataclasses import dataclass
from functools import partial

import pygame

from app.draw import number, text, width
from app.drawing.plots import SIZE, caption
from app.drawing.samples import View
from app.pointing import Hint, answering
from app.theme import Color, Theme, mix
from loop_core.snapshot import Array, Text
from loop_core.words import Words

SPACE, NEWLINE, TAB = "·", "⏎", "→"
SIZES = (26, SIZE)
"""Of the letters: the first with which whole samples fit, else the last; the heights below go with it."""
LINE, BAR, APART = 1.18, 0.55, 0.36
"""Heights of a row of letters, of the bars below it, and between two samples, by the letters' size."""
NO_GUESSES = Words("no predictions yet", "还没有预测")
BELOW = Words("text, below it the guesses", "上面是文本，下面是预测")
TRAINING = Words("training sample {}, place {}", "训练样本 {}，位置 {}")
TEST = Words("test sample {}, place {}", "测试样本 {}，位置 {}")
AFTER, COMES = Words("after {}", "前文 {}"), Words("comes {}", "后面是 {}")
CHANCE = Words("comes {}: chance {}", "后面是 {}：概率 {}")
GUESS = Words("guess {}: chance {}", "预测 {}：概率 {}")
BEFORE = 16
"""Letters before one that its hint repeats."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Where the letters of samples stand: their size at 1080p, and in pixels the rest.

    cell: width of a place.  first: the first place that is shown.  step: from one sample to the next.
    """

    plot: pygame.Rect
    size: int
    cell: int
    first: int
    rows: int
    line: int
    bar: int
    step: float


def draw_passages(surface: pygame.Surface, theme: Theme, view: View, shown: Text) -> None:
    """Each sample's letters; below each the guess for it, and as a bar the chance that the right one had."""
    grid = grid_of(surface, theme, shown)
    for row in range(grid.rows):
        _given(surface, theme, shown, grid, row)
        if shown.guesses is not None and shown.right is not None:
            _guessed(surface, theme, view, (shown.guesses[row], shown.right[row]), shown, grid, row)
    answering(surface, grid.plot, partial(_place_at, view, shown, grid))
    words = NO_GUESSES if shown.guesses is None else BELOW
    caption(surface, theme, view, words.said(view.language))


def grid_of(surface: pygame.Surface, theme: Theme, shown: Text) -> Grid:
    """As many samples as there is room for, each with its last places and the letter after them."""
    wide, high = surface.get_size()
    plot = pygame.Rect(theme.px(20), theme.px(48), wide - theme.px(40), high - theme.px(90))
    places = shown.inputs.shape[1]
    longest = _longest(shown)
    cells = {size: _cell(theme, longest, size) for size in SIZES}
    size = next((size for size in SIZES if (places + 1) * cells[size] <= plot.width), SIZES[-1])
    line, bar, apart = (theme.px(share * size) for share in (LINE, BAR, APART))
    each = line if shown.guesses is None else 2 * line + bar
    rows = min(len(shown.inputs), max(1, (plot.height + apart) // (each + apart)))
    left = (plot.height - rows * each) / rows
    count = min(places, max(1, plot.width // cells[size] - 1))
    step = each + min(left, 2.5 * apart if shown.guesses is None else 2 * apart)
    return Grid(plot, size, cells[size], places - count, rows, line, bar, step)


def _given(surface: pygame.Surface, theme: Theme, shown: Text, grid: Grid, row: int) -> None:
    letters = [*shown.inputs[row, grid.first :].tolist(), float(shown.targets[row, -1])]
    for index, letter in enumerate(letters):
        _letter(surface, theme, grid, _word(shown, letter), index, _top(grid, row), theme.text)


def _guessed(
    surface: pygame.Surface,
    theme: Theme,
    view: View,
    said: tuple[Array, Array],
    shown: Text,
    grid: Grid,
    row: int,
) -> None:
    """The guesses, each under the letter that it is for, and the chances of those; said: both, (places,)."""
    base = theme.test if view.testing else theme.train
    top = _top(grid, row) + grid.line
    parts = zip(*(part[grid.first :].tolist() for part in (*said, shown.targets[row])), strict=True)
    for index, (guess, chance, target) in enumerate(parts, start=1):
        color = base if guess == target else theme.failed
        box = _letter(surface, theme, grid, _word(shown, guess), index, top, color)
        if guess != target:
            y = top + grid.line - theme.px(3)
            pygame.draw.line(surface, color, (box.left, y), (box.right - 1, y), theme.px(2))
        left = grid.plot.left + index * grid.cell
        bar = pygame.Rect(left, top + grid.line, max(2, grid.cell - theme.px(2)), grid.bar)
        pygame.draw.rect(surface, theme.raised, bar)
        if not math.isfinite(chance):
            pygame.draw.rect(surface, theme.failed, bar, theme.px(2))
            continue
        tall = round(bar.height * chance)
        pygame.draw.rect(surface, base, (bar.left, bar.bottom - tall, bar.width, tall))


def _letter(
    surface: pygame.Surface, theme: Theme, grid: Grid, word: str, index: int, top: int, color: Color
) -> pygame.Rect:
    at = grid.plot.left + index * grid.cell + grid.cell // 2, top + grid.line / 2
    shade = mix(theme.panel, color, 0.6) if word == SPACE else color
    return text(surface, theme, word, at, grid.size, shade, "code", "center")


def _top(grid: Grid, row: int) -> int:
    return round(grid.plot.top + row * grid.step)


def _word(shown: Text, value: float) -> str:
    """What a number stands for, in signs that can be seen."""
    if not math.isfinite(value):
        return "?"
    word = shown.words[int(value)] if 0 <= int(value) < len(shown.words) else f"{value:.0f}"
    return word.replace("\n", NEWLINE).replace("\t", TAB).replace(" ", SPACE) or SPACE


def _longest(shown: Text) -> str:
    """The longest word that stands anywhere."""
    numbers: set[float] = set()
    for part in (shown.inputs, shown.targets, shown.guesses):
        numbers |= set() if part is None else set(part.ravel().tolist())
    return max((_word(shown, value) for value in numbers), key=len)


def _cell(theme: Theme, longest: str, size: int) -> int:
    """Width of a place; words of several letters have space between them."""
    wide = width(theme, longest, size, "code")
    return wide if len(longest) == 1 else wide + theme.px(10)


def _place_at(view: View, shown: Text, grid: Grid, at: tuple[float, float]) -> Hint | None:
    """What the model says of one letter."""
    row = int((at[1] - grid.plot.top) / grid.step)
    place = grid.first + int((at[0] - grid.plot.left) // grid.cell) - 1
    if not 0 <= row < grid.rows or not grid.first <= place < shown.inputs.shape[1]:
        return None
    language, which = view.language, TEST if view.testing else TRAINING
    given = shown.inputs[row, max(0, place + 1 - BEFORE) : place + 1].tolist()
    told = [which.said(language).format(shown.first + row, place + 1)]
    told.append(AFTER.said(language).format("".join(_word(shown, value) for value in given)))
    target = _word(shown, float(shown.targets[row, place]))
    if shown.guesses is None or shown.right is None or shown.sure is None:
        return Hint((*told, COMES.said(language).format(target)))
    guess = _word(shown, float(shown.guesses[row, place]))
    told.append(CHANCE.said(language).format(target, number(float(shown.right[row, place]))))
    told.append(GUESS.said(language).format(guess, number(float(shown.sure[row, place]))))
    return Hint(tuple(told))
