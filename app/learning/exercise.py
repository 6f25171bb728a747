"""What a learner does while the song plays: the protocol of such exercises."""

from collections.abc import Mapping
from typing import Literal, Protocol

import pygame

from loop_core.frame import Frame
from loop_core.words import Words

Reply = Literal["not mine", "taken", "go on"]
"""What an exercise says of a key: not one of its own, taken, or taken and the music may go on."""

CHOICE_KEYS = {key: index for index in range(4) for key in (pygame.K_1 + index, pygame.K_KP_1 + index)}
"""Which choice a key stands for."""


class Exercise(Protocol):
    """Something to answer while the song plays; times in seconds of the song.

    activity: what its results are kept under.  subjects: what is asked for, by the index of the line.
    stops: where the music stops by itself.  greeting: says what to do.  name: says what is under way.
    """

    activity: str
    name: Words
    greeting: Words
    subjects: Mapping[int, str]
    stops: tuple[float, ...]

    @property
    def open(self) -> bool:
        """Whether the music waits for an answer."""

    def waits(self, frame: Frame, now: float) -> bool:
        """The music has stopped by itself: whether it stays so until a key."""

    def press(self, key: int, now: float) -> Reply:
        """A key, as pygame numbers them."""

    def show(self, frame: Frame) -> Frame:
        """Look at what is shown now; the frame with what the exercise adds to it."""

    def forget(self) -> None:
        """The song was moved: what was asked is no longer at hand."""

    def again(self, whole: bool) -> None:
        """The song begins anew, or only parts of it that need work."""
