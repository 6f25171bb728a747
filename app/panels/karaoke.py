"""The line being sung, filled syllable by syllable; why it is there; and the line after it."""

from dataclasses import dataclass

import pygame

from app.draw import face_for, font, rendered, report, text
from app.theme import Theme
from loop_core.frame import Frame
from loop_core.song import Line
from loop_core.timeline import line_shown, sung

SUNG, NEXT, WHY = 68, 34, 28


@dataclass(frozen=True, slots=True)
class View:
    """The line, how far it is sung (whole syllables, share of the next in 200ths), the next line."""

    text: str
    prefixes: tuple[str, ...]
    whole: int
    share: int
    why: str
    following: str


def view(frame: Frame) -> View:
    """The frame's part in it."""
    lines, index = frame.song.lines, line_shown(frame.song, frame.now)
    line = lines[index]
    following = lines[index + 1].text if index + 1 < len(lines) else ""
    whole, share = sung(line, frame.now)
    why = line.subtitles.get(frame.controls.language) or line.subtitles.get("en", "")
    return View(line.text, _prefixes(line), whole, round(200 * share), why, following)


def _prefixes(line: Line) -> tuple[str, ...]:
    """What has been sung after each syllable, as it stands in the line's text."""
    prefixes = [""]
    for syllable in line.syllables:
        prefixes.append(prefixes[-1] + syllable.text.replace("~", ""))
    return tuple(prefix.lstrip() for prefix in prefixes)


def draw(surface: pygame.Surface, view: View, theme: Theme) -> None:
    """Two pictures of the same words, one over the other up to where the song is."""
    middle, height = surface.get_width() // 2, surface.get_height()
    text(surface, theme, view.why, (middle, height * 0.13), WHY, theme.dim, anchor="center")
    size = theme.px(SUNG)
    words = font(face_for("bold", view.text), size)
    unsung = rendered("bold", size, view.text, theme.text)
    at = unsung.get_rect(center=(middle, round(height * 0.46)))
    surface.blit(unsung, at)
    report(surface, at, view.text, SUNG)
    done = words.size(view.prefixes[view.whole].rstrip())[0] if view.whole else 0
    if view.whole + 1 < len(view.prefixes):
        until = words.size(view.prefixes[view.whole + 1].rstrip())[0]
        start = words.size(view.prefixes[view.whole])[0] if view.share else done
        done = start + round((until - start) * view.share / 200)
    lit = rendered("bold", size, view.text, theme.now)
    surface.blit(lit, at, pygame.Rect(0, 0, done, at.height))
    text(surface, theme, view.following, (middle, height * 0.84), NEXT, theme.faint, anchor="center")
