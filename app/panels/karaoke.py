"""The line being sung, filled syllable by syllable; why it is there, or what comes first; the next line."""

from dataclasses import dataclass

import pygame

from app.draw import disc, face_for, font, rendered, report, text
from app.drawing.questions import ask, pick, tell
from app.theme import Theme
from loop_core.cloze import Cloze, masked
from loop_core.frame import Frame
from loop_core.quiz import Quiz
from loop_core.song import Line
from loop_core.timeline import beat_at, line_held, line_shown, sung
from loop_core.vamping import waiting_words

SUNG, NEXT, WHY, COUNT = 68, 34, 28, 42
BEAT = 30
"""From one beat of the bar to the next."""


@dataclass(frozen=True, slots=True)
class View:
    """The line, how far it is sung (whole syllables, share of the next in 200ths), the next line.

    count: the tick of the count-in that was heard last, of so many beats; 0 when there is none.
    vamp: what the music waits for; '' while it does not.
    bar: beats of a bar.  beat: the one that the music is on, from 0; -1 while it stands still.
    """

    text: str
    prefixes: tuple[str, ...]
    whole: int
    share: int
    why: str
    following: str
    quiz: Quiz | None
    cloze: Cloze | None
    language: str
    count: int = 0
    beats: int = 0
    vamp: str = ""
    bar: int = 4
    beat: int = -1


def view(frame: Frame) -> View:
    """The frame's part in it."""
    lines, cloze, language = frame.song.lines, frame.cloze, frame.controls.language
    held = frame.controls.hold and not frame.controls.playing
    index = (line_held if held else line_shown)(frame.song, frame.now)
    line = lines[index]
    following = lines[index + 1].text if index + 1 < len(lines) else ""
    following = masked(following, frame.missing)
    shown = line.text if cloze is None else masked(line.text, cloze.open, cloze.typed or "")
    whole, share = sung(line, frame.now)
    why = line.subtitles.get(language) or line.subtitles.get("en", "")
    prefixes = tuple(shown[: len(prefix)] for prefix in _prefixes(line))
    return View(
        text=shown,
        prefixes=prefixes,
        whole=whole,
        share=round(200 * share),
        why=why,
        following=following,
        quiz=frame.quiz,
        cloze=cloze,
        language=language,
        count=frame.controls.count or 0,
        beats=frame.song.beats_per_bar if frame.controls.count else 0,
        vamp=waiting_words(frame),
        bar=frame.song.beats_per_bar,
        beat=beat_at(frame.song, frame.now) if frame.controls.playing and not frame.controls.count else -1,
    )


def _prefixes(line: Line) -> tuple[str, ...]:
    """What has been sung after each syllable, as it stands in the line's text."""
    prefixes = [""]
    for syllable in line.syllables:
        prefixes.append(prefixes[-1] + syllable.text.replace("~", ""))
    return tuple(prefix.lstrip() for prefix in prefixes)


def draw(surface: pygame.Surface, view: View, theme: Theme) -> None:
    """Two pictures of the same words, one over the other up to where the song is; or a question."""
    middle, height = surface.get_width() // 2, surface.get_height()
    if view.quiz is not None and view.quiz.chosen is None:
        ask(surface, theme, view.quiz, view.language)
        return
    _draw_beat(surface, view, theme)
    if view.count:
        _draw_count(surface, view, theme)
    elif view.vamp:
        text(surface, theme, view.vamp, (middle, height * 0.13), WHY, theme.now, anchor="center")
    elif view.cloze is not None:
        pick(surface, theme, view.cloze, view.language)
    elif view.quiz is not None and view.quiz.answer is not None:
        tell(surface, theme, view.quiz, view.quiz.answer, view.language)
    else:
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


def _draw_beat(surface: pygame.Surface, view: View, theme: Theme) -> None:
    """A metronome for the eye: the beats of the bar, the present one filled, the first one larger."""
    for beat in range(view.bar):
        at = theme.px(40 + BEAT * beat), round(surface.get_height() * 0.84)
        radius = theme.px(8 if beat == 0 else 6)
        if beat == view.beat:
            disc(surface, theme.now, at, theme.px(11 if beat == 0 else 9))
        else:
            pygame.draw.circle(surface, theme.faint, at, radius, theme.px(2))


def _draw_count(surface: pygame.Surface, view: View, theme: Theme) -> None:
    """The beats of the bar beside each other, those that were heard lit."""
    middle, height = surface.get_width() / 2, surface.get_height()
    for beat in range(1, view.beats + 1):
        at = (middle + theme.px(110) * (beat - (view.beats + 1) / 2), height * 0.14)
        color = theme.now if beat <= view.count else theme.faint
        text(surface, theme, str(beat), at, COUNT, color, "bold", "center")
