"""All that a learner does: an exercise while the song plays, singing along, an activity beside the song."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pygame

from app.board import Board
from app.drawing.messages import HOW_NEAR
from app.drawing.ratings import LEVELS
from app.learning import along
from app.learning.activities import Activity
from app.learning.activities.puzzle import PuzzleActivity
from app.learning.activities.wrong_loops import WrongLoopsActivity
from app.learning.along import SingAlong
from app.learning.asking import Asking
from app.learning.exercise import Exercise
from app.learning.filling import Filling, Typing
from app.learning.results import Results
from app.microphone import Singer
from app.transport import Transport
from loop_core.conductor import Conductor
from loop_core.frame import Frame
from loop_core.scoring import Difficulty
from loop_core.song import Song
from loop_core.timeline import Loop, line_edges
from loop_core.words import Words

LEAD_IN = 0.6
"""Seconds before a line at which it begins when only some lines are repeated."""

OFF = Words("exercise off", "练习结束")
EXERCISES: dict[str, type[Asking | Filling]] = {"say": Asking, "gap": Filling, "type": Typing}
"""By their names: before each line say what it will do; pick the words that vanish; type them."""


class Learner:
    """What is under way of it, and what was answered."""

    def __init__(
        self,
        song: Song,
        board: Board,
        transport: Transport,
        play: Callable[[], None],
        open_singer: Callable[[], Singer],
        difficulty: Difficulty,
        results: Callable[[], Path],
        today: Callable[[], date],
    ) -> None:
        """play: lets the music go on.  results: the file that they are kept in."""
        self._song = song
        self._board = board
        self._transport = transport
        self._play = play
        self._results = Results(results, board.say, today)
        self._exercise: Exercise | None = None
        self._activity: Activity | None = None
        self._interrupted = False  # the activity has stopped the music
        self.along = SingAlong(song, transport, self._results, open_singer, difficulty)

    @property
    def busy(self) -> bool:
        """Whether an activity is open, for which the music stands still."""
        return self._activity is not None

    @property
    def over(self) -> bool:
        """Whether the song has ended with something to look at: answers, or points."""
        answered = self._exercise is not None and self._results.asked > 0
        return self._transport.ended and (answered or self.along.over)

    def predict(self) -> None:
        """Ask before each line what it will do, or no longer."""
        self.practise(None if isinstance(self._exercise, Asking) else Asking)

    def fill(self) -> None:
        """Let words vanish that the learner picks; then such that are typed; then none."""
        match self._exercise:
            case Typing():
                self.practise(None)
            case Filling():
                self.practise(Typing)
            case _:
                self.practise(Filling)

    def practise(self, kind: type[Asking | Filling] | None) -> None:
        """Begin an exercise in the place of the one under way, or only end that."""
        self._results.keep()
        if self._exercise is not None and self._exercise.open:
            self._play()  # nobody will answer any more
        if kind is None:
            self._exercise = None
            self._transport.set_stops(())
            self._board.say(OFF)
            return
        self._board.say(kind.greeting)
        self._results.begin()
        exercise: Exercise = kind(self._song, self._results)
        self._exercise = exercise
        self._transport.set_stops(exercise.stops)

    def sing(self) -> None:
        """Listen to the microphone, or no longer."""
        self.along.toggle()

    def harder(self) -> None:
        """The next difficulty of singing."""
        level = LEVELS[self.along.harder()].said(self._board.controls.language)
        self._board.say(HOW_NEAR, level)

    def wrong_loops(self, conductor: Conductor) -> None:
        """Sing it wrong."""
        self._begin(WrongLoopsActivity(conductor.listing, conductor.ask, self._results))

    def puzzle(self, conductor: Conductor) -> None:
        """Build the loop."""
        self._begin(PuzzleActivity(conductor.listing, conductor.ask, self._results))

    def choose(self, item: int) -> None:
        """A click on an item of the activity."""
        if self._activity is not None:
            self._activity.choose(item)

    def drop(self, item: int) -> None:
        """The mouse's button is let go over an item of the activity."""
        if self._activity is not None:
            self._activity.drop(item)

    def press_activity(self, key: int) -> bool:
        """A key while an activity is open, which takes them all; whether there is one."""
        if self._activity is None:
            return False
        if not self._activity.press(key):
            self._activity.close()
            self._activity = None
            self._results.keep()
            if self._interrupted:
                self._play()
        return True

    def press_exercise(self, key: int) -> bool:
        """A key that may be the exercise's; whether it was."""
        if self._exercise is None:
            return False
        closing = self.over or self._board.controls.help or self._board.controls.black
        if key == pygame.K_ESCAPE and not closing:
            self.practise(None)
            return True
        reply = self._exercise.press(key, self._transport.now())
        if reply == "go on":
            self._play()
        return reply != "not mine"

    def look(self) -> None:
        """Show what is under way."""
        name = "" if self._exercise is None else self._exercise.name.said(self._board.controls.language)
        self._board.set(activity=None if self._activity is None else self._activity.view(), exercise=name)

    def show(self, frame: Frame, now: float, stopped: bool) -> Frame:
        """The frame with all that is asked, sung and answered; stopped: it has by itself, just now."""
        frame = replace(frame, singing=self.along.listen(now, self._board.controls.playing))
        if self._transport.ended:
            self._results.keep()
        exercise = self._exercise
        if exercise is None:
            return frame
        ended = self._transport.ended
        if stopped and not (ended or exercise.waits(frame, now) or self._board.controls.hold):
            self._play()
        if stopped:
            self._results.keep()  # the music is silent now, and a file may take its time
        frame = exercise.show(frame)
        return replace(frame, report=self._results.report(exercise.activity) if self.over else None)

    def forget(self) -> None:
        """The song was moved: what was asked is no longer at hand."""
        self.along.forget()
        if self._exercise is not None:
            self._exercise.forget()

    def again(self, whole: bool = True) -> None:
        """The song begins anew, or only parts of it that need work; and so does counting."""
        self._results.begin()
        self.along.forget()
        if self._exercise is not None:
            self._exercise.again(whole)

    def weak_parts(self) -> tuple[Loop, ...]:
        """The parts of the song with the lines that need work."""
        return _parts(self._song, self._lines(self._results.weak))

    def due_parts(self) -> tuple[Loop, ...]:
        """The parts of the song with the lines that are due today."""
        self._results.begin()
        return _parts(self._song, self._lines(self._results.due))

    def close(self) -> None:
        """Leave it all; keep what was answered."""
        if self._activity is not None:
            self._activity.close()
        self.along.close()
        self._results.keep()

    def _begin(self, activity: Activity) -> None:
        """The music pauses until the activity ends."""
        self._interrupted = self._board.controls.playing
        if self._interrupted:
            self._transport.pause()
            self._board.set(playing=False)
        self._activity = activity

    def _lines(self, wanted: Callable[[str, str], bool]) -> Iterable[int]:
        """The first line of each subject that is wanted, of the exercise and of singing."""
        asked = [(index, key) for index, key in self._subjects() if wanted(*key)]
        return {key: index for index, key in reversed(asked)}.values()

    def _subjects(self) -> Iterable[tuple[int, tuple[str, str]]]:
        if self._exercise is not None:
            activity = self._exercise.activity
            yield from ((index, (activity, subject)) for index, subject in self._exercise.subjects.items())
        if self.along.singer is not None:
            yield from ((i, (along.ACTIVITY, line.text)) for i, line in enumerate(self._song.lines))


def _parts(song: Song, lines: Iterable[int]) -> tuple[Loop, ...]:
    """Those lines with a lead-in from the line before, joined where they follow one another."""
    edges = (*line_edges(song)[1:], song.length)
    joined: list[Loop] = []
    for index in sorted(set(lines)):
        line, before = song.lines[index], song.lines[index - 1].start if index else 0.0
        part = Loop("part", max(before, line.start - LEAD_IN), edges[index])
        if joined and part.start <= joined[-1].end:
            joined[-1] = replace(joined[-1], end=part.end)
        else:
            joined.append(part)
    return tuple(joined)
