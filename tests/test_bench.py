"""The bench: every part finds its figures, on a short song and with small settings; no time is asserted."""

import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from commands import RUNNER, refused

from app.bench import drawing, film, hours, loop, memory, model, start
from app.bench.figures import DEFAULT_LESSON, OpenConductor, Row
from app.bench.run import PARTS, USUAL
from app.cli import app
from app.parts import conductor_for
from assets import SONGS
from loop_core.song import Song, load_song

ROOT = Path(__file__).parents[1]
SIZE = (320, 180)
WINDOW = """
import sys
from pathlib import Path
from test_bench import SIZE, check, opening_of, short_song
"""
REALTIME = """
from app.bench import realtime
rows = realtime.rows(short_song(), opening_of(Path(sys.argv[1])), SIZE)
what = ("operation started", "result first shown", "between two pictures")
check(rows, *(at + one for at in ("", "at 50%: ", "at 125%: ") for one in what))
"""
HALF_HOUR = """
from app.bench import hours
rows = hours.half_hour(short_song(), opening_of(Path(sys.argv[1])), seconds=12.0, stretch=4.0, size=SIZE)
what = ("cues shown late", "more memory", "open files")
check(rows, *(f"0.2 min in real time: {one}" for one in what))
"""


def short_song() -> Song:
    """The bundled song up to the end of its first line."""
    song = load_song(SONGS / "optimization_loop")
    return replace(song, lines=song.lines[:1], cues=song.cues[:1], length=song.lines[0].end)


def opening_of(saved: Path) -> OpenConductor:
    return partial(conductor_for, short_song(), saved)


def check(rows: Iterable[Row], *beginnings: str) -> list[Row]:
    """Every row has a figure and a verdict where it has a target; they are about these things, in order."""
    found = list(rows)
    for row, beginning in zip(found, beginnings, strict=True):
        assert row.what.startswith(beginning)
        assert any(sign.isdigit() for sign in row.value)
        assert row.reference
        assert isinstance(row.met, bool) if row.target else row.met is None
    return found


def test_the_start_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    check(start.rows(times=1), "first picture after", "ready to play")


def test_stepping_is_measured() -> None:
    name = DEFAULT_LESSON.name
    rows = loop.rows((DEFAULT_LESSON,), epochs=1)
    check(rows, f"{name}: fast", f"{name}: stepped", f"{name}: slowest operation")


def test_drawing_is_measured_with_the_moment_of_its_slowest_picture(tmp_path: Path) -> None:
    rows = drawing.rows(opening_of(tmp_path), (DEFAULT_LESSON,), {SIZE: 8.0}, fps=2)
    (row,) = check(rows, "straight_line at 180p")
    assert " ms (at " in row.value


@pytest.mark.parametrize("code", [REALTIME, HALF_HOUR], ids=["realtime", "half-hour"])
def test_real_time_is_measured(tmp_path: Path, code: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WINDOW + code, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=120,
        env={
            **os.environ,
            "SDL_VIDEODRIVER": "dummy",
            "SDL_AUDIODRIVER": "dummy",
            "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "tests"))),
        },
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_memory_is_measured(tmp_path: Path) -> None:
    if sys.platform == "linux":
        check(memory.rows(opening_of(tmp_path), times=1), "more after 1 songs")


def test_a_day_is_measured_and_the_beginning_compared_with_the_end(tmp_path: Path) -> None:
    rows = check(
        hours.day(short_song(), opening_of(tmp_path), seconds=60.0, stretch=20.0),
        *(
            f"0.0166667 h in virtual time: {what}"
            for what in ("cues shown late", "more memory", "open files")
        ),
    )
    assert rows[0].met


def test_a_film_is_measured_and_compared_with_matplotlib(tmp_path: Path) -> None:
    rows = film.rows(short_song(), opening_of(tmp_path), SIZE, fps=2, pictures=3)
    _, row = check(rows, "film at 180p, 2 pictures a second", "a picture of it, mean of 3")
    assert "matplotlib" in row.reference


def test_without_matplotlib_a_film_s_picture_stands_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "app.bench.reference", raising=False)
    monkeypatch.setitem(sys.modules, "matplotlib.animation", None)
    rows = film.rows(short_song(), opening_of(tmp_path), SIZE, fps=2, pictures=3)
    assert list(rows)[1].reference.startswith("matplotlib is not installed: pip install")


def test_the_size_of_the_model_is_measured() -> None:
    rows = model.rows(short_song(), widths=(64, 80), epochs=1, size=SIZE, fps=2)
    check(rows, "snapshot of 0 M parameters, median", "snapshot of 0 M parameters, slowest", "a picture with")


@pytest.mark.parametrize("given", ["", "strat", "start,strat", "start,", "all"])
def test_an_unknown_part_is_quoted_with_what_was_expected(given: str) -> None:
    message = refused("bench", "--only", given)
    assert repr(given.removeprefix("start,")) in message
    assert "'start'" in message or ", ".join(PARTS) in message


def test_parts_are_chosen_one_by_one_or_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, part in PARTS.items():
        row = Row(f"the row of {name}", "1 s", "2 s")
        monkeypatch.setitem(PARTS, name, replace(part, rows=lambda *_, row=row: iter((row,))))
    for options in (("--only", "realtime,start"), ("--only", "start", "--only", "realtime")):
        output = RUNNER.invoke(app, ["bench", *options]).output
        assert [name for name in PARTS if f"the row of {name}" in output] == ["start", "realtime"]
    output = RUNNER.invoke(app, ["bench"]).output
    assert tuple(name for name in PARTS if f"the row of {name}" in output) == USUAL


def test_the_help_names_every_part() -> None:
    output = RUNNER.invoke(app, ["bench", "--help"]).output
    assert all(f"\n  {name} " in output for name in PARTS)


def test_the_probe_of_the_start_imports_what_the_command_imports() -> None:
    assert modules("app.bench.probe") - modules("app.cli, app.window") == {"app.bench", "app.bench.probe"}


def modules(names: str) -> set[str]:
    """All modules of a process that has imported these."""
    code = f"import sys, {names}; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(run.stdout.split())
