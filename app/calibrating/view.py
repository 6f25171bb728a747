"""What a picture of calibrating shows, frozen."""

from dataclasses import dataclass
from enum import IntEnum

from loop_core.beat_taps import Estimate
from loop_core.words import Words


class Part(IntEnum):
    """What is done, in order: tapping to clicks, tapping to light, looking at both."""

    HEAR = 0
    SEE = 1
    BOTH = 2


TASKS = {
    Part.HEAR: Words("Press Space on every click", "每听到一声就按空格"),
    Part.SEE: Words("Press Space whenever the light comes on", "每次亮起就按空格"),
    Part.BOTH: Words("Do click and light come together?", "声音和亮光同时吗？"),
}


@dataclass(frozen=True, slots=True)
class View:
    """One picture.  lags: of the taps of this part, in seconds; found: what they tell.

    heard, seen: what the parts before have found.  offset: seconds that the light comes later than the click.
    light: seconds since it came on first, each `APART` again; None where there is none.
    sound, display: what is measured, by name.
    """

    part: Part
    lags: tuple[float, ...]
    found: Estimate
    heard: Estimate | None
    seen: Estimate | None
    offset: float
    light: float | None
    sound: str
    display: str
    message: str
    language: str
    theme: str
    still: bool
