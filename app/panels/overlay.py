"""What stands over the stage: the title before the start, the keys, the list of lessons, black."""

from dataclasses import dataclass

import pygame

from app.draw import text
from app.drawing.keylist import KEY_GROUPS
from app.theme import Theme
from loop_core.frame import Frame
from loop_core.lessons import LESSONS
from loop_core.words import Words

SINGS = Words(
    "Sing the PyTorch training loop while a real one runs.", "唱着 PyTorch 训练循环，一个真正的循环随之运行。"
)
BEGIN = Words("Space: start     D: lessons     H: keys", "空格：开始     D：课程     H：按键")
TUNING = Words("tuning up …", "正在准备……")
BY_ITSELF = Words("tuning up … starts by itself", "正在准备……随后自动开始")
LESSONS_TITLE = Words("Lessons", "课程")
CHOOSE = Words("↑ ↓ choose     Enter: open     D: back", "上下键选择     回车：打开     D：返回")
ROW, HIGHEST = 52, 120
"""Between two keys; between two lessons at most."""


@dataclass(frozen=True, slots=True)
class View:
    """Which of them is open; choice: the marked lesson.  lesson, exercise: what will be played.

    message: what the person at the keys is told.
    """

    kind: str
    choice: int = 0
    ready: bool = True
    waiting: bool = False
    lesson: str = ""
    exercise: str = ""
    credits: tuple[str, ...] = ()
    message: str = ""
    language: str = "en"


def view(frame: Frame) -> View | None:
    """The frame's part in it; None when nothing stands over the stage."""
    controls = frame.controls
    if controls.black:
        return View("black")
    if controls.activity is not None:
        return None
    if controls.choice is not None:
        return View("lessons", controls.choice, language=controls.language)
    if controls.help:
        return View("keys", language=controls.language)
    if not controls.started or not frame.ready:
        return View(
            "title",
            ready=frame.ready,
            waiting=controls.started,
            lesson=frame.lesson.titles.said(controls.language),
            exercise=controls.exercise,
            credits=_credits(frame),
            message=controls.message,
            language=controls.language,
        )
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
    text(surface, theme, SINGS.said(view.language), (x, y), 40, theme.text, anchor="center")
    state = BY_ITSELF if view.waiting else BEGIN if view.ready else TUNING
    text(surface, theme, state.said(view.language), (x, y + theme.px(196)), 36, theme.now, "bold", "center")
    playing = " · ".join(filter(None, (view.lesson, view.exercise)))
    text(surface, theme, playing, (x, y + theme.px(88)), 32, theme.dim, "bold", "center")
    most = surface.get_width() - theme.px(96)
    said = (x, theme.px(72))
    text(surface, theme, view.message, said, 28, theme.text, anchor="center", most=most)
    for row, credit in enumerate(view.credits):
        at = (x, y + theme.px(290 + 38 * row))
        text(surface, theme, credit, at, 24, theme.dim, anchor="center", most=most)


def _keys(surface: pygame.Surface, view: View, theme: Theme) -> None:
    """In two columns: the show; learning and practising."""
    middle = surface.get_rect().centerx
    for groups, x in ((KEY_GROUPS[:1], middle - theme.px(600)), (KEY_GROUPS[1:], middle + theme.px(260))):
        y = theme.px(20)
        for heading, keys in groups:
            y += theme.px(72)
            at = x + theme.px(24), y
            text(surface, theme, heading.said(view.language), at, 48, theme.now, "bold")
            y += theme.px(14)
            for key, meaning in keys:
                y += theme.px(ROW)
                text(surface, theme, key, (x - theme.px(24), y), 32, theme.now, "bold", "right")
                text(surface, theme, meaning.said(view.language), (x + theme.px(24), y), 32, theme.text)


def _lessons(surface: pygame.Surface, view: View, theme: Theme) -> None:
    x, y = surface.get_rect().centerx, theme.px(170)
    title, choose = LESSONS_TITLE.said(view.language), CHOOSE.said(view.language)
    text(surface, theme, title, (x, y), 54, theme.now, "bold", "center")
    text(surface, theme, choose, (x, y + theme.px(64)), 28, theme.dim, anchor="center")
    y += theme.px(110)
    step = min(theme.px(HIGHEST), (surface.get_height() - y - theme.px(60)) // len(LESSONS))
    for index, lesson in enumerate(LESSONS):
        y += step
        color = theme.now if index == view.choice else theme.text
        name = lesson.titles.said(view.language)
        text(surface, theme, name, (x, y - theme.px(20)), 42, color, "bold", "center")
        summary = lesson.summaries.said(view.language)
        text(surface, theme, summary, (x, y + theme.px(26)), 28, theme.dim, anchor="center")
