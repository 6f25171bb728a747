"""Colours and sizes. Blue is negative and orange positive, never red and green; gold is "now"."""

from dataclasses import dataclass, replace
from functools import lru_cache

from loop_core.operations import TESTING, Operation

Color = tuple[int, int, int]

DESIGN = (1920, 1080)
"""The window size that sizes in pixels are given for."""


@dataclass(frozen=True, slots=True, eq=False)
class Theme:
    """Colours, and the scale of the window against `DESIGN`."""

    scale: float = 1.0
    ground: Color = (11, 15, 26)
    panel: Color = (18, 24, 40)
    raised: Color = (32, 41, 64)
    line: Color = (52, 63, 92)
    text: Color = (236, 240, 248)
    dim: Color = (158, 170, 196)
    faint: Color = (126, 139, 170)
    now: Color = (255, 196, 92)
    now_ground: Color = (62, 50, 34)
    negative: Color = (92, 164, 255)
    positive: Color = (255, 114, 76)
    train: Color = (196, 206, 232)
    test: Color = (64, 205, 135)
    keyword: Color = (150, 178, 255)
    literal: Color = (172, 212, 164)
    comment: Color = (128, 141, 172)
    failed: Color = (255, 150, 190)
    classes: tuple[Color, ...] = (
        (92, 164, 255),
        (255, 138, 76),
        (210, 243, 6),
        (44, 250, 209),
        (174, 123, 102),
        (242, 33, 158),
    )

    def px(self, size: float) -> int:
        """Pixels in this window for ``size`` pixels at `DESIGN`; at least 1."""
        return max(1, round(size * self.scale))

    def signed(self, value: float) -> Color:
        """The colour of a number's sign."""
        return self.negative if value < 0 else self.positive

    def of_operation(self, operation: Operation) -> Color:
        """The colour of an operation's half of the loop."""
        return self.test if operation in TESTING else self.train


DARK = Theme()
LIGHT = Theme(
    ground=(238, 241, 247),
    panel=(255, 255, 255),
    raised=(224, 230, 241),
    line=(198, 207, 223),
    text=(18, 24, 40),
    dim=(68, 79, 106),
    faint=(96, 106, 132),
    now=(120, 63, 0),
    now_ground=(255, 240, 212),
    negative=(20, 96, 200),
    positive=(184, 72, 0),
    train=(52, 60, 88),
    test=(0, 118, 72),
    keyword=(36, 66, 190),
    literal=(20, 96, 36),
    comment=(92, 102, 128),
    failed=(178, 0, 92),
    classes=((20, 96, 200), (196, 78, 0), (134, 86, 110), (106, 35, 5), (203, 123, 98), (73, 54, 116)),
)
THEMES = {"dark": DARK, "light": LIGHT}
"""Dark for most rooms, light for bright ones."""


@lru_cache(maxsize=16)
def theme_for(size: tuple[int, int], name: str = "dark") -> Theme:
    """The theme of a name for a window of ``size``: everything fits, whatever its shape."""
    return replace(THEMES[name], scale=min(size[0] / DESIGN[0], size[1] / DESIGN[1]))


def mix(a: Color, b: Color, share: float) -> Color:
    """``share`` of ``b`` in ``a``, 0 to 1."""
    share = min(max(share, 0.0), 1.0)
    red, green, blue = (round(x + (y - x) * share) for x, y in zip(a, b, strict=True))
    return red, green, blue
