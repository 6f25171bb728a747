"""Sing it wrong: the list of edits, and what the chosen one does."""

from dataclasses import dataclass
from functools import partial

import pygame

from app.draw import text, wrapped
from app.drawing.contest import RUNNING, Report, draw_contest
from app.drawing.edited import draw_edited
from app.drawing.screen import columns_of, heading, item, panel
from app.pointing import answering
from app.theme import Theme
from loop_core.activity import WrongLoops
from loop_core.frame import Frame
from loop_core.outcomes import SAID
from loop_core.variants import SIGNS, Entry
from loop_core.words import Words

SIZE, REASON, ASK = 28, 22, 30
TITLE = Words("Sing it wrong", "唱错试试")
SHOWN_TITLE = Words("Sing it wrong: {}", "唱错试试：{}")
LIST_KEYS = Words(
    "↑ ↓ or its key: choose     Enter: run it     X, Esc: back to the song",
    "上下键或左边的键选择     Enter 运行     X 或 Esc 回到歌曲",
)
SHOWN_KEYS = Words("↑ ↓ the next one     X, Esc: back to the list", "上下键换一个     X 或 Esc 回到列表")
PREDICT = Words(
    "What will it do to the losses? Say what you expect, then press Enter: it really runs.",
    "损失会怎样？先猜一猜，再按 Enter：它会真的运行。",
)


@dataclass(frozen=True, slots=True)
class View:
    """The list and the run, and the language of the words."""

    shown: WrongLoops
    language: str


def view(frame: Frame) -> View | None:
    """The frame's part in it; None while it is closed."""
    activity = frame.controls.activity
    return View(activity, frame.controls.language) if isinstance(activity, WrongLoops) else None


def keys_of(loops: WrongLoops, language: str) -> str:
    """Which key does what."""
    return (LIST_KEYS if loops.contest is None else SHOWN_KEYS).said(language)


def draw(surface: pygame.Surface, view: View, theme: Theme) -> None:
    """The list with the edit beside it, or the edit with both runs."""
    surface.fill(theme.ground)
    shown, language = view.shown, view.language
    left, right = columns_of(surface, theme)
    if shown.contest is None:
        heading(surface, theme, TITLE.said(language), keys_of(shown, language))
        _draw_list(surface, theme, left, view)
        _draw_question(surface, theme, right, view)
        return
    entry = shown.entries[shown.choice]
    title = SHOWN_TITLE.said(language).format(entry.variant.title.said(language))
    heading(surface, theme, title, keys_of(shown, language))
    draw_edited(panel(surface, theme, left), theme, shown.listing, entry.source or "")
    report, outcome = None, shown.contest.outcome
    if outcome is not None:
        report = Report(SAID[outcome].said(language), entry.variant.explanation.said(language))
    draw_contest(panel(surface, theme, right), theme, shown.contest, report, language)


def _draw_question(surface: pygame.Surface, theme: Theme, rect: pygame.Rect, view: View) -> None:
    """The edit, and what to think about before it runs; the lesson as it is before there is a list."""
    shown = view.shown
    words = (PREDICT if shown.entries else RUNNING).said(view.language)
    lines = wrapped(theme, words, ASK, "words", rect.width)
    code = pygame.Rect(rect.topleft, (rect.width, rect.height - theme.px(24 + 42 * len(lines))))
    source = shown.entries[shown.choice].source if shown.entries else None
    draw_edited(panel(surface, theme, code), theme, shown.listing, source or shown.listing.source)
    for row, line in enumerate(lines):
        y = code.bottom + theme.px(46 + 42 * row)
        text(surface, theme, line, (rect.left, y), ASK, theme.now)


def _draw_list(surface: pygame.Surface, theme: Theme, rect: pygame.Rect, view: View) -> None:
    entries = view.shown.entries
    pitch = rect.height // max(1, len(entries))
    for index, entry in enumerate(entries):
        row = pygame.Rect(rect.left, rect.top + index * pitch, rect.width, pitch)
        _draw_entry(surface, theme, row, index, entry, index == view.shown.choice, view.language)
        answering(surface, row, partial(item, index))


def _draw_entry(
    surface: pygame.Surface,
    theme: Theme,
    row: pygame.Rect,
    index: int,
    entry: Entry,
    chosen: bool,
    language: str,
) -> None:
    """One edit; where it makes no sense, why."""
    if chosen:
        pygame.draw.rect(surface, theme.now_ground, row, border_radius=theme.px(10))
        mark = pygame.Rect(row.left, row.top, theme.px(6), row.height)
        pygame.draw.rect(surface, theme.now, mark)
    color = theme.now if chosen else theme.text if entry.source is not None else theme.faint
    if index < len(SIGNS):
        at = row.left + theme.px(48), row.centery
        text(surface, theme, SIGNS[index].upper(), at, REASON, theme.dim, "code", "right")
    words, at = entry.variant.title.said(language), (row.left + theme.px(66), row.centery)
    drawn = text(surface, theme, words, at, SIZE, color, "bold" if chosen else "words")
    if entry.reason is not None:
        at, room = (drawn.right + theme.px(20), row.centery), row.right - drawn.right - theme.px(20)
        text(surface, theme, entry.reason.said(language), at, REASON, theme.faint, most=room)
