"""The band: plays an arrangement on drums and instruments and mixes them to stereo."""

from collections.abc import Iterable
from fractions import Fraction

import numpy as np

from assets.studio import arrangement
from assets.studio.arrangement import Hit
from assets.studio.drums import STROKES, SWELLS, TAKES, stroke, swell
from assets.studio.grooves import STEP
from assets.studio.instruments import tone
from assets.studio.score import Score
from assets.studio.sound import RATE, Wave, bell, count, fade, gain, pan, passed, place, room

SWAY = 0.06  # how far levels wander, so that no two strokes are the same
SWING = Fraction(1, 8)  # of a sixteenth, by which the small strokes between the eighths come late
SWUNG = frozenset({"hat", "shaker", "ghost"})
PUMPED = frozenset({"bass", "pad", "keys"})  # step back at every kick
PUMP = 5.0  # dB
RECOVERY = 0.22  # seconds after a kick until they are back
DRY = PUMPED - {"keys"} | {"kick", "swell", "riser", "click"}  # sound without the room
ROOM = -17.0  # dB

LEVELS = {  # decibels
    "kick": -8.5,
    "snare": -6.0,
    "ghost": -6.0,
    "clap": -4.0,
    "hat": -12.0,
    "open": -15.0,
    "shaker": -13.0,
    "rim": -7.5,
    "stick": -8.0,
    "crash": -12.0,
    "swell": -8.0,
    "riser": -9.0,
    "tom_high": -11.0,
    "tom_mid": -9.5,
    "tom_low": -9.5,
    "bass": -12.5,
    "keys": -21.5,
    "pad": -16.5,
    "arpeggio": -20.5,
    "riff": -10.0,
    "click": -4.0,
}
PLACES = {  # -1 is left, 1 right
    "hat": 0.35,
    "open": 0.35,
    "shaker": -0.4,
    "rim": -0.2,
    "stick": 0.1,
    "clap": 0.1,
    "tom_high": 0.45,
    "tom_low": -0.45,
    "arpeggio": -0.35,
    "riff": 0.15,
}


def play(score: Score) -> Wave:
    """The whole accompaniment of a score, shape (samples, 2)."""
    return _mixed(score, arrangement.full(score))


def quiet(score: Score) -> Wave:
    """An accompaniment for those whom music distracts: soft chords, roots and beats; shape (samples, 2)."""
    return _mixed(score, arrangement.quiet(score))


def click(score: Score) -> Wave:
    """A metronome from the first bar to the last, shape (samples, 2)."""
    return _mixed(score, arrangement.click(score))


def _mixed(score: Score, hits: tuple[Hit, ...]) -> Wave:
    samples = score.samples(RATE)
    drums, pumped, free = (np.zeros((samples, 2)) for _ in range(3))
    echoing = np.zeros(samples)
    chance = np.random.default_rng(36)
    for hit in hits:
        at = _time(score, hit)
        sound = _sound(score, hit, int(chance.integers(TAKES)))
        sound = hit.level**1.5 * gain(LEVELS[hit.part]) * (1 + SWAY * chance.uniform(-1, 1)) * sound
        bus = pumped if hit.part in PUMPED else drums if hit.part in STROKES else free
        place(bus, _placed(hit, sound), at)
        if hit.part == "arpeggio":
            _echo(free, sound, at, score.seconds(1))
        if hit.part not in DRY:
            place(echoing, sound if sound.ndim == 1 else sound.mean(axis=1), at)
    pumped *= gain(-PUMP) ** pump(score, hits)[:, None]
    mixed = np.tanh(drums) + pumped + free + gain(ROOM) * room(echoing, 0.7, 0.012, seed=4)
    mixed = bell(passed(mixed, "highpass", 30), 2400, -3, 0.8)  # space for the words
    return np.asarray(mixed * fade(samples, 0, float(score.tail))[:, None])


def _time(score: Score, hit: Hit) -> float:
    late = SWING * STEP if hit.part in SWUNG and hit.beat % (2 * STEP) == STEP else 0
    return score.seconds(hit.beat + late)


def _sound(score: Score, hit: Hit, take: int) -> Wave:
    if hit.part in STROKES:
        return stroke(hit.part, take)
    if hit.part in SWELLS:
        return swell(hit.part, score.seconds(hit.duration))
    return tone(hit.part, hit.midi, score.seconds(hit.duration))


def _placed(hit: Hit, sound: Wave) -> Wave:
    if sound.ndim == 2:
        return sound
    if hit.part == "keys":  # low notes to the left, high ones to the right, as a player hears them
        return pan(sound, float(np.clip((hit.midi - 62) / 12, -0.6, 0.6)))
    return pan(sound, PLACES.get(hit.part, 0.0))


def _echo(bus: Wave, sound: Wave, at: float, beat: float) -> None:
    """Two repeats in dotted eighths, from side to side."""
    place(bus, gain(-9) * pan(sound, 0.7), at + 0.75 * beat)
    place(bus, gain(-16) * pan(sound, -0.7), at + 1.5 * beat)


def pump(score: Score, hits: Iterable[Hit]) -> Wave:
    """How far the pumped parts step back at each kick and in its wake, from 0 to 1, shape (samples,)."""
    stepped = np.zeros(score.samples(RATE))
    shape = fade(count(RECOVERY), 0.008, RECOVERY)
    for hit in hits:
        if hit.part == "kick":
            start = count(score.seconds(hit.beat))
            part = stepped[start : start + len(shape)]
            np.maximum(part, hit.level * shape[: len(part)], out=part)
    return stepped
