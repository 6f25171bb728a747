"""A script of the user's own is ``__main__`` while it runs, and a run of it ends as the script ends."""

import io
import sys
from contextlib import closing
from pathlib import Path

import pytest
import torch
from builders import WHOLE_SONG, small_song, write_song
from commands import RUNNER
from rich.console import Console

from app.cli import app
from app.headless import run_headless
from app.parts import conductor_for
from loop_core import sing
from loop_core.lessons import Script, lesson_of
from loop_core.listing import read_listing
from loop_core.operations import Operation
from loop_core.printed import MOST_LINES
from loop_core.stepper import Stepper

LOOP = """import pickle, sys, threading
import torch

class Net(torch.nn.Linear):
    pass

{before}
net, loss_fn = Net(2, 1), torch.nn.MSELoss()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
X = torch.ones(4, 2)
for epoch in range(4):
    prediction = net(X)
    loss = loss_fn(prediction, X[:, :1])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    {inside}
{after}
"""


def script(folder: Path, before: str = "", inside: str = "pass", after: str = "") -> Path:
    path = folder / "mine.py"
    path.write_text(LOOP.format(before=before, inside=inside, after=after), encoding="utf-8")
    return path


def stepper_of(path: Path) -> Stepper:
    return Stepper(read_listing(path), path.parent, None, own=True)


def headless(path: Path) -> tuple[bool, list[str]]:
    """Whether the headless run of a script to a small song ends well, and what it prints."""
    text, song = io.StringIO(), small_song(path.parent / "song")
    console = Console(file=text, width=220, markup=False, highlight=False)
    right = run_headless(
        lesson_of(Script(path)), lambda real, lesson: conductor_for(song, path.parent, real, lesson), console
    )
    return right, text.getvalue().splitlines()


def test_a_script_is_main_until_it_ends_and_then_no_more(tmp_path: Path) -> None:
    main = sys.modules["__main__"]
    stepper = stepper_of(script(tmp_path, after="copy = pickle.loads(pickle.dumps(net))"))
    stepper.perform(0, Operation.SETUP)
    own = sys.modules["__main__"]
    assert own is not main
    assert own.__file__ == str(tmp_path / "mine.py")
    assert own.__spec__ is None  # multiprocessing then begins its children with the file
    stepper.finish()
    assert stepper.ending.error is None
    assert type(own.copy) is type(own.net) is own.Net
    assert sys.modules["__main__"] is main


def test_a_thread_of_a_script_may_pickle_while_it_is_paused(tmp_path: Path) -> None:
    before = (
        "go, kept = threading.Event(), []\n"
        "def work():\n    go.wait()\n    kept.append(pickle.dumps(Net))\n"
        "worker = threading.Thread(target=work)\nworker.start()"
    )
    stepper = stepper_of(script(tmp_path, before))
    snapshot, _ = stepper.perform(0, Operation.LOSS)
    assert snapshot.error is None
    own = sys.modules["__main__"]
    own.go.set()
    own.worker.join()
    assert own.kept
    stepper.close()


def test_a_script_left_in_the_middle_is_main_no_more(tmp_path: Path) -> None:
    main = sys.modules["__main__"]
    first, second = (stepper_of(script(tmp_path)) for _ in range(2))
    first.perform(0, Operation.SETUP)
    second.perform(0, Operation.SETUP)
    first.perform(1, Operation.LOSS)
    second.close()
    first.close()
    assert sys.modules["__main__"] is main


def test_what_is_given_is_found_in_the_main_of_who_gives_it(tmp_path: Path) -> None:
    seen = []

    class Watching(torch.nn.Linear):
        def forward(self, inputs: torch.Tensor) -> torch.Tensor:
            seen.append(sys.modules["__main__"])
            return super().forward(inputs)

    model, data = Watching(2, 1), (torch.ones(4, 2), torch.ones(4, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    song = str(write_song(tmp_path / "song", WHOLE_SONG[:4]))
    sing(model, torch.nn.MSELoss(), optimizer, data, data, 2, song=song, window=False)
    assert set(seen) == {sys.modules["__main__"]}


ENDINGS: dict[str, tuple[dict[str, str], str]] = {
    "an error behind the loop": (
        {"after": "raise RuntimeError('no plot')"},
        ", but mine stopped afterwards: RuntimeError: no plot",
    ),
    "words behind the loop": (
        {"after": "sys.exit('too high')"},
        ", but mine ended itself afterwards with status 1: too high",
    ),
    "a status in the loop": (
        {"inside": "if epoch == 2: sys.exit(7)"},
        ': mine ended itself at "La28la" with status 7',
    ),
    "an error in the loop": (
        {"inside": "if epoch == 2: raise ValueError('ill')"},
        ': mine stopped at "La28la": ValueError: ill',
    ),
    "help before the loop": (
        {"before": "sys.exit(0)"},
        ": mine ended itself with sys.exit() before its loop began",
    ),
    "a status before the loop": (
        {"before": "sys.exit(2)"},
        ": mine ended itself with status 2 before its loop began",
    ),
}


@pytest.mark.parametrize("name", ENDINGS)
def test_a_script_that_does_not_end_well_is_said_in_the_last_line(name: str, tmp_path: Path) -> None:
    parts, words = ENDINGS[name]
    right, lines = headless(script(tmp_path, **parts))
    assert not right
    assert lines[-1].endswith(words)
    assert ("Traceback (most recent call last):" in lines) == ("Error: " in words)
    assert any("FAILED" in line for line in lines) == ("in the loop" in name)


@pytest.mark.parametrize("after", ["sys.exit()", "sys.exit(0)", "sys.exit(False)"])
def test_a_script_may_end_itself_well(after: str, tmp_path: Path) -> None:
    right, lines = headless(script(tmp_path, after=after))
    assert right
    assert lines[-1].endswith("mine does what its lines say.")


def test_why_a_script_stopped_stands_once_in_the_table(tmp_path: Path) -> None:
    _, lines = headless(script(tmp_path, inside="raise ValueError('ill')"))
    assert sum("the script stopped: ValueError: ill" in line for line in lines) == 1
    assert sum("it had stopped" in line for line in lines) > 10


def test_all_that_a_script_prints_is_shown_in_its_order(tmp_path: Path) -> None:
    parts = {"before": "print('first')", "inside": "print('in', epoch)", "after": "print('last')\nprint()"}
    _, lines = headless(script(tmp_path, **parts))
    table = next(number for number, line in enumerate(lines) if line.split()[:2] == ["time", "line"])
    assert lines[2:table] == ["first", "in 0", "in 1", "in 2", "in 3", "last", ""]


def test_of_very_much_that_a_script_prints_the_last_lines_are_shown(tmp_path: Path) -> None:
    _, lines = headless(script(tmp_path, inside=f"for n in range({MOST_LINES // 2}): print(n)"))
    counted = f"({2 * MOST_LINES} lines, of which the last {MOST_LINES} are kept)"
    assert lines.index(counted) == 2 + MOST_LINES


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"inside": "raise ValueError('ill')"}, "torchaoke: mine.py stopped: ValueError: ill\n"),
        ({"before": "sys.exit()"}, "torchaoke: mine.py ended itself with sys.exit() before its loop began\n"),
    ],
    ids=["error", "exit"],
)
def test_the_film_of_a_script_that_stops_is_made_and_it_is_said(
    parts: dict[str, str], words: str, tmp_path: Path
) -> None:
    song, film = write_song(tmp_path / "song", WHOLE_SONG, 2), tmp_path / "film.gif"
    small = ("--fps", "1", "--size", "320x180")
    run = RUNNER.invoke(
        app,
        ["video", str(film), str(script(tmp_path, **parts)), "--song", str(song), *small],
    )
    assert run.exit_code == 1
    assert run.stderr.endswith(words)
    assert film.exists()


def test_the_conductor_knows_how_the_script_has_ended(tmp_path: Path) -> None:
    path, song = script(tmp_path, inside="if epoch == 1: sys.exit(3)"), small_song(tmp_path / "song")
    with closing(conductor_for(song, tmp_path, None, lesson_of(Script(path)))) as conductor:
        conductor.tick(song.cues[1].time)
        assert not conductor.ending.failed
        conductor.tick(song.length)
        assert conductor.ending.words() == "ended itself with status 3"
