"""Compares pictures with accepted ones; a picture that differs is shown beside what was expected."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pygame

GOLDEN = Path(__file__).with_name("golden")
FAR = 32
"""A pixel differs when one of its colours is more than so many levels away: smoothing may vary by less."""
LEVEL = 17
"""Accepted pictures keep every so manieth level of a colour, which halves their files."""
FEW = 0.001
"""The share of pixels that may differ: the last digit of one number, on a machine that rounds otherwise."""

Pixels = npt.NDArray[np.int_]


def check_picture(picture: pygame.Surface, name: str, failed: Path, accept: bool) -> None:
    """AssertionError unless ``picture`` looks like the accepted one of that name.

    failed: a folder for the picture of expected, found and different.  accept: keep it instead.
    """
    path = GOLDEN / f"{name}.png"
    if accept:
        path.parent.mkdir(parents=True, exist_ok=True)
        coarse = (pixels_of(picture) + LEVEL // 2) // LEVEL * LEVEL
        pygame.image.save(pygame.surfarray.make_surface(coarse), path)
        return
    assert path.is_file(), f"no accepted picture {path}; accept it with: pytest --accept-pictures"
    expected = pygame.image.load(path)
    size = picture.get_size()
    assert expected.get_size() == size, f"{path} is {expected.get_size()}, found {size}"
    wrong = differing(pixels_of(expected), pixels_of(picture))
    if wrong.mean() > FEW:
        shown = failed / f"{name.replace('/', '_')}.png"
        pygame.image.save(side_by_side(expected, picture, wrong), shown)
        raise AssertionError(
            f"{wrong.mean():.2%} of {name} differ (expected, found, different: {shown}); "
            "if it is meant so: pytest --accept-pictures"
        )


def pixels_of(surface: pygame.Surface) -> Pixels:
    """Colours (width, height, 3)."""
    return pygame.surfarray.array3d(surface).astype(int)


def differing(expected: Pixels, found: Pixels) -> npt.NDArray[np.bool_]:
    """Which pixels (width, height) differ."""
    away: npt.NDArray[np.bool_] = (np.abs(expected - found) > FAR).any(axis=2)
    return away


def side_by_side(
    expected: pygame.Surface, found: pygame.Surface, wrong: npt.NDArray[np.bool_]
) -> pygame.Surface:
    """Three pictures under each other: expected, found, and in white what differs."""
    width, height = expected.get_size()
    marked = pygame.surfarray.make_surface((wrong[..., None] * np.full(3, 255)).astype(np.uint8))
    whole = pygame.Surface((width, 3 * height + 20))
    whole.fill((200, 0, 200))
    for index, part in enumerate((expected, found, marked)):
        whole.blit(part, (0, index * (height + 10)))
    return whole


def sheet(pictures: list[pygame.Surface], across: int = 4) -> pygame.Surface:
    """Pictures of one size beside and under each other."""
    width, height = pictures[0].get_size()
    whole = pygame.Surface((across * width, -(-len(pictures) // across) * height))
    for index, picture in enumerate(pictures):
        whole.blit(picture, (index % across * width, index // across * height))
    return whole
