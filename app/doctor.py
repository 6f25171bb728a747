"""What this machine has, and what is used instead of what is missing."""

import os
import platform
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from rich.console import Console
from rich.table import Table

from app.apart import MissingError, ask
from app.settings import read_settings
from assets import FONTS
from loop_core.errors import InputError
from loop_core.lessons import LESSONS
from loop_core.listing import read_listing
from loop_core.song import load_song, song_folders

TORCH = """
import json, time
start = time.perf_counter()
import torch
imported = time.perf_counter()
torch.optim.SGD([torch.zeros(1, requires_grad=True)])
print(json.dumps([imported - start, time.perf_counter() - imported]))
"""
DISPLAY = """
import json, pygame
pygame.display.init()
print(json.dumps([pygame.display.get_driver(), pygame.display.get_desktop_sizes()]))
"""
SOUND = """
import json
from app.audio import audio_device
print(json.dumps(audio_device()))
"""
MICROPHONE = """
import json, sounddevice
print(json.dumps(sounddevice.query_devices(kind="input")["name"]))
"""
PYGAME = """
import json, pygame
print(json.dumps([pygame.version.ver, ".".join(map(str, pygame.get_sdl_version()))]))
"""
FONT = """
import json, sys, pygame
pygame.font.init()
for path in sys.argv[1:]:
    pygame.font.Font(path, 20).render("Ag", True, (0, 0, 0))
print(json.dumps(len(sys.argv) - 1))
"""
UNSEEN = ("dummy", "offscreen", "disk")
"""SDL drivers that nobody sees or hears."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one thing, and what is used instead; fatal: the show cannot run at all."""

    what: str
    found: str
    instead: str = ""
    fatal: bool = False


def findings(songs: Path, saved: Path, settings: Path) -> Iterator[Finding]:
    """One finding for each thing the show needs.

    songs: the folder of the bundled songs.  saved: where lessons save to.
    settings: the file of what is kept.
    """
    yield Finding("Python", f"{platform.python_version()} on {platform.platform()}")
    yield _torch()
    yield _pygame()
    yield _display()
    yield _sound()
    yield _microphone(settings)
    yield _decoding(songs)
    yield _fonts()
    yield find_songs(songs)
    yield _lessons()
    yield find_settings(settings)
    yield Finding("saved files", f"go to {saved}")


def show(console: Console, findings: Iterable[Finding]) -> bool:
    """Print a row per finding; whether the show can run at least headless."""
    found = list(findings)
    table = Table("what", "found", "used instead", box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for finding in found:
        table.add_row(finding.what, finding.found, finding.instead)
    console.print(table)
    broken = [finding.what for finding in found if finding.fatal]
    if broken:
        console.print(f"\nThe show cannot run; to be repaired first: {', '.join(broken)}.")
    elif any(finding.instead for finding in found):
        console.print("\nThe show can run, with what is used instead.")
    else:
        console.print("\nThe show can run.")
    return not broken


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        raise MissingError(f"{package} is not installed") from None


def _finding(what: str, look: Callable[[], str], instead: str, fatal: bool = False) -> Finding:
    try:
        return Finding(what, look())
    except (MissingError, InputError) as error:
        return Finding(what, str(error), instead, fatal)


def _torch() -> Finding:
    def look() -> str:
        version = _version("torch")
        imported, first = ask(TORCH, timeout=180)
        return f"{version}, imported in {imported:.1f} s, first optimizer in {first:.1f} s"

    return _finding("torch", look, "nothing: pip install torch", fatal=True)


def _pygame() -> Finding:
    def look() -> str:
        version, sdl = ask(PYGAME)
        return f"{version} with SDL {sdl}"

    return _finding("pygame-ce", look, "torchaoke headless works without it")


def _display() -> Finding:
    def look() -> str:
        driver, sizes = ask(DISPLAY, timeout=20)
        if driver in UNSEEN:
            raise MissingError(f"only SDL's {driver} driver")
        return f"{driver}, {', '.join(f'{width} x {height}' for width, height in sizes)}"

    return _finding("display", look, "no display: torchaoke headless works without one")


def _sound() -> Finding:
    def look() -> str:
        driver, buffer = ask(SOUND, timeout=20)
        if driver in UNSEEN:
            raise MissingError(f"only SDL's {driver} driver")
        return f"{driver}, buffer {buffer} frames"

    return _finding("sound", look, "no sound: the show runs silently")


def _microphone(settings: Path) -> Finding:
    def look() -> str:
        try:
            _version("sounddevice")
        except MissingError as error:
            raise MissingError(f'{error}: pip install ".[mic]"') from None
        name = ask(MICROPHONE, timeout=20)
        latencies = read_settings(settings).latencies
        if name not in latencies:
            return f"{name}, latency not measured: torchaoke sing --calibrate"
        return f"{name}, {1000 * latencies[name]:.0f} ms late"

    return _finding("microphone", look, "nobody is heard: the notes are shown all the same")


def _decoding(songs: Path) -> Finding:
    def look() -> str:
        versions = f"pydub {_version('pydub')}, av {_version('av')}"
        stems = [stem for folder in song_folders(songs) for stem in load_song(folder).stems.values()]
        if not stems:
            raise MissingError("no song has a stem to decode")
        try:
            from app.sounds import decode
        except ImportError as error:
            raise MissingError(f"{versions}; {error}") from None
        return f"{versions}; {stems[0].name} decodes to {len(decode(stems[0])) / 1000:.1f} s of sound"

    return _finding("decoding", look, "the show runs silently")


def _fonts() -> Finding:
    def look() -> str:
        paths = sorted(path for path in FONTS.iterdir() if path.suffix in (".otf", ".ttf"))
        if not paths:
            raise MissingError(f"no font in {FONTS}")
        ask(FONT, *map(str, paths))
        return ", ".join(path.stem for path in paths)

    return _finding("fonts", look, "no pictures: torchaoke headless works without them")


def find_songs(songs: Path) -> Finding:
    """The songs in a folder, every one of which must load."""

    def look() -> str:
        found = [load_song(folder) for folder in song_folders(songs)]
        if not found:
            raise MissingError(f"no song in {songs}")
        return ", ".join(f"{song.name} ({len(song.lines)} lines)" for song in found)

    return _finding("songs", look, "nothing: install torchaoke again", fatal=True)


def find_settings(path: Path) -> Finding:
    """Where the settings are kept, and whether they can be read and written."""

    def look() -> str:
        folder = next(parent for parent in path.parents if parent.exists())
        if not os.access(folder, os.W_OK) or path.is_dir():
            raise MissingError(f"{path} cannot be written")
        known = read_settings(path)
        pairs = [f"{sound} with {display}" for sound in known.sounds for display in known.pictures]
        measured = f"calibrated: {', '.join(pairs)}" if pairs else "not calibrated: torchaoke calibrate"
        return f"{path}{'' if path.exists() else ' (not there yet)'}; {measured}"

    return _finding("settings", look, "everything as at first")


def _lessons() -> Finding:
    def look() -> str:
        return ", ".join(read_listing(lesson.path, lesson.name).name for lesson in LESSONS)

    return _finding("lessons", look, "nothing: install torchaoke again", fatal=True)
