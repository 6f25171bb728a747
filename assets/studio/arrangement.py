"""What the band plays: grooves written as grids of sixteenths, and the hits that a score makes of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from assets.studio.score import CHORDS, Score, Section
from loop_core.errors import InputError

SCALE = frozenset({0, 2, 4, 5, 7, 9, 11})
STEP = Fraction(1, 4)
LOWEST_BASS = 28  # E1, the open string of a bass guitar
RING = 16  # beats that a note marked ~ may sound


@dataclass(frozen=True, slots=True)
class Hit:
    """One sound of the band: part, start and duration in beats, MIDI pitch (0 for drums), level 0 to 1."""

    part: str
    beat: Fraction
    duration: Fraction
    midi: int
    level: float


@dataclass(frozen=True, slots=True)
class Groove:
    """One bar of the band as grids of sixteenths (a dot rests, a dash holds, ~ rings to the end).

    Drums and keys write a level from 1 to 9. The bass writes r (root), o (octave), f (fifth) or a (the
    note that leads to the next root). The arpeggio writes which note of the chord it plays, from 1.
    """

    drums: Mapping[str, str] = field(default_factory=dict)
    keys: str = ""
    bass: str = ""
    arpeggio: str = ""


_STRAIGHT = {
    "kick": "9.....6.9.6.....",
    "snare": "....9.......9...",
    "clap": "....5.......5...",
    "hat": "7.4.7.4.7.4.7.4.",
}
_LIGHT = {"kick": "7.........5.....", "rim": "....6.......7...", "shaker": "4263426342634263"}
_PUSH = "7---..5-....6---"
_WALK = "r---..r-r---f-a-"
_RIPPLE = "1-2-3-4-3-2-3-4-"

GROOVES = {
    "count": Groove(
        {"stick": "8.......8.......", "shaker": "3.2.3.2.3.2.3.2."},
        keys="6---------------",
        arpeggio="1-2-3-4-3-2-3-4-",
    ),
    "count_in": Groove(
        {
            "stick": "8...8...8...8...",
            "shaker": "3.2.3.2.3.2.3.2.",
            "snare": "..............57",
            "tom_low": "............6...",
        },
        "6---------------",
        "........r---f-a-",
        "1-2-3-4-3-2-3-4-",
    ),
    "train": Groove(_STRAIGHT, _PUSH, _WALK),
    "crash": Groove({**_STRAIGHT, "crash": "8..............."}, _PUSH, _WALK),
    "steps": Groove(  # the accents fall on "step, step, step"
        {
            "kick": "9.....6.9..9..9.",
            "snare": "....9...7..8..9.",
            "hat": "7.4.7.4.........",
            "tom_high": "........6.......",
            "tom_mid": "...........7....",
            "tom_low": "..............8.",
        },
        "7---..5-7-.7-.8-",
        "r---..r-r-.r-.a-",
    ),
    "test": Groove(_LIGHT, "5---------------", "r-----....r---a-", _RIPPLE),
    "test_fill": Groove(
        {**_LIGHT, "snare": "............3456", "tom_mid": "............5...", "tom_low": "..............6."},
        "5-------5-------",
        "r-----....r-r-a-",
        _RIPPLE,
    ),
    "build": Groove(  # louder and denser towards "'gain, 'gain"
        {"kick": "7...7...9..9..9.", "snare": "2.3.3.4.45655678", "hat": "5.5.5.5.5.5.5.5."},
        "5---5---7-.8-.9-",
        "r-r-r-r-r-.r-.a-",
        "1234123412341234",
    ),
    "turn": Groove(
        {
            "kick": "9.....6.9.......",
            "snare": "....9...........",
            "hat": "7.4.7.4.........",
            "crash": "7...............",
            "tom_high": "........87......",
            "tom_mid": "..........76....",
            "tom_low": "............8.9.",
        },
        "8-------6---6---",
        "r---..r-r---f-a-",
        "1-2-3-4-3-2-1-2-",
    ),
    "break": Groove(
        {
            "kick": "9.........5...7.",
            "snare": "......4.5.556.67",
            "stick": "....6...6...6...",
            "tom_high": "........6.......",
            "tom_mid": "..........6.6...",
            "tom_low": "..............7.",
        },
        "8---............",
        "r---........f-a-",
    ),
    "drive": Groove(
        {
            "kick": "9...8...9...8...",
            "snare": "....9.......9...",
            "clap": "....5.......5...",
            "hat": "6343634363436343",
            "crash": "7...............",
        },
        _PUSH,
        "r-r-o-r-r-r-o-a-",
        _RIPPLE,
    ),
    "rise": Groove(
        {"kick": "8...8...8...8.8.", "snare": "2.3.3.4.4.564567", "hat": "5.5.5.5.5.5.5.5."},
        "6---6---7---8---",
        "r-r-r-r-r-r-r-a-",
        "1234123412341234",
    ),
    "stabs": Groove(  # one stroke for each "save", the last of which rings
        {
            "kick": "9...9...9.......",
            "snare": "7...8...9.......",
            "crash": "6...7...9.......",
            "tom_low": "......6.........",
        },
        "8-..8-..9~......",
        "r-..r-..r~......",
        "........1.2.3.4~",
    ),
    "ring": Groove(),
}
"""The name of every groove that a score can use."""


def hits(score: Score) -> tuple[Hit, ...]:
    """Everything the band plays, in order of time."""
    bars = [(section, chord, groove) for section in score.sections for chord, groove in _bars(section)]
    voicings = _voicings([chord for _, chord, _ in bars])
    found: list[Hit] = []
    for number, (_, chord, groove) in enumerate(bars):
        following = bars[min(number + 1, len(bars) - 1)][1]
        found += _bar(groove, Fraction(number * score.beats_per_bar), chord, following, voicings[number])
    return tuple(sorted(found, key=lambda hit: (hit.beat, hit.part, hit.midi)))


def _bars(section: Section) -> Iterator[tuple[str, Groove]]:
    for chord, groove in zip(section.chords, section.grooves, strict=True):
        if groove not in GROOVES:
            known = ", ".join(GROOVES)
            raise InputError(f"[[section]] {section.name!r}: groove {groove!r}; expected one of {known}")
        yield chord, GROOVES[groove]


def _bar(
    groove: Groove, start: Fraction, chord: str, following: str, voicing: tuple[int, ...]
) -> Iterator[Hit]:
    for part, grid in groove.drums.items():
        for beat, _, sign in _read(grid):
            yield Hit(part, start + beat, STEP, 0, int(sign) / 9)
    for beat, duration, sign in _read(groove.keys):
        for midi in voicing:
            yield Hit("keys", start + beat, duration, midi, int(sign) / 9)
    for beat, duration, sign in _read(groove.bass):
        yield Hit("bass", start + beat, duration, _bass(sign, chord, following), 0.8 if beat % 1 else 1.0)
    ladder = [*(midi + 12 for midi in voicing), voicing[0] + 24]
    for beat, duration, sign in _read(groove.arpeggio):
        yield Hit("arpeggio", start + beat, duration, ladder[int(sign) - 1], 0.75 if beat % 1 else 1.0)


def _read(grid: str) -> Iterator[tuple[Fraction, Fraction, str]]:
    """Start and duration in beats, and the sign, of each note of a grid."""
    for step, sign in enumerate(grid):
        if sign in ".-~":
            continue
        rest = grid[step + 1 :]
        held = len(rest) - len(rest.lstrip("-"))
        yield step * STEP, Fraction(RING) if rest.startswith("~") else (1 + held) * STEP, sign


def _bass(sign: str, chord: str, following: str) -> int:
    root = _lowest(CHORDS[chord][0])
    if sign == "r":
        return root
    if sign == "o":
        return root + 12
    target = _lowest(CHORDS[following][0])
    if sign == "f" or target == root:
        return root + 7 if root + 7 <= LOWEST_BASS + 14 else root - 5
    return next(target + step for step in (-1, 1, -2, 2) if (target + step) % 12 in SCALE)


def _lowest(pitch: int) -> int:
    return LOWEST_BASS + (pitch - LOWEST_BASS) % 12


def _voicings(chords: list[str]) -> list[tuple[int, ...]]:
    """Each chord in the close position whose notes move least from the chord before."""
    found: list[tuple[int, ...]] = []
    last: tuple[int, ...] = (60, 64, 67)
    for chord in chords:
        positions = [
            tuple(sorted(low + (pitch - low) % 12 for pitch in CHORDS[chord]))
            for low in range(54, 62)
            if low % 12 in CHORDS[chord]
        ]
        here = last
        last = min(positions, key=lambda notes: sum(abs(a - b) for a, b in zip(notes, here, strict=True)))
        found.append(last)
    return found
