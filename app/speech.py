"""The show as plain text, line by line at its time: for a screen reader, and for logs."""

import re
from collections.abc import Callable, Sequence
from functools import partial

from app.drawing.keylist import KEY_GROUPS
from app.panels import puzzle, wrong_loops
from loop_core.activity import Contest, Puzzle, WrongLoops
from loop_core.assembly import Card
from loop_core.cloze import BLANK, Cloze, masked
from loop_core.frame import Controls, Frame
from loop_core.lessons import LESSONS
from loop_core.operations import Operation
from loop_core.outcomes import SAID
from loop_core.quiz import Quiz
from loop_core.scoring import MOST
from loop_core.snapshot import Snapshot
from loop_core.timeline import line_at
from loop_core.vamping import waiting_words
from loop_core.words import Words

READY = Words("ready: Space starts and pauses, H lists the keys", "准备好了：空格开始或暂停，H 列出按键")
TUNING = Words("tuning up", "正在准备")


class SpeakLog:
    """Says each line when it begins, and what its operation did when that is shown."""

    def __init__(self, say: Callable[[str], None]) -> None:
        """say: takes one line of text, without its end."""
        self._say = say
        self._line: int | None = None
        self._snapshot: Snapshot | None = None
        self._playing = False
        self._waiting = False, False, False  # for a vamp, for what takes too long, for what never ends
        self._quiz: Quiz | None = None
        self._cloze: Cloze | None = None
        self._beside = ""
        self._keys = ""
        self._cards: tuple[Card, ...] = ()
        self._set = Controls()
        self._ready = False

    def tell(self, frame: Frame) -> None:
        """Say what is new since the last frame."""
        if frame.ready != self._ready:
            self._ready = frame.ready
            self._say(
                READY.said(frame.controls.language) if frame.ready else TUNING.said(frame.controls.language)
            )
        if frame.controls.playing != self._playing:
            self._playing = frame.controls.playing
            self._say(f"{clock(frame.now)} {'playing' if self._playing else 'paused'}")
        self._tell_set(frame)
        overlong = frame.overlong
        waiting = bool(frame.controls.vamping), overlong is not None, overlong is not None and overlong.left
        if any(now and not before for now, before in zip(waiting, self._waiting, strict=True)):
            self._say(f"{clock(frame.now)} {waiting_words(frame)}")
        self._waiting = waiting
        self._tell_exercise(frame)
        self._tell_beside(frame)
        line = line_at(frame.song, frame.now)
        if line != self._line:
            self._line = line
            if line is not None and not _is_open(frame.cloze, line):
                self._say(f"{clock(frame.now)} sung: {_with_reason(frame, line)}")
        if frame.snapshot is not self._snapshot:
            before, self._snapshot = self._snapshot, frame.snapshot
            if frame.snapshot is not None and not _goes_on(before, frame.snapshot):
                self._say(f"{clock(frame.now)} {done(frame.snapshot)}")
                proved = frame.snapshot.operation is Operation.PRINT
                for printed in () if proved else frame.snapshot.printed:
                    self._say(f"{clock(frame.now)} printed: {printed}")

    def _tell_set(self, frame: Frame) -> None:
        """The short words that stand for a while, the keys, the marked lesson, and the black screen."""
        before, self._set = self._set, frame.controls
        if frame.controls.message not in ("", before.message):
            self._say(frame.controls.message)
        if frame.controls.help and not before.help:
            language = frame.controls.language
            for heading, keys in KEY_GROUPS:
                self._say(f"{heading.said(language).lower()}:")
                for key, meaning in keys:
                    self._say(f"{key}: {meaning.said(language)}")
        if frame.controls.choice not in (None, before.choice):
            lesson, language = LESSONS[frame.controls.choice], frame.controls.language
            name, summary = lesson.titles.said(language), lesson.summaries.said(language)
            self._say(f"lesson {frame.controls.choice + 1} of {len(LESSONS)}: {name}. {summary}")
        if frame.controls.black != before.black:
            self._say("black screen and silence" if frame.controls.black else "black screen off")

    def _tell_exercise(self, frame: Frame) -> None:
        """A question, a gap, and what became of the answer."""
        language, now = frame.controls.language, clock(frame.now)
        if frame.quiz != self._quiz and frame.quiz is not None:
            words = question(frame.quiz, language)
            if words:
                self._say(f"{now} {words}")
        if self._cloze is not None and self._cloze != frame.cloze:
            self._tell_missed(frame, self._cloze)
        if frame.cloze != self._cloze and frame.cloze is not None:
            self._say(f"{now} {gap(frame.cloze, frame.song.lines[frame.cloze.gap.line].text)}")
        self._quiz, self._cloze = frame.quiz, frame.cloze

    def _tell_missed(self, frame: Frame, before: Cloze) -> None:
        """A word that was left open, when the song has gone on without it."""
        after = frame.cloze
        gone_on = frame.controls.playing and frame.controls.exercise
        if gone_on and not before.filled and (after is None or after.gap.line != before.gap.line):
            self._say(f"{clock(frame.now)} missed: {frame.song.lines[before.gap.line].text}")

    def _tell_beside(self, frame: Frame) -> None:
        """What is done beside the song, the points of the last line, and the results."""
        self._tell_activity(frame)
        words = beside(frame)
        if words != self._beside and words:
            self._say(f"{clock(frame.now)} {words}")
        self._beside = words

    def _tell_activity(self, frame: Frame) -> None:
        """The keys of what is open beside the song, and the order of the cards that lie on the table."""
        keys = keys_beside(frame)
        if keys != self._keys and keys:
            self._say(keys)
        self._keys = keys
        match frame.controls.activity:
            case Puzzle(held=False, cards=cards) if cards != self._cards:
                self._cards = cards
                self._say(f"order: {numbered([' '.join(card.lines) for card in cards])}")


def keys_beside(frame: Frame) -> str:
    """Which key does what while something is open beside the song."""
    match frame.controls.activity:
        case WrongLoops() as loops:
            return re.sub("  +", "; ", wrong_loops.keys_of(loops, frame.controls.language))
        case Puzzle() as table:
            return re.sub("  +", "; ", puzzle.keys_of(table, frame.controls.language))
    return ""


def beside(frame: Frame) -> str:
    """What stands beside the song or after it; '' while nothing does."""
    language, singing = frame.controls.language, frame.singing
    match frame.controls.activity:
        case WrongLoops() as loops:
            return wrong_loop(loops, language)
        case Puzzle() as table:
            return card(table, language)
    if singing is not None and singing.over and singing.heard:
        return f"results: {singing.score.total} of {MOST} points, {singing.difficulty}"
    if frame.report is not None:
        weak = [tally.subject for tally in frame.report.tallies if tally.weak]
        needs = f"; needs work: {'; '.join(weak)}" if weak else ""
        return f"results: {frame.report.right} of {frame.report.asked} right at once{needs}"
    if singing is not None and singing.last is not None:
        points = singing.score.lines[singing.last]
        line = frame.song.lines[singing.last].text
        return "" if points is None else f"points: {line}: {points.notes:.0f} of {points.most:.0f}"
    return ""


def wrong_loop(loops: WrongLoops, language: str) -> str:
    """The edit that is marked, or what became of it."""
    if not loops.entries:
        return "wrong loops: in preparation"
    entry = loops.entries[loops.choice]
    title = entry.variant.title.said(language)
    if loops.contest is None:
        return f"wrong loop {loops.choice + 1} of {len(loops.entries)}: {title}"
    if loops.contest.outcome is None:
        return f"{title}: it runs"
    said = f"{title}: {SAID[loops.contest.outcome].said(language)} {entry.variant.explanation.said(language)}"
    return f"{said} {losses(loops.contest)}".rstrip()


def card(table: Puzzle, language: str) -> str:
    """The card that is marked, or what became of the order."""
    if not table.cards:
        return "cards: in preparation" if table.refusal is None else table.refusal.said(language)
    if table.verdict is not None:
        said = f"{table.verdict.kind}: {SAID[table.verdict.outcome].said(language)}"
        return f"{said} {table.verdict.explanation.said(language)} {losses(table.contest)}".rstrip()
    what = " ".join(table.cards[table.choice].lines)
    held = "held" if table.held else "card"
    return f"{held} {table.choice + 1} of {len(table.cards)}: {what}"


def losses(contest: Contest) -> str:
    """Where the training loss ends in both loops; '' unless both have one."""
    runs = [run.train.value for run in (contest.right, contest.trial) if run is not None]
    if len(runs) < 2 or not all(len(values) for values in runs):
        return ""
    own, edited = (float(values[-1]) for values in runs)
    return f"training loss at the end {edited:.4g}, as it is sung {own:.4g}"


def question(quiz: Quiz, language: str) -> str:
    """The question with its numbered choices, or what the answer is; '' while that is not known."""
    choices = [choice.said(language) for choice in quiz.question.choices]
    if quiz.chosen is None:
        text = quiz.question.text.said(language)
        return f"question: {quiz.line}: {text} {numbered(choices)}"
    if quiz.answer is None:
        return ""
    verdict = (
        "the answer" if quiz.chosen < 0 else "right" if quiz.chosen == quiz.answer.right else "not right"
    )
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
    verdict = "" if snapshot.evidence.holds or snapshot.evidence.absent else "not proved: "
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
