"""The notes of the line being sung, the learner's voice over them, what of them was hit, and the points."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pygame

from app.draw import disc, text, wrapped
from app.drawing.ratings import LEVELS, RATINGS
from app.theme import Theme, mix
from loop_core.frame import Frame
from loop_core.scoring import MOST
from loop_core.singing import Singing
from loop_core.song import Line
from loop_core.timeline import line_shown
from loop_core.words import Words

LEAST, LEAD = 2.6, 0.3
"""Seconds that the panel is wide at least, and that it shows before and after the line."""
UNITS = 4000
"""Steps across the panel that a view tells apart."""
BELOW, ABOVE = 3, 5
"""Semitones that are shown below the lowest note and above the highest."""
BREAK, LEAP = 0.035, 4.0
"""Seconds, and semitones, between two frames from which no line joins them."""
SHORTEST = 4
"""Frames of which a stroke is made at least."""
FRESH = 0.15
"""Seconds for which the last frame is marked as the voice."""
HIT = 0.65
"""How much of the colour of now a hit has: the voice is seen on it."""
OF = Words("of {:,}, {}", "满分 {:,}，{}")
IN_LINE = Words("{} of {} in that line", "这一行 {} / {}")
SIZE, POINTS, WORD, SMALL, STAR = 24, 64, 40, 24, 28


@dataclass(frozen=True, slots=True)
class Bar:
    """A note: its syllable, from where to where in `UNITS`, its MIDI pitch, its kind."""

    words: str
    start: int
    end: int
    pitch: int
    kind: str


@dataclass(frozen=True, slots=True)
class View:
    """A line's bars, the voice as strokes of (place, pitch), the places that were hit, and the points.

    live: the voice sounds now.  last: the points of the line that ended last, and its word.
    """

    bars: tuple[Bar, ...]
    strokes: tuple[tuple[tuple[int, float], ...], ...]
    hits: tuple[tuple[int, int], ...]
    head: int
    live: bool
    total: int
    difficulty: str
    last: tuple[str, int, int] | None
    missing: str
    language: str


def view(frame: Frame) -> View:
    """The frame's part in it; there must be somebody who sings."""
    singing, line = frame.singing, frame.song.lines[line_shown(frame.song, frame.now)]
    assert singing is not None
    seconds = max(LEAST, line.end - line.start + 2 * LEAD)
    start = (line.start + line.end - seconds) / 2

    def place(time: float) -> int:
        return round(UNITS * min(max((time - start) / seconds, 0.0), 1.0))

    voice = singing.voice.part(line.start - LEAD / 2, start + seconds)
    strokes = tuple(
        tuple((place(time), pitch) for time, pitch in stroke)
        for stroke in _strokes(line, voice.times, voice.pitches)
        if len(stroke) >= SHORTEST
    )
    sung = voice.times[~np.isnan(voice.pitches)]
    return View(
        tuple(Bar(s.text.strip(), place(s.start), place(s.end), s.pitch, s.kind) for s in line.syllables),
        strokes,
        tuple((place(a), place(b)) for a, b in singing.hits if b > line.start and a < line.end),
        place(frame.now),
        bool(len(sung)) and 0 <= frame.now - float(sung[-1]) < FRESH,
        singing.score.total,
        singing.difficulty,
        _last(singing),
        "" if singing.heard else singing.singer,
        frame.controls.language,
    )


def _last(singing: Singing) -> tuple[str, int, int] | None:
    score = None if singing.last is None else singing.score.lines[singing.last]
    return None if score is None else (score.rating, round(score.notes), round(score.most))


def _strokes(
    line: Line, times: npt.NDArray[np.float64], pitches: npt.NDArray[np.float64]
) -> Iterator[list[tuple[float, float]]]:
    """The voiced frames that hang together, each moved by octaves to the note that is nearest in time."""
    stroke: list[tuple[float, float]] = []
    for time, pitch in zip(times.tolist(), pitches.tolist(), strict=True):
        if pitch != pitch:
            continue
        near = min(line.syllables, key=lambda s: max(s.start - time, time - s.end))
        folded = round(near.pitch + (pitch - near.pitch + 6) % 12 - 6, 1)
        if stroke and (time - stroke[-1][0] > BREAK or abs(folded - stroke[-1][1]) > LEAP):
            yield stroke
            stroke = []
        stroke.append((time, folded))
    if stroke:
        yield stroke


@dataclass(frozen=True, slots=True)
class Plot:
    """Where the notes stand: a rectangle and the lowest and highest pitch in it."""

    rect: pygame.Rect
    low: int
    high: int

    def x(self, place: int) -> float:
        """Pixels from the left of the panel."""
        return self.rect.left + self.rect.width * place / UNITS

    def y(self, pitch: float) -> float:
        """Pixels from the top of the panel; what is outside stays at the edge."""
        share = (min(max(pitch, self.low), self.high) - self.low) / (self.high - self.low)
        return self.rect.bottom - self.rect.height * share


def draw(surface: pygame.Surface, view: View, theme: Theme) -> None:
    """Higher is up; what was hit is filled; the points stand at the right."""
    across, height = surface.get_size()
    column = theme.px(330)
    rect = pygame.Rect(theme.px(24), theme.px(14), across - column - theme.px(24), height - theme.px(28))
    pitches = [bar.pitch for bar in view.bars]
    plot = Plot(rect, min(pitches) - BELOW, max(pitches) + ABOVE)
    for pitch in range(plot.low, plot.high + 1, 2):
        at = round(plot.y(pitch))
        color = mix(theme.panel, theme.line, 0.5)
        pygame.draw.line(surface, color, (rect.left, at), (rect.right, at), theme.px(1))
    _bars(surface, view, theme, plot)
    head = round(plot.x(view.head))
    pygame.draw.line(surface, theme.now, (head, rect.top), (head, rect.bottom), theme.px(3))
    _voice(surface, view, theme, plot)
    _words(surface, view, theme, plot)
    _points(surface, view, theme, pygame.Rect(across - column, 0, column, height))


def _thick(theme: Theme) -> int:
    return theme.px(26)


def _box(bar: Bar, theme: Theme, plot: Plot) -> pygame.Rect:
    thick = _thick(theme)
    left, right = round(plot.x(bar.start)), round(plot.x(bar.end))
    return pygame.Rect(left, round(plot.y(bar.pitch)) - thick // 2, max(theme.px(6), right - left), thick)


def _bars(surface: pygame.Surface, view: View, theme: Theme, plot: Plot) -> None:
    """Golden notes have a double line, rapped ones strokes, freestyle ones no ground."""
    round_by = theme.px(8)
    for bar in view.bars:
        box = _box(bar, theme, plot)
        if bar.kind != "freestyle":
            pygame.draw.rect(surface, theme.raised, box, border_radius=round_by)
        for start, end in view.hits:
            left, right = max(start, bar.start), min(end, bar.end)
            if left < right:
                filled = pygame.Rect(0, box.top, 0, box.height)
                filled.left, filled.width = round(plot.x(left)), round(plot.x(right)) - round(plot.x(left))
                color = mix(theme.raised, theme.now, HIT)
                pygame.draw.rect(surface, color, filled, border_radius=round_by)
        if "rap" in bar.kind:
            _hatch(surface, theme, box)
        pygame.draw.rect(surface, theme.faint, box, theme.px(2), border_radius=round_by)
        if "golden" in bar.kind:
            outer = box.inflate(theme.px(8), theme.px(8))
            pygame.draw.rect(surface, theme.now, outer, theme.px(2), border_radius=round_by + theme.px(4))


def _hatch(surface: pygame.Surface, theme: Theme, box: pygame.Rect) -> None:
    for x in range(box.left + theme.px(6), box.right - theme.px(6), theme.px(14)):
        pygame.draw.line(
            surface, theme.faint, (x, box.bottom - 2), (x + theme.px(6), box.top + 1), theme.px(2)
        )


def _star(surface: pygame.Surface, theme: Theme, at: tuple[float, float], radius: float) -> None:
    turns = np.arange(10) * np.pi / 5 - np.pi / 2
    reach = radius * np.where(np.arange(10) % 2, 0.45, 1.0)
    points = np.stack([at[0] + reach * np.cos(turns), at[1] + reach * np.sin(turns)], axis=1)
    pygame.draw.polygon(surface, theme.now, points.tolist())


def _voice(surface: pygame.Surface, view: View, theme: Theme, plot: Plot) -> None:
    """A line with an edge of the ground's colour, so that it is seen on what is filled."""
    for stroke in view.strokes:
        points = [(plot.x(place), plot.y(pitch)) for place, pitch in stroke]
        if len(points) > 1:
            pygame.draw.lines(surface, theme.panel, False, points, theme.px(9))
            pygame.draw.lines(surface, theme.text, False, points, theme.px(5))
    if view.live and view.strokes:
        place, pitch = view.strokes[-1][-1]
        disc(surface, theme.panel, (plot.x(place), plot.y(pitch)), theme.px(12))
        disc(surface, theme.text, (plot.x(place), plot.y(pitch)), theme.px(9))


def _words(surface: pygame.Surface, view: View, theme: Theme, plot: Plot) -> None:
    """Each syllable above its bar, as much as there is room for; golden ones with a star."""
    rooms = [following.start - bar.start for bar, following in pairwise(view.bars)]
    for bar, room in zip(view.bars, [*rooms, UNITS - view.bars[-1].start], strict=True):
        box = _box(bar, theme, plot)
        at = (box.left, box.top - theme.px(25))
        color = theme.text if view.head >= bar.start else theme.dim
        most = plot.x(room) - plot.rect.left - theme.px(4)
        mark = theme.px(STAR) if "golden" in bar.kind else 0
        shown = text(surface, theme, bar.words, at, SIZE, color, "bold", most=most - mark)
        if mark:
            _star(surface, theme, (shown.right + 0.6 * mark, shown.centery), 0.4 * mark)


def _points(surface: pygame.Surface, view: View, theme: Theme, rect: pygame.Rect) -> None:
    x, y = rect.left + theme.px(28), rect.height / 2
    room = rect.width - theme.px(48)
    if view.missing:
        for row, words in enumerate(wrapped(theme, view.missing, SMALL, "words", room)):
            text(surface, theme, words, (x, theme.px(40 + 34 * row)), SMALL, theme.failed)
        return
    text(surface, theme, f"{view.total:,}", (x, y - theme.px(84)), POINTS, theme.text, "bold")
    of = OF.said(view.language).format(MOST, LEVELS[view.difficulty].said(view.language))
    text(surface, theme, of, (x, y - theme.px(32)), SMALL, theme.dim)
    if view.last is not None:
        word, points, most = view.last
        rating = RATINGS[word].said(view.language)
        text(surface, theme, rating, (x, y + theme.px(38)), WORD, theme.now, "bold")
        text(
            surface,
            theme,
            IN_LINE.said(view.language).format(points, most),
            (x, y + theme.px(84)),
            SMALL,
            theme.dim,
        )
