"""What panels draw with: text, numbers, marks."""

import math
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import pygame

from app.theme import Color, Theme
from assets import FONTS

Face = Literal["words", "bold", "code", "code bold", "chinese"]
Anchor = Literal["left", "center", "right"]

FILES: dict[Face, str] = {
    "words": "Inter-Regular.otf",
    "bold": "Inter-SemiBold.otf",
    "code": "JetBrainsMono-Regular.ttf",
    "code bold": "JetBrainsMono-Bold.ttf",
    "chinese": "NotoSansSC-Regular.otf",
}
HAN = "\u3000-\u9fff\uff00-\uffef"
CHINESE = re.compile(f"[{HAN}]")
"""Characters that only the Chinese font has; a text with one of them is set in it."""
PIECE = re.compile(rf"(\s*)((?:[{HAN}]|[^\s{HAN}]+)[，。：；！？、）]*)")
"""A word, or a single Chinese character, with the space before it and the signs that may not begin a line."""
FOREIGN = re.compile(rf"([^ -~{HAN}“”‘’…—·％]+)")
"""Characters that the Chinese font has not, as arrows and the minus sign: another face lends them."""
ELLIPSIS = "…"


@dataclass(frozen=True, slots=True, eq=False)
class TextBox:
    """A text that was drawn: where, in pixels of the window; its font size at 1080p; whether all of it."""

    words: str
    rect: pygame.Rect
    size: float
    whole: bool


_boxes: list[TextBox] | None = None


@contextmanager
def reported() -> Iterator[list[TextBox]]:
    """The texts that are drawn inside the block."""
    global _boxes
    boxes: list[TextBox] = []
    _boxes = boxes
    try:
        yield boxes
    finally:
        _boxes = None


def report(surface: pygame.Surface, rect: pygame.Rect, words: str, size: float, whole: bool = True) -> None:
    """Tell `reported` of a text; for those who draw one without `text`."""
    seen = rect.clip(surface.get_clip())
    if _boxes is not None and words and seen:
        _boxes.append(TextBox(words, seen.move(surface.get_abs_offset()), size, whole and seen == rect))


def face_for(face: Face, words: str) -> Face:
    """The face that has all characters of a text."""
    return "chinese" if CHINESE.search(words) else face


@lru_cache(maxsize=64)
def font(face: Face, pixels: int) -> pygame.font.Font:
    """A bundled font at a size in pixels."""
    return pygame.font.Font(FONTS / FILES[face], pixels)


@lru_cache(maxsize=4096)
def rendered(face: Face, pixels: int, words: str, color: Color) -> pygame.Surface:
    """A text as a picture with transparent ground; kept, so that showing it again costs a copy."""
    parts = pieces(face, words)
    pictures = [font(own, pixels).render(part, True, color) for own, part in parts]
    if len(pictures) == 1:
        return pictures[0]
    line, across = font("chinese", pixels), sum(picture.get_width() for picture in pictures)
    whole = pygame.Surface((across, line.get_height()), pygame.SRCALPHA)
    left = 0
    for picture, (own, _) in zip(pictures, parts, strict=True):
        whole.blit(picture, (left, line.get_ascent() - font(own, pixels).get_ascent()))
        left += picture.get_width()
    return whole


@lru_cache(maxsize=4096)
def pieces(face: Face, words: str) -> tuple[tuple[Face, str], ...]:
    """A text in pieces, each with the face that has its characters."""
    own = face_for(face, words)
    if own != "chinese" or not FOREIGN.search(words):
        return ((own, words),)
    parts = (part for part in FOREIGN.split(words) if part)
    return tuple(("words" if FOREIGN.match(part) else own, part) for part in parts)


def width(theme: Theme, words: str, size: float, face: Face = "words") -> int:
    """Width of a text in pixels."""
    pixels = theme.px(size)
    return sum(font(own, pixels).size(piece)[0] for own, piece in pieces(face, words))


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
    whole = most is None or width(theme, words, size, face) <= most
    if most is not None and not whole:
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
    report(surface, rect, words, size, whole)
    return rect


@lru_cache(maxsize=1024)
def shortened(theme: Theme, words: str, size: float, face: Face, most: float) -> str:
    """The longest beginning of a text that fits into ``most`` pixels, marked by an ellipsis."""
    if width(theme, words, size, face) <= most:
        return words
    return words[: _fit(theme, words, size, face, most, ELLIPSIS)] + ELLIPSIS


def fitting(theme: Theme, wordings: Sequence[str], size: float, face: Face, most: float) -> str:
    """The first of several wordings that fits into ``most`` pixels; the last one when none does."""
    return next((words for words in wordings if width(theme, words, size, face) <= most), wordings[-1])


@lru_cache(maxsize=256)
def wrapped(theme: Theme, words: str, size: float, face: Face, most: float) -> tuple[str, ...]:
    """A text in lines that fit into ``most`` pixels each.

    Broken at spaces and between Chinese characters, or in words that do not fit.
    """
    lines = [""]
    for space, word in PIECE.findall(words):
        longer = f"{lines[-1]}{' ' if space else ''}{word}".strip()
        if width(theme, longer, size, face) <= most:
            lines[-1] = longer
            continue
        if lines[-1]:
            lines.append("")
        while (end := _fit(theme, word, size, face, most)) < len(word):
            lines[-1:] = [word[:end], ""]
            word = word[end:]
        lines[-1] = word
    return tuple(lines)


def _fit(theme: Theme, words: str, size: float, face: Face, most: float, after: str = "") -> int:
    """How many characters of a text fit into ``most`` pixels, with ``after`` behind them; at least one."""
    low, high = 1, max(1, len(words))
    while low < high:
        middle = (low + high + 1) // 2
        if width(theme, words[:middle] + after, size, face) <= most:
            low = middle
        else:
            high = middle - 1
    return low


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
    report(surface, rect, words, 24)
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
