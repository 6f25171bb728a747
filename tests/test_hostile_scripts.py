"""Scripts, checkpoints and what is kept on disk may be damaged or foreign: nothing of them runs unasked."""

import ast
import time
from pathlib import Path

import pytest
from builders import edited, open_stepper, sing
from commands import refused

from app.learning.progress import load_progress
from app.settings import NEW, load_settings
from app.tapping.keeping import resumed
from loop_core.listing import read_listing
from loop_core.operations import Operation
from loop_core.source import DEEPEST, MAX_BYTES

ROOT = Path(__file__).parents[1]
LOOP = (
    "for e in range(3):\n    model.train()\n    loss = f(model(x), y)\n    loss.backward()\n    opt.step()\n"
)
PICKLED = """class Code:
    def __reduce__(self):
        return open, ({path!r}, "w")

torch.save({{"model": model.state_dict(), "extra": Code()}}, """


def calls_of(path: Path, name: str) -> list[ast.Call]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [call for call in calls if ast.unparse(call.func) == name]


def test_no_checkpoint_is_loaded_but_as_weights_only() -> None:
    folders = (ROOT / "app", ROOT / "loop_core", ROOT / "assets", ROOT / "tests")
    loads = [
        call for folder in folders for path in folder.rglob("*.py") for call in calls_of(path, "torch.load")
    ]
    assert loads
    for call in loads:
        assert "weights_only=True" in [ast.unparse(keyword) for keyword in call.keywords], ast.unparse(call)


def test_code_in_a_checkpoint_is_not_run_when_it_is_proved(tmp_path: Path) -> None:
    made = tmp_path / "made"
    source = edited(("torch.save(model.state_dict(), ", PICKLED.format(path=str(made))))
    stepper = open_stepper(source, tmp_path)
    saved = sing(stepper, [Operation.SETUP, Operation.SAVE])[-1]
    stepper.close()
    assert not saved.evidence.holds
    assert "does not load with weights_only=True" in saved.evidence.text
    assert not made.exists()


@pytest.mark.parametrize(
    "code",
    ["x = {}a".format("a + " * 900), "x = a{}".format(".b" * 500), "x = f{}".format("()" * 300)],
    ids=["sum", "attributes", "calls"],
)
def test_syntax_too_deep_to_be_walked_is_refused_with_its_line(code: str, tmp_path: Path) -> None:
    path = tmp_path / "deep.py"
    path.write_text(LOOP + code, encoding="utf-8")
    message = refused("explain", str(path))
    assert message == f"torchaoke: {path}:6: nested more than {DEEPEST} deep; expected simpler code\n"


def test_syntax_as_deep_as_it_may_be_is_read(tmp_path: Path) -> None:
    path = tmp_path / "deep.py"
    path.write_text(LOOP + f"    x = {'a + ' * (DEEPEST - 5)}a\n", encoding="utf-8")
    assert read_listing(path).site(Operation.BACKWARD) is not None


def test_a_script_as_long_as_it_may_be_is_read_in_seconds(tmp_path: Path) -> None:
    line = "    g(loss); h.step(); loss.backward()\n"
    path = tmp_path / "long.py"
    path.write_text(LOOP + line * ((MAX_BYTES - len(LOOP)) // len(line)), encoding="utf-8")
    started = time.perf_counter()
    assert read_listing(path).sites
    assert time.perf_counter() - started < 120  # some ten are taken


def test_a_syntax_error_in_a_long_line_is_quoted_in_short(tmp_path: Path) -> None:
    path = tmp_path / "wrong.py"
    path.write_text(LOOP + "x = " + "(" * 10_000, encoding="utf-8")
    message = refused("explain", str(path))
    assert f"{path}:6: syntax error: " in message
    assert len(message) < len(str(path)) + 200


DEEP = "[" * 100_000
"""Deeper than a reader of JSON or TOML that calls itself goes."""


def test_kept_files_that_are_too_deep_are_set_aside(tmp_path: Path) -> None:
    settings, progress = tmp_path / "settings.toml", tmp_path / "progress.json"
    settings.write_text(f"latencies = {DEEP}", encoding="utf-8")
    progress.write_text(DEEP, encoding="utf-8")
    assert load_settings(settings).settings == NEW
    assert (tmp_path / "settings.damaged-1.toml").exists()
    assert "is kept as progress.damaged-1.json" in load_progress(progress)[1]
    taps = tmp_path / "song.taps.json"
    taps.write_text(DEEP, encoding="utf-8")
    kept, word = resumed(taps, "line", ())
    assert kept == ()
    assert word is not None
    assert "is kept as song.taps.damaged-1.json" in word.en
