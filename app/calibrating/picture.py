"""The picture of calibrating: what to do, the light, the taps around their median, the keys."""

import pygame

from app.calibrating.view import TASKS, Part, View
from app.draw import Face, disc, ring, text
from app.drawing.screen import EDGE, heading, key_row
from app.theme import Theme, mix
from loop_core.beat_taps import APART, LEAST, STRAY, Estimate
from loop_core.words import Words

LARGE, WORD, FIGURE = 56, 32, 110
SPAN = 0.1
"""Seconds from the middle of the strip to its ends."""
LIT, FADE = 0.08, 0.14
"""Seconds that the light is on, and in which it goes out then."""
DISC, WIDE = 92, 72
"""Radius of the light; how much wider the ring is that closes on it."""
DOT = 11
ROWS = 5

TITLE = Words("Calibrate", "校准")
STEPS = {
    Part.HEAR: Words("1  hear", "1  听"),
    Part.SEE: Words("2  see", "2  看"),
    Part.BOTH: Words("3  together", "3  合在一起"),
}
HOW = {
    Part.HEAR: Words("Listen only: nothing is shown", "只听：画面上没有提示"),
    Part.SEE: Words("Look only: nothing is heard", "只看：没有声音"),
    Part.BOTH: Words(
        "Light too late: comma. Light too early: period. Then Enter", "亮得太晚按逗号，太早按句号，然后按回车"
    ),
}
COUNT = Words("{} of {}", "{} / {}")
MEDIAN = Words("median {:+.0f} ms   ± {:.0f} ms   strays {}", "中位数 {:+.0f} 毫秒   ± {:.0f} 毫秒   离群 {}")
HEARD = Words("to the click {:+.0f} ms", "听声 {:+.0f} 毫秒")
SEEN = Words("to the light {:+.0f} ms", "看光 {:+.0f} 毫秒")
DIFFERENCE = Words(
    "Your taps: {}, {}. Your own delay is in both and falls out.",
    "您的敲击：{}，{}。您自己的延迟两边都有，相减抵消。",
)
LATER = Words("picture {:.0f} ms later", "画面推迟 {:.0f} 毫秒")
EARLIER = Words("picture {:.0f} ms earlier", "画面提前 {:.0f} 毫秒")
AS_IS = Words("picture as it is", "画面不变")
TAPPING = (
    ("Space", Words("tap", "敲击")),
    ("Enter", Words("go on", "继续")),
    ("Backspace", Words("again", "重来")),
    ("Esc", Words("leave, keep nothing", "离开，不保存")),
    ("T", Words("colours", "配色")),
    ("L", Words("中文", "English")),
    ("F", Words("full screen", "全屏")),
)
LOOKING = (
    (", .", Words("light earlier, later by 5 ms", "亮光提前、推迟 5 毫秒")),
    ("Enter", Words("keep", "保存")),
    *TAPPING[2:],
)


def draw(surface: pygame.Surface, theme: Theme, view: View) -> None:
    """Everything, on a ground of its own."""
    surface.fill(theme.ground)
    (across, down), language = surface.get_size(), view.language
    middle, most = across // 2, across - 2 * theme.px(EDGE)
    _steps(surface, theme, view)
    heading(surface, theme, TITLE.said(language), f"{view.sound} · {view.display}")
    task, how = TASKS[view.part].said(language), HOW[view.part].said(language)
    text(surface, theme, task, (middle, down * 0.2), LARGE, theme.text, "bold", "center", most=most)
    text(surface, theme, how, (middle, down * 0.265), WORD, theme.dim, anchor="center", most=most)
    if view.light is None:
        count = COUNT.said(language).format(view.found.counted, LEAST)
        text(surface, theme, count, (middle, down * 0.45), FIGURE, theme.text, "bold", "center")
    else:
        _light(surface, theme, light_at(surface.get_size()), view)
    if view.part is Part.BOTH:
        _difference(surface, theme, view, down)
    else:
        strip = pygame.Rect(0, 0, min(theme.px(1400), most), round(down * 0.13))
        strip.midtop = (middle, round(down * 0.625))
        _strip(surface, theme, strip, view)
        if view.lags:
            text(surface, theme, _figures(view), (middle, down * 0.835), WORD, theme.text, "words", "center")
    text(surface, theme, view.message, (middle, down * 0.89), WORD, theme.now, anchor="center", most=most)
    key_row(surface, theme, LOOKING if view.part is Part.BOTH else TAPPING, down * 0.95, language)


def light_at(size: tuple[int, int]) -> tuple[int, int]:
    """The middle of the light."""
    return size[0] // 2, round(size[1] * 0.45)


def _steps(surface: pygame.Surface, theme: Theme, view: View) -> None:
    """At the right: which part this is."""
    right = surface.get_width() - theme.px(EDGE)
    for part in reversed(Part):
        now = part is view.part
        color = theme.now if now else theme.dim if part < view.part else theme.faint
        words = STEPS[part].said(view.language)
        face: Face = "bold" if now else "words"
        right = text(
            surface, theme, words, (right, theme.px(44)), WORD, color, face, "right"
        ).left - theme.px(36)


def _light(surface: pygame.Surface, theme: Theme, at: tuple[int, int], view: View) -> None:
    """On at the beat; before it a ring closes, so that nobody has to wait for a surprise."""
    assert view.light is not None
    since = view.light % APART
    on = 0.0 if view.light < 0 else min(1.0, max(0.0, 1 - (since - LIT) / FADE))
    disc(surface, mix(theme.panel, theme.now, round(16 * on) / 16), at, theme.px(DISC))
    ring(surface, theme.line, at, theme.px(DISC), theme.px(3))
    if not view.still:
        away = 1 - since / APART
        ring(surface, mix(theme.now, theme.ground, away), at, theme.px(DISC + WIDE * away), theme.px(4))


def _strip(surface: pygame.Surface, theme: Theme, rect: pygame.Rect, view: View) -> None:
    """Each tap as a dot, by how far it is from the median: those that count filled, strays hollow."""
    pygame.draw.rect(surface, theme.panel, rect, border_radius=theme.px(14))
    zero = view.found.seconds

    def x(seconds: float) -> int:
        inside = min(max(seconds / SPAN, -1.0), 1.0)
        return round(rect.centerx + inside * (rect.width / 2 - theme.px(24)))

    band = pygame.Rect(x(-STRAY), rect.top, x(STRAY) - x(-STRAY), rect.height)
    pygame.draw.rect(surface, theme.raised, band)
    for quarter in range(-4, 5):
        across = x(quarter * SPAN / 4)
        pygame.draw.line(surface, theme.line, (across, rect.bottom - theme.px(10)), (across, rect.bottom))
        if quarter % 2 == 0:
            label = f"{1000 * quarter * SPAN / 4:+.0f}" if quarter else "0"
            text(surface, theme, label, (across, rect.bottom + theme.px(18)), 22, theme.dim, "code", "center")
    pygame.draw.line(surface, theme.now, (x(0), rect.top), (x(0), rect.bottom), theme.px(3))
    step = (rect.height - theme.px(44)) / (ROWS - 1)
    for number, lag in enumerate(view.lags):
        at = x(lag - zero), round(rect.top + theme.px(22) + step * (number % ROWS))
        newest = number == len(view.lags) - 1
        color = theme.now if newest else theme.text
        if abs(lag - zero) <= STRAY:
            disc(surface, color, at, theme.px(DOT))
        else:
            ring(surface, color, at, theme.px(DOT), theme.px(3))


def _figures(view: View) -> str:
    found = view.found
    figures = 1000 * found.seconds, 1000 * found.deviation, found.strays
    words = MEDIAN.said(view.language).format(*figures)
    if view.part is Part.SEE:
        count = COUNT.said(view.language).format(found.counted, LEAST)
        return f"{count}   {words}"
    return words


def _difference(surface: pygame.Surface, theme: Theme, view: View, down: int) -> None:
    """What both parts have found, and what is made of it."""
    assert view.heard is not None
    assert view.seen is not None
    middle, language = surface.get_width() // 2, view.language
    words = AS_IS if view.offset == 0 else LATER if view.offset > 0 else EARLIER
    made = words.said(language).format(abs(1000 * view.offset))
    text(surface, theme, made, (middle, down * 0.7), 72, theme.text, "bold", "center")
    parts = (_tapped(HEARD, view.heard, language), _tapped(SEEN, view.seen, language))
    why = DIFFERENCE.said(language).format(*parts)
    text(surface, theme, why, (middle, down * 0.79), 28, theme.dim, anchor="center")


def _tapped(words: Words, found: Estimate, language: str) -> str:
    return words.said(language).format(1000 * found.seconds)
