"""What panels draw with: text, numbers, marks."""

import math
from functools import lru_cache
from typing import Literal

import pygame

from app.theme import Color, Theme
from assets import FONTS

Face = Literal["words", "bold", "code", "code bold"]
Anchor = Literal["left", "center", "right"]

FILES: dict[Face, str] = {
    "words": "Inter-Regular.otf",
    "bold": "Inter-SemiBold.otf",
    "code": "JetBrainsMono-Regular.ttf",
    "code bold": "JetBrainsMono-Bold.ttf",
}
ELLIPSIS = "…"


@lru_cache(maxsize=64)
def font(face: Face, pixels: int) -> pygame.font.Font:
    """A bundled font at a size in pixels."""
    return pygame.font.Font(FONTS / FILES[face], pixels)


@lru_cache(maxsize=4096)
def rendered(face: Face, pixels: int, words: str, color: Color) -> pygame.Surface:
    """A text as a picture with transparent ground; kept, so that showing it again costs a copy."""
    return font(face, pixels).render(words, True, color)


def width(theme: Theme, words: str, size: float, face: Face = "words") -> int:
    """Width of a text in pixels."""
    return font(face, theme.px(size)).size(words)[0]


def text(
    surface: pygame.Surface,
    theme: Theme,
    words: str,
    at: tuple[float, float],
    size: float,
    color: Color,
    face: Face = "words",
    anchor: Anchor = "left",
    most: float | None = None,
) -> pygame.Rect:
    """Draw a line of text, its vertical middle at ``at[1]``; where it came to stand.

    size: of the font at 1080p.  most: the width in pixels beyond which it is cut, with an ellipsis.
    """
    if most is not None:
        words = shortened(theme, words, size, face, most)
    picture = rendered(face, theme.px(size), words, color)
    rect = picture.get_rect(centery=round(at[1]))
    if anchor == "left":
        rect.left = round(at[0])
    elif anchor == "right":
        rect.right = round(at[0])
    else:
        rect.centerx = round(at[0])
    surface.blit(picture, rect)
    return rect


@lru_cache(maxsize=1024)
def shortened(theme: Theme, words: str, size: float, face: Face, most: float) -> str:
    """The longest beginning of a text that fits into ``most`` pixels, marked by an ellipsis."""
    if width(theme, words, size, face) <= most:
        return words
    low, high = 0, len(words)
    while low < high:
        middle = (low + high + 1) // 2
        if width(theme, words[:middle] + ELLIPSIS, size, face) <= most:
            low = middle
        else:
            high = middle - 1
    return words[:low] + ELLIPSIS


def number(value: float, digits: int = 4) -> str:
    """A number as people read it: a real minus sign, no more digits than tell something."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "∞" if value > 0 else "−∞"
    if value != 0 and not 1e-3 <= abs(value) < 1e5:
        return f"{value:.2e}".replace("-", "−")
    return f"{value:.{digits}f}".replace("-", "−")


def badge(
    surface: pygame.Surface, theme: Theme, words: str, at: tuple[float, float], color: Color, filled: bool
) -> pygame.Rect:
    """A word in a rounded frame, its left edge and vertical middle at ``at``; where it came to stand."""
    size = theme.px(24)
    picture = rendered("bold", size, words, theme.ground if filled else color)
    rect = picture.get_rect(left=round(at[0]) + theme.px(16), centery=round(at[1]))
    frame = rect.inflate(theme.px(32), theme.px(12))
    pygame.draw.rect(surface, color, frame, 0 if filled else theme.px(2), border_radius=frame.height // 2)
    surface.blit(picture, rect)
    return frame


def disc(surface: pygame.Surface, color: Color, center: tuple[float, float], radius: float) -> None:
    """A smooth filled circle."""
    picture = _disc(color, max(1, round(radius)))
    side = picture.get_width() // 2
    surface.blit(picture, (round(center[0]) - side, round(center[1]) - side))


@lru_cache(maxsize=1024)
def _disc(color: Color, radius: int) -> pygame.Surface:
    """A disc on transparent ground: copying it takes a tenth of drawing it."""
    picture = pygame.Surface((2 * radius + 3, 2 * radius + 3), pygame.SRCALPHA)
    pygame.draw.aacircle(picture, color, (radius + 1, radius + 1), radius)
    return picture


def ring(
    surface: pygame.Surface, color: Color, center: tuple[float, float], radius: float, line: int
) -> None:
    """A smooth circle line."""
    at = (round(center[0]), round(center[1]))
    pygame.draw.aacircle(surface, color, at, max(1, round(radius)), max(1, line))


def title(surface: pygame.Surface, theme: Theme, words: str, aside: str = "") -> None:
    """A panel's name at its top left, and a remark at its top right."""
    at = (theme.px(20), theme.px(26))
    rect = text(surface, theme, words, at, 22, theme.dim, "bold")
    room = surface.get_width() - rect.right - theme.px(44)
    if aside and room > theme.px(60):
        right = (surface.get_width() - theme.px(20), at[1])
        text(surface, theme, aside, right, 22, theme.dim, anchor="right", most=room)


def eased(share: float) -> float:
    """0 to 1 with a soft start and end (smoothstep)."""
    share = min(max(share, 0.0), 1.0)
    return share * share * (3 - 2 * share)
