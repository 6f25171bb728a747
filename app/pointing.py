"""What stands under the pointer: while panels draw, they say who can answer for which part of them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import pygame

from loop_core.snapshot import Array

Answer = Callable[[tuple[float, float]], "Hint | None"]
"""What is at a point, in pixels of the surface that was drawn on; None for nothing."""


@dataclass(frozen=True, slots=True)
class Hint:
    """What is under the pointer, its name first.

    line: of the lesson's source, where a click leads.  key: the key that a click stands for.
    item: of what stands over the stage, that a click chooses.
    """

    rows: tuple[str, ...]
    line: int | None = None
    item: int | None = None
    key: int | None = None


@dataclass(frozen=True, slots=True)
class Area:
    """A part of the window and who answers for it; origin: of the answer's coordinates."""

    rect: pygame.Rect
    origin: tuple[int, int]
    answer: Answer


_areas: list[Area] | None = None


@contextmanager
def collected() -> Iterator[list[Area]]:
    """The areas that are told of inside the block."""
    global _areas
    areas: list[Area] = []
    _areas = areas
    try:
        yield areas
    finally:
        _areas = None


def answering(surface: pygame.Surface, rect: pygame.Rect, answer: Answer) -> None:
    """Tell that ``answer`` knows what is in ``rect`` of ``surface``."""
    if _areas is not None:
        origin = surface.get_abs_offset()
        _areas.append(Area(rect.clip(surface.get_rect()).move(origin), origin, answer))


def hint_at(areas: Sequence[Area], at: tuple[int, int]) -> Hint | None:
    """What the last area that covers a point says of it."""
    for area in reversed(areas):
        if area.rect.collidepoint(at):
            hint = area.answer((at[0] - area.origin[0], at[1] - area.origin[1]))
            if hint is not None:
                return hint
    return None


def nearest(places: Array, at: tuple[float, float], most: float) -> int | None:
    """The index of the place (n, 2) nearest to a point, None when all are more than ``most`` away."""
    if not len(places):
        return None
    distance = np.hypot(*(places - at).T)
    index = int(distance.argmin())
    return index if distance[index] <= most else None
