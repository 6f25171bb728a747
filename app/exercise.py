"""What a learner does while the song plays: the protocol of such exercises, and how results are kept."""

from collections.abc import Callable
from datetime import date
from typing import Literal, Protocol

import pygame

from app.progress import Progress
from loop_core.errors import InputError
from loop_core.frame import Frame

Reply = Literal["not mine", "taken", "go on"]
"""What an exercise says of a key: not one of its own, taken, or taken and the music may go on."""

CHOICE_KEYS = {key: index for index in range(4) for key in (pygame.K_1 + index, pygame.K_KP_1 + index)}
"""Which choice a key stands for."""
AT_ONCE, LATER, MISSED = 5, 3, 1
"""Grades of the spacing rule: right at once, right after a wrong one, not known."""


class Exercise(Protocol):
    """Something to answer while the song plays; times in seconds of the song."""

    stops: tuple[float, ...]

    def waits(self, frame: Frame, now: float) -> bool:
        """The music has stopped by itself: whether it stays so until a key."""

    def press(self, key: int, now: float) -> Reply:
        """A key, as pygame numbers them."""

    def show(self, frame: Frame) -> Frame:
        """Look at what is shown now; the frame with what the exercise adds to it."""

    def forget(self) -> None:
        """The song was moved: what was asked is no longer at hand."""

    def close(self) -> None:
        """Keep what was answered."""


class Results:
    """Answers as they come, kept when there is time; right, asked: since the exercise began."""

    def __init__(self, progress: Progress, today: Callable[[], date], say: Callable[[str], None]) -> None:
        """say: takes a short word to the learner, for example when nothing can be kept."""
        self.right = 0
        self.asked = 0
        self._progress = progress
        self._today = today
        self._say = say

    def add(self, activity: str, subject: str, grade: int) -> None:
        """One more answer; grade: of `loop_core.spacing.reviewed`."""
        self.right += grade == AT_ONCE
        self.asked += 1
        self._progress = self._progress.answered(activity, subject, grade, self._today())

    def keep(self) -> None:
        """Write them down, where there are any."""
        if not self.asked:
            return
        try:
            self._progress.save()
        except InputError as error:
            self._say(f"results not kept: {error}")
