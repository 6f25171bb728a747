"""A lesson that does what it should not: it is told on stage, and the show goes on."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import wait
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from builders import edited, small_song
from faults import SOON, quits
from screen import Running, needs_screen, screen

from app.offscreen import OffScreen
from app.panels import console
from app.parts import conductor_for
from app.virtual import ticks
from loop_core.clock import VirtualClock
from loop_core.conductor import OVERLONG, Conductor
from loop_core.frame import Controls, Frame
from loop_core.lessons import Script, lesson_of
from loop_core.operations import Operation
from loop_core.printed import MOST_LINES
from loop_core.song import Song
from loop_core.vamping import waiting_words

BACKWARD = "    loss.backward()\n"
MODEL = "model = LinearRegressionModel()\n"

FAULTS = {
    "raises": (BACKWARD, "    raise RuntimeError('broken')\n", "RuntimeError: broken"),
    "raises its own kind": (BACKWARD, "    raise type('Mine', (BaseException,), {})('x')\n", "Mine: x"),
    "raises what Ctrl-C raises": (BACKWARD, "    raise KeyboardInterrupt\n", "KeyboardInterrupt"),
    "calls itself for ever": (BACKWARD, "    def again(): again()\n    again()\n", "RecursionError"),
    "exits with a status": (BACKWARD, "    raise SystemExit(3)\n", "ended itself with status 3"),
    "exits with words": (
        BACKWARD,
        "    import sys; sys.exit('enough')\n",
        "ended itself with status 1: enough",
    ),
    "exits": (BACKWARD, "    import sys; sys.exit()\n", "the script ended itself with sys.exit()"),
    "wants all memory of torch": (BACKWARD, "    torch.empty(10**15)\n", "alloc"),
    "wants all memory of Python": (BACKWARD, "    bytearray(10**17)\n", "MemoryError"),
    "moves to no device": (MODEL, f"{MODEL}model.to('meta')\n", "Cannot copy out of meta tensor"),
    "moves in the middle": (BACKWARD, f"{BACKWARD}    model.to('meta')\n", "Cannot copy out of meta tensor"),
    "moves to a device that is not here": (MODEL, f"{MODEL}model.to('xpu')\n", "Error"),
    "hides its weights": (
        "    def forward(",
        "    def parameters(self):\n        raise ValueError('none')\n\n    def forward(",
        "ValueError: none",
    ),
    "forgets its model": (BACKWARD, f"{BACKWARD}    del model\n", "NameError"),
}
"""By what it does: what is replaced in a lesson, by what, and the words on stage."""
HARMLESS = {
    "changes the seed": (BACKWARD, f"{BACKWARD}    torch.manual_seed(epoch)\n"),
    "starts threads": (BACKWARD, f"{BACKWARD}    __import__('threading').Thread(target=int).start()\n"),
    "makes warnings errors": (BACKWARD, f"{BACKWARD}    __import__('warnings').simplefilter('error')\n"),
    "makes rounding an error": (BACKWARD, f"{BACKWARD}    __import__('numpy').seterr(all='raise')\n"),
    "learns for no number": ("lr=0.01", "lr=float('nan')"),
    "learns beyond all numbers": ("lr=0.01", "lr=1e30"),
    "has a loss that is no number": (BACKWARD, f"    loss = loss * float('nan')\n{BACKWARD}"),
    "has an infinite loss": (BACKWARD, f"    loss = loss * float('inf')\n{BACKWARD}"),
}
"""What changes nothing for the show; numbers that are none are shown as they are."""


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Song:
    return small_song(tmp_path_factory.mktemp("song"))


@pytest.fixture(autouse=True)
def own_rounding() -> Iterator[None]:
    """What a lesson asks of numpy ends with its test."""
    with np.errstate():
        yield


def conductor_of(source: str, song: Song, folder: Path, real: Callable[[], float] | None = None) -> Conductor:
    """With a user's script."""
    path = folder / "mine.py"
    path.write_text(source, encoding="utf-8")
    return conductor_for(song, folder, real, lesson_of(Script(path)))


def drawn(conductor: Conductor) -> Iterator[Frame]:
    """Every frame of the song, drawn."""
    stage = OffScreen((1280, 720), Controls())
    with closing(conductor):
        for frame in ticks(conductor, (number / 4 for number in range(round(4 * conductor.song.length) + 1))):
            stage.draw(frame)
            yield frame


@pytest.mark.parametrize("fault", FAULTS)
def test_a_lesson_that_stops_says_why_on_stage_and_the_song_goes_on(
    fault: str, song: Song, tmp_path: Path
) -> None:
    old, new, words = FAULTS[fault]
    frames = list(drawn(conductor_of(edited((old, new)), song, tmp_path)))
    last = console.view(frames[-1])
    assert last.evidence is not None
    assert not last.evidence.holds
    assert words in last.evidence.text
    if fault != "exits":
        assert words in last.lines[-1]
    assert frames[-1].now == song.length


@pytest.mark.parametrize("fault", HARMLESS)
def test_what_does_not_stop_a_lesson_does_not_stop_the_show(fault: str, song: Song, tmp_path: Path) -> None:
    frames = list(drawn(conductor_of(edited(HARMLESS[fault]), song, tmp_path)))
    snapshot = frames[-1].snapshot
    assert snapshot is not None
    assert (snapshot.error, snapshot.operation) == (None, Operation.SAVE)
    assert snapshot.saved is not None


def test_the_lesson_begins_again_after_an_error_when_the_song_does(song: Song, tmp_path: Path) -> None:
    path = tmp_path / "broken"
    source = edited((BACKWARD, f"    import pathlib; pathlib.Path({str(path)!r}).read_text()\n{BACKWARD}"))
    with closing(conductor_of(source, song, tmp_path)) as conductor:
        frame = conductor.tick(song.length)
        assert frame.snapshot is not None
        assert frame.snapshot.error is not None
        path.touch()
        conductor.tick(0.0)
        frame = conductor.tick(song.length)
        assert frame.snapshot is not None
        assert frame.snapshot.error is None


def test_a_million_lines_are_counted_and_the_last_ones_kept(song: Song, tmp_path: Path) -> None:
    lines = (
        f"{BACKWARD}    if epoch == 0:\n        for number in range(1_000_000):\n            print(number)\n"
    )
    frames = [f for f in drawn(conductor_of(edited((BACKWARD, lines)), song, tmp_path)) if f.snapshot]
    snapshots = [frame.snapshot for frame in frames if frame.snapshot is not None]
    assert max(len(snapshot.printed) for snapshot in snapshots) == MOST_LINES + 1
    counted = f"(1000000 lines, of which the last {MOST_LINES} are kept)"
    assert any(snapshot.console[-2:] == ("999999", counted) for snapshot in snapshots)


def test_a_line_without_end_is_cut(song: Song, tmp_path: Path) -> None:
    source = edited((BACKWARD, f"{BACKWARD}    print('x' * 10**8)\n"))
    snapshots = [frame.snapshot for frame in drawn(conductor_of(source, song, tmp_path))]
    assert any(
        s is not None and s.console and s.console[-1].endswith("(100000000 letters)") for s in snapshots
    )


def under_way(conductor: Conductor, real: VirtualClock) -> Frame:
    """Play until the worker is in the lesson's backward pass, and 5 s longer."""
    conductor.open()
    while not conductor.ready:
        frame = conductor.tick(0.0)
    while (doing := conductor._worker.doing) is None or doing[0] is not Operation.BACKWARD:
        frame = conductor.tick(real.now())
        if conductor._job is None:
            real.advance(0.01)
    real.advance(OVERLONG)
    frame = conductor.tick(frame.now)
    assert frame.overlong is not None
    assert frame.overlong.operation is Operation.BACKWARD
    return frame


def test_an_endless_operation_is_offered_to_be_skipped_and_tells_where_it_was(
    song: Song, tmp_path: Path
) -> None:
    real = VirtualClock()
    source = edited((BACKWARD, "    while True: pass\n" + BACKWARD))
    with closing(conductor_of(source, song, tmp_path, real.now)) as conductor:
        frame = under_way(conductor, real)
        assert waiting_words(frame).startswith("backward has been running for 5 s; S: wait no longer")
        conductor.skip()
        assert conductor._job is not None
        wait([conductor._job], timeout=60)
        frame = conductor.tick(song.length)
        assert frame.overlong is None
        assert frame.snapshot is not None
        assert frame.snapshot.error is not None
        assert "while True: pass" in frame.snapshot.error


def test_before_it_takes_long_the_key_does_nothing(song: Song, tmp_path: Path) -> None:
    real = VirtualClock()
    source = edited((BACKWARD, "    while True: pass\n" + BACKWARD))
    with closing(conductor_of(source, song, tmp_path, real.now)) as conductor:
        under_way(conductor, real)
        real.advance(-OVERLONG)
        conductor.skip()
        real.advance(OVERLONG)
        assert conductor.tick(0.0).overlong is not None


def test_what_cannot_be_interrupted_is_left_behind_until_the_song_begins_again(
    song: Song, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = threading.Event()
    monkeypatch.setattr(threading, "held", held, raising=False)
    real = VirtualClock()
    source = edited((BACKWARD, "    import threading; threading.held.wait()\n" + BACKWARD))
    with closing(conductor_of(source, song, tmp_path, real.now)) as conductor:
        frame = under_way(conductor, real)
        conductor.skip()
        real.advance(1.0)
        frame = conductor.tick(frame.now)
        assert waiting_words(frame).startswith("backward cannot be stopped")
        assert conductor.lateness(frame.now) is None  # nothing is waited for
        held.set()
        frame = conductor.tick(0.0)
        while not frame.ready:
            frame = conductor.tick(0.0)
        assert frame.overlong is None


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    with screen() as environment:
        (tmp_path / "tmp").mkdir()
        yield {**environment, "TMPDIR": str(tmp_path / "tmp")}


@pytest.fixture
def play(environment: dict[str, str], tmp_path: Path) -> Iterator[Callable[[str], Running]]:
    """Begins the show with a lesson in whose backward pass something stands."""
    opened: list[Running] = []

    def begin(what: str) -> Running:
        (tmp_path / "mine.py").write_text(edited((BACKWARD, f"    {what}\n{BACKWARD}")), encoding="utf-8")
        opened.append(Running(tmp_path, environment, "play", "--start", "mine.py"))
        return opened[-1]

    yield begin
    for running in opened:
        running.close()


@needs_screen
def test_s_ends_an_endless_loop_and_the_song_goes_on(play: Callable[[str], Running], tmp_path: Path) -> None:
    running = play("while True: pass")
    running.hears("vamp: the music waits until backward is done")
    running.hears("backward has been running for 5 s; S: wait no longer, Q: quit")
    running.press("s")
    running.hears("backward in epoch 0: not proved: the script stopped: Interrupted: it took too long")
    running.hears("sung: Optimizer step, step, step")
    quits(running, tmp_path / "tmp")


@needs_screen
@pytest.mark.parametrize("what", ["while True: pass", "import time; time.sleep(1000)"])
def test_q_ends_the_show_in_the_middle_of_what_does_not_end(
    play: Callable[[str], Running], tmp_path: Path, what: str
) -> None:
    running = play(what)
    running.hears("vamp: the music waits until backward is done")
    left = "" if "while" in what else "torchaoke: ended, and with it threads that did not: lesson_0\n"
    quits(running, tmp_path / "tmp", left)


LIMITED = """
import resource, sys, torch
mapped = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (mapped + (1 << 30),) * 2)
sys.argv = ["torchaoke", "headless", "mine.py"]
from app.__main__ import main
main()
"""


def headless(source: str, folder: Path, code: str = LIMITED) -> tuple[int, str, str, float]:
    """Status, what is said, errors, and the seconds from the last word to the end."""
    (folder / "mine.py").write_text(source, encoding="utf-8")
    root = str(Path(__file__).parents[1])
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {root!r}){code}"]
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        said = []
        for line in run.stdout:
            said.append(line)
            told = time.monotonic()
        status = run.wait(timeout=60)
        return status, "".join(said), run.stderr.read(), time.monotonic() - told


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere memory is limited in other ways")
def test_a_lesson_that_eats_all_memory_that_there_is_is_told(tmp_path: Path) -> None:
    eating = "    kept = []\n    while True: kept.append(bytearray(1_000_000))\n"
    status, said, errors, _ = headless(edited((BACKWARD, eating + BACKWARD)), tmp_path)
    assert (status, errors) == (1, "")
    assert "\nMemoryError\n" in said
    assert "6 of 30 operations proved" in said


@pytest.mark.parametrize(
    "target", ["__import__('time').sleep, args=(1000,)", "exec, args=('while True: pass',)"]
)
def test_threads_of_a_lesson_that_do_not_end_do_not_hold_up_the_end(tmp_path: Path, target: str) -> None:
    thread = f"    if epoch == 0: __import__('threading').Thread(target={target}, name='mine').start()\n"
    code = LIMITED.replace("resource.setrlimit", "# ")
    status, said, errors, seconds = headless(edited((BACKWARD, BACKWARD + thread)), tmp_path, code)
    assert errors.startswith("torchaoke: ended, and with it threads that did not: mine")
    assert status == 0
    assert "mine does what its lines say." in said
    assert seconds < SOON
