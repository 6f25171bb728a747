"""What a learner has done, kept in the user's data folder as JSON that is written whole."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from loop_core.errors import InputError
from loop_core.files import set_aside, writing
from loop_core.spacing import LEAST_EASE, LONGEST, Card, reviewed

VERSION = 1
FILE = "progress.json"
MOST_BYTES = 5_000_000
WEAK = 0.8
"""Below this share of right answers a line needs work."""

NAMES = {"predict": "say", "cloze": "gap"}
"""Activities that are called otherwise where they are chosen, `karaoke --exercise`."""

Cards = Mapping[tuple[str, str], Card]
"""By activity ('predict', 'cloze', ...) and the subject that was asked for, mostly a line of the song."""


@dataclass(frozen=True, slots=True)
class Progress:
    """All cards of a learner, and the file that they are kept in."""

    path: Path
    cards: Cards

    def answered(self, activity: str, subject: str, grade: int, today: date) -> "Progress":
        """With one more answer; see `loop_core.spacing.reviewed`."""
        key = activity, subject
        card = reviewed(self.cards.get(key, Card()), grade, today)
        return Progress(self.path, {**self.cards, key: card})

    def tried(self, activity: str, subject: str) -> "Progress":
        """With one more attempt at what has no right or wrong answer, and need not be repeated."""
        key = activity, subject
        card = self.cards.get(key, Card())
        return Progress(self.path, {**self.cards, key: replace(card, attempts=card.attempts + 1)})

    def save(self) -> None:
        """Write the file whole; raises InputError where it cannot be written."""
        cards = [
            {
                "activity": activity,
                "subject": subject,
                "attempts": card.attempts,
                "right": card.right,
                "streak": card.streak,
                "ease": round(card.ease, 4),
                "interval": card.interval,
                "due": None if card.due is None else card.due.isoformat(),
            }
            for (activity, subject), card in sorted(self.cards.items())
        ]
        text = json.dumps({"torchaoke_progress": VERSION, "cards": cards}, ensure_ascii=False, indent=1)
        with writing(self.path) as part:
            part.write_text(text + "\n", encoding="utf-8", newline="\n")


def progress_path() -> Path:
    """Where the results of this user are kept."""
    import platformdirs

    return platformdirs.user_data_path("torchaoke", appauthor=False) / FILE


def load_progress(path: Path) -> tuple[Progress, str]:
    """What is kept in a file, and a word to the learner where something was wrong with it, else ''.

    A file that is damaged is set aside under another name, and a new one begins.
    """
    if not path.is_file():
        return Progress(path, {}), ""
    try:
        return Progress(path, _read(path)), ""
    except (ValueError, TypeError, KeyError, RecursionError, OSError) as error:
        kept = set_aside(path)
        what = f"could not be read ({error})"
        return Progress(path, {}), f"{path.name} {what} and is kept as {kept.name}; results begin anew"


def _read(path: Path) -> dict[tuple[str, str], Card]:
    if path.stat().st_size > MOST_BYTES:
        raise ValueError(f"{path.stat().st_size:,} bytes; expected at most {MOST_BYTES:,}")
    found = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(found, dict) or found.get("torchaoke_progress") != VERSION:
        raise ValueError(f"no results of version {VERSION}")
    return {(str(entry["activity"]), str(entry["subject"])): _card(entry) for entry in found["cards"]}


def _card(entry: Mapping[str, Any]) -> Card:
    counts = {key: _whole(entry, key) for key in ("attempts", "right", "streak", "interval")}
    ease, due = float(entry["ease"]), entry["due"]
    if not LEAST_EASE <= ease <= 100 or counts["right"] > counts["attempts"] or counts["interval"] > LONGEST:
        raise ValueError(f"{entry['subject']!r} has numbers that cannot be")
    return Card(**counts, ease=ease, due=None if due is None else date.fromisoformat(due))


def _whole(entry: Mapping[str, Any], key: str) -> int:
    value = entry[key]
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10**9:
        raise ValueError(f"{key} is {value!r}")
    return value


def reset(path: Path) -> bool:
    """Delete the results; whether there were any."""
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise InputError(f"cannot delete it: {error.strerror or error}", path) from None
    return True


def to_repeat(cards: Cards, today: date) -> list[tuple[str, str]]:
    """What is due, the weakest first."""
    due = [key for key, card in cards.items() if card.due is not None and card.due <= today]
    return sorted(due, key=lambda key: (cards[key].share, cards[key].due, key))


def show_progress(console: Console, progress: Progress, today: date) -> None:
    """Each line and activity: how often right, when to repeat it; what is due comes first."""
    if not progress.cards:
        console.print("no results yet: `torchaoke karaoke` asks before each line what will happen")
        return
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for heading in ("activity", "line", "remembered", "repeat", ""):
        table.add_column(heading, overflow="fold")
    due = to_repeat(progress.cards, today)
    rest = sorted(key for key in progress.cards if key not in due)
    for activity, subject in (*due, *rest):
        card = progress.cards[activity, subject]
        if card.due is None:
            table.add_row(NAMES.get(activity, activity), subject, f"tried {card.attempts}", "", "")
            continue
        when = "today" if (activity, subject) in due else card.due.isoformat()
        word = "needs work" if card.share < WEAK else ""
        table.add_row(NAMES.get(activity, activity), subject, f"{card.right} of {card.attempts}", when, word)
    console.print(table)
    console.print(f"\n{len(due)} to repeat today; kept in {progress.path}", soft_wrap=True)
