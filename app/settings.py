"""What is remembered of this machine, in the user's config folder as TOML that is written whole."""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from loop_core.files import set_aside, writing

FILE = "settings.toml"
MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Settings:
    """latencies: by the microphone's name, in seconds, what it hears later than it is sung."""

    path: Path
    latencies: Mapping[str, float]

    def with_latency(self, microphone: str, seconds: float) -> "Settings":
        """The same with what has been measured of a microphone."""
        return replace(self, latencies={**self.latencies, microphone: seconds})

    def latency(self, microphone: str) -> float:
        """What has been measured of a microphone; 0 where nothing has."""
        return self.latencies.get(microphone, 0.0)

    def save(self) -> None:
        """Write the file whole; raises InputError where it cannot be written."""
        import tomli_w

        text = tomli_w.dumps({"latencies": dict(sorted(self.latencies.items()))})
        with writing(self.path) as part:
            part.write_text(text, encoding="utf-8", newline="\n")


def settings_path() -> Path:
    """Where the settings of this user are kept."""
    import platformdirs

    return platformdirs.user_config_path("torchaoke", appauthor=False) / FILE


def load_settings(path: Path) -> tuple[Settings, str]:
    """What is kept in a file, and a word to the user where something was wrong with it, else ''.

    A file that is damaged is set aside under another name, and everything is as at first.
    """
    if not path.is_file():
        return Settings(path, {}), ""
    try:
        return Settings(path, _read(path)), ""
    except (ValueError, TypeError, RecursionError, OSError) as error:
        what = f"{path.name} could not be read ({error}) and is kept as {set_aside(path).name}"
        return Settings(path, {}), what


def _read(path: Path) -> dict[str, float]:
    if path.stat().st_size > MOST_BYTES:
        raise ValueError(f"{path.stat().st_size:,} bytes; expected at most {MOST_BYTES:,}")
    kept: Any = tomllib.loads(path.read_text(encoding="utf-8")).get("latencies", {})
    if not isinstance(kept, dict):
        raise TypeError("latencies is no table")
    for name, seconds in kept.items():
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not math.isfinite(seconds):
            raise TypeError(f"the latency of {name!r} is {seconds!r}")
    return {name: float(seconds) for name, seconds in kept.items()}
