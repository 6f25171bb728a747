"""The conductor in virtual time, and in a real time that the test moves by hand."""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from builders import STRAIGHT_LINE, WHOLE_SONG, edited, named, small_song

from loop_core.conductor import Conductor
from loop_core.frame import Frame
from loop_core.lessons import find_lesson
from loop_core.listing import read_listing
from loop_core.operations import Operation
from loop_core.record import Record
from loop_core.snapshot import Snapshot
from loop_core.song import Song
from loop_core.stepper import Stepper
from loop_core.timeline import cue_at
from loop_core.trace import trace_lines

FPS = 60

Conduct = Callable[..., Conductor]


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Song:
    return small_song(tmp_path_factory.mktemp("song"))


@pytest.fixture
def conduct(song: Song, tmp_path: Path) -> Iterator[Conduct]:
    """Opens conductors, and closes those that the test leaves open."""
    opened: list[Conductor] = []

    def open_one(source: str = STRAIGHT_LINE, real: Callable[[], float] | None = None) -> Conductor:
        path = tmp_path / f"lesson{len(opened)}.py"
        path.write_text(source, encoding="utf-8")
        listing = read_listing(path, "lesson")
        conductor = Conductor(
            song, find_lesson("straight_line"), listing, lambda: Stepper(listing, tmp_path, 10), real
        )
        opened.append(conductor)
        return conductor

    yield open_one
    for conductor in opened:
        with suppress(RuntimeError):  # closed by the test itself
            conductor.close()


def play(conductor: Conductor, start: float, end: float) -> list[Frame]:
    """The frames of 60 per second from ``start`` up to ``end``."""
    return [conductor.tick(tick / FPS) for tick in range(round(start * FPS), round(end * FPS))]


def facts(snapshot: Snapshot) -> dict[str, object]:
    """All that a snapshot says, arrays as lists, for comparison."""

    def plain(value: object) -> object:
        if isinstance(value, np.ndarray):
            return value.tolist()
        if isinstance(value, tuple):
            return [plain(item) for item in value]
        slots = getattr(value, "__slots__", None)
        if slots is not None and not isinstance(value, str):
            return {name: plain(getattr(value, name)) for name in slots}
        return value

    return {name: plain(getattr(snapshot, name)) for name in snapshot.__slots__}


def heard(records: list[Record]) -> list[tuple[object, ...]]:
    return [(record.cue, facts(record.snapshot), record.printed) for record in records]


def test_every_cue_is_recorded_once_and_proved_and_shown_in_time(conduct: Conduct, song: Song) -> None:
    conductor = conduct()
    frames = play(conductor, 0, song.length)
    conductor.close()
    assert [record.cue for record in conductor.records] == list(song.cues)
    assert [r.snapshot.evidence.text for r in conductor.records if not r.snapshot.evidence.holds] == []
    for record in conductor.records:
        if record.cue.operation not in (Operation.EPOCHS, Operation.REMAINING):
            assert record.cue.time <= record.shown < record.cue.time + 1 / FPS + 1e-9
    for frame in frames:
        assert frame.ready
        assert not frame.behind
        assert frame.cue == cue_at(song, frame.now)
        assert (frame.snapshot is None) == (frame.cue is None)
        if frame.snapshot is not None:
            assert frame.snapshot.number == frame.cue
            assert frame.shown <= frame.now
    printed = [row for record in conductor.records for row in record.printed]
    assert [row.split(":")[0] for row in printed] == [str(10 * row) for row in range(10)]


def test_a_fast_line_shows_its_epochs_one_after_the_other(conduct: Conduct, song: Song) -> None:
    conductor = conduct()
    frames = play(conductor, 0, song.length)
    fast = [
        frame.snapshot.epoch
        for frame in frames
        if frame.snapshot is not None and frame.snapshot.operation is Operation.REMAINING
    ]
    assert len(set(fast)) > 5
    assert fast[-1] == 99
    assert all(a <= b for a, b in pairwise(epoch or 0 for epoch in fast))


@pytest.mark.parametrize("turn", [9.4, 16.2, 25.0, 31.0])
def test_playing_again_after_seeking_back_gives_the_same(turn: float, conduct: Conduct, song: Song) -> None:
    """The turns lie in an operation, in a fast line, in the second verse and in the last fast line."""
    straight = conduct()
    play(straight, 0, song.length)
    turning = conduct()
    play(turning, 0, turn)
    turning.seek(0.0)
    first = turning.tick(0.0)
    assert first.snapshot is None
    play(turning, 0, song.length)
    assert heard(turning.records[-len(song.cues) :]) == heard(straight.records)
    turning.seek(turn)
    middle = turning.tick(turn)
    assert middle.snapshot is not None
    expected = next(f for f in play(conduct(), 0, turn + 1) if f.now >= turn - 1e-9)
    assert expected.snapshot is not None
    assert named(middle.snapshot) == named(expected.snapshot)
    assert middle.snapshot.epoch == expected.snapshot.epoch


def test_seeking_forward_gives_what_playing_gives(conduct: Conduct, song: Song) -> None:
    straight = conduct()
    play(straight, 0, song.length)
    target = 20.5
    jumping = conduct()
    jumping.tick(0.0)
    jumping.seek(target)
    frame = jumping.tick(target)
    expected = [record for record in straight.records if record.cue.time <= target]
    assert frame.snapshot is not None
    assert named(frame.snapshot) == named(expected[-1].snapshot)
    assert frame.snapshot.evidence == expected[-1].snapshot.evidence
    assert jumping.records == []
    play(jumping, target, song.length)
    assert [r.cue for r in jumping.records] == [cue for cue in song.cues if cue.time > target]
    assert heard(jumping.records) == heard(straight.records[len(expected) :])


def test_a_time_before_the_last_one_is_a_seek(conduct: Conduct) -> None:
    conductor = conduct()
    conductor.tick(12.0)
    frame = conductor.tick(2.5)
    assert frame.snapshot is not None
    assert frame.snapshot.operation is Operation.EPOCH
    assert conductor.tick(0.0).snapshot is None


def test_the_same_run_twice_gives_the_same_trace_to_the_byte(conduct: Conduct, song: Song) -> None:
    traces = []
    for _ in range(2):
        conductor = conduct()
        for tick in range(5000):
            conductor.tick(tick / FPS)
        conductor.close()
        traces.append("\n".join(trace_lines(song, "lesson", FPS, conductor.records, real=False)).encode())
    assert traces[0] == traces[1]
    assert traces[0].count(b"\n") == len(song.cues)


@pytest.mark.parametrize("rate", [1.0, 0.5])
def test_in_real_time_every_cue_is_shown_when_its_line_begins(
    rate: float, conduct: Conduct, song: Song
) -> None:
    """Real time stands still while the worker is at work: the test moves it, and waits for the worker."""
    real = [100.0]
    conductor = conduct(real=lambda: real[0])
    conductor.open()
    while not conductor.ready:
        conductor._opening.result(timeout=60)  # type: ignore[union-attr]
    conductor._costs.clear()
    now = 0.0
    while now < song.length:
        conductor.tick(now, rate)
        if conductor._job is not None:
            conductor._job.exception(timeout=60)
        now += rate / FPS
        real[0] += 1 / FPS
    conductor.close()
    assert [record.cue for record in conductor.records] == list(song.cues)
    for record in conductor.records:
        assert record.snapshot.evidence.holds
        assert record.onset <= record.shown < record.onset + 2.5 * rate / FPS
        assert record.due == pytest.approx(record.onset, abs=0.1 * rate)


def test_nothing_is_shown_before_the_lesson_is_warm(conduct: Conduct) -> None:
    conductor = conduct(real=lambda: 0.0)
    frame = conductor.tick(5.0)
    assert not frame.ready
    assert frame.behind
    assert frame.snapshot is None


def test_closing_ends_the_worker(conduct: Conduct) -> None:
    def workers() -> int:
        return sum(thread.name.startswith("lesson") for thread in threading.enumerate())

    before = workers()
    for last in (None, 0.0, 11.5):
        conductor = conduct()
        if last is not None:
            conductor.tick(last)
            assert workers() == before + 1
        conductor.close()
        assert workers() == before


def test_a_lesson_that_raises_keeps_the_song_going(conduct: Conduct, song: Song) -> None:
    conductor = conduct(edited(("    # Testing\n", "    if epoch == 4:\n        raise ValueError('no')\n")))
    frames = play(conductor, 0, song.length)
    conductor.close()
    assert [record.cue for record in conductor.records] == list(song.cues)
    last = frames[-1].snapshot
    assert last is not None
    assert last.error is not None
    assert last.error.endswith("ValueError: no")
    failed = [record.cue.operation for record in conductor.records if not record.snapshot.evidence.holds]
    assert failed == list(WHOLE_SONG[WHOLE_SONG.index(Operation.EPOCHS) :])


def test_what_opening_raises_is_raised_to_the_one_who_ticks(song: Song) -> None:
    def broken() -> Stepper:
        raise OSError("no torch")

    lesson = find_lesson("straight_line")
    conductor = Conductor(song, lesson, read_listing(lesson.path), broken, None)
    with pytest.raises(OSError, match="no torch"):
        conductor.tick(0.0)
    conductor.close()
