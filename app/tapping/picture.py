"""The picture of tapping along: the words with what comes next, the recording with its taps, the keys."""

import pygame

from app.draw import face_for, font, rendered, report, text, width
from app.drawing.screen import EDGE, heading, key_row
from app.tapping import strip
from app.tapping.view import View
from app.theme import Color, Theme
from loop_core.timing import LINE
from loop_core.words import Words

LARGE, SMALL, WORD = 68, 38, 30
TITLE = Words("Tap along: {}", "打点：{}")
BY = {True: Words("by line", "按句"), False: Words("by syllable", "按音节")}
COUNT = Words("{} of {}", "{} / {}")
SAVED, UNSAVED, BUSY = Words("saved", "已保存"), Words("not saved", "未保存"), Words("writing", "写入中")
STOPPED = Words("stopped", "已停止")
ROWS = (
    (
        ("Space", Words("begins", "开始")),
        (".", Words("ends before a pause", "停顿前结束")),
        ("Backspace", Words("undo", "撤销")),
        ("Delete", Words("anew from here", "从此处重打")),
        ("P", Words("pause", "暂停")),
        ("[ ]", Words("speed", "速度")),
        ("S", Words("save", "保存")),
        ("Esc", Words("leave", "离开")),
    ),
    (
        ("↑ ↓", Words("choose a tap", "选择打点")),
        ("Enter", Words("hear it", "试听")),
        ("← →", Words("10 ms", "10 毫秒")),
        ("Shift ← →", Words("50 ms", "50 毫秒")),
        ("T", Words("colours", "配色")),
        ("L", Words("中文", "English")),
    ),
)


def overview_rect(size: tuple[int, int], theme: Theme) -> pygame.Rect:
    """Where the whole recording is: a click goes to a place of it."""
    edge = theme.px(EDGE)
    return pygame.Rect(edge, round(size[1] * 0.805), size[0] - 2 * edge, round(size[1] * 0.05))


def draw(surface: pygame.Surface, theme: Theme, view: View) -> None:
    """Everything, on a ground of its own."""
    surface.fill(theme.ground)
    size, edge = surface.get_size(), theme.px(EDGE)
    language = view.language
    kind = BY[view.work.by == LINE].said(language)
    _state(surface, theme, view)
    heading(surface, theme, TITLE.said(language).format(view.work.title), f"{kind} · {view.sound}")
    _words(surface, theme, view)
    middle = (size[0] // 2, size[1] * 0.515)
    most = size[0] - 2 * edge
    text(surface, theme, view.message, middle, WORD, theme.now, anchor="center", most=most)
    around = pygame.Rect(edge, round(size[1] * 0.56), size[0] - 2 * edge, round(size[1] * 0.225))
    strip.draw(surface, theme, around, view)
    strip.overview(surface, theme, overview_rect(size, theme), view)
    for row, y in zip(ROWS, (0.9, 0.955), strict=True):
        key_row(surface, theme, row, size[1] * y, language)


def _state(surface: pygame.Surface, theme: Theme, view: View) -> None:
    """At the right: how many taps there are, where the recording is, how fast, whether the song is saved."""
    language, right = view.language, surface.get_width() - theme.px(EDGE)
    count = COUNT.said(language).format(len(view.tapping.taps), view.tapping.total)
    text(surface, theme, count, (right, theme.px(44)), 44, theme.text, "bold", "right")
    saved = BUSY if view.busy else SAVED if view.saved and view.tapping.taps else UNSAVED
    parts = [f"{strip.clock(view.now, 1)} / {strip.clock(view.work.length)}", f"{view.speed}%"]
    parts += [] if view.playing else [STOPPED.said(language)]
    words = " · ".join([*parts, saved.said(language)])
    text(surface, theme, words, (right, theme.px(90)), 24, theme.dim, anchor="right")


def _words(surface: pygame.Surface, theme: Theme, view: View) -> None:
    """The line before, the line at hand with what comes next marked, and the line after it."""
    lines, units = view.work.sheet.lines, view.work.units
    at = view.tapping.reached(view.now)
    index = units[min(at, len(units) - 1)].line
    middle, height = surface.get_width() // 2, surface.get_height()
    most = surface.get_width() - 2 * theme.px(EDGE)

    def aside(line: int, share: float, color: Color) -> None:
        if 0 <= line < len(lines):
            where = (middle, height * share)
            text(surface, theme, lines[line].text, where, SMALL, color, anchor="center", most=most)

    aside(index - 1, 0.2, theme.now if view.work.by == LINE and at else theme.faint)
    _at_hand(surface, theme, view, at, height * 0.315, most)
    aside(index + 1, 0.42, theme.dim)


def _at_hand(surface: pygame.Surface, theme: Theme, view: View, at: int, y: float, most: float) -> None:
    units = view.work.units
    over = at >= len(units)
    unit = units[min(at, len(units) - 1)]
    line = view.work.sheet.lines[unit.line]
    wide = width(theme, line.text, LARGE, "bold")
    size = LARGE if wide <= most else max(SMALL, LARGE * most / wide)
    pixels = theme.px(size)
    words = font(face_for("bold", line.text), pixels)
    face = face_for("bold", line.text)
    sung = line.text if over else "".join(line.syllables[: unit.first])
    until = sung if over else "".join(line.syllables[: unit.last])
    unsung = rendered(face, pixels, line.text, theme.text)
    where = unsung.get_rect(center=(surface.get_width() // 2, round(y)))
    start, end = words.size(sung)[0] if sung else 0, words.size(until.rstrip())[0]
    if where.width > most and not over:  # at least what comes next
        where.left = round(surface.get_width() / 2 - (start + min(end, start + most)) / 2)
    if not over:
        mark = pygame.Rect(where.left + start, where.top, end - start, where.height)
        mark = mark.inflate(theme.px(12), theme.px(6))
        pygame.draw.rect(surface, theme.now_ground, mark, border_radius=theme.px(10))
        bar = pygame.Rect(mark.left, mark.bottom - theme.px(5), mark.width, theme.px(5))
        pygame.draw.rect(surface, theme.now, bar, border_radius=theme.px(2))
    surface.blit(unsung, where)
    report(surface, where, line.text, size)
    lit = rendered(face, pixels, line.text, theme.now)
    surface.blit(lit, where, pygame.Rect(0, 0, start, where.height))
