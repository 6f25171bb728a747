"""What a speech recogniser hears: which line, which words, and when each vowel begins.

The recogniser is pocketsphinx with its English model. It knows our pronunciations and those of its own
dictionary; a sound is heard line by line.
"""

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pocketsphinx
from scipy import signal

from assets.studio.score import VOWELS, Line, Score, Syllable
from assets.studio.sound import RATE, Wave
from assets.studio.timing import LONGEST, SHORTEST

HEARS_AT = 16_000  # samples per second
FRAME = 0.01  # seconds, the recogniser's own
MARGIN = 0.04  # seconds heard before the first consonant and after the last note of a line
SILENCE = 0.2  # seconds put around a line
DITHER = 3e-4

MODEL = Path(pocketsphinx.get_model_path("en-us"))
BEAMS = {
    "line": {"beam": 1e-60, "pbeam": 1e-60, "wbeam": 1e-40},  # wider ones overflow its scores
    "words": {"beam": 1e-50, "pbeam": 1e-50, "wbeam": 1e-30, "wip": 1e-4, "maxhmmpf": 6000},
}
ALIGNING = (  # one after the other, until one of them can fit the phones to the sound
    {"beam": 1e-100, "pbeam": 1e-60, "wbeam": 1e-20, "lm": None},
    {"beam": 1e-48, "pbeam": 1e-48, "wbeam": 1e-28, "lm": None},
    {"beam": 1e-64, "pbeam": 1e-80, "wbeam": 1e-40, "lm": None},
)


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard of a line: the line it is taken for, its words, the onsets of its vowels in seconds.

    ``onsets`` is None where the recogniser could not align the line.
    """

    line: tuple[str, ...]
    words: tuple[str, ...]
    onsets: tuple[float, ...] | None


def spelled(line: Line) -> tuple[str, ...]:
    """The words of a line as the recogniser's dictionary writes them."""
    return tuple(_word(word) for word in line.words)


def hear(sound: Wave, score: Score) -> Iterator[Heard]:
    """Listen to every line of a sound of shape (samples,) or (samples, 2) at `RATE`."""
    mono = sound.mean(axis=1) if sound.ndim == 2 else sound
    heard = signal.resample_poly(mono, HEARS_AT // 100, RATE // 100)
    heard = 0.8 * heard / max(np.abs(heard).max(), 1e-9)
    with tempfile.TemporaryDirectory() as folder:
        ear = _Ear(score.lines, Path(folder))
        for line, (start, end) in zip(score.lines, _spans(score), strict=True):
            samples = heard[round(max(start, 0) * HEARS_AT) : round(end * HEARS_AT)]
            silence = np.zeros(round(SILENCE * HEARS_AT))
            samples = np.concatenate([silence, samples, silence])
            samples += DITHER * np.random.default_rng(0).standard_normal(len(samples))
            pcm = (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()
            yield Heard(ear.line(pcm), ear.words(pcm), ear.onsets(pcm, line, max(start, 0) - SILENCE))


def word_errors(expected: Sequence[str], heard: Sequence[str]) -> int:
    """The fewest words to replace, leave out and put in (V. Levenshtein, 1965)."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(expected, start=1):
        before, row = row, [i]
        for j, other in enumerate(heard, start=1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (word != other)))
    return row[-1]


def _spans(score: Score) -> Iterator[tuple[float, float]]:
    """From where to where each line is heard, in seconds: all of it, and little of its neighbours."""
    firsts = [line.syllables[0] for line in score.lines]
    consonants = [first.phones.index(first.vowel) for first in firsts]
    beats = [score.seconds(first.beat) for first in firsts]
    nexts = [beat - SHORTEST * count for beat, count in zip(beats, consonants, strict=True)]
    for line, beat, count, end in zip(
        score.lines, beats, consonants, [*nexts[1:], float("inf")], strict=True
    ):
        yield beat - LONGEST * count - MARGIN, min(score.seconds(line.syllables[-1].end) + MARGIN, end)


def _word(word: Sequence[Syllable]) -> str:
    text = "".join(syllable.text for syllable in word)
    return re.sub(r"[^a-z']", "", text.lower()).lstrip("'")


class _Ear:
    """The decoders for the lines of one song; their files live in ``folder``."""

    def __init__(self, lines: Sequence[Line], folder: Path) -> None:
        self._folder = folder
        pronounced: dict[str, list[str]] = {}
        for line in lines:
            for word in line.words:
                phones = " ".join(phone.upper() for syllable in word for phone in syllable.phones)
                known = pronounced.setdefault(_word(word), [])
                if phones not in known:
                    known.append(phones)
        for row in (MODEL / "cmudict-en-us.dict").read_text().splitlines():
            name, _, phones = row.partition(" ")
            known = pronounced.get(re.sub(r"\(\d+\)$", "", name), [phones])
            if phones not in known:
                known.append(phones)
        self._dictionary = folder / "words.dict"
        self._dictionary.write_text(
            "".join(
                f"{word}{f'({k})' if k > 1 else ''} {phones}\n"
                for word, ways in sorted(pronounced.items())
                for k, phones in enumerate(ways, start=1)
            )
        )
        wholes = sorted({" ".join(spelled(line)) for line in lines})
        self._line = self._grammar("line", f"public <all> = {' | '.join(wholes)};")
        any_word = " | ".join(sorted(pronounced))
        self._words = self._grammar("words", f"<word> = {any_word}; public <all> = <word>+;")

    def _grammar(self, task: str, rules: str) -> pocketsphinx.Decoder:
        path = self._folder / f"{task}.jsgf"
        path.write_text(f"#JSGF V1.0;\ngrammar {task};\n{rules}\n")
        return self._decoder({**BEAMS[task], "jsgf": str(path)})

    def _decoder(self, options: Mapping[str, object]) -> pocketsphinx.Decoder:
        return pocketsphinx.Decoder(
            hmm=str(MODEL / "en-us"), dict=str(self._dictionary), cmn="batch", loglevel="FATAL", **options
        )

    def line(self, pcm: bytes) -> tuple[str, ...]:
        return _hypothesis(_decoded(self._line, pcm))

    def words(self, pcm: bytes) -> tuple[str, ...]:
        return _hypothesis(_decoded(self._words, pcm))

    def onsets(self, pcm: bytes, line: Line, start: float) -> tuple[float, ...] | None:
        """When each vowel of ``line`` begins, in seconds, if ``pcm`` starts at ``start``."""
        for options in ALIGNING:
            decoder = self._decoder(options)
            decoder.set_align_text(" ".join(spelled(line)))
            if not _hypothesis(_decoded(decoder, pcm)):
                continue
            try:
                decoder.set_alignment()
                alignment = _decoded(decoder, pcm).get_alignment()
            except RuntimeError:  # it could not fit the phones to the sound
                continue
            phones = [phone for word in alignment for phone in word]
            onsets = tuple(
                start + (phone.start + 0.5) * FRAME for phone in phones if phone.name.lower() in VOWELS
            )
            if len(onsets) == len(line.syllables):
                return onsets
        return None


def _decoded(decoder: pocketsphinx.Decoder, pcm: bytes) -> pocketsphinx.Decoder:
    decoder.start_utt()
    decoder.process_raw(pcm, full_utt=True)
    decoder.end_utt()
    return decoder


def _hypothesis(decoder: pocketsphinx.Decoder) -> tuple[str, ...]:
    found = decoder.hyp()
    return tuple(re.sub(r"\(\d+\)$", "", word) for word in found.hypstr.split()) if found else ()
