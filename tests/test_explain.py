"""What a script is taken for is said without running it, and comments settle what the text does not."""

import re
from pathlib import Path

import pytest
import torch
from commands import RUNNER, refused
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.cli import app
from loop_core.errors import InputError
from loop_core.listing import compile_listing, read_listing
from loop_core.operations import Operation

SCRIPTS = Path(__file__).with_name("scripts")
LOOP = (
    "for e in range(3):\n    model.train()\n    loss = f(model(x), y)\n    loss.backward()\n    opt.step()\n"
)


def explained(path: Path, *options: str) -> str:
    result = RUNNER.invoke(app, ["explain", str(path), *options])
    assert result.exit_code == 0, result.output
    return result.output


def lines_of(path: Path, operation: Operation) -> set[int]:
    return {site.line for site in read_listing(path).sites if site.operation is operation}


def test_each_line_stands_with_its_operation_and_the_song_with_its_code() -> None:
    output = explained(SCRIPTS / "step_functions.py")
    rows = output.splitlines()
    assert any(row.split() == ["23", "backward", "loss.backward()"] for row in rows)
    assert any(row.split() == ["31", "test,", "eval", "model.eval()"] for row in rows)
    assert any(row.startswith("Loss backward") and "23: loss.backward()" in row for row in rows)
    assert "batches: the first batch of a sung epoch is sung, the others run fast" in rows


def test_nothing_of_the_script_is_run(tmp_path: Path) -> None:
    path = tmp_path / "loud.py"
    path.write_text(f"open({str(tmp_path / 'made')!r}, 'w')\n{LOOP}", encoding="utf-8")
    explained(path)
    assert not (tmp_path / "made").exists()


def test_what_a_loop_lacks_is_said(tmp_path: Path) -> None:
    path = tmp_path / "short.py"
    path.write_text(LOOP, encoding="utf-8")
    rows = [row for row in explained(path).splitlines() if row.startswith("Test time!")]
    assert all("not in this loop" in row for row in rows)


def test_a_module_beside_the_script_is_explained_with_it() -> None:
    output = explained(SCRIPTS / "with_modules" / "train.py")
    assert str(SCRIPTS / "with_modules" / "engine.py") in output
    assert "engine.py 14: loss.backward()" in output


@pytest.mark.parametrize("guarded", [False, True])
def test_what_runs_with_the_line_before_is_said(tmp_path: Path, guarded: bool) -> None:
    clip = "clip_grad_norm_(model.parameters(), 1.0)"
    clip = f"    if e:\n        {clip}\n" if guarded else f"    {clip}\n"
    path = tmp_path / "clips.py"
    path.write_text(LOOP.replace("    opt.step()\n", f"{clip}    opt.step()\n"), encoding="utf-8")
    rows = explained(path).splitlines()
    assert any("with the line before" in row and "clip_grad_norm_" in row for row in rows)


def test_what_is_only_guessed_is_marked(tmp_path: Path) -> None:
    path = tmp_path / "guesses.py"
    phases = "for e in range(3):\n    with torch.set_grad_enabled(e > 1):\n        out = model(x)\n"
    learning = (
        "        loss = (out - y).abs().mean()\n    model.train()\n    loss.backward()\n    opt.step()\n"
    )
    path.write_text(phases + learning, encoding="utf-8")
    rows = [" ".join(row.split()) for row in explained(path).splitlines()]
    assert "3 forward?, test_forward? (decided when it runs) out = model(x)" in rows
    assert "4 loss?, test_loss? (decided when it runs) loss = (out - y).abs().mean()" in rows
    assert "6 backward loss.backward()" in rows


def test_a_comment_settles_what_a_line_is(tmp_path: Path) -> None:
    path = tmp_path / "said.py"
    said = LOOP.replace("    opt.step()", "    opt.step()  # torchaoke: none\n    go()  # torchaoke: step")
    path.write_text(said, encoding="utf-8")
    assert lines_of(path, Operation.STEP) == {6}
    assert "step (as the comment says)" in explained(path)


@pytest.mark.parametrize("word", ["backwards", "epoch", "x"])
def test_a_comment_that_says_no_operation_is_refused_with_its_line(tmp_path: Path, word: str) -> None:
    path = tmp_path / "said.py"
    path.write_text(LOOP + f"    go()  # torchaoke: {word}\n", encoding="utf-8")
    message = refused("explain", str(path))
    assert f"{path}:6: '# torchaoke: {word}' is no operation; expected one of: backward, eval," in message


def test_the_function_is_chosen_where_there_are_several(tmp_path: Path) -> None:
    path = tmp_path / "two.py"
    functions = [f"def {name}():\n" + "".join(f"    {row}\n" for row in LOOP.splitlines()) for name in "ab"]
    path.write_text("\n".join([*functions, "a()", "b()"]), encoding="utf-8")
    assert lines_of(path, Operation.BACKWARD) == {5}
    assert "at line 9, run as they are" in explained(path)
    assert {s.line for s in read_listing(path, function="b").sites if s.operation is Operation.STEP} == {13}
    assert "there is no such function" in refused("explain", str(path), "--function", "c")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("trainer.fit(model, data)", ":2: trainer.fit() has its loop in a library"),
        ("accelerator.launch(train)", ":2: accelerator.launch() has its loop in a library"),
        ("print('nothing')", "no training loop found"),
    ],
)
def test_a_loop_that_cannot_be_seen_is_named(tmp_path: Path, line: str, words: str) -> None:
    path = tmp_path / "hidden.py"
    path.write_text(f"import torch\n{line}\n", encoding="utf-8")
    assert words in refused("explain", str(path))


def test_a_lesson_and_a_script_are_not_both_asked_for() -> None:
    script = str(SCRIPTS / "gan.py")
    assert "expected one of them" in refused("headless", script, "--lesson", "circles")
    assert "--function 'f' without a script" in refused("headless", "--function", "f")


def test_arguments_after_two_dashes_are_the_scripts_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = RUNNER.invoke(app, ["headless", str(SCRIPTS / "main_guard.py"), "--", "--epochs", "12"])
    assert result.exit_code == 0, result.output
    assert "to the end of epoch 11" in result.output
    assert (tmp_path / "result.pt").is_file()
    failed = RUNNER.invoke(app, ["headless", str(SCRIPTS / "main_guard.py"), "--", "--what"])
    assert failed.exit_code == 1


fragments = st.lists(
    st.sampled_from(
        [*LOOP.splitlines(), "def f(a, b):", "    return f(a, b)", "while True:", "    f(1, 2)", "class C:"]
    ),
    max_size=12,
)


@given(fragments)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_mixture_of_lines_is_read_or_refused_with_words(tmp_path: Path, lines: list[str]) -> None:
    path = tmp_path / "any.py"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    try:
        listing = read_listing(path)
    except InputError:
        return
    assert len(compile_listing(listing)) == 1
    assert listing.site(Operation.EPOCH) is not None


def test_a_step_is_a_step_only_of_an_optimizer(tmp_path: Path) -> None:
    from loop_core.stepper import Stepper

    path = tmp_path / "timer.py"
    path.write_text(TIMER, encoding="utf-8")
    stepper = Stepper(read_listing(path), tmp_path, None)
    snapshot, _ = stepper.perform(0, Operation.STEP)
    stepper.close()
    assert snapshot.evidence.text == "2 of 2 parameters changed, by at most 1"


TIMER = """import torch


class Timer:
    def step(self):
        print("tick")


def make():
    return Timer()


model = torch.nn.Linear(1, 1)
updater = torch.optim.SGD(model.parameters(), 1.0)
timer, x = make(), torch.ones(2, 1)
for epoch in range(4):
    timer.step()
    loss = model(x).mean()
    updater.zero_grad()
    loss.backward()
    updater.step()
"""


def readme_section(name: str) -> str:
    text = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    return text.partition(f"\n## {name}\n")[2].partition("\n## ")[0]


def test_the_readme_s_own_loop_runs_as_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`headless` stands for `play`, which opens a window."""
    commands = re.findall(r"^\.venv/bin/torchaoke (.*)$", readme_section("Your own loop"), re.MULTILINE)
    assert [command.split()[0] for command in commands] == ["explain", "play"]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tests").symlink_to(SCRIPTS.parent)
    for command in commands:
        result = RUNNER.invoke(app, command.replace("play", "headless").split())
        assert result.exit_code == 0, result.output


def test_the_readme_s_call_for_notebooks_runs_as_it_is_written() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", readme_section("Your own loop"), re.DOTALL)
    torch.manual_seed(0)
    model = torch.nn.Linear(2, 1)
    names = {
        "model": model,
        "loss_fn": torch.nn.MSELoss(),
        "optimizer": torch.optim.SGD(model.parameters(), lr=0.1),
        **{name: torch.randn(8, 2) for name in ("X_train", "X_test")},
        **{name: torch.randn(8, 1) for name in ("y_train", "y_test")},
    }
    before = model.weight.detach().clone()
    assert "epochs=20)" in code
    exec(code.replace("epochs=20)", "epochs=20, window=False)"), names)
    assert not torch.equal(before, model.weight)
