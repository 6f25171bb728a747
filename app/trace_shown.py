"""What is printed of a trace."""

from rich.console import Console
from rich.table import Table

from loop_core.trace_file import Entry, Trace


def show_trace(console: Console, trace: Trace) -> None:
    """Print a row per cue, in real time with its timing, and how many operations were proved."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    timing = ("timing",) if trace.real else ()
    for name in ("cue", "line", "operation", "epoch", "loss", "test loss", *timing, "verdict"):
        right = name in ("cue", "epoch", "loss", "test loss")
        table.add_column(name, justify="right" if right else "left", overflow="fold")
    for entry in trace.entries:
        words = (str(entry.cue), plain(entry.lyric), plain(entry.operation))
        epoch = "" if entry.epoch is None else str(entry.epoch)
        cells = (*words, epoch, _number(entry.loss), _number(entry.test_loss))
        table.add_row(*cells, *([_timing(entry)] if timing else ()), _verdict(entry))
    console.print(_heading(trace), soft_wrap=True)
    console.print(table)
    lacking = sum(_lacks(entry) for entry in trace.entries)
    proved = sum(entry.holds for entry in trace.entries)
    closing = f"{proved} of {len(trace.entries)} operations proved"
    console.print(f"{closing}, {lacking} not in this loop" if lacking else closing, soft_wrap=True)


def plain(text: str) -> str:
    """A text in one line that moves no cursor, whatever a file has in it."""
    return "".join(letter if letter.isprintable() else "�" for letter in text)


def _heading(trace: Trace) -> str:
    how = "in real time" if trace.real else "in virtual time"
    return f"{plain(trace.lesson)}, to {plain(trace.song)}: {trace.fps} pictures a second, {how}"


def _lacks(entry: Entry) -> bool:
    """Whether the loop has no such operation: it then has no lines in the code."""
    return not entry.holds and entry.code_lines == (0, 0)


def _verdict(entry: Entry) -> str:
    return "ok" if entry.holds else "lacks it" if _lacks(entry) else "FAILED"


def _timing(entry: Entry) -> str:
    bars = f" {entry.vamped_bars} bar{'s' * (entry.vamped_bars > 1)}" if entry.vamped_bars else ""
    return plain(entry.timing or "") + bars


def _number(value: float | None) -> str:
    return "" if value is None else format(value, ".6g")
