"""A question with its choices, and what became of the answer."""

from functools import partial

import pygame

from app.draw import Face, fitting, shortened, text, width
from app.pointing import Hint, answering
from app.theme import Color, Theme
from loop_core.cloze import Cloze
from loop_core.quiz import Answer, Quiz
from loop_core.words import Words

LINE, QUESTION, CHOICE, HELP, VERDICT, PICK = 32, 42, 38, 24, 28, 30
SKIP = Words("Space: skip", "空格：跳过")
RIGHT = Words("Right", "对")
WRONG = Words("No", "不对")
TIMING = {
    words.en: words
    for words in (
        Words("perfect", "完美"),
        Words("great", "很好"),
        Words("good", "不错"),
        Words("close", "接近"),
        Words("early", "早了"),
        Words("late", "晚了"),
    )
}
TYPE = Words("Type the missing word", "输入缺少的词")
SKIPPED = Words("The answer", "答案")
TOLD = Words("{}: {}. {}", "{}：{}。{}")


def ask(surface: pygame.Surface, theme: Theme, quiz: Quiz, language: str) -> None:
    """The coming line, the question, and the choices with their keys; a click on one chooses it."""
    middle, height = surface.get_width() // 2, surface.get_height()
    question = quiz.question
    text(surface, theme, quiz.line, (middle, height * 0.1), LINE, theme.text, "bold", "center")
    at = middle, height * 0.3
    text(surface, theme, question.text.said(language), at, QUESTION, theme.now, "bold", "center")
    choices = [choice.said(language) for choice in question.choices]
    pad, gap = theme.px(20), theme.px(28)
    widths = [width(theme, words, CHOICE, "bold") + theme.px(62) + 2 * pad for words in choices]
    left = middle - (sum(widths) + gap * (len(widths) - 1)) / 2
    for index, (words, wide) in enumerate(zip(choices, widths, strict=True)):
        box = pygame.Rect(round(left), round(height * 0.5), wide, theme.px(60))
        _choice(surface, theme, box, str(index + 1), words)
        answering(surface, box, partial(_hint, Hint((words,), key=pygame.K_1 + index)))
        left += wide + gap
    text(surface, theme, SKIP.said(language), (middle, height * 0.91), HELP, theme.dim, anchor="center")


def _choice(surface: pygame.Surface, theme: Theme, box: pygame.Rect, key: str, words: str) -> None:
    radius = theme.px(12)
    pygame.draw.rect(surface, theme.raised, box, border_radius=radius)
    pygame.draw.rect(surface, theme.now, box, theme.px(2), border_radius=radius)
    x = box.left + theme.px(20)
    key_at = text(surface, theme, key, (x, box.centery), CHOICE, theme.now, "code bold")
    text(surface, theme, words, (key_at.right + theme.px(22), box.centery), CHOICE, theme.text, "bold")


def _hint(hint: Hint, at: tuple[float, float]) -> Hint:
    return hint


def tell(surface: pygame.Surface, theme: Theme, quiz: Quiz, answer: Answer, language: str) -> None:
    """Whether the answer was right, what is, and why, in one line."""
    hit, skipped = quiz.chosen == answer.right, quiz.chosen is not None and quiz.chosen < 0
    word = SKIPPED if skipped else RIGHT if hit else WRONG
    mark = "" if skipped else "✓ " if hit else "✗ "
    what = quiz.question.choices[answer.right].said(language)
    height, most = surface.get_height(), surface.get_width() - theme.px(64)
    score = f"   {quiz.right}/{quiz.asked}"
    whole = TOLD.said(language).format(word.said(language), what, answer.why.said(language))
    most -= width(theme, mark, VERDICT)
    words = fitting(theme, (whole + score, whole, answer.why.said(language)), VERDICT, "words", most)
    color = theme.now if hit else theme.text
    words = shortened(theme, words, VERDICT, "words", most)
    _side_by_side(surface, theme, (mark, words), height * 0.13, VERDICT, color)


def _side_by_side(
    surface: pygame.Surface,
    theme: Theme,
    pieces: tuple[str, ...],
    y: float,
    size: float,
    color: Color,
    face: Face = "words",
) -> None:
    """Pieces of a centred line, each in the font that has its signs: the Chinese one has no ✓ and no ✗."""
    left = (surface.get_width() - sum(width(theme, piece, size, face) for piece in pieces)) / 2
    for piece in pieces:
        left = text(surface, theme, piece, (left, y), size, color, face).right


def pick(surface: pygame.Surface, theme: Theme, cloze: Cloze, language: str) -> None:
    """The words to pick from with their keys, the wrong ones crossed, or that a word is to be typed.

    Once the line is whole: how well it was timed.
    """
    middle, y = surface.get_width() // 2, surface.get_height() * 0.13
    if cloze.filled:
        word = ", ".join(gap.choices[gap.right] for gap in cloze.gaps)
        timed = TIMING[cloze.timing].said(language)
        told = f"{timed}   {cloze.right}/{cloze.asked}"
        _side_by_side(surface, theme, (f"✓ {word}   ", told), y, PICK, theme.now, "bold")
        return
    if cloze.typed is not None:
        tried = "   ".join(f"✗ {chr(letter)}" for letter in sorted(cloze.wrong))
        _side_by_side(surface, theme, (f"{TYPE.said(language)}   ", tried), y, PICK, theme.now, "bold")
        return
    gap = theme.px(40)
    marks = ["✗" if index in cloze.wrong else str(index + 1) for index in range(len(cloze.gap.choices))]
    widths = [
        width(theme, mark, PICK, "code bold") + theme.px(12) + width(theme, word, PICK, "bold")
        for mark, word in zip(marks, cloze.gap.choices, strict=True)
    ]
    left = middle - (sum(widths) + gap * (len(widths) - 1)) / 2
    for index, (mark, word, wide) in enumerate(zip(marks, cloze.gap.choices, widths, strict=True)):
        wrong = index in cloze.wrong
        key = text(surface, theme, mark, (left, y), PICK, theme.faint if wrong else theme.now, "code bold")
        at = key.right + theme.px(12), y
        shown = text(surface, theme, word, at, PICK, theme.faint if wrong else theme.text, "bold")
        hint = Hint((word,), key=pygame.K_1 + index)
        answering(surface, key.union(shown).inflate(theme.px(16), theme.px(8)), partial(_hint, hint))
        left += wide + gap
