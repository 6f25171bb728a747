"""The grooves: bars of the band, written as grids of sixteenths."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

STEP = Fraction(1, 4)
"""Beats in one step of a grid."""

RING = 16
"""Beats that a note marked ~ may sound."""


@dataclass(frozen=True, slots=True)
class Groove:
    """One bar of the band (a dot rests, a dash holds, ~ rings to the end).

    Drums, keys and pad write a level from 1 to 9. The bass writes r (root), o (octave), f (fifth) or w (a
    note of the walk to the next root). The arpeggio writes which note of the chord it plays, from 1.
    """

    drums: Mapping[str, str] = field(default_factory=dict)
    keys: str = ""
    pad: str = ""
    bass: str = ""
    arpeggio: str = ""


def read(grid: str) -> Iterator[tuple[Fraction, Fraction, str]]:
    """Start and duration in beats, and the sign, of each note of a grid."""
    for step, sign in enumerate(grid):
        if sign in ".-~":
            continue
        rest = grid[step + 1 :]
        held = len(rest) - len(rest.lstrip("-"))
        yield step * STEP, Fraction(RING) if rest.startswith("~") else (1 + held) * STEP, sign


_BACKBEAT = {"snare": "....9.......9...", "clap": "....6.......6..."}
_STRAIGHT = {
    **_BACKBEAT,
    "kick": "9.....6.9.6.....",
    "ghost": ".......3.2.....3",
    "hat": "8.4.7.4.8.4.7.4.",
}
_LIFTED = {  # the kick runs into the next bar, the hat opens before it
    **_BACKBEAT,
    "kick": "9..5..7.9.....6.",
    "ghost": ".......3.2.3....",
    "hat": "8.4.7.4.8.4.73..",
    "open": "..............6.",
}
_LIGHT = {
    "kick": "6.........4.....",
    "rim": "....6.......7...",
    "shaker": "5263426352634263",
}
_PUSH = "7---..5-....6---"
_WALK = "r---..r-r-r-w-w-"
_EASY = "r---......r-w-w-"
_RIPPLE = "1-2-3-4-3-2-3-4-"
_HELD = "5---------------"
_SOFT = "3---------------"
_STEPS = {  # the accents fall on "step, step, step"
    "kick": "9.....6.9..9..9.",
    "snare": "....9...6..7..8.",
    "ghost": ".......3........",
    "hat": "8.4.7.4.........",
    "tom_high": "........8.......",
    "tom_mid": "...........8....",
    "tom_low": "..............9.",
}
_STEPS_BASS = "r---..r-r-.r-.r-"

GROOVES = {
    "count": Groove({"stick": "9.......9.......", "shaker": "4.2.3.2.4.2.3.2."}, pad=_SOFT),
    "count_in": Groove(
        {
            "stick": "9...9...9...9...",
            "shaker": "4.2.3.2.4.2.3.2.",
            "kick": "............5...",
            "snare": ".............457",
            "tom_low": "..............6.",
        },
        pad="4---------------",
        bass="r-----------w-w-",
    ),
    "train": Groove(_STRAIGHT, _PUSH, _HELD, _WALK),
    "train_in": Groove({**_STRAIGHT, "crash": "9..............."}, _PUSH, _HELD, _WALK),
    "train_lift": Groove(_LIFTED, _PUSH, _HELD, _WALK),
    "train_turn": Groove(  # half-way through the verse
        {**_STRAIGHT, "snare": "....9.......9.67", "hat": "8.4.7.4.8.......", "open": "..........6....."},
        _PUSH,
        _HELD,
        _WALK,
    ),
    "steps": Groove(_STEPS, "7---..5-7-.7-.8-", _HELD, _STEPS_BASS),
    "steps_away": Groove(  # a cymbal swells and leaves: the testing half comes in softly
        {**_STEPS, "swell": "........6-------"}, "7---..5-7-.7-.8-", _HELD, _STEPS_BASS
    ),
    "test": Groove(_LIGHT, "5---------------", _SOFT, _EASY, _RIPPLE),
    "test_in": Groove({**_LIGHT, "crash": "4..............."}, "5---------------", _SOFT, _EASY, _RIPPLE),
    "test_lift": Groove(
        {**_LIGHT, "kick": "6.....3...4.....", "rim": "....6.....3.7..3"},
        "5-----------4---",
        _SOFT,
        _EASY,
        _RIPPLE,
    ),
    "test_fill": Groove(
        {
            **_LIGHT,
            "snare": "............3457",
            "tom_high": "............6...",
            "tom_mid": ".............5..",
            "tom_low": "..............68",
        },
        "5-------5---6---",
        "3-------4-------",
        "r---..r-r-r-w-w-",
        _RIPPLE,
    ),
    "build": Groove(  # louder and denser towards "'gain, 'gain"
        {
            "kick": "7...7...8..8..8.",
            "snare": "3.3.4.4.5..6..7.",
            "clap": "........5..6..7.",
            "hat": "5.3.5.3.6.4.6.4.",
            "crash": "6...............",
        },
        "5---5---6-.7-.8-",
        "4-------5-------",
        "r-r-r-r-r-.r-.r-",
    ),
    "burst": Groove(  # the roll climbs to the half beat of silence before the next section
        {
            "kick": "8...8...8...8...",
            "snare": "434344545455667.",
            "clap": "............678.",
            "hat": "6.4.6.4.6.6.6...",
            "crash": "5...............",
            "tom_mid": "............56..",
            "tom_low": "..............7.",
            "riser": "7-------------..",
        },
        "7-----......7-..",
        "4---5---6---7-..",
        "r-r-r-r-r-r-rrr.",
    ),
    "break": Groove(
        {
            "kick": "9.........6...7.",
            "crash": "7...............",
            "stick": "....7.......7...",
            "ghost": ".......3.....3.3",
            "snare": "............5.67",
            "tom_high": "........7..5....",
            "tom_mid": "...........67...",
            "tom_low": "..............78",
        },
        "8---............",
        "5---------------",
        "r---........w-w-",
    ),
    "drive": Groove(
        {
            **_BACKBEAT,
            "kick": "9...8...9...8...",
            "hat": "6343734363437343",
            "open": "..5...5...5...5.",
            "crash": "8...............",
        },
        _PUSH,
        "6---------------",
        "r-r-o-r-r-r-w-w-",
        _RIPPLE,
    ),
    "rise": Groove(
        {
            "kick": "8...8...8...8.8.",
            "snare": "3.3.4.4.4.565678",
            "hat": "5.5.5.5.6.6.6.6.",
            "tom_high": "............7...",
            "tom_mid": ".............67.",
            "tom_low": "..............89",
            "swell": "........6-------",
        },
        "6---6---7---8---",
        "5-------7-------",
        "r-r-r-r-r-r-w-w-",
    ),
    "stabs": Groove(  # one stroke for each "save", the last of which rings
        {
            "kick": "9...9...9.......",
            "snare": "8...8...9.......",
            "crash": "6...7...9.......",
            "tom_mid": "......6.........",
            "tom_low": ".......7........",
        },
        "8-..8-..9~......",
        "6-..6-..7-------",
        "r-..r-..r-------",
    ),
    "close": Groove(  # the riff ends on the last chord, which rings
        {
            "kick": "........6...9...",
            "snare": "...........69...",
            "tom_high": "......56........",
            "tom_low": "........7..8....",
            "crash": "............9...",
        },
        "............9~..",
        "4-----------7~..",
        "r----------wr~..",
    ),
}
"""The name of every groove that a score can use."""

LEARNING = Groove({"stick": "6...4...5...4..."}, keys="7-------6-------", bass="r---------------")
"""The quiet backing, bar after bar."""

LEARNING_COUNT = Groove({"stick": "9...8...8...8..."}, keys="5---------------")
"""The quiet backing before the first word."""

LEARNING_CLOSE = Groove(keys="7~..............", bass="r~..............")
"""The last bar of the quiet backing."""
