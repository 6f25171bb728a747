"""The show without screen and sound: the same frames in virtual time, or against the clock."""

import itertools
import math
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from app.player import SilentPlayer
from app.transport import Transport
from app.virtual import ticks, watched
from loop_core.conductor import Conductor
from loop_core.ending import Ending
from loop_core.files import writing
from loop_core.frame import Controls, Frame
from loop_core.lessons import Lesson
from loop_core.listing import Listing
from loop_core.printed import Printed
from loop_core.record import Record
from loop_core.snapshot import Series, Snapshot
from loop_core.song import Song
from loop_core.trace import trace_lines

TOLERANCE = 1e-6
"""How far a loss may be from a published one: torch's kernels differ in the last bits between machines."""
SWITCH_INTERVAL = 0.0005
"""Seconds after which Python offers the other thread its turn: the default 5 ms makes operations late."""

Real = Callable[[], float]


def run_headless(
    lesson: Lesson,
    open_conductor: Callable[[Real | None, Lesson], Conductor],
    console: Console,
    *,
    fps: int = 60,
    realtime: bool = False,
    trace: Path | None = None,
    frames: Path | None = None,
    size: tuple[int, int] = (1920, 1080),
    controls: Controls | None = None,
) -> bool:
    """Run a whole song with one lesson, print the proof, and say whether everything held.

    open_conductor: makes the conductor for a clock of real time, or for virtual time (None), and a lesson.
    trace: a file for what happened.  frames: a folder for the pictures, of ``size``; controls: their theme
    and language, and whether the song waits for slow operations in real time.
    """
    controls = controls or Controls()
    with closing(open_conductor(time.perf_counter if realtime else None, lesson)) as conductor:
        song = conductor.song
        console.print(_heading(song, lesson, fps, realtime), soft_wrap=True)
        count = math.ceil(song.length * fps) + 1
        times = (number / fps for number in range(count))
        run = _run_in_real_time(conductor, fps, controls.vamp) if realtime else ticks(conductor, times)
        if frames is not None:
            _draw_all(watched(run, count, "drawing"), frames, size, controls)
        else:
            for _ in watched(run, count, "playing") if realtime else run:
                pass
        last = conductor.finish() if lesson.script is not None and not realtime else ()
    records = conductor.records
    if lesson.script is not None:
        _print_said(console, records, last)
    if trace is not None:
        _write_trace(trace, trace_lines(song, lesson.name, fps, records, realtime))
    return report(console, song, lesson, conductor.listing, records, realtime, conductor.ending)


def _print_said(console: Console, records: Iterable[Record], last: Iterable[str]) -> None:
    """All that a script has printed, within bounds; last: behind its last operation."""
    said = Printed()
    said.extend(line for record in records for line in record.printed)
    said.extend(last)
    for line in said:
        console.print(line, soft_wrap=True)


def _run_in_real_time(conductor: Conductor, fps: int, vamp: bool) -> Iterator[Frame]:
    """Against the clock, silently; the song waits for slow operations, or goes on without them."""
    real = time.perf_counter
    conductor.open()
    while not conductor.ready:
        time.sleep(0.01)
    transport = Transport(conductor.song, SilentPlayer(conductor.song.length, real), real)
    if vamp:
        transport.awaits = conductor.lateness
    with _quick_switching():
        transport.play()
        began = real()
        for number in itertools.count(1):
            now = transport.now()
            yield conductor.tick(now, 1.0, transport.vamp.bars if transport.vamp is not None else 0)
            if transport.ended:
                return
            time.sleep(max(0.0, began + number / fps - real()))


@contextmanager
def _quick_switching() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_INTERVAL)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def _draw_all(frames: Iterable[Frame], folder: Path, size: tuple[int, int], controls: Controls) -> None:
    from app.offscreen import OffScreen  # pygame takes 0.2 s, and most runs draw nothing

    screen = OffScreen(size, controls)
    for number, frame in enumerate(frames):
        screen.draw(frame)
        screen.save(folder / f"frame_{number:06}.png")


def _write_trace(path: Path, lines: Iterable[str]) -> None:
    with writing(path) as part:
        part.write_text("".join(line + "\n" for line in lines), encoding="utf-8", newline="\n")


def _heading(song: Song, lesson: Lesson, fps: int, realtime: bool) -> str:
    how = "in real time" if realtime else "in virtual time"
    return f'\n{lesson.name}, to "{song.title}": {song.length:.1f} s at {fps} pictures a second, {how}'


def report(
    console: Console,
    song: Song,
    lesson: Lesson,
    listing: Listing,
    records: Sequence[Record],
    realtime: bool,
    ending: Ending | None = None,
) -> bool:
    """Print what a run has proved; whether every cue was shown and proved, and the losses are right.

    ending: how the script has ended; then it must have ended well too.
    """
    ending = ending or Ending()
    by_cue = {record.snapshot.number: record for record in records}
    if not ending.unbegun or not ending.exited:
        console.print(_proof_table(song, lesson, listing, by_cue, realtime))
    if ending.error and not ending.exited:
        console.print(f"\n{ending.error}", soft_wrap=True)
    same, comparison = _compare(lesson, records[-1].snapshot if records else None)
    if comparison is not None:
        console.print()
        console.print(comparison)
    if realtime:
        console.print()
        console.print(_lateness_table(records))
    proved, closing_line = _closing_line(song, lesson, by_cue, same, ending)
    console.print(f"\n{closing_line}", soft_wrap=True)
    return proved


def _proof_table(
    song: Song, lesson: Lesson, listing: Listing, by_cue: dict[int, Record], realtime: bool
) -> Table:
    caption = (
        "loss: the last training loss; gradient norm: of all gradients together; both after the operation\n"
        "evidence: what the lesson's live objects show"
    )
    if realtime:
        caption += (
            "\nstarted late: start minus planned start; "
            "shown late: the first picture with the result minus the line's onset\n"
            "(of a fast line: minus its last sixteenth note, when its last epoch is due); both in ms\n"
            "timing: on time, or late while the song went on, or the song stood still for so many bars"
        )
    late = ("started late>", "shown late>", "timing") if realtime else ()
    table = _table(
        "time>", "line", "operation", "code line", "loss>", "gradient norm>", *late, "evidence", "verdict"
    )
    table.caption, table.caption_justify = caption, "left"
    told = ""  # why it stopped; once is enough
    for number, cue in enumerate(song.cues):
        record = by_cue.get(number)
        evidence = "" if record is None else record.snapshot.evidence.text
        stopped = record is not None and record.snapshot.error is not None
        start = (f"{cue.time:.2f}", song.lines[cue.line].text, str(cue.operation))
        words = "it had stopped" if stopped and evidence == told else evidence
        table.add_row(*start, *_proof_cells(record, words, lesson, listing, realtime))
        told = evidence if stopped else ""
    return table


def _table(*names: str) -> Table:
    """A table without lines; a column whose name ends with ``>`` is flush right."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for name in names:
        table.add_column(name.removesuffix(">"), justify="right" if name.endswith(">") else "left")
    for column in table.columns:
        column.no_wrap = column.header in ("time", "operation", "verdict")
        column.overflow = "fold"
    return table


def _is_lacking(snapshot: Snapshot, lesson: Lesson) -> bool:
    """Whether a script of the user's own has no such operation, which is no failure."""
    return snapshot.evidence.absent and lesson.script is not None


def _proof_cells(
    record: Record | None, evidence: str, lesson: Lesson, listing: Listing, realtime: bool
) -> list[str]:
    if record is None:
        return [*[""] * (6 if realtime else 3), "never shown", "FAILED"]
    snapshot = record.snapshot
    late = [*(f"{1000 * value:.1f}" for value in _lateness(record)), _timing(record)] if realtime else []
    return [
        _code(listing, snapshot),
        _number(snapshot.loss, ".6g"),
        _number(snapshot.grad_norm, ".4g"),
        *late,
        evidence,
        "ok" if snapshot.evidence.holds else "lacks it" if _is_lacking(snapshot, lesson) else "FAILED",
    ]


def _code(listing: Listing, snapshot: Snapshot) -> str:
    first, last = snapshot.lines
    site = listing.site(snapshot.operation)
    if first == 0 or site is None:
        return "none"
    source = listing.sources[site.file]
    name = f"{source.path.name} " if site.file else ""
    return f"{name}{first}: {source.lines[first - 1].strip()}" if first == last else f"{name}{first}-{last}"


def _number(value: float | None, form: str) -> str:
    return "" if value is None else format(value, form)


def _timing(record: Record) -> str:
    """As the trace says it."""
    return f"vamped {record.bars} bars".replace(" 1 bars", " 1 bar") if record.bars else record.timing


def _lateness(record: Record) -> tuple[float, float]:
    """Seconds from planned start to start, and from when its result was due to the first picture with it."""
    return record.started - record.due, record.shown - record.onset


def _lateness_table(records: Sequence[Record]) -> Table:
    table = _table("lateness in ms", "p50>", "p95>", "p99>", "max>")
    late = 1000 * np.array([_lateness(record) for record in records]).reshape(-1, 2)
    for name, values in zip(("started late", "shown late"), late.T, strict=True):
        marks = np.percentile(values, (50, 95, 99, 100)) if len(values) else ()
        table.add_row(name, *(f"{mark:.1f}" for mark in marks))
    return table


def _compare(lesson: Lesson, last: Snapshot | None) -> tuple[bool, Table | None]:
    """Whether the losses are the published ones, and the table of those epochs that the song has reached."""
    if not lesson.published or last is None:
        return True, None
    train, test = _by_epoch(last.train_series), _by_epoch(last.test_series)
    table = _table(
        "epoch>", "train, published>", "train, ours>", "test, published>", "test, ours>", "difference"
    )
    same = True
    for epoch, *published in lesson.published:
        if epoch not in train or epoch not in test:
            continue
        ours = [train[epoch], test[epoch]]
        difference = float(np.abs(np.subtract(ours, published)).max())
        same &= difference <= TOLERANCE
        verdict = "equal to the last bit" if ours == published else f"{difference:.3g}"
        verdict += "" if difference <= TOLERANCE else f", FAILED: more than {TOLERANCE:g}"
        cells = (str(v) for pair in zip(published, ours, strict=True) for v in pair)
        table.add_row(str(epoch), *cells, verdict)
    return same, table if table.row_count else None


def _by_epoch(series: Series) -> dict[int, float]:
    return dict(zip(map(int, series.epoch), map(float, series.value), strict=True))


def _closing_line(
    song: Song, lesson: Lesson, by_cue: dict[int, Record], same: bool, ending: Ending
) -> tuple[bool, str]:
    shown = {number: record.snapshot for number, record in by_cue.items()}
    lacking = {number: snapshot for number, snapshot in shown.items() if _is_lacking(snapshot, lesson)}
    failed = [
        song.lines[cue.line].text
        for number, cue in enumerate(song.cues)
        if number not in lacking and (number not in shown or not shown[number].evidence.holds)
    ]
    total = len(song.cues)
    found = f"{total - len(failed) - len(lacking)} of {total} operations proved"
    if lacking:
        names = ", ".join(dict.fromkeys(str(snapshot.operation) for snapshot in lacking.values()))
        found += f", {len(lacking)} not in this loop ({names})"
    if ending.unbegun:
        return False, f"{found}: {lesson.name} {ending.words()}"
    stopped = next((number for number, snapshot in sorted(shown.items()) if snapshot.error), None)
    if stopped is not None:
        where = f'at "{song.lines[song.cues[stopped].line].text}"'
        return False, f"{found}: {lesson.name} {ending.words(where)}"
    afterwards = ending.words("afterwards") if ending.failed else ""
    if failed:
        names = ", ".join(f'"{text}"' for text in dict.fromkeys(failed))
        return False, f"{found}: {lesson.name} FAILED at {names}{afterwards and f', and {afterwards}'}."
    if afterwards:
        return False, f"{found}, but {lesson.name} {afterwards}"
    if not same:
        return False, f"{found}, but the losses are not the published ones: {lesson.name} FAILED."
    return True, f"{found}: {lesson.name} {'does what its lines say' if lacking else 'is right'}."
