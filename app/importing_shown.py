"""What an import says: how far it is, what the lines sing, what was decided."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table

from app.importing import Heard, Imported, told
from loop_core.formats.rules import RULES


@contextmanager
def hearing() -> Iterator[Heard]:
    """Show on a terminal how many seconds of a recording have been decoded."""
    if not sys.stderr.isatty():
        yield lambda name, seconds: None
        return
    with Console(stderr=True).status("") as status:
        yield lambda name, seconds: status.update(f"{name}: {seconds:.0f} s decoded")


def show_import(console: Console, imported: Imported, folder: Path) -> None:
    """The new song, an operation for each line, and each kind of finding once."""
    song = imported.song
    minutes, seconds = divmod(round(song.length), 60)
    stems = ", ".join(song.stems)
    lines = f"{len(song.lines)} line{'s' if song.lines[1:] else ''}"
    console.print(f"{folder}: {song.title!r} by {song.artist}, {lines}, {minutes}:{seconds:02d}, {stems}\n")
    table = Table("line", "operation", "why", box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for line, part in zip(song.lines, imported.pages.parts, strict=True):
        table.add_row(line.text, part.operation or "-", part.why)
    console.print(table)
    if imported.findings:
        console.print("\nDecided:")
    for where, finding, count in told(imported.findings):
        text = finding.text if count == 1 else RULES[finding.rule].case
        decision = RULES[finding.rule].decision
        console.print(f"- {where + ': ' if where else ''}{text}; {decision}", soft_wrap=True)
    console.print(f"\nOperations are text in {folder / 'song.toml'}. torchaoke play --song {folder}")
