"""Say it before it is shown: before a line the music waits for what the learner expects of it."""

from collections.abc import Mapping
from dataclasses import replace

import pygame

from app.learning.exercise import CHOICE_KEYS, Reply
from app.learning.results import AT_ONCE, MISSED, Results
from loop_core.frame import Frame
from loop_core.operations import FAST
from loop_core.quiz import ASKED, Quiz, judge, question_for, subject_of
from loop_core.snapshot import Snapshot
from loop_core.song import Song
from loop_core.timeline import line_edges
from loop_core.words import Words

NOTHING = -1
"""What was chosen when the learner did not want to answer."""
CLOSE = 0.05


class Asking:
    """The questions of a song, and what was answered; an `app.learning.exercise.Exercise`.

    A question is asked at one of `stops`; after the key the music goes on, and the answer comes with the
    snapshot that the line's operation leaves.
    """

    activity = "predict"
    name = Words("say it first", "先说后看")
    greeting = Words("before each line: what will it do?", "每句之前：它会做什么？")

    def __init__(self, song: Song, results: Results) -> None:
        self._song = song
        self._results = results
        self._quiz: Quiz | None = None
        self._answered: Quiz | None = None
        self._before: Snapshot | None = None
        self._cue = 0
        self._plan = _plan(song)
        self.stops = tuple(self._plan)
        self.subjects: Mapping[int, str] = {
            song.cues[cue].line: subject_of(song.lines[song.cues[cue].line].text, question)
            for cue, verse in self._plan.values()
            if (question := question_for(song.cues[cue].operation, verse)) is not None
        }

    @property
    def open(self) -> bool:
        """Whether the music waits for an answer."""
        return self._quiz is not None and self._quiz.chosen is None

    def waits(self, frame: Frame, now: float) -> bool:
        """Ask what there is to ask here."""
        at = next((stop for stop in self._plan if abs(stop - now) < CLOSE), None)
        if at is None or frame.snapshot is None or not frame.snapshot.params:
            return False
        cue, verse = self._plan[at]
        operation = self._song.cues[cue].operation
        question = question_for(operation, verse, frame.snapshot.params[0].name)
        if question is None:
            return False
        line = self._song.lines[self._song.cues[cue].line]
        self._quiz = Quiz(line.text, question, right=self._results.right, asked=self._results.asked)
        self._before, self._cue = frame.snapshot, cue
        self._results.keep()  # the music is silent now, and a file may take its time
        return True

    def press(self, key: int, now: float) -> Reply:
        """A number chooses, Space does not want to."""
        quiz = self._quiz
        if quiz is None or quiz.chosen is not None:
            return "not mine"
        index = NOTHING if key in (pygame.K_SPACE, pygame.K_PAGEDOWN) else CHOICE_KEYS.get(key)
        if index is None or index >= len(quiz.question.choices):
            return "not mine"
        self._quiz = replace(quiz, chosen=index)
        return "go on"

    def show(self, frame: Frame) -> Frame:
        """Judge the answer as soon as the operation has been shown."""
        if self._quiz is not None and frame.snapshot is not None:
            self._quiz = self._judged(self._quiz, frame, frame.snapshot)
        if self._quiz is not None and self._quiz.answer is not None:
            self._answered = self._quiz
        return replace(frame, quiz=self._quiz, answered=self._answered)

    def forget(self) -> None:
        """There is no question until the next stop."""
        self._quiz = None

    def again(self, whole: bool) -> None:
        """The same questions."""
        self._quiz = None

    def _judged(self, quiz: Quiz, frame: Frame, after: Snapshot) -> Quiz | None:
        if quiz.chosen is None or quiz.answer is not None or self._before is None:
            return quiz
        line = self._song.lines[self._song.cues[self._cue].line]
        if after.number != self._cue or (after.operation in FAST and frame.now < line.end):
            return quiz
        answer = judge(quiz.question, self._before, after)
        if answer is None:
            return None
        grade = AT_ONCE if quiz.chosen == answer.right else MISSED
        self._results.add(self.activity, subject_of(quiz.line, quiz.question), grade)
        return replace(quiz, answer=answer, right=self._results.right, asked=self._results.asked)


def _plan(song: Song) -> dict[float, tuple[int, int]]:
    """By the time of the stop: the cue that is asked about, and how often it has been sung before."""
    verses: dict[str, int] = {}
    plan = {}
    for index, cue in enumerate(song.cues):
        if cue.operation in ASKED:
            verse = verses.get(cue.operation, 0)
            verses[cue.operation] = verse + 1
            plan[line_edges(song)[cue.line]] = index, verse
    return plan
