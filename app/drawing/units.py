"""What stands in a column of the network: units one by one, a band of many, or pictures of channels."""

from dataclasses import dataclass

import numpy as np
import pygame

from app.draw import disc, fitting, number, ring, shortened, text, width
from app.drawing.graph import MAPS_PER_COLUMN, MAPS_REACH, Column, column_x, places_of
from app.drawing.tiles import heat
from app.theme import Color, Theme, mix

SIZE = 22


@dataclass(frozen=True, slots=True)
class Look:
    """How a column is drawn.

    base: the colour of its half of the loop.  known: its activations are shown.  lit: the pass is there.
    dropped: units that sit out.
    """

    base: Color
    known: bool
    lit: bool
    dropped: tuple[bool, ...] = ()


def draw_column(
    surface: pygame.Surface,
    theme: Theme,
    column: Column,
    area: pygame.Rect,
    index: int,
    count: int,
    look: Look,
) -> None:
    """A column and its name."""
    if column.left_out:
        top = _dots(surface, theme, (column_x(area, index, count), area.centery))
    elif column.layer is not None and column.layer.maps is not None:
        top = _maps(surface, theme, column, maps_places(theme, column, area, index, count), look)
    elif not column.units:
        top = _band(surface, theme, column, band_of(theme, area, index, count), look)
    else:
        top = _discs(surface, theme, column, places_of(area, index, count, column.units), look)
    _label(surface, theme, column, area, index, count, top)


def radius_of(theme: Theme, places: list[tuple[float, float]]) -> int:
    """Of the units at these places."""
    step = places[1][1] - places[0][1] if len(places) > 1 else theme.px(86)
    return round(min(theme.px(36), max(theme.px(4), step * 0.42)))


def band_of(theme: Theme, area: pygame.Rect, index: int, count: int) -> pygame.Rect:
    """Where the band of a wide layer stands."""
    band = pygame.Rect(0, area.top, theme.px(30), area.height)
    band.centerx = round(column_x(area, index, count))
    return band


def maps_places(theme: Theme, column: Column, area: pygame.Rect, index: int, count: int) -> list[pygame.Rect]:
    """Where the pictures of a column's channels stand."""
    assert column.layer is not None and column.layer.maps is not None  # noqa: PT018 - only asked of such ones
    shown, height, width = column.layer.maps.shape
    down = min(shown, MAPS_PER_COLUMN)
    across = -(-shown // down)
    gap = theme.px(5)
    room = (area.height - gap * (down - 1)) / down
    side = min(room / height, theme.px(2 * MAPS_REACH) / (across * width))
    size = max(2, round(side * width)), max(2, round(side * height))
    left = column_x(area, index, count) - (across * (size[0] + gap) - gap) / 2
    top = area.centery - (down * (size[1] + gap) - gap) / 2
    return [
        pygame.Rect(round(left + k // down * (size[0] + gap)), round(top + k % down * (size[1] + gap)), *size)
        for k in range(shown)
    ]


def _discs(
    surface: pygame.Surface, theme: Theme, column: Column, places: list[tuple[float, float]], look: Look
) -> float:
    values = column.layer.units if column.layer is not None and look.known else None
    scale = 1.0 if values is None else float(np.nanmax(np.abs(values), initial=0)) or 1.0
    radius = radius_of(theme, places)
    for index, place in enumerate(places):
        known = values is not None and index < len(values)
        value = float(values[index]) if values is not None and known else 0.0
        strength = min(1.0, abs(value) / scale) if np.isfinite(value) else 1.0
        fill = mix(theme.raised, look.base, 0.75 * round(16 * strength) / 16) if known else theme.panel
        if index < len(look.dropped) and look.dropped[index]:
            _crossed(surface, theme, place, radius)
            continue
        color = theme.now if look.lit else look.base if known else theme.line
        disc(surface, color, place, radius + theme.px(2))
        disc(surface, fill, place, radius)
        if known and len(places) <= 2:
            ink: Color = theme.ground if strength > 0.6 else theme.text
            text(surface, theme, number(value, 2), place, SIZE, ink, "code", "center")
    return places[0][1] - radius


def _crossed(surface: pygame.Surface, theme: Theme, place: tuple[float, float], radius: int) -> None:
    """A unit that dropout leaves out."""
    ring(surface, theme.faint, place, radius, theme.px(2))
    x, y, r = *place, radius * 0.6
    pygame.draw.aaline(surface, theme.faint, (x - r, y - r), (x + r, y + r), theme.px(2))
    pygame.draw.aaline(surface, theme.faint, (x - r, y + r), (x + r, y - r), theme.px(2))


def _band(surface: pygame.Surface, theme: Theme, column: Column, band: pygame.Rect, look: Look) -> float:
    """All units as one strip, the most telling ones as discs on it."""
    frame = band.inflate(theme.px(4), theme.px(4))
    pygame.draw.rect(surface, theme.now if look.lit else theme.line, frame, border_radius=theme.px(4))
    pygame.draw.rect(surface, theme.panel, band)
    if column.layer is None or not look.known:
        return frame.top
    units = np.abs(column.layer.units[None])
    ends = np.array(look.base) - theme.raised
    share = np.nan_to_num(units / (float(np.nanmax(units, initial=0)) or 1.0), nan=1.0)
    colors = (np.array(theme.raised) + ends * 0.75 * share[..., None]).round().astype(np.uint8)
    surface.blit(pygame.transform.scale(pygame.surfarray.make_surface(colors), band.size), band)
    for index, _ in column.layer.telling:
        at = band.centerx, band.top + band.height * (index + 0.5) / column.width
        disc(surface, theme.ground, at, theme.px(11))
        disc(surface, look.base, at, theme.px(9))
    return frame.top


def _maps(
    surface: pygame.Surface, theme: Theme, column: Column, places: list[pygame.Rect], look: Look
) -> float:
    for index, place in enumerate(places):
        frame = place.inflate(theme.px(4), theme.px(4))
        pygame.draw.rect(surface, theme.now if look.lit else theme.line, frame)
        pygame.draw.rect(surface, theme.raised, place)
        if look.known and column.layer is not None and column.layer.maps is not None:
            colors = heat(theme, column.layer.maps[index])
            small = pygame.surfarray.make_surface(colors.swapaxes(0, 1))
            surface.blit(pygame.transform.scale(small, place.size), place)
    return min(place.top for place in places)


def _dots(surface: pygame.Surface, theme: Theme, at: tuple[float, float]) -> float:
    for shift in (-1, 0, 1):
        disc(surface, theme.faint, (at[0] + shift * theme.px(16), at[1]), theme.px(4))
    return at[1] - theme.px(8)


def _label(
    surface: pygame.Surface,
    theme: Theme,
    column: Column,
    area: pygame.Rect,
    index: int,
    count: int,
    top: float,
) -> None:
    """Its name in the longest wording that fits, with the number of units where not all are drawn."""
    room = area.width / max(1, count - 1) - theme.px(16)
    shown = column.units or (len(column.layer.maps) if column.layer and column.layer.maps is not None else 0)
    counted = "" if shown == column.width or column.left_out else f" ({column.width:,})"
    if not column.labels[0] and not counted:
        return
    wordings = [*(label + counted for label in column.labels), column.labels[-1]]
    words = shortened(theme, fitting(theme, wordings, SIZE, "words", room).strip(), SIZE, "words", room)
    half = width(theme, words, SIZE) / 2 + theme.px(20)
    x = min(max(column_x(area, index, count), half), surface.get_width() - half)
    text(surface, theme, words, (x, top - theme.px(22)), SIZE, theme.dim, anchor="center")
