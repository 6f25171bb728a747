"""What the lesson has printed, to the letter, and what its last operation proved."""

from dataclasses import dataclass
from functools import partial

import pygame

from app.draw import text, title, width, wrapped
from app.pointing import Hint, answering
from app.theme import Theme
from loop_core.frame import Frame
from loop_core.snapshot import Evidence
from loop_core.words import Words

SIZE, LINE, PROOF = 22, 30, 25
TITLE = Words("proof, and what is printed", "证据和打印输出")
PROOF_NAME, PRINTED = Words("proof", "证据"), Words("printed", "打印输出")
MOST_ANSWER = 3
"""Rows of an answer, at most."""


@dataclass(frozen=True, slots=True)
class View:
    """The printed lines, how many of the last are new, and the evidence of the last operation.

    answer: to the last question of the learner, and why.
    """

    lines: tuple[str, ...]
    new: int
    evidence: Evidence | None
    answer: str = ""
    language: str = "en"


def view(frame: Frame) -> View:
    """The frame's part in it."""
    snapshot = frame.snapshot
    if snapshot is None:
        return View((), 0, None, language=frame.controls.language)
    language, printed = frame.controls.language, len(snapshot.printed)
    return View(snapshot.console, printed, snapshot.evidence, _answer(frame), language)


def _answer(frame: Frame) -> str:
    """What was asked last, the right answer and its reason: to be read while the music goes on."""
    quiz, language = frame.answered, frame.controls.language
    if quiz is None or quiz.answer is None:
        return ""
    right = quiz.question.choices[quiz.answer.right].said(language)
    return f"{quiz.line}: {right}. {quiz.answer.why.said(language)}"


def draw(surface: pygame.Surface, view: View, theme: Theme) -> None:
    """The evidence stands at the top; what was printed at the bottom, the newest line last."""
    left, height = theme.px(20), surface.get_height()
    most = surface.get_width() - 2 * left
    if view.evidence is None:
        title(surface, theme, TITLE.said(view.language))
        return
    mark, color = ("✓", theme.text) if view.evidence.holds else ("✗", theme.failed)
    if view.evidence.absent:
        mark, color = "–", theme.dim
    y = theme.px(30)
    shown = text(surface, theme, mark, (left, y), PROOF, theme.now if view.evidence.holds else color, "bold")
    room = most - shown.width - theme.px(12)
    bottom, line = height - theme.px(24), theme.px(LINE)
    told = min(1, len(view.lines))
    most_rows = max(1, (bottom - y - theme.px(4) * told) // line + 1 - told)
    proof = wrapped(theme, view.evidence.text, PROOF, "words", room)
    if len(proof) > most_rows:
        proof = (*proof[: most_rows - 1], " ".join(proof[most_rows - 1 :]))
        answering(
            surface, surface.get_rect(), partial(_whole, PROOF_NAME.said(view.language), view.evidence.text)
        )
    for row, words in enumerate(proof):
        at = (shown.right + theme.px(12), y + row * line)
        text(surface, theme, words, at, PROOF, color, most=room)
    if view.answer:
        told_at = y + line * len(proof) + theme.px(14)
        for words in wrapped(theme, view.answer, PROOF, "words", most)[:MOST_ANSWER]:
            text(surface, theme, words, (left, told_at), PROOF, theme.dim, most=most)
            told_at += line
        y = told_at - line * len(proof)
    top = y + theme.px(4) + line * len(proof)
    rows = max(told, (bottom - top) // line + 1)
    for row, words in enumerate(reversed(view.lines[-rows:] if rows else ())):
        color = theme.now if row < view.new else theme.dim
        rect = text(surface, theme, words, (left, bottom - row * line), SIZE, color, "code", most=most)
        if width(theme, words, SIZE, "code") > most:
            answering(surface, rect, partial(_whole, PRINTED.said(view.language), words))


def _whole(name: str, words: str, at: tuple[float, float]) -> Hint:
    """All of a text that the panel has no room for."""
    return Hint((name, words))
