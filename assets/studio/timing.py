"""Where each phone of a sung line goes: vowels on the beat, consonants before and after them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assets.studio.score import VOWELS, Line, Score
from assets.studio.speech import Phone

SHORTEST, LONGEST = 0.035, 0.12  # seconds of a consonant
CONSONANTS_SHARE = 0.65  # at most, of the time from one vowel to the next
HELD, PORTATO = 0.30, 0.4  # a vowel lasts HELD seconds and this share of what is left of its note
REST = 0.10  # seconds without a note from which a line is sung as two
BREATH = 0.03  # seconds of silence before the consonants that follow a rest
SHORTEST_VOWEL = 0.12


@dataclass(frozen=True, slots=True)
class SungPhone:
    """A spoken phone and when it is sung, in seconds; ``note`` is the index of its syllable in the line."""

    name: str
    spoken: Phone
    start: float
    end: float
    note: int

    @property
    def is_vowel(self) -> bool:
        """Whether it is the phone that holds the note."""
        return self.name in VOWELS


@dataclass(slots=True)
class _Syllable:
    """A syllable while it is laid out: phones before, in and after its vowel, and how long those last."""

    onset: Sequence[Phone]
    vowel: Phone
    coda: Sequence[Phone]
    before: list[float]
    after: list[float]


def sung_phones(line: Line, spoken: Sequence[Phone], score: Score) -> tuple[SungPhone, ...]:
    """Every phone of a line on the song's clock, in order and without overlaps.

    ``spoken`` are the phones of the line's syllables, one for one.
    """
    syllables = list(_syllables(line, spoken))
    beats = [score.seconds(syllable.beat) for syllable in line.syllables]
    ends = [score.seconds(syllable.end) for syllable in line.syllables]
    vowel_ends: list[float] = []
    for k, (syllable, beat, end) in enumerate(zip(syllables, beats, ends, strict=True)):
        following = syllables[k + 1] if k + 1 < len(syllables) else None
        if following and beats[k + 1] - end < REST:
            room = CONSONANTS_SHARE * (beats[k + 1] - beat)
            _shrink(room, syllable.after, following.before)
            stop = beats[k + 1] - sum(following.before)
        else:
            latest = beats[k + 1] - sum(following.before) - BREATH if following else end + REST
            stop = min(max(end, beat + SHORTEST_VOWEL + sum(syllable.after)), latest)
            _shrink(0.5 * (stop - beat), syllable.after)
        vowel_ends.append(beat + _held(stop - sum(syllable.after) - beat))
    return tuple(
        sung
        for k, (syllable, beat, end) in enumerate(zip(syllables, beats, vowel_ends, strict=True))
        for sung in _placed(syllable, beat, end, k)
    )


def _syllables(line: Line, spoken: Sequence[Phone]) -> Iterator[_Syllable]:
    rest = list(spoken)
    for syllable in line.syllables:
        own, rest = rest[: len(syllable.phones)], rest[len(syllable.phones) :]
        nucleus = next(k for k, phone in enumerate(own) if phone.name in VOWELS)
        onset, coda = own[:nucleus], own[nucleus + 1 :]
        yield _Syllable(onset, own[nucleus], coda, list(map(_length, onset)), list(map(_length, coda)))


def _length(consonant: Phone) -> float:
    return min(max(consonant.end - consonant.start, SHORTEST), LONGEST)


def _held(length: float) -> float:
    """Long vowels are let go early: words stay apart, and a recogniser hears no second word in the first."""
    return min(length, HELD + PORTATO * max(length - HELD, 0))


def _shrink(room: float, *groups: list[float]) -> None:
    """Make the consonants of all groups shorter by one factor so that they fit into ``room`` seconds."""
    factor = min(1.0, room / max(sum(map(sum, groups)), 1e-9))
    for group in groups:
        group[:] = [factor * length for length in group]


def _placed(syllable: _Syllable, beat: float, vowel_end: float, note: int) -> Iterator[SungPhone]:
    time = beat - sum(syllable.before)
    for phone, length in zip(syllable.onset, syllable.before, strict=True):
        yield SungPhone(phone.name, phone, time, time + length, note)
        time += length
    yield SungPhone(syllable.vowel.name, syllable.vowel, beat, vowel_end, note)
    time = vowel_end
    for phone, length in zip(syllable.coda, syllable.after, strict=True):
        yield SungPhone(phone.name, phone, time, time + length, note)
        time += length
