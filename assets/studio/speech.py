"""Speakers: programs that say the phones of a line and tell when each of them sounds."""

import re
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from assets.studio.score import VOWELS, Line, Syllable
from assets.studio.sound import Wave
from loop_core.errors import InputError

PACKAGES = {
    "flite": "the Debian package flite",
    "festival": "the Debian packages festival and festvox-us-slt-hts",
}
SLOWER = 1.5  # how much longer than by itself a speaker takes, so that vowels need less stretching


@dataclass(frozen=True, slots=True)
class Phone:
    """One sound of speech, in ARPAbet, from ``start`` to ``end`` seconds."""

    name: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Speech:
    """A spoken line: mono samples, their rate per second, and its phones without the pauses."""

    samples: Wave
    rate: int
    phones: tuple[Phone, ...]


Speaker = Callable[[Line], Speech]


def flite(voice: str) -> Speaker:
    """A voice that is built into flite, such as ``rms``; it speaks at 16 kHz."""

    def speak(line: Line) -> Speech:
        with tempfile.TemporaryDirectory() as folder:
            lexicon, wave = Path(folder, "lexicon"), Path(folder, "line.wav")
            lexicon.write_text("".join(f"{key} 0 : {_flite_phones(word)}\n" for key, word in _keyed(line)))
            said = _run(
                *("flite", "-psdur", "--setf", f"duration_stretch={SLOWER}"),
                *("-voice", voice, "-add_lex", str(lexicon), "-o", str(wave)),
                *("-t", " ".join(key for key, _ in _keyed(line))),
            )
            ends = [(name, float(end)) for name, end in re.findall(r"([a-z]+):([\d.]+)", said)]
            return _speech(wave, ends, line)

    return speak


def festival(voice: str) -> Speaker:
    """A voice of festival, such as ``cmu_us_slt_arctic_hts``, which speaks at 32 kHz."""

    def speak(line: Line) -> Speech:
        with tempfile.TemporaryDirectory() as folder:
            script, labels, wave = (Path(folder, name) for name in ("line.scm", "line.lab", "line.wav"))
            words = [f'(lex.add.entry \'("{key}" nil ({_festival_phones(w)})))' for key, w in _keyed(line)]
            text = " ".join(key for key, _ in _keyed(line))
            slower = f'(set! hts_engine_params (append hts_engine_params \'(("-r" {1 / SLOWER:.4f}))))'
            say = f'(set! line (utt.synth (Utterance Text "{text}")))'
            save = f'(utt.save.segs line "{labels}") (utt.save.wave line "{wave}" \'riff)'
            script.write_text("\n".join([f"(voice_{voice})", *words, slower, say, save]))
            _run("festival", "-b", str(script))
            rows = (row.split() for row in labels.read_text().splitlines()[1:])
            return _speech(wave, [(name, float(end)) for end, _, name in rows], line)

    return speak


def _keyed(line: Line) -> list[tuple[str, tuple[Syllable, ...]]]:
    """Each word under a made-up name that no program spells out or changes."""
    syllables = ["ba", "de", "gi", "mo", "nu"]
    return [
        (f"{syllables[n // 5 % 5]}{syllables[n % 5]}lo{syllables[n // 25]}", word)
        for n, word in enumerate(line.words)
    ]


def _reduced(syllable: Syllable, word: tuple[Syllable, ...]) -> list[str]:
    """The phones as they are spoken: "ah" without stress in a longer word is a schwa."""
    weak = len(word) > 1 and not syllable.stressed
    return ["ax" if phone == "ah" and weak else phone for phone in syllable.phones]


def _flite_phones(word: tuple[Syllable, ...]) -> str:
    return " ".join(
        phone + (str(int(syllable.stressed)) if phone in {*VOWELS, "ax"} else "")
        for syllable in word
        for phone in _reduced(syllable, word)
    )


def _festival_phones(word: tuple[Syllable, ...]) -> str:
    return " ".join(f"(({' '.join(_reduced(s, word))}) {int(s.stressed)})" for s in word)


def _run(*command: str) -> str:
    """What a program prints; raises InputError, with the packages named, when it or its voice is missing."""
    needs = PACKAGES[command[0]]
    try:
        run = subprocess.run(command, capture_output=True, text=True, check=True)  # nosec B603  # of PACKAGES
        return run.stdout
    except FileNotFoundError as error:
        raise InputError(f"{command[0]} is not installed; install {needs}") from error
    except subprocess.CalledProcessError as error:
        said = error.stderr.strip()[-300:]
        raise InputError(f"{command[0]} cannot speak ({said}); install {needs}") from error


def _speech(wave: Path, ends: list[tuple[str, float]], line: Line) -> Speech:
    samples, rate = soundfile.read(wave)
    starts = [0.0, *(end for _, end in ends)]
    said = [Phone(n, start, end) for (n, end), start in zip(ends, starts, strict=False) if n != "pau"]
    expected = [phone for syllable in line.syllables for phone in syllable.phones]
    if [p.name.replace("ax", "ah") for p in said] != expected:
        raise InputError(
            f"{line.lyric!r}: spoken as {' '.join(p.name for p in said)}; expected {' '.join(expected)}"
        )
    return Speech(
        np.asarray(samples, dtype=np.float64),
        rate,
        tuple(Phone(name, p.start, p.end) for name, p in zip(expected, said, strict=True)),
    )
