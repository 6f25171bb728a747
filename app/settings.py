"""What is remembered of a user and a machine, in the user's config folder as TOML that is written whole."""

import reprlib
import sys
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from loop_core.errors import InputError
from loop_core.files import set_aside, writing
from loop_core.words import Words

FILE = "settings.toml"
MOST_BYTES = 1_000_000
MOST_SECONDS = 1.0
"""What is later than something else is so by no more than this."""
NAMES = ("theme", "language", "lesson", "backing", "difficulty")
SHARES = ("volume", "voice")
TABLES = ("latencies", "sounds", "pictures")
DAMAGED = Words("Settings could not be read, and are kept as {1}: {0}", "设置无法读取，已保存为 {1}：{0}")
STUCK = Words("Settings could not be read, and stay as they are: {}", "设置无法读取，保持原样：{}")

Change = Callable[["Settings"], "Settings"]


@dataclass(frozen=True, slots=True)
class Settings:
    """What is kept; None and a missing name: nothing is, and it is as at first.

    theme, language, lesson, backing, difficulty: names.  volume, voice: 0 to 1, as in `Controls`.
    In seconds, by the name of the device:
    latencies: what a microphone hears later than it is sung.
    sounds: by how much taps come later than what a sound device plays.
    pictures: by how much taps come later than what a display shows.
    offsets: by sound device and display, what the picture was set later by hand.
    others: what this version does not know.
    """

    theme: str | None = None
    language: str | None = None
    lesson: str | None = None
    backing: str | None = None
    difficulty: str | None = None
    volume: float | None = None
    voice: float | None = None
    latencies: Mapping[str, float] = field(default_factory=dict)
    sounds: Mapping[str, float] = field(default_factory=dict)
    pictures: Mapping[str, float] = field(default_factory=dict)
    offsets: Mapping[tuple[str, str], float] = field(default_factory=dict)
    others: Mapping[str, Any] = field(default_factory=dict)

    def with_changes(self, first: Mapping[str, Any], now: Mapping[str, Any]) -> "Settings":
        """The same with what differs from what it was at first, by name."""
        return replace(self, **{name: value for name, value in now.items() if value != first[name]})

    def with_latency(self, microphone: str, seconds: float) -> "Settings":
        """The same with what has been measured of a microphone."""
        return replace(self, latencies={**self.latencies, microphone: seconds})

    def latency(self, microphone: str) -> float | None:
        """What has been measured of a microphone, if anything has."""
        return self.latencies.get(microphone)

    def with_taps(self, sound: str, display: str, heard: float, seen: float) -> "Settings":
        """The same with how much later taps come than a sound and a picture; what was set by hand goes."""
        return replace(
            self,
            sounds={**self.sounds, sound: heard},
            pictures={**self.pictures, display: seen},
            offsets={key: seconds for key, seconds in self.offsets.items() if key != (sound, display)},
        )

    def with_offset(self, sound: str, display: str, seconds: float) -> "Settings":
        """The same with what was set by hand for a sound device and a display."""
        return replace(self, offsets={**self.offsets, (sound, display): seconds})

    def offset(self, sound: str, display: str) -> float | None:
        """By how much the picture is to come later than the sound; None where that is not known.

        What was set by hand, else what taps to the sound come later by than taps to the picture: the delay
        of the one who taps is in both.
        """
        by_hand = self.offsets.get((sound, display))
        if by_hand is not None:
            return by_hand
        if sound not in self.sounds or display not in self.pictures:
            return None
        return round(self.sounds[sound] - self.pictures[display], 3)


NEW = Settings()
"""Before anything is kept."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The settings as they were read.  path: their file, None where nothing is read or written.

    message: what was wrong with the file.
    """

    path: Path | None = None
    settings: Settings = NEW
    message: Words | None = None

    def keep(self, change: Change) -> None:
        """Change what the file has by now: another window may have changed it too.

        Raises InputError where it cannot be written.
        """
        if self.path is None:
            return
        known = load_settings(self.path).settings
        changed = change(known)
        if changed != known:
            with writing(self.path) as part:
                part.write_text(dump(changed), encoding="utf-8", newline="\n")

    def keep_at_end(self, change: Change) -> None:
        """`keep` where there is no window any more: what cannot be kept is said to the terminal."""
        try:
            self.keep(change)
        except InputError as error:
            print(f"torchaoke: settings are not kept: {error}", file=sys.stderr)


NOTHING_KEPT = Kept()
"""Neither read nor written."""


def settings_path() -> Path:
    """Where the settings of this user are kept."""
    import platformdirs

    return platformdirs.user_config_path("torchaoke", appauthor=False) / FILE


def load_settings(path: Path) -> Kept:
    """What a file keeps; one that is damaged is set aside under another name, and all is as at first."""
    try:
        return Kept(path, read_settings(path))
    except InputError as error:
        try:
            return Kept(path, message=DAMAGED.filled(error, set_aside(path).name))
        except OSError:
            return Kept(path, message=STUCK.filled(error))


def read_settings(path: Path) -> Settings:
    """What a file keeps, nothing where there is none; raises InputError for one that is damaged."""
    try:
        if not path.is_file():
            return NEW
        if path.stat().st_size > MOST_BYTES:
            raise ValueError(f"{path.stat().st_size:,} bytes; expected at most {MOST_BYTES:,}")
        found = parse(path.read_text(encoding="utf-8"))
        dump(found)  # what cannot be written again is damaged too
    except (ValueError, TypeError, RecursionError, OSError) as error:
        raise InputError(str(error), path) from None
    return found


def parse(text: str) -> Settings:
    """What a text in TOML keeps; raises ValueError or TypeError for what cannot be."""
    others: dict[str, Any] = tomllib.loads(text)
    known: dict[str, Any] = {name: _name(name, others.pop(name)) for name in NAMES if name in others}
    known |= {name: _number(name, others.pop(name), 0.0, 1.0) for name in SHARES if name in others}
    known |= {name: _seconds(name, others.pop(name)) for name in TABLES if name in others}
    offsets = {
        (sound, display): seconds
        for sound, displays in _table("offsets", others.pop("offsets", {})).items()
        for display, seconds in _seconds(f"offsets of {reprlib.repr(sound)}", displays).items()
    }
    return Settings(**known, offsets=offsets, others=others)


def dump(settings: Settings) -> str:
    """As `parse` reads it."""
    import tomli_w

    single = {name: getattr(settings, name) for name in (*NAMES, *SHARES)}
    tables = {name: dict(sorted(getattr(settings, name).items())) for name in TABLES}
    offsets: dict[str, dict[str, float]] = {}
    for (sound, display), seconds in sorted(settings.offsets.items()):
        offsets.setdefault(sound, {})[display] = seconds
    known = {name: value for name, value in single.items() if value is not None}
    known |= {name: table for name, table in {**tables, "offsets": offsets}.items() if table}
    return tomli_w.dumps({**known, **settings.others})


def _name(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name} is {reprlib.repr(value)}; expected a name")
    return value


def _number(name: str, value: object, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name} is {reprlib.repr(value)}; expected a number")
    if not low <= value <= high:
        raise ValueError(f"{name} is {reprlib.repr(value)}; expected {low:g} to {high:g}")
    return float(value)


def _table(name: str, value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError(f"{name} is no table")
    return value


def _seconds(name: str, value: object) -> dict[str, float]:
    return {
        device: _number(f"{name} of {reprlib.repr(device)}", seconds, -MOST_SECONDS, MOST_SECONDS)
        for device, seconds in _table(name, value).items()
    }
