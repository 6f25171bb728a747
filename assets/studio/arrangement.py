"""What is played under the voice: the hits of the full band, of the quiet backing and of the click."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from assets.studio import grooves
from assets.studio.grooves import GROOVES, STEP, Groove
from assets.studio.score import CHORDS, Score, Section
from loop_core.errors import InputError

SCALE = frozenset({0, 2, 4, 5, 7, 9, 11})
LOWEST_BASS = 31  # G1: roots below it are lost on small loudspeakers
LOWEST_RIFF = 66  # below the lowest root that the riff climbs to
CLICK, ACCENT = 84, 91  # MIDI pitches of the metronome: C6, and G6 on the first beat of a bar

RIFF = "......123--45-.."
"""The hook: the fifth and sixth below the root of the chord, the root, the second, the third."""

PICKUP = "..............12"
"""The first two notes of the hook, which lead to the next bar."""

CLOSE = "......123--43~.."
"""The hook of the last bar, which goes home to the root."""

MAJOR, MINOR = (-5, -3, 0, 2, 4), (-5, -2, 0, 2, 3)
"""The notes of the hook in semitones from the root, all of the scale of C for the chords of a score."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One sound of the band: part, start and duration in beats, MIDI pitch (0 for drums), level 0 to 1."""

    part: str
    beat: Fraction
    duration: Fraction
    midi: int
    level: float


def full(score: Score) -> tuple[Hit, ...]:
    """Everything the band plays, in order of time."""
    chords = [chord for section in score.sections for chord in section.chords]
    bars = [groove for section in score.sections for groove in _grooves(section)]
    return _in_order([*_played(score, chords, bars), *_answers(score)])


def quiet(score: Score) -> tuple[Hit, ...]:
    """A backing that does not distract: a chord twice a bar, its root, a soft stick on every beat."""
    chords = [chord for section in score.sections for chord in section.chords]
    first = int(score.syllables[0].beat // score.beats_per_bar) if score.lines else 0
    bars = [grooves.LEARNING_COUNT] * first + [grooves.LEARNING] * (len(chords) - first)
    return _in_order(_played(score, chords, [*bars[:-1], grooves.LEARNING_CLOSE]))


def click(score: Score) -> tuple[Hit, ...]:
    """A metronome that accents the first beat of each bar."""
    return tuple(
        Hit("click", Fraction(beat), STEP, *((CLICK, 0.75) if beat % score.beats_per_bar else (ACCENT, 1.0)))
        for beat in range(score.bars * score.beats_per_bar)
    )


def _in_order(hits: Iterable[Hit]) -> tuple[Hit, ...]:
    return tuple(sorted(hits, key=lambda hit: (hit.beat, hit.part, hit.midi)))


def _grooves(section: Section) -> Iterator[Groove]:
    for groove in section.grooves:
        if groove not in GROOVES:
            known = ", ".join(GROOVES)
            raise InputError(f"[[section]] {section.name!r}: groove {groove!r}; expected one of {known}")
        yield GROOVES[groove]


def _played(score: Score, chords: list[str], bars: list[Groove]) -> Iterator[Hit]:
    following = [*chords[1:], chords[-1]]
    for bar, (groove, voicing) in enumerate(zip(bars, _voicings(chords), strict=True)):
        start = Fraction(bar * score.beats_per_bar)
        yield from _drums(groove, start)
        yield from _chords(groove, start, voicing)
        yield from _bass(groove, start, chords[bar], following[bar])


def _drums(groove: Groove, start: Fraction) -> Iterator[Hit]:
    for part, grid in groove.drums.items():
        for beat, duration, sign in grooves.read(grid):
            yield Hit(part, start + beat, duration, 0, int(sign) / 9)


def _chords(groove: Groove, start: Fraction, voicing: tuple[int, ...]) -> Iterator[Hit]:
    low, middle, high = voicing
    for part, grid, notes in (
        ("keys", groove.keys, voicing),
        ("pad", groove.pad, (low, high, middle + 12)),  # in open position
    ):
        for beat, duration, sign in grooves.read(grid):
            for midi in notes:
                yield Hit(part, start + beat, duration, midi, int(sign) / 9)
    ladder = [*(midi + 12 for midi in voicing), low + 24]
    for beat, duration, sign in grooves.read(groove.arpeggio):
        yield Hit("arpeggio", start + beat, duration, ladder[int(sign) - 1], 0.75 if beat % 1 else 1.0)


def _bass(groove: Groove, start: Fraction, chord: str, following: str) -> Iterator[Hit]:
    root, target = _above(LOWEST_BASS, chord), _above(LOWEST_BASS, following)
    pitches = {"r": root, "o": root + 12, "f": root + 7}
    to_walk = groove.bass.count("w")
    for beat, duration, sign in grooves.read(groove.bass):
        midi = pitches[sign] if sign in pitches else _near(target, to_walk if root > target else -to_walk)
        to_walk -= sign == "w"
        yield Hit("bass", start + beat, duration, midi, 0.8 if beat % 1 else 1.0)


def _above(lowest: int, chord: str) -> int:
    """The root of a chord in the octave from ``lowest``."""
    return lowest + (CHORDS[chord][0] - lowest) % 12


def _near(midi: int, steps: int) -> int:
    """The note so many steps of the scale above (or below, if negative) a note of the scale."""
    for _ in range(abs(steps)):
        midi += 1 if steps > 0 else -1
        while midi % 12 not in SCALE:
            midi += 1 if steps > 0 else -1
    return midi


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


def _answers(score: Score) -> Iterator[Hit]:
    """The riff, wherever nobody sings for as long as it lasts; where half a beat is free, its pickup."""
    for bar in range(score.bars):
        start = Fraction(bar * score.beats_per_bar)
        if bar == score.bars - 1:
            yield from _answer(score, CLOSE, start, start, 1.0)
        else:
            yield from _answer(score, RIFF, start, start, 1.0)
            yield from _answer(score, PICKUP, start, start + score.beats_per_bar, 0.65)


def _answer(score: Score, grid: str, start: Fraction, leading_to: Fraction, level: float) -> Iterator[Hit]:
    """The notes of a grid over the chord at the beat ``leading_to``, or none when a word is in the way."""
    notes = [(start + beat, duration, sign) for beat, duration, sign in grooves.read(grid)]
    begin, end = notes[0][0], notes[-1][0] + notes[-1][1]
    if any(syllable.beat < end and begin < syllable.end for syllable in score.syllables):
        return
    chord = score.chord_at(leading_to)
    root = _above(LOWEST_RIFF, chord)
    intervals = MINOR if (CHORDS[chord][1] - CHORDS[chord][0]) % 12 == 3 else MAJOR
    for beat, duration, sign in notes:
        midi = root + intervals[int(sign) - 1]
        yield Hit("riff", beat, duration, midi, level * (0.85 if beat % 1 else 1.0))
