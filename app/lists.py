"""What there is to choose from, and what came of it, as tables."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from loop_core.lessons import LESSONS
from loop_core.scoring import MOST, Difficulty, Score
from loop_core.song import Song, load_song, song_folders


def show_lessons(console: Console) -> None:
    """The training loops."""
    rows = [(lesson.name, lesson.title, lesson.summary, str(lesson.epochs)) for lesson in LESSONS]
    _print_table(console, ("name", "title", "what it shows", "epochs"), rows)


def show_songs(console: Console, songs: Path) -> None:
    """The songs in the folders below ``songs``."""
    found = [load_song(folder) for folder in song_folders(songs)]
    rows = [(s.name, s.title, s.artist, str(len(s.lines)), _minutes(s.length)) for s in found]
    _print_table(console, ("name", "title", "artist", "lines", "length"), rows)


def show_score(console: Console, song: Song, score: Score, difficulty: Difficulty) -> None:
    """The points of each line and in total."""
    rows = [
        (line.text, f"{points.notes:.0f}", f"{points.most:.0f}", f"{points.bonus:.0f}", points.rating)
        for line, points in zip(song.lines, score.lines, strict=True)
        if points is not None
    ]
    _print_table(console, ("line", "points", "of", "line bonus", "word"), rows)
    console.print(f"\n{score.total} of {MOST} points, {difficulty}")


def _minutes(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"


def _print_table(console: Console, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = Table(*columns, box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for row in rows:
        table.add_row(*row)
    console.print(table)
