"""Words that vanish from a song, more from verse to verse, and how they are filled in."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

from loop_core.operations import Operation
from loop_core.song import Line, Song

CHOICES = 3
LEAST_LETTERS = 3
"""Shorter words are not worth a gap."""
WINDOWS = ((0.045, "perfect"), (0.090, "great"), (0.135, "good"), (0.180, "close"))
"""How far from a word's start a key may come, in seconds, and what that is called: ITGmania's windows."""
BLANK = "_"

WORD = re.compile(r"[A-Za-z][A-Za-z']*")

CODE = {
    Operation.TRAIN: "train",
    Operation.LOSS: "loss_fn",
    Operation.ZERO_GRAD: "zero_grad",
    Operation.BACKWARD: "backward",
    Operation.STEP: "step",
    Operation.EVAL: "eval",
    Operation.INFERENCE_MODE: "inference_mode",
    Operation.TEST_LOSS: "loss_fn",
    Operation.PRINT: "print",
    Operation.SAVE: "save",
}
"""The name that vanishes from the source while a line of this operation has a gap."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A word that is missing from a line.

    line: its index in the song.  first, last: its characters in the line's text, without ``last``.
    start: seconds at which it is sung.  choices: words to pick from; right: the index of the missing one.
    code: the name that is missing from the source, '' for none.
    """

    line: int
    first: int
    last: int
    start: float
    choices: tuple[str, ...]
    right: int
    code: str = ""


@dataclass(frozen=True, slots=True)
class Cloze:
    """The gaps of a line as they stand; the first ``done`` of them are filled.

    wrong: choices, or letters, that were tried wrongly in the one that is next.
    typed: what is typed of its word so far; None where it is picked from choices.
    timing: of the last one that was filled.  right, asked: of all gaps so far.
    """

    gaps: tuple[Gap, ...]
    done: int = 0
    wrong: frozenset[int] = frozenset()
    typed: str | None = None
    timing: str = ""
    right: int = 0
    asked: int = 0

    @property
    def filled(self) -> bool:
        """Whether all words are there."""
        return self.done == len(self.gaps)

    @property
    def gap(self) -> Gap:
        """The gap that is next, or the last one."""
        return self.gaps[min(self.done, len(self.gaps) - 1)]

    @property
    def open(self) -> tuple[Gap, ...]:
        """The gaps that are not filled."""
        return self.gaps[self.done :]


def gaps_of(song: Song, singings: int = 0) -> dict[int, tuple[Gap, ...]]:
    """By the index of the line its gaps from left to right, more from verse to verse.

    In the first verse every second line lacks a word, in the second every line; each time that the song is
    sung again (singings: how often it has been before) a line lacks one word more than before.
    Lines of the same words belong to verses after each other. The longest words go first.
    """
    sung: dict[str, int] = {}
    operations = {cue.line: cue.operation for cue in song.cues}
    found = {}
    for index, line in enumerate(song.lines):
        verse = sung.get(line.text, 0)
        sung[line.text] = verse + 1
        level = verse + singings
        words = [match for match in WORD.finditer(line.text) if len(match[0]) >= LEAST_LETTERS]
        if not words or (level == 0 and index % 2 == 0):
            continue
        longest = sorted(words, key=lambda match: -len(match[0]))[: max(1, level)]
        code = CODE.get(operations[index], "") if index in operations else ""
        found[index] = tuple(
            _gap(song, index, word, code) for word in sorted(longest, key=lambda match: match.start())
        )
    return found


def _gap(song: Song, index: int, word: re.Match[str], code: str) -> Gap:
    choices = _choices(song, index, word[0])
    start = word_start(song.lines[index], word.start())
    return Gap(index, *word.span(), start, choices, choices.index(word[0].lower()), code)


def _choices(song: Song, index: int, word: str) -> tuple[str, ...]:
    """The word and others of the song, lower case, in an order that differs from line to line."""
    others = dict.fromkeys(
        match.lower()
        for line in (*song.lines[index + 1 :], *song.lines[:index])
        for match in WORD.findall(line.text)
        if len(match) >= LEAST_LETTERS and match.lower() != word.lower()
    )
    wrong = [one for one in others if one not in song.lines[index].text.lower()][: CHOICES - 1]
    place = index % (len(wrong) + 1)
    return (*wrong[:place], word.lower(), *wrong[place:])


def word_start(line: Line, character: int) -> float:
    """Seconds at which the syllable with this character of the line's text begins."""
    texts = [syllable.text.replace("~", "") for syllable in line.syllables]
    lead = len(texts[0]) - len(texts[0].lstrip())
    ends = [end - lead for end in accumulate(map(len, texts))]
    for syllable, words, end in zip(line.syllables, texts, ends, strict=True):
        if character < end and words.strip():
            return syllable.start
    return line.syllables[-1].start


def masked(text: str, gaps: Iterable[Gap], typed: str = "") -> str:
    """The line's text with blanks, as many as they have letters, for the words that are missing.

    typed: the first letters of the first of them, which are there.
    """
    for gap in gaps:
        there = gap.first + len(typed)
        text = text[:there] + BLANK * (gap.last - there) + text[gap.last :]
        typed = ""
    return text


def timing(gap: Gap, pressed: float) -> str:
    """What a key at ``pressed`` seconds of the song is called: of `WINDOWS`, else 'early' or 'late'."""
    error = pressed - gap.start
    name = next((name for window, name in WINDOWS if abs(error) <= window), None)
    return name or ("early" if error < 0 else "late")
