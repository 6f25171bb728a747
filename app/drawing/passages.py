"""Sequences in letters: what stands at each place, and what the model says should."""

import math
from functools import partial

import pygame

from app.draw import number, text, width
from app.drawing.plots import SIZE, caption
from app.drawing.samples import View
from app.pointing import Hint, answering
from app.theme import Color, Theme, mix
from loop_core.snapshot import Text

SPACE, NEWLINE = "·", "⏎"
LINE, BAR, APART = 26, 12, 8
"""Heights of a row of letters, of the bars below it, and between two samples, in pixels at 1080p."""


def draw_passages(surface: pygame.Surface, theme: Theme, view: View, shown: Text) -> None:
    """Each sample's letters; below each the guess for it, and as a bar the chance that the right one had."""
    wide, high = surface.get_size()
    plot = pygame.Rect(theme.px(20), theme.px(50), wide - theme.px(40), high - theme.px(96))
    line, bar, apart = theme.px(LINE), theme.px(BAR), theme.px(APART)
    known = shown.guesses is not None
    each = 2 * line + bar + apart if known else line + apart
    rows = min(len(shown.inputs), max(1, (plot.height + apart) // each))
    places = shown.inputs.shape[1]
    cell = _cell(theme, shown, rows)
    count = min(places, max(1, int(plot.width / cell) - 1))
    top = plot.top
    step = min((plot.height + apart - rows * each) / max(1, rows - 1) if rows > 1 else 0, 4 * apart) + each
    for row in range(rows):
        part = pygame.Rect(plot.left, round(top + row * step), plot.width, each - apart)
        _passage(surface, theme, view, shown, row, places - count, part, cell)
    answering(surface, plot, partial(_place_at, view, shown, plot, step, cell, places - count, rows))
    caption(surface, theme, view, "text, below it the guesses" if known else "no predictions yet")


def _passage(
    surface: pygame.Surface,
    theme: Theme,
    view: View,
    shown: Text,
    row: int,
    first: int,
    part: pygame.Rect,
    cell: float,
) -> None:
    """One sample from place ``first`` on; what follows its last place is one more letter."""
    line = theme.px(LINE)
    y = part.top + line / 2
    letters = [*shown.inputs[row, first:], shown.targets[row, -1]]
    for index, letter in enumerate(letters):
        _letter(surface, theme, _word(shown, float(letter)), part.left + (index + 0.5) * cell, y, theme.text)
    if shown.guesses is None or shown.right is None:
        return
    base = theme.test if view.testing else theme.train
    ground = pygame.Rect(part.left, part.bottom - 1, 0, 1)
    for index in range(len(letters) - 1):
        guess, target = float(shown.guesses[row, first + index]), float(shown.targets[row, first + index])
        x = part.left + (index + 1.5) * cell
        color = base if guess == target else theme.failed
        box = _letter(surface, theme, _word(shown, guess), x, y + line, color)
        if guess != target:
            below = part.top + 2 * line - theme.px(3)
            pygame.draw.line(surface, color, (box.left, below), (box.right - 1, below), theme.px(2))
        chance = float(shown.right[row, first + index])
        ground = pygame.Rect(round(x - cell / 2) + 1, part.bottom - theme.px(BAR), 0, theme.px(BAR))
        ground.width = max(2, round(cell) - theme.px(3))
        pygame.draw.rect(surface, theme.raised, ground)
        if math.isfinite(chance):
            tall = round(ground.height * chance)
            pygame.draw.rect(surface, base, (ground.left, ground.bottom - tall, ground.width, tall))
        else:
            pygame.draw.rect(surface, theme.failed, ground, theme.px(2))


def _letter(
    surface: pygame.Surface, theme: Theme, word: str, x: float, y: float, color: Color
) -> pygame.Rect:
    shade = mix(theme.panel, color, 0.6) if word == SPACE else color
    return text(surface, theme, word, (x, y), SIZE, shade, "code", "center")


def _word(shown: Text, value: float) -> str:
    """What a number stands for, in signs that can be seen."""
    if not math.isfinite(value):
        return "?"
    word = shown.words[int(value)] if int(value) < len(shown.words) else f"{value:.0f}"
    return word.replace("\n", NEWLINE).replace("\t", "→").replace(" ", SPACE) or SPACE


def _cell(theme: Theme, shown: Text, rows: int) -> float:
    """Width of a place: of the longest word, with space between words of several letters."""
    numbers = {float(value) for part in (shown.inputs, shown.targets) for value in part[:rows].flat}
    if shown.guesses is not None:
        numbers |= {float(value) for value in shown.guesses[:rows].flat}
    longest = max((_word(shown, value) for value in numbers), key=len)
    hundred = width(theme, longest * 100, SIZE, "code") / 100
    return hundred if len(longest) == 1 else hundred + theme.px(10)


def _place_at(
    view: View,
    shown: Text,
    plot: pygame.Rect,
    step: float,
    cell: float,
    first: int,
    rows: int,
    at: tuple[float, float],
) -> Hint | None:
    """What the model says of one letter."""
    row = int((at[1] - plot.top) / step)
    place = first + int((at[0] - plot.left) / cell) - 1
    if not 0 <= row < rows or not first <= place < shown.inputs.shape[1]:
        return None
    half = "test" if view.testing else "training"
    told = [f"{half} sample {shown.first + row}, letter {place + 1}"]
    before = "".join(
        _word(shown, float(value)) for value in shown.inputs[row, max(0, place - 15) : place + 1]
    )
    told.append(f"after {before}")
    target = _word(shown, float(shown.targets[row, place]))
    if shown.guesses is None or shown.right is None or shown.sure is None:
        return Hint((*told, f"comes {target}"))
    guess = _word(shown, float(shown.guesses[row, place]))
    told.append(f"comes {target}, chance {number(float(shown.right[row, place]))}")
    told.append(f"guess {guess}, chance {number(float(shown.sure[row, place]))}")
    return Hint(tuple(told))
