"""The recording around now as a wave with its taps, and all of it below as a line."""

from functools import lru_cache

import pygame

from app.draw import Face, text, width
from app.tapping.view import View, Work
from app.theme import Color, Theme, mix
from loop_core.timing import RESOLUTION

SPAN = 8.0
"""Seconds that are seen at once."""
HEAD = 0.4
"""Where now is, from left to right."""
LABEL, TIME, SCALE = 24, 22, 18


def draw(surface: pygame.Surface, theme: Theme, rect: pygame.Rect, view: View) -> None:
    """Seconds, wave, what is sung from tap to tap, the taps with their words, and now."""
    pygame.draw.rect(surface, theme.panel, rect, border_radius=theme.px(14))
    inside = surface.subsurface(rect)
    left = view.now - HEAD * SPAN
    per_second = rect.width / SPAN
    _wave(inside, theme, view, left, per_second)
    _seconds(inside, theme, view, left, per_second)
    x = round(HEAD * rect.width)
    pygame.draw.line(inside, theme.now, (x, 0), (x, rect.height), theme.px(4))
    _taps(inside, theme, view, left, per_second)


def overview(surface: pygame.Surface, theme: Theme, rect: pygame.Rect, view: View) -> None:
    """The whole recording: its wave, a mark for each tap, and now."""
    length = max(view.work.length, RESOLUTION)
    done = round(rect.width * min(view.now / length, 1.0))
    surface.blit(_whole(view.work, rect.size, theme, theme.line), rect)
    surface.blit(_whole(view.work, rect.size, theme, theme.faint), rect, pygame.Rect(0, 0, done, rect.height))
    for tap in view.tapping.taps:
        x = rect.left + round(rect.width * min(tap.start / length, 1.0))
        surface.fill(theme.text, (x, rect.bottom - theme.px(9), 1, theme.px(9)))
    surface.fill(theme.now, (rect.left + done - theme.px(1), rect.top, theme.px(3), rect.height))


@lru_cache(maxsize=8)
def _whole(work: Work, size: tuple[int, int], theme: Theme, color: Color) -> pygame.Surface:
    """The wave of the whole recording; kept, as it does not change."""
    width, height = size
    picture = pygame.Surface(size)
    picture.fill(theme.panel)
    step = theme.px(3)
    for x in range(0, width, step):
        at, until = x * len(work.wave) // width, (x + step) * len(work.wave) // width
        half = round(height * 0.4 * float(work.wave[at : max(until, at + 1)].max(initial=0.0)))
        picture.fill(color, (x, height // 2 - half, max(1, step - 1), 2 * half + 1))
    return picture


def clock(seconds: float, digits: int = 0) -> str:
    """Minutes and seconds."""
    unit = 10**digits
    minutes, rest = divmod(round(seconds * unit), 60 * unit)
    return f"{minutes}:{rest // unit:02}" + (f".{rest % unit:0{digits}}" if digits else "")


def _wave(surface: pygame.Surface, theme: Theme, view: View, left: float, per_second: float) -> None:
    middle, most = round(surface.get_height() * 0.52), surface.get_height() * 0.26
    wave = view.work.wave
    first = max(0, int(left / RESOLUTION))
    color = mix(theme.panel, theme.faint, 0.65)
    x = round((first * RESOLUTION - left) * per_second)
    for column in range(first, min(len(wave), int((left + SPAN) / RESOLUTION) + 1)):
        following = round(((column + 1) * RESOLUTION - left) * per_second)
        half = round(most * float(wave[column]))
        surface.fill(color, (x, middle - half, following - x, 2 * half + 1))
        x = following


def _seconds(surface: pygame.Surface, theme: Theme, view: View, left: float, per_second: float) -> None:
    height = surface.get_height()
    for second in range(max(0, int(left)), min(int(view.work.length), int(left + SPAN)) + 1):
        x = (second - left) * per_second
        pygame.draw.line(surface, theme.line, (x, height - theme.px(8)), (x, height))
        at = (x + theme.px(6), height - theme.px(14))
        text(surface, theme, clock(second), at, SCALE, theme.dim)


def _taps(surface: pygame.Surface, theme: Theme, view: View, left: float, per_second: float) -> None:
    taps, tapping = view.tapping.taps, view.tapping
    first = max(0, tapping.reached(left) - 1)
    height = surface.get_height()
    for index in range(first, len(taps)):
        tap = taps[index]
        if tap.start > left + SPAN:
            break
        chosen = index == tapping.chosen
        following = taps[index + 1].start if index + 1 < len(taps) else tap.start + SPAN
        x, until = ((time - left) * per_second for time in (tap.start, following))
        if tap.end is not None:
            end = (tap.end - left) * per_second
            pygame.draw.line(surface, theme.dim, (end, height * 0.26), (end, height * 0.78), theme.px(2))
            gap = pygame.Rect(round(end), round(height * 0.26), max(1, round(theme.px(12))), theme.px(2))
            pygame.draw.rect(surface, theme.dim, gap.move(-gap.width, 0))
        color = theme.text if chosen else theme.dim
        _label(surface, theme, view.work.units[index].text.strip(), x, until, color, chosen)
        pygame.draw.line(surface, color, (x, 0), (x, height * 0.78), theme.px(5 if chosen else 2))
        if chosen:
            _time(surface, theme, clock(tap.start, 2), (x + theme.px(10), height * 0.81))


def _time(surface: pygame.Surface, theme: Theme, words: str, at: tuple[float, float]) -> None:
    ground = pygame.Rect(0, 0, width(theme, words, TIME, "code bold") + theme.px(12), theme.px(30))
    ground.midleft = (round(at[0]) - theme.px(6), round(at[1]))
    surface.fill(theme.panel, ground)
    text(surface, theme, words, at, TIME, theme.text, "code bold")


def _label(
    surface: pygame.Surface, theme: Theme, words: str, x: float, until: float, color: Color, chosen: bool
) -> None:
    room = until - x - theme.px(16)
    if chosen:
        room = max(room, theme.px(120))
    if room < theme.px(24):
        return
    at = (x + theme.px(10), surface.get_height() * 0.12)
    face: Face = "bold" if chosen else "words"
    if chosen:
        wide = min(width(theme, words, LABEL, "bold"), room)
        ground = pygame.Rect(round(x), 0, round(wide) + theme.px(20), round(surface.get_height() * 0.24))
        pygame.draw.rect(surface, theme.raised, ground)
    text(surface, theme, words, at, LABEL, color, face, most=room)
