"""Singing along: what was sung to a song so far, and what it is worth."""

from dataclasses import dataclass

import numpy as np

from loop_core.pitch import Track, joined
from loop_core.scoring import Difficulty, Score, beats_of, hits, score
from loop_core.song import Song


@dataclass(frozen=True, slots=True, eq=False)
class Singing:
    """How the singing stands.

    voice: the frames so far; times in seconds of the song.  hits: the stretches of notes that were hit, from
    second to second.  last: index of the line that ended last.  singer: the microphone, or why there is none.
    heard: somebody can be heard.  over: the song has ended.
    """

    difficulty: Difficulty
    voice: Track
    hits: tuple[tuple[float, float], ...]
    score: Score
    last: int | None
    singer: str
    heard: bool
    over: bool


def singing(
    song: Song, voice: Track, difficulty: Difficulty, now: float, singer: str = "", heard: bool = True
) -> Singing:
    """How it stands at song time ``now``."""
    ended = [index for index, line in enumerate(song.lines) if line.end <= now]
    return Singing(
        difficulty,
        voice,
        _stretches(song, voice, difficulty),
        score(song, voice, difficulty, now),
        ended[-1] if ended else None,
        singer,
        heard,
        now >= song.length,
    )


def taken(voice: Track, new: Track, now: float) -> Track:
    """What has been sung with what came in since; after a step back to ``now`` that part is sung anew."""
    if len(voice) and voice.times[-1] >= now:
        voice = voice.part(-np.inf, now)
    if len(voice):
        new = new.part(np.nextafter(voice.times[-1], np.inf), np.inf)
    return joined(voice, new) if len(new) else voice


def _stretches(song: Song, voice: Track, difficulty: Difficulty) -> tuple[tuple[float, float], ...]:
    """Hit beats that follow one another in a note, joined."""
    beats = beats_of(song)
    hit = np.flatnonzero(hits(song, voice, difficulty))
    new_note = (np.diff(beats.lines[hit]) != 0) | (np.diff(beats.notes[hit]) != 0)
    first = np.flatnonzero(np.concatenate([[True], new_note | (np.diff(hit) > 1)])[: len(hit)])
    last = np.append(first[1:], len(hit)) - 1 if len(hit) else first
    starts, ends = beats.starts[hit[first]], beats.starts[hit[last]] + beats.length
    return tuple(zip(starts.tolist(), ends.tolist(), strict=True))
