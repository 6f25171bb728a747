"""The show as plain text, line by line at its time: for a screen reader, and for logs."""

import re
from collections.abc import Callable, Sequence
from functools import partial

from loop_core.cloze import BLANK, Cloze, masked
from loop_core.frame import Frame
from loop_core.quiz import Quiz
from loop_core.snapshot import Snapshot
from loop_core.timeline import line_at


class SpeakLog:
    """Says each line when it begins, and what its operation did when that is shown."""

    def __init__(self, say: Callable[[str], None]) -> None:
        """say: takes one line of text, without its end."""
        self._say = say
        self._line: int | None = None
        self._snapshot: Snapshot | None = None
        self._playing = False
        self._quiz: Quiz | None = None
        self._cloze: Cloze | None = None

    def tell(self, frame: Frame) -> None:
        """Say what is new since the last frame."""
        if frame.controls.playing != self._playing:
            self._playing = frame.controls.playing
            self._say(f"{clock(frame.now)} {'playing' if self._playing else 'paused'}")
        self._tell_exercise(frame)
        line = line_at(frame.song, frame.now)
        if line != self._line:
            self._line = line
            if line is not None and not _is_open(frame.cloze, line):
                self._say(f"{clock(frame.now)} sung: {_with_reason(frame, line)}")
        if frame.snapshot is not self._snapshot:
            before, self._snapshot = self._snapshot, frame.snapshot
            if frame.snapshot is not None and not _goes_on(before, frame.snapshot):
                self._say(f"{clock(frame.now)} {done(frame.snapshot)}")
                for printed in frame.snapshot.printed:
                    self._say(f"{clock(frame.now)} printed: {printed}")

    def _tell_exercise(self, frame: Frame) -> None:
        """A question, a gap, and what became of the answer."""
        language, now = frame.controls.language, clock(frame.now)
        if frame.quiz != self._quiz and frame.quiz is not None:
            words = question(frame.quiz, language)
            if words:
                self._say(f"{now} {words}")
        if frame.cloze != self._cloze and frame.cloze is not None:
            self._say(f"{now} {gap(frame.cloze, frame.song.lines[frame.cloze.gap.line].text)}")
        self._quiz, self._cloze = frame.quiz, frame.cloze


def question(quiz: Quiz, language: str) -> str:
    """The question with its numbered choices, or what the answer is; '' while that is not known."""
    choices = [choice.said(language) for choice in quiz.question.choices]
    if quiz.chosen is None:
        text = quiz.question.text.said(language)
        return f"question: {quiz.line}: {text} {numbered(choices)}"
    if quiz.answer is None:
        return ""
    verdict = "right" if quiz.chosen == quiz.answer.right else "not right"
    return f"{verdict}: {choices[quiz.answer.right]}. {quiz.answer.why.said(language)}"


def gap(cloze: Cloze, text: str) -> str:
    """The line with its blank and the numbered choices, or the word that fills it."""
    if cloze.filled:
        return f"filled: {text}, {cloze.timing}"
    shown = re.sub(f"{BLANK}+", "…", masked(text, cloze.open, cloze.typed or ""))
    if cloze.typed is not None:
        return f"gap: {shown}: type the word"
    left = [word if index not in cloze.wrong else "no" for index, word in enumerate(cloze.gap.choices)]
    return f"gap: {shown}: {numbered(left)}"


def numbered(choices: Sequence[str]) -> str:
    """Choices with the numbers of their keys."""
    return ", ".join(f"{number} {words}" for number, words in enumerate(choices, 1))


def _is_open(cloze: Cloze | None, line: int) -> bool:
    """Whether a word of the line is missing, so that it must not be said."""
    return cloze is not None and cloze.gap.line == line and not cloze.filled


def done(snapshot: Snapshot) -> str:
    """What an operation did, and where the loop is."""
    where = "" if snapshot.epoch is None else f" in epoch {snapshot.epoch}"
    verdict = "" if snapshot.evidence.holds else "not proved: "
    return f"{snapshot.operation}{where}: {verdict}{snapshot.evidence.text}"


def clock(seconds: float) -> str:
    """Minutes and seconds of the song."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def _with_reason(frame: Frame, line: int) -> str:
    sung = frame.song.lines[line]
    reason = sung.subtitles.get(frame.controls.language, "")
    return f"{sung.text} ({reason})" if reason else sung.text


def _goes_on(before: Snapshot | None, after: Snapshot) -> bool:
    """Whether it is only a further part of the same fast line."""
    return before is not None and before.number == after.number


def speaking() -> Callable[[Frame], bool]:
    """Watches a show's frames and says them on standard output; never ends the show."""
    log = SpeakLog(partial(print, flush=True))

    def watch(frame: Frame) -> bool:
        log.tell(frame)
        return False

    return watch
