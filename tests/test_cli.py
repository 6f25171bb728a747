"""What the command line answers, and the exit status it ends with."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile
from builders import write_song
from commands import RUNNER, refused

from app.cli import app
from app.options import read_speed, read_transpose
from loop_core.lessons import LESSONS
from loop_core.operations import Operation

ROOT = Path(__file__).parents[1]
COMMAND = [sys.executable, "-m", "app"]


def test_the_command_line_starts_without_torch_pygame_and_tables() -> None:
    code = (
        "import app.cli, sys; "
        "print([m for m in ('torch', 'numpy', 'pygame', 'av', 'pydub', 'rich.table') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_a_good_run_exits_with_0() -> None:
    result = RUNNER.invoke(app, ["headless"])
    assert result.exit_code == 0, result.output
    assert result.output.splitlines()[-1] == "30 of 30 operations proved: straight_line is right."


def test_all_lessons_run_one_after_the_other_with_a_trace_each(tmp_path: Path) -> None:
    result = RUNNER.invoke(app, ["headless", "--lesson", "all", "--trace", str(tmp_path / "run.jsonl")])
    assert result.exit_code == 0, result.output
    for lesson in LESSONS:
        assert f"30 of 30 operations proved: {lesson.name} is right." in result.output.splitlines()
    assert {path.name for path in tmp_path.iterdir()} == {f"run.{lesson.name}.jsonl" for lesson in LESSONS}


def test_an_operation_that_the_lesson_cannot_do_exits_with_1(tmp_path: Path) -> None:
    folder = write_song(tmp_path / "song", (Operation.SETUP, Operation.EPOCH, Operation.SETUP))
    result = RUNNER.invoke(app, ["headless", "--song", str(folder)])
    assert result.exit_code == 1
    assert result.output.splitlines()[-1] == '2 of 3 operations proved: straight_line FAILED at "La2la".'


def test_an_unknown_lesson_is_answered_with_the_nearest_name() -> None:
    assert refused("headless", "--lesson", "strait_line") == (
        "torchaoke: no lesson 'strait_line'; did you mean 'straight_line'?\n"
    )
    assert "'circles'" in refused("play", "--lesson", "circle")


@pytest.mark.parametrize("given", ["49", "126", "fast", "", "-70", "70.5", "7e1"])
def test_a_speed_out_of_bounds_is_quoted_with_what_was_expected(given: str) -> None:
    expected = f"torchaoke: --speed {given!r}; expected per cent from 50 to 125, as in 70\n"
    assert refused("play", f"--speed={given}") == expected


@pytest.mark.parametrize("given", ["7", "-7", "up", "", "1.5"])
def test_a_transposition_out_of_bounds_is_quoted_with_what_was_expected(given: str) -> None:
    expected = f"torchaoke: --transpose {given!r}; expected semitones from -6 to +6, as in -2\n"
    assert refused("play", f"--transpose={given}") == expected


def test_speed_and_transposition_are_read_as_people_write_them() -> None:
    assert [read_speed(text) for text in ("50", " 70 ", "125%", "90 %")] == [50, 70, 125, 90]
    assert [read_transpose(text) for text in ("0", "-2", "+6", "3")] == [0, -2, 6, 3]


def test_an_unknown_song_is_answered_with_the_nearest_name() -> None:
    assert "did you mean 'optimization_loop'?" in refused("headless", "--song", "optimisation_loop")


def test_an_unknown_backing_is_answered_with_those_of_the_song(tmp_path: Path) -> None:
    folder = write_song(tmp_path / "song", stems=("vocals", "backing", "quiet"))
    for name in ("quite", "vocals", ""):
        message = refused("play", "--song", str(folder), "--backing", name)
        assert message == f"torchaoke: --backing {name!r}; song has: backing, quiet\n"


def test_a_bad_line_of_a_chart_is_named_with_file_line_and_what_was_expected(tmp_path: Path) -> None:
    chart = write_song(tmp_path / "song", (Operation.SETUP,)) / "song.txt"
    lines = chart.read_text(encoding="utf-8").splitlines()
    bad = next(number for number, line in enumerate(lines) if line.startswith(":"))
    lines[bad] = ": 8 four 0 La"
    chart.write_text("\n".join(lines), encoding="utf-8")
    message = refused("headless", "--song", str(tmp_path / "song"))
    assert f"{chart}:{bad + 1}: ': 8 four 0 La'" in message
    assert "expected 'TYPE START DURATION PITCH TEXT'" in message


@pytest.mark.parametrize(
    ("option", "value", "expected"),
    [
        ("--fps", "0", "whole number from 1 to 1000"),
        ("--fps", "1e9", "whole number from 1 to 1000"),
        ("--fps", "-5", "whole number from 1 to 1000"),
        ("--size", "abc", "WIDTHxHEIGHT from 320x180 to 7680x4320"),
        ("--size", "10x10", "WIDTHxHEIGHT from 320x180 to 7680x4320"),
        ("--size", "99999x1080", "WIDTHxHEIGHT from 320x180 to 7680x4320"),
    ],
)
def test_a_wrong_value_is_quoted_with_what_was_expected(option: str, value: str, expected: str) -> None:
    message = refused("headless", option, value)
    assert repr(value) in message
    assert expected in message


def test_a_target_that_cannot_be_written_is_refused_before_the_song_runs(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for option, target in [
        ("--trace", tmp_path / "file" / "run.jsonl"),
        ("--trace", tmp_path),
        ("--frames", tmp_path / "file"),
        ("--save-to", tmp_path / "file" / "saved"),
    ]:
        assert "expected" in refused("headless", option, str(target))
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_an_unknown_option_exits_with_2() -> None:
    assert "--bogus" in refused("headless", "--bogus")


def test_pictures_are_not_drawn_in_real_time(tmp_path: Path) -> None:
    assert "without --realtime" in refused("headless", "--realtime", "--frames", str(tmp_path))


def test_letting_operations_run_late_is_refused_where_none_can_be() -> None:
    assert "with --realtime" in refused("headless", "--late")


def test_what_a_lesson_saves_goes_where_it_was_told_to(tmp_path: Path) -> None:
    folder = write_song(tmp_path / "song", (Operation.SETUP, Operation.SAVE))
    result = RUNNER.invoke(app, ["headless", "--song", str(folder), "--save-to", str(tmp_path / "saved")])
    assert result.exit_code == 0, result.output
    assert [path.suffix for path in (tmp_path / "saved").iterdir()] == [".pt"]


def test_lessons_and_songs_are_listed() -> None:
    listed = RUNNER.invoke(app, ["lessons"]).output
    assert all(lesson.name in listed and lesson.title in listed for lesson in LESSONS)
    assert "The Optimization Loop" in RUNNER.invoke(app, ["songs"]).output


def test_every_command_and_option_says_what_it_is_for() -> None:
    top = RUNNER.invoke(app, ["--help"]).output
    names = "play calibrate headless video picture lessons songs trace doctor bench"
    for name in names.split():
        assert f"  {name} " in top
        text = RUNNER.invoke(app, [name, "--help"]).output
        assert f"torchaoke {name}" in text.split("\n", 1)[1]


def test_the_version_is_printed() -> None:
    result = RUNNER.invoke(app, ["--version"])
    assert result.exit_code == 0
    assert result.output.startswith("torchaoke 0.")


def test_a_closed_pipe_is_no_traceback() -> None:
    with subprocess.Popen(
        [*COMMAND, "lessons"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        run.stdout.close()
        assert run.stderr.read() == b""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to one process")
def test_ctrl_c_ends_a_run_with_130_and_writes_nothing(tmp_path: Path) -> None:
    target = tmp_path / "traces" / "run.jsonl"
    command = [*COMMAND, "headless", "--realtime", "--trace", str(target)]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None
        while "in real time" not in run.stdout.readline():
            assert run.poll() is None
        run.send_signal(signal.SIGINT)
        _, errors = run.communicate(timeout=60)
    assert run.returncode == 130
    assert errors == "interrupted\n"
    assert list(target.parent.iterdir()) == []


def test_a_recording_is_scored_line_by_line_and_in_total() -> None:
    vocals = str(ROOT / "assets" / "songs" / "optimization_loop" / "vocals.ogg")
    result = RUNNER.invoke(app, ["sing", "--recording", vocals])
    assert result.exit_code == 0, result.output
    rows = result.output.splitlines()
    total = int(rows[-1].split()[0])
    assert rows[-1] == f"{total} of 10000 points, medium"
    assert total >= 9000
    assert rows[1].startswith("Let's train!")
    assert len(rows) == 1 + 30 + 2
    later = RUNNER.invoke(app, ["sing", "--recording", vocals, "--latency", "300", "--difficulty", "hard"])
    assert int(later.output.splitlines()[-1].split()[0]) < 5000


def test_a_recording_that_ends_too_early_says_so(tmp_path: Path) -> None:
    vocals = ROOT / "assets" / "songs" / "optimization_loop" / "vocals.ogg"
    sound, rate = soundfile.read(vocals, frames=20 * 44100)
    soundfile.write(tmp_path / "cut.wav", sound, rate)
    result = RUNNER.invoke(app, ["sing", "--recording", str(tmp_path / "cut.wav")])
    assert result.exit_code == 0
    assert result.output.splitlines()[-1].startswith(f"the recording ends at {len(sound) / rate:.1f} s")


def test_without_a_sound_device_calibrating_is_refused() -> None:
    environment = {**os.environ, "SDL_VIDEODRIVER": "dummy", "SDL_AUDIODRIVER": "none of these"}
    command = [*COMMAND, "calibrate", "--no-settings"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=environment, timeout=60)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith("torchaoke: no sound: ")
    assert run.stderr.endswith("; expected a sound device\n")
    assert run.stderr.count("\n") == 1


def test_a_measurement_that_is_not_to_be_kept_is_refused() -> None:
    assert "--calibrate and --no-settings" in refused("sing", "--calibrate", "--no-settings")


def test_unusable_input_of_singing_is_refused(tmp_path: Path) -> None:
    assert "cannot read it: No such file" in refused("sing", "--recording", str(tmp_path / "gone.wav"))
    assert "--difficulty 'hart'; did you mean 'hard'?" in refused("sing", "--difficulty", "hart")
    for latency in ("x", "1e3", "2000", "-1000.5", "nan", ""):
        assert "expected milliseconds from -1000 to 1000" in refused("sing", "--latency", latency)
