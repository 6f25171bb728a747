"""What stands over the stage: the title before the start, the keys, the list of lessons, black."""

from dataclasses import dataclass

import pygame

from app.draw import text
from app.theme import Theme
from loop_core.frame import Frame
from loop_core.lessons import LESSONS
from loop_core.scoring import MOST
from loop_core.singing import Singing

KEYS = (
    ("Space, PageDown", "start, pause, go on"),
    ("PageUp", "one line back"),
    ("← →", "one line back, on"),
    ("O", "hold: stop after each line"),
    ("R", "restart with the same seed"),
    ("V, W", "say what a line will do; words vanish"),
    ("D", "lessons"),
    ("X, Y", "sing it wrong, build the loop"),
    ("T, L", "theme, language"),
    ("G", "sing along: notes and points"),
    (", .", "picture earlier, later by 5 ms"),
    ("P", "picture of this moment, as a file"),
    ("F", "full screen"),
    ("B", "black screen and silence, and back"),
    ("H", "these keys"),
    ("Q, Esc", "close what is open, else quit"),
)
PRACTICE_KEYS = (
    ("[ ]", "slower, faster; pitch kept"),
    ("{ }", "a semitone lower, higher"),
    ("U", "loop: this line, this section, off"),
    ("C", "count-in of one bar"),
    ("M", "voice on, off"),
    ("J K", "voice quieter, louder"),
    ("A", "backing on, off"),
    ("N", "next backing"),
    ("Z", "only the click, and back"),
    ("+ −", "volume of it all"),
)


@dataclass(frozen=True, slots=True)
class View:
    """Which of them is open; choice: the marked lesson.

    total: the points for singing.  lines: of each line its words, its points of how many, the word for it.
    """

    kind: str
    choice: int = 0
    ready: bool = True
    waiting: bool = False
    credits: tuple[str, ...] = ()
    total: int = 0
    lines: tuple[tuple[str, str, str], ...] = ()


def view(frame: Frame) -> View | None:
    """The frame's part in it; None when nothing stands over the stage."""
    controls = frame.controls
    if controls.black:
        return View("black")
    if controls.activity is not None:
        return None
    if controls.choice is not None:
        return View("lessons", controls.choice)
    if controls.help:
        return View("keys")
    if not controls.started or not frame.ready:
        return View("title", ready=frame.ready, waiting=controls.started, credits=_credits(frame))
    if frame.singing is not None and frame.singing.over and frame.singing.heard:
        return View("results", total=frame.singing.score.total, lines=_results(frame, frame.singing))
    return None


def _results(frame: Frame, singing: Singing) -> tuple[tuple[str, str, str], ...]:
    """Those lines that have points."""
    pairs = zip(frame.song.lines, singing.score.lines, strict=True)
    return tuple(
        (line.text, f"{s.notes:.0f} of {s.most:.0f}", s.rating) for line, s in pairs if s is not None
    )


def _credits(frame: Frame) -> tuple[str, ...]:
    """Whose idea the song goes back to, and where to read of it."""
    named = frame.song.credits
    return tuple(named[key] for key in ("idea", "article") if key in named)


def draw(surface: pygame.Surface, view: View, theme: Theme) -> None:
    """Draw what is open over what is there."""
    if view.kind == "black":
        surface.fill((0, 0, 0))
        return
    surface.fill(theme.ground)
    kinds = {"title": _title, "keys": _keys, "lessons": _lessons, "results": _table}
    kinds[view.kind](surface, view, theme)


def _title(surface: pygame.Surface, view: View, theme: Theme) -> None:
    x, y = surface.get_rect().center
    text(surface, theme, "Torchaoke", (x, y - theme.px(130)), 132, theme.now, "bold", "center")
    text(
        surface,
        theme,
        "Sing the PyTorch training loop while a real one runs.",
        (x, y),
        40,
        theme.text,
        anchor="center",
    )
    words = "Space: start     D: lessons     H: keys" if view.ready else "tuning up …"
    if view.waiting:
        words = "tuning up … starts by itself"
    text(surface, theme, words, (x, y + theme.px(120)), 36, theme.now, "bold", "center")
    most = surface.get_width() - theme.px(96)
    for row, credit in enumerate(view.credits):
        at = (x, y + theme.px(230 + 38 * row))
        text(surface, theme, credit, at, 24, theme.dim, anchor="center", most=most)


def _keys(surface: pygame.Surface, view: View, theme: Theme) -> None:
    """In two columns: the show, and practising."""
    middle = surface.get_rect().centerx
    for heading, keys, x in (
        ("Keys", KEYS, middle - theme.px(600)),
        ("Practice", PRACTICE_KEYS, middle + theme.px(260)),
    ):
        y = theme.px(110)
        text(surface, theme, heading, (x + theme.px(24), y), 54, theme.now, "bold")
        y += theme.px(24)
        for key, meaning in keys:
            y += theme.px(64)
            text(surface, theme, key, (x - theme.px(24), y), 32, theme.now, "bold", "right")
            text(surface, theme, meaning, (x + theme.px(24), y), 32, theme.text)


def _lessons(surface: pygame.Surface, view: View, theme: Theme) -> None:
    x, y = surface.get_rect().centerx, theme.px(170)
    text(surface, theme, "Lessons", (x, y), 54, theme.now, "bold", "center")
    text(
        surface,
        theme,
        "↑ ↓ choose     Enter: open     D: back",
        (x, y + theme.px(64)),
        28,
        theme.dim,
        anchor="center",
    )
    y += theme.px(110)
    for index, lesson in enumerate(LESSONS):
        y += theme.px(120)
        color = theme.now if index == view.choice else theme.text
        text(surface, theme, lesson.title, (x, y), 42, color, "bold", "center")
        text(surface, theme, lesson.summary, (x, y + theme.px(46)), 28, theme.dim, anchor="center")


def _table(surface: pygame.Surface, view: View, theme: Theme) -> None:
    """Two columns of lines; those that there is no room for are counted."""
    across, height = surface.get_size()
    middle, edge, gap = across // 2, theme.px(72), theme.px(48)
    text(surface, theme, f"{view.total:,}", (middle, theme.px(80)), 84, theme.now, "bold", "center")
    of = f"of {MOST:,} points"
    text(surface, theme, of, (middle, theme.px(152)), 30, theme.dim, anchor="center")
    top, bottom = theme.px(220), height - theme.px(130)
    rows = min(-(-len(view.lines) // 2), (bottom - top) // theme.px(36))
    step = min(theme.px(64), (bottom - top) // max(1, rows))
    for index, (words, points, rating) in enumerate(view.lines[: 2 * rows]):
        left = edge if index < rows else middle + gap // 2
        right = (middle - gap // 2) if index < rows else across - edge
        y = top + (index % rows + 0.5) * step
        text(surface, theme, rating, (right, y), 26, theme.now, "bold", "right")
        points_at = right - theme.px(150)
        shown = text(surface, theme, points, (points_at, y), 26, theme.dim, anchor="right")
        text(surface, theme, words, (left, y), 26, theme.text, most=shown.left - left - theme.px(12))
    hidden = len(view.lines) - 2 * rows
    closing = f"and {hidden} more lines     " if hidden > 0 else ""
    closing += "Space: once more     Esc: close"
    text(surface, theme, closing, (middle, height - theme.px(64)), 30, theme.dim, anchor="center")
