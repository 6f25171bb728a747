"""The headless run: the same bytes each time, and a verdict that a wrong loop cannot pass."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from builders import WHOLE_SONG, edited, small_song
from rich.console import Console

from app.headless import Real, report, run_headless
from app.parts import conductor_for
from assets import SONGS
from loop_core.conductor import Conductor
from loop_core.frame import Controls
from loop_core.lessons import Lesson, find_lesson
from loop_core.listing import read_listing
from loop_core.operations import FAST, Operation
from loop_core.song import Song, find_song, load_song
from loop_core.stepper import Stepper

WRITTEN = Lesson("written", "Written", "Written by a test.", epochs=100, epochs_per_fast_line=10)
STRAIGHT_LINE = find_lesson("straight_line")


def plain_console() -> tuple[Console, io.StringIO]:
    text = io.StringIO()
    return Console(file=text, width=220, markup=False, highlight=False), text


def opener(song: Song, folder: Path, source: str) -> Callable[[Real | None, Lesson], Conductor]:
    path = folder / "written.py"
    path.write_text(source, encoding="utf-8")

    def open_conductor(real: Real | None, lesson: Lesson) -> Conductor:
        listing = read_listing(path)
        return Conductor(song, lesson, listing, lambda: Stepper(listing, folder, 10), real)

    return open_conductor


def verdict_on(source: str, folder: Path) -> tuple[bool, str]:
    """What the headless run says of a lesson with this source, sung to a small song."""
    console, text = plain_console()
    song = small_song(folder / "song")
    return run_headless(WRITTEN, opener(song, folder, source), console), text.getvalue()


def bundled_run(folder: Path, **options: Path) -> str:
    console, text = plain_console()
    song = load_song(find_song("optimization_loop", SONGS))
    opened: list[Conductor] = []

    def open_conductor(real: Real | None, lesson: Lesson) -> Conductor:
        opened.append(conductor_for(song, folder, real, lesson))
        return opened[-1]

    assert run_headless(STRAIGHT_LINE, open_conductor, console, **options)
    return text.getvalue()


def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    assert bundled_run(tmp_path, trace=first) == bundled_run(tmp_path, trace=second)
    assert first.read_bytes() == second.read_bytes()


def test_a_trace_is_one_json_object_per_line(tmp_path: Path) -> None:
    bundled_run(tmp_path, trace=tmp_path / "run.jsonl")
    header, *cues = map(json.loads, (tmp_path / "run.jsonl").read_text(encoding="utf-8").splitlines())
    assert header == {
        "torchaoke_trace": 1,
        "song": "optimization_loop",
        "lesson": "straight_line",
        "fps": 60,
        "realtime": False,
    }
    fields = (
        "cue time lyric operation code_lines epoch training grad_mode loss test_loss grad_norm learning_rate "
        "evidence holds printed shown epochs"
    )
    assert all(list(cue) == fields.split() for cue in cues)
    assert [cue["cue"] for cue in cues] == list(range(30))
    late = [cue["shown"] - cue["time"] for cue in cues if cue["operation"] not in FAST]
    assert all(0 <= seconds <= 1 / 60 + 1e-6 for seconds in late)


def test_the_losses_of_the_straight_line_stand_beside_the_published_ones(tmp_path: Path) -> None:
    lines = bundled_run(tmp_path).splitlines()
    head = next(number for number, line in enumerate(lines) if "train, published" in line)
    rows = [line.split() for line in lines[head + 1 : head + 11]]
    published = [(int(row[0]), float(row[1]), float(row[3])) for row in rows]
    assert published == list(STRAIGHT_LINE.published)
    for row in rows:
        assert float(row[2]) == pytest.approx(float(row[1]), abs=1e-6)
        assert float(row[4]) == pytest.approx(float(row[3]), abs=1e-6)
        assert (" ".join(row[5:]) == "equal to the last bit") == (row[1] == row[2] and row[3] == row[4])


def test_losses_that_are_not_the_published_ones_fail(tmp_path: Path) -> None:
    console, text = plain_console()
    lesson = Lesson("other", "Other", "Other", 100, 10, published=((0, 0.5, 0.48106518387794495),))
    song = small_song(tmp_path / "song")
    source = STRAIGHT_LINE.path.read_text(encoding="utf-8")
    assert not run_headless(lesson, opener(song, tmp_path, source), console)
    assert "FAILED: more than 1e-06" in text.getvalue()
    assert text.getvalue().splitlines()[-1] == (
        "30 of 30 operations proved, but the losses are not the published ones: other FAILED."
    )


def test_a_lesson_that_raises_fails_with_its_own_traceback_once(tmp_path: Path) -> None:
    stop = "    if epoch == 4:\n        raise ValueError('the fifth epoch')\n    model.train()\n"
    right, text = verdict_on(edited(("    model.train()\n", stop)), tmp_path)
    assert not right
    assert text.count("Traceback (most recent call last):") == 1
    assert f'File "{tmp_path / "written.py"}", line ' in text
    assert "the lesson stopped: ValueError: the fifth epoch" in text
    last = '14 of 30 operations proved: written stopped at "La14la": ValueError: the fifth epoch'
    assert text.splitlines()[-1] == last


def test_a_loop_without_backward_fails_where_backward_is_sung(tmp_path: Path) -> None:
    right, text = verdict_on(edited(("    loss.backward()\n", "")), tmp_path)
    assert not right
    assert "this loop has no backward operation" in text
    assert "nothing to step with: every gradient is None" in text
    assert '"La6la"' in text.splitlines()[-1]


def test_a_loss_that_is_not_a_number_fails(tmp_path: Path) -> None:
    source = edited(("loss = loss_fn(y_pred, y_train)", "loss = loss_fn(y_pred, y_train) * float('nan')"))
    right, text = verdict_on(source, tmp_path)
    assert not right
    row = next(line for line in text.splitlines() if "La4la" in line)
    assert "loss nan" in row
    assert row.rstrip().endswith("FAILED")


def test_a_cue_that_was_never_shown_fails(tmp_path: Path) -> None:
    console, text = plain_console()
    song = small_song(tmp_path / "song", (Operation.SETUP,))
    listing = read_listing(STRAIGHT_LINE.path)
    assert not report(console, song, WRITTEN, listing, [], realtime=False)
    assert "never shown" in text.getvalue()
    assert text.getvalue().splitlines()[-1] == '0 of 1 operations proved: written FAILED at "La0la".'


def test_a_run_in_real_time_says_how_late_operations_and_pictures_were(tmp_path: Path) -> None:
    console, text = plain_console()
    song = small_song(tmp_path / "song", WHOLE_SONG[:3], beats_per_line=4)
    trace = tmp_path / "run.jsonl"
    source = STRAIGHT_LINE.path.read_text(encoding="utf-8")
    run_headless(WRITTEN, opener(song, tmp_path, source), console, realtime=True, trace=trace)
    lines = text.getvalue().splitlines()
    head = next(line for line in lines if line.startswith("lateness in ms"))
    assert head.split()[3:] == ["p50", "p95", "p99", "max"]
    late = [list(map(float, line.split()[2:])) for line in lines[lines.index(head) + 1 :][:2]]
    assert all(len(row) == 4 and row == sorted(row) for row in late)
    assert min(late[1]) >= 0
    _, *cues = map(json.loads, trace.read_text(encoding="utf-8").splitlines())
    assert all({"started_late_ms", "ended", "shown_late_ms"} <= cue.keys() for cue in cues)


@pytest.mark.parametrize("vamp", [True, False])
def test_in_real_time_the_song_waits_for_a_slow_operation_unless_told_not_to(
    tmp_path: Path, vamp: bool
) -> None:
    """It is slow from the second epoch on, which the warm-up does not reach."""
    console, text = plain_console()
    song = small_song(tmp_path / "song", (*WHOLE_SONG[:4], *WHOLE_SONG[1:4]), beats_per_line=4)
    slow = "    if epoch:\n        import time; time.sleep(0.8)\n    y_pred = model(X_train)\n"
    run_headless(
        WRITTEN,
        opener(song, tmp_path, edited(("    y_pred = model(X_train)\n", slow))),
        console,
        realtime=True,
        trace=tmp_path / "run.jsonl",
        controls=Controls(vamp=vamp),
    )
    _, *cues = map(json.loads, (tmp_path / "run.jsonl").read_text(encoding="utf-8").splitlines())
    assert cues[6]["operation"] == "forward"
    assert cues[6]["timing"] == ("vamped" if vamp else "late")
    assert (cues[6]["vamped_bars"] > 0) == vamp
    assert f" {cues[6]['timing']} " in text.getvalue()


def test_every_picture_is_drawn_to_a_whole_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    import pygame

    console, _ = plain_console()
    song = small_song(tmp_path / "song", WHOLE_SONG[:3], beats_per_line=4)
    open_conductor = opener(song, tmp_path, STRAIGHT_LINE.path.read_text(encoding="utf-8"))
    folder = tmp_path / "frames"
    assert run_headless(WRITTEN, open_conductor, console, fps=2, frames=folder, size=(320, 180))
    names = sorted(path.name for path in folder.iterdir())
    assert names == [f"frame_{number:06}.png" for number in range(int(2 * song.length) + 1)]
    assert {pygame.image.load(folder / name).get_size() for name in names} == {(320, 180)}
