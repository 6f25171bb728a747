"""What stands over the stage: the title before the start, the keys, the list of lessons, black."""

from dataclasses import dataclass

import pygame

from app.draw import text
from app.theme import Theme
from loop_core.frame import Frame
from loop_core.lessons import LESSONS

KEYS = (
    ("Space, PageDown", "start, pause, go on"),
    ("PageUp", "one line back"),
    ("← →", "one line back, on"),
    ("O", "hold: stop after each line"),
    ("R", "restart with the same seed"),
    ("D", "lessons"),
    ("T, L", "theme, language"),
    (", .", "picture earlier, later by 5 ms"),
    ("P", "picture of this moment, as a file"),
    ("F", "full screen"),
    ("B", "black screen and silence, and back"),
    ("H", "these keys"),
    ("Q, Esc", "close what is open, else quit"),
)
Groups = dict[str, tuple[tuple[str, str], ...]]
"""Keys and what they do, by heading."""

LEARNING_KEYS = (
    ("V, W", "say what a line will do; fill in words"),
    ("X, Y", "sing it wrong, build the loop"),
    ("G, E", "sing along; how exact"),
    ("Enter", "results: only what needs work"),
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
KEY_GROUPS: Groups = {"Keys": KEYS, "Learn": LEARNING_KEYS, "Practice": PRACTICE_KEYS}


@dataclass(frozen=True, slots=True)
class View:
    """Which of them is open; choice: the marked lesson."""

    kind: str
    choice: int = 0
    ready: bool = True
    waiting: bool = False
    credits: tuple[str, ...] = ()


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
    return None


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
    kinds = {"title": _title, "keys": _keys, "lessons": _lessons}
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
    """In two columns: the show; learning and practising."""
    middle = surface.get_rect().centerx
    left: Groups = {"Keys": KEYS}
    right: Groups = {"Learn": LEARNING_KEYS, "Practice": PRACTICE_KEYS}
    for column, x in ((left, middle - theme.px(600)), (right, middle + theme.px(260))):
        y = theme.px(30)
        for heading, keys in column.items():
            y += theme.px(76)
            text(surface, theme, heading, (x + theme.px(24), y), 48, theme.now, "bold")
            y += theme.px(14)
            for key, meaning in keys:
                y += theme.px(57)
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
