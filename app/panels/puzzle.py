"""Build the loop: its lines as cards, and what their order does."""

from dataclasses import dataclass
from functools import partial

import pygame

from app.draw import Face, text
from app.drawing.contest import Report, draw_contest
from app.drawing.screen import columns_of, heading, item, panel
from app.pointing import answering
from app.theme import Theme
from loop_core.activity import Puzzle
from loop_core.assembly import Card
from loop_core.frame import Frame
from loop_core.listing import Listing
from loop_core.operations import Operation
from loop_core.outcomes import SAID
from loop_core.words import Words

CODE, LINE, SIGN = 28, 38, 32
LEAST_PAD, MOST_PAD, GAP = 8, 24, 14
"""Above and below the lines of a card, and between two cards."""
MOST_LINES = 4
SHIFT = 50
"""How far a held card stands aside."""
TITLE = Words("Build the loop", "拼出训练循环")
KEYS = Words(
    "↑ ↓ choose, move    Space: take, put down    Enter: run    Tab: {other}    R: shuffle    Y, Esc: back",
    "上下键选择、移动     空格拿起、放下     Enter 运行     Tab {other}     R 重新洗牌     Y 或 Esc 返回",
)
WITH, WITHOUT = Words("with the test", "加上测试"), Words("without the test", "去掉测试")
TASK = Words("Put the lines of one epoch in order.", "把一轮训练的代码排好顺序。")
RUNS = Words("Then every epoch really runs; the result decides.", "每一轮都会真的运行，以结果为准。")
REFUSED = Words("This loop cannot be taken apart.", "这个循环拆不开。")
VERDICTS = {"right": Words("Right.", "正确。"), "equivalent": Words("Right as well.", "同样正确。")}


@dataclass(frozen=True, slots=True)
class View:
    """The table, and the language of the words."""

    shown: Puzzle
    language: str


def view(frame: Frame) -> View | None:
    """The frame's part in it; None while it is closed."""
    activity = frame.controls.activity
    return View(activity, frame.controls.language) if isinstance(activity, Puzzle) else None


def keys_of(table: Puzzle, language: str) -> str:
    """Which key does what."""
    return KEYS.said(language).format(other=(WITHOUT if table.whole else WITH).said(language))


def draw(surface: pygame.Surface, view: View, theme: Theme) -> None:
    """The cards on the left; on the right the task, or what became of them."""
    surface.fill(theme.ground)
    shown, language = view.shown, view.language
    heading(surface, theme, TITLE.said(language), keys_of(shown, language))
    left, right = columns_of(surface, theme)
    _draw_cards(surface, theme, left, shown)
    draw_contest(panel(surface, theme, right), theme, shown.contest, _report(shown, language), language)


def _report(shown: Puzzle, language: str) -> Report | None:
    """The task, or what became of the order; None while it runs."""
    if shown.refusal is not None:
        return Report(REFUSED.said(language), shown.refusal.said(language))
    if not shown.tried:
        return Report(TASK.said(language), RUNS.said(language))
    if shown.verdict is None:
        return None
    heading = VERDICTS.get(shown.verdict.kind, SAID[shown.verdict.outcome])
    return Report(heading.said(language), shown.verdict.explanation.said(language))


def _draw_cards(surface: pygame.Surface, theme: Theme, rect: pygame.Rect, shown: Puzzle) -> None:
    """The cards under the line that begins the loop, each with as many lines as there is room for."""
    y = rect.top + theme.px(20)
    head = _head(shown.listing)
    text(surface, theme, head, (rect.left, y), CODE, theme.dim, "code", most=rect.width)
    box = pygame.Rect(rect.left + theme.px(48), y + theme.px(36), rect.width - theme.px(48 + SHIFT), 0)
    room = (rect.bottom - box.top) / theme.scale - GAP * len(shown.cards)
    most = next((most for most in range(MOST_LINES, 1, -1) if _least(shown.cards, most) <= room), 1)
    pad = LEAST_PAD + (room - _least(shown.cards, most)) / max(1, 2 * len(shown.cards))
    for index, card in enumerate(shown.cards):
        lines = card.lines[:most]
        box.height = theme.px(LINE * len(lines) + 2 * min(MOST_PAD, pad))
        chosen = index == shown.choice
        held = chosen and shown.held
        _draw_card(surface, theme, box.move(theme.px(SHIFT) if held else 0, 0), lines, chosen, held)
        answering(surface, box, partial(item, index))
        box.top = box.bottom + theme.px(GAP)


def _head(listing: Listing) -> str:
    loop = listing.site(Operation.EPOCH)
    return "" if loop is None else listing.sources[loop.file].lines[loop.line - 1]


def _least(cards: tuple[Card, ...], most: int) -> float:
    """The least height of all cards, at 1080p, with at most so many lines each."""
    return sum(LINE * min(most, len(card.lines)) + 2 * LEAST_PAD for card in cards)


def _draw_card(
    surface: pygame.Surface,
    theme: Theme,
    box: pygame.Rect,
    lines: tuple[str, ...],
    chosen: bool,
    held: bool,
) -> None:
    """A card; the chosen one has a frame, and arrows beside it while it is held."""
    ground = theme.now_ground if held else theme.raised
    pygame.draw.rect(surface, ground, box, border_radius=theme.px(10))
    if chosen:
        pygame.draw.rect(surface, theme.now, box, theme.px(4), border_radius=theme.px(10))
    if held:
        at = box.left - theme.px(30), box.centery
        text(surface, theme, "↕", at, SIGN, theme.now, "bold", "center")
    face: Face = "code bold" if held else "code"
    color = theme.now if held else theme.text
    for row, line in enumerate(lines):
        y = box.centery + theme.px(LINE) * (row + 0.5 - len(lines) / 2)
        most = box.width - theme.px(40)
        text(surface, theme, line, (box.left + theme.px(24), y), CODE, color, face, most=most)
