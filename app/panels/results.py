"""The page at the end: the points, or the answers that were right, and the lines that need work first."""

from dataclasses import dataclass

import pygame

from app.draw import text, width
from app.drawing.ratings import LEVELS, OUT_OF, RATINGS
from app.theme import Theme
from loop_core.frame import Frame
from loop_core.quiz import subject_in
from loop_core.report import Report
from loop_core.scoring import MOST
from loop_core.singing import Singing
from loop_core.words import Words

FEW = 16
"""Lines that stand in one column."""
TOTAL, OF, ROW, CLOSING = 84, 30, 26, 30
POINTS = Words("of {:,} points, {}", "分（满分 {:,}，{}）")
RIGHT = Words("right at once, of {} answers", "个一次答对，共 {} 个")
WORK, KNOWN = Words("needs work", "需要练习"), Words("known", "已掌握")
UNSURE = Words("not sure yet", "还不稳")
HIDDEN = Words("and {} more lines", "还有 {} 行")
AGAIN = Words("Space: once more", "空格：再来一遍")
WEAK = Words("Enter: only what needs work", "回车：只练不熟的")
CLOSE = Words("Esc: close", "Esc：关闭")


@dataclass(frozen=True, slots=True)
class Row:
    """A line: its words, how much of it was right, and the word for that; weak: it needs work.

    missed: it was not right just now.
    """

    words: str
    figure: str
    verdict: str
    weak: bool
    missed: bool = True


@dataclass(frozen=True, slots=True)
class View:
    """All lines, and their sum."""

    total: str
    of: str
    rows: tuple[Row, ...]
    language: str


def view(frame: Frame) -> View | None:
    """The frame's part in it; None until there are results."""
    language = frame.controls.language
    if frame.singing is not None and frame.singing.over and frame.singing.heard:
        return _sung(frame, frame.singing, language)
    return None if frame.report is None else _answered(frame.report, language)


def _sung(frame: Frame, singing: Singing, language: str) -> View:
    """The lines that have points, in their order."""
    pairs = zip(frame.song.lines, singing.score.lines, strict=True)
    rows = tuple(
        Row(
            line.text,
            OUT_OF.said(language).format(f"{score.notes:.0f}", f"{score.most:.0f}"),
            RATINGS[score.rating].said(language),
            score.perfection < 0.5,
        )
        for line, score in pairs
        if score is not None
    )
    of = POINTS.said(language).format(MOST, LEVELS[singing.difficulty].said(language))
    return View(f"{singing.score.total:,}", of, rows, language)


def _answered(report: Report, language: str) -> View:
    """What needs work first; what was right now and mostly wrong before is not sure yet."""
    rows = tuple(
        Row(
            subject_in(language, tally.subject),
            OUT_OF.said(language).format(tally.right, tally.asked),
            (KNOWN if not tally.weak else WORK if tally.right < tally.asked else UNSURE).said(language),
            tally.weak,
            tally.right < tally.asked,
        )
        for tally in sorted(report.tallies, key=lambda tally: not tally.weak)
    )
    return View(str(report.right), RIGHT.said(language).format(report.asked), rows, language)


def draw(surface: pygame.Surface, view: View, theme: Theme) -> None:
    """The sum above the lines, in two columns where they are many; those without room are counted."""
    surface.fill(theme.ground)
    across, height = surface.get_size()
    middle, gap = across // 2, theme.px(64)
    text(surface, theme, view.total, (middle, theme.px(80)), TOTAL, theme.now, "bold", "center")
    text(surface, theme, view.of, (middle, theme.px(152)), OF, theme.dim, anchor="center")
    top, bottom = theme.px(210), height - theme.px(120)
    columns = 1 if len(view.rows) <= FEW else 2
    edge = theme.px(72 if columns == 2 else 320)
    rows = min(-(-len(view.rows) // columns), (bottom - top) // theme.px(36))
    step = min(theme.px(64), (bottom - top) // max(1, rows))
    verdict = max((width(theme, row.verdict, ROW, "bold") for row in view.rows), default=0)
    for index, row in enumerate(view.rows[: columns * rows]):
        left = edge if index < rows else middle + gap // 2
        right = (middle - gap // 2) if columns == 2 and index < rows else across - edge
        y = top + (index % rows + 0.5) * step
        color = theme.now if row.weak else theme.dim
        mark = "✗ " if row.weak and row.missed else "✓ "
        text(surface, theme, row.verdict, (right, y), ROW, color, "bold", "right")
        figure_at = right - verdict - theme.px(28)
        shown = text(surface, theme, row.figure, (figure_at, y), ROW, theme.dim, anchor="right")
        begun = text(surface, theme, mark, (left, y), ROW, color, "bold")
        most = shown.left - begun.right - theme.px(20)
        text(surface, theme, row.words, (begun.right + theme.px(8), y), ROW, theme.text, most=most)
    _closing(surface, view, theme, len(view.rows) - columns * rows)


def _closing(surface: pygame.Surface, view: View, theme: Theme, hidden: int) -> None:
    """The keys, and how many lines are not shown."""
    parts = [HIDDEN.said(view.language).format(hidden)] if hidden > 0 else []
    parts += [AGAIN.said(view.language)]
    parts += [WEAK.said(view.language)] if any(row.weak for row in view.rows) else []
    words = "     ".join([*parts, CLOSE.said(view.language)])
    at = surface.get_width() // 2, surface.get_height() - theme.px(60)
    text(surface, theme, words, at, CLOSING, theme.dim, anchor="center")
