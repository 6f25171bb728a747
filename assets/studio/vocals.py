"""The sung part: one singer leads, and a second one joins in harmony where the notes are golden."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from assets.studio.effects import polished
from assets.studio.score import CHORDS, Line, Score, Syllable
from assets.studio.singing import VOICED, VOICELESS, Sung, sing
from assets.studio.sound import RATE, Wave, count, fade, gain, pan, place, room
from assets.studio.speech import Speaker, Speech, festival, flite
from assets.studio.timing import sung_phones

OCTAVE_DOWN = -12  # semitones: both sing an octave below the written notes, near where they speak

HARMONY = -8.0  # dB against the lead
WIDTH = 0.8  # how far to the right the harmony stands
ROOM, ROOM_SECONDS, ROOM_AFTER = -20.0, 0.3, 0.02  # dB, seconds, seconds: a longer room blurs the words


@dataclass(frozen=True, slots=True)
class Singers:
    """Who speaks the lines that are sung."""

    lead: Speaker
    second: Speaker


SINGERS = Singers(lead=flite("rms"), second=festival("cmu_us_slt_arctic_hts"))


def perform(score: Score, singers: Singers, started: Callable[[str], None] = lambda lyric: None) -> Wave:
    """All lines of a score as shape (``score.samples(RATE)``, 2); ``started`` hears of each line."""
    lead, harmony = np.zeros(score.samples(RATE)), np.zeros(score.samples(RATE))
    spoken: dict[tuple[Speaker, str], Speech] = {}

    def say(speaker: Speaker, line: Line) -> Speech:
        key = (speaker, line.lyric)
        if key not in spoken:
            spoken[key] = speaker(line)
        return spoken[key]

    for number, line in enumerate(score.lines):
        started(line.lyric)
        _add(lead, sing(line, say(singers.lead, line), score, OCTAVE_DOWN, seed=number))
        golden = [k for k, syllable in enumerate(line.syllables) if syllable.golden]
        if golden:
            above = replace(line, syllables=tuple(_third(score, syllable) for syllable in line.syllables))
            second = sing(above, say(singers.second, line), score, OCTAVE_DOWN, 100 + number, VOICELESS)
            _add(harmony, _part(second, golden))
    lead, harmony = polished(lead), polished(harmony)
    dry = pan(lead, 0) + gain(HARMONY) * pan(harmony, WIDTH)
    return np.asarray(dry + gain(ROOM) * room(dry.mean(axis=1), ROOM_SECONDS, ROOM_AFTER, seed=104))


def ends(score: Score, lead: Speaker) -> list[float]:
    """When the voice leaves each note of the score, in seconds: after the last phone that has its pitch."""
    found = []
    for line in score.lines:
        phones = [phone for phone in sung_phones(line, lead(line).phones, score) if phone.name in VOICED]
        last = {phone.note: phone.end for phone in phones}
        found += [last[note] for note in range(len(line.syllables))]
    return found


def _add(bus: Wave, line: Sung) -> None:
    place(bus, line.samples, line.start)


def _part(line: Sung, notes: list[int]) -> Sung:
    """Only these notes of a line, which stand side by side."""
    phones = [phone for phone in line.phones if phone.note in notes]
    first, last = (count(time - line.start) for time in (phones[0].start, phones[-1].end + 0.1))
    samples = line.samples[first:last]
    return Sung(samples * fade(len(samples), 0.005, 0.02), phones[0].start, tuple(phones))


def _third(score: Score, syllable: Syllable) -> Syllable:
    """The next note of the chord at least a minor third above the melody."""
    chord = CHORDS[score.chord_at(syllable.beat)]
    above = range(syllable.midi + 3, syllable.midi + 15)
    return replace(syllable, midi=next(midi for midi in above if midi % 12 in chord))
