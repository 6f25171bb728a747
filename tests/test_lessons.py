"""The bundled lessons against independent referees: Python alone, scikit-learn, and published figures."""

import hashlib
import os
import platform
import re
import runpy
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from builders import WHOLE_SONG, sing

from loop_core.errors import InputError
from loop_core.lessons import LESSONS, Lesson, find_lesson
from loop_core.listing import read_listing
from loop_core.operations import Operation
from loop_core.snapshot import Snapshot
from loop_core.stepper import Stepper

NAMES = [lesson.name for lesson in LESSONS]
EXACT = platform.machine() in {"x86_64", "AMD64"}
"""Where the published figures come out to the last bit."""


@dataclass
class Both:
    """One lesson run plainly by Python in a process of its own, and stepped here to a whole song."""

    lesson: Lesson
    plain_output: str
    plain_state: dict[str, torch.Tensor]
    snapshots: list[Snapshot]
    printed: list[str]
    names: dict[str, Any]

    def after(self, operation: Operation, verse: int = 0) -> Snapshot:
        """The snapshot of an operation in the first (0) or second (1) epoch that is sung."""
        return [s for s in self.snapshots if s.operation is operation][verse]


def run_both(lesson: Lesson, folder: Path) -> Both:
    alone, stepped = folder / "alone", folder / "stepped"
    alone.mkdir()
    plain = subprocess.run(
        [sys.executable, lesson.path],
        cwd=alone,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        env={**os.environ, "OMP_NUM_THREADS": "1"},  # more threads would add up in another order
    )
    assert plain.stderr == ""
    (saved,) = alone.iterdir()
    stepper = Stepper(read_listing(lesson.path, lesson.name), stepped, lesson.epochs_per_fast_line)
    snapshots = sing(stepper, WHOLE_SONG)
    names = dict(stepper._run.names)
    stepper.close()
    printed = [line for snapshot in snapshots for line in snapshot.printed]
    return Both(lesson, plain.stdout, torch.load(saved, weights_only=True), snapshots, printed, names)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Both]:
    """Runs a lesson both ways when it is asked for first."""
    return cache(lambda name: run_both(find_lesson(name), tmp_path_factory.mktemp(name)))


@pytest.fixture(params=NAMES)
def both(request: pytest.FixtureRequest, run: Callable[[str], Both]) -> Both:
    return run(request.param)


@pytest.fixture
def line(run: Callable[[str], Both]) -> Both:
    return run("straight_line")


@pytest.fixture
def circles(run: Callable[[str], Both]) -> Both:
    return run("circles")


@pytest.fixture
def digits(run: Callable[[str], Both]) -> Both:
    return run("digits")


@pytest.fixture
def gpt(run: Callable[[str], Both]) -> Both:
    return run("tiny_gpt")


def equal(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[key], b[key]) for key in a)


def close(value: float | None, expected: float) -> bool:
    return value == expected if EXACT else value == pytest.approx(expected, abs=1e-6)


def test_the_stepped_loop_ends_with_the_weights_of_the_plain_one_to_the_last_bit(both: Both) -> None:
    assert equal(both.names["model"].state_dict(), both.plain_state)


def test_the_stepped_loop_saves_what_the_plain_one_saves(both: Both) -> None:
    saved = both.snapshots[-1].saved
    assert saved is not None
    assert equal(torch.load(saved.path, weights_only=True), both.plain_state)
    assert saved.size == Path(saved.path).stat().st_size
    assert [path.name for path in Path(saved.path).parent.iterdir()] == [saved.name]


def test_the_stepped_loop_prints_what_the_plain_one_prints(both: Both) -> None:
    assert "".join(f"{line}\n" for line in both.printed) == both.plain_output


def test_every_operation_of_a_whole_song_is_proved(both: Both) -> None:
    assert [(s.operation, s.evidence) for s in both.snapshots if not s.evidence.holds] == []


def test_the_losses_of_all_epochs_are_those_of_a_plain_run(
    both: Both, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source = both.lesson.path.read_text(encoding="utf-8")
    recording = re.sub(r"(?m)^( +)((?:test_)?loss) = .*$", r"\g<0>\n\1record_\2.append(\2.item())", source)
    assert recording.count("record_") == 2
    copy = tmp_path / "recording.py"
    copy.write_text(recording, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    losses: dict[str, list[float]] = {"record_loss": [], "record_test_loss": []}
    runpy.run_path(str(copy), init_globals=losses, run_name="__main__")
    last = both.snapshots[-1]
    assert last.train_series.value.tolist() == losses["record_loss"]
    assert last.test_series.value.tolist() == losses["record_test_loss"]
    assert last.train_series.epoch.tolist() == list(range(both.lesson.epochs))
    assert capsys.readouterr().out == both.plain_output


def test_the_table_says_how_many_epochs_the_file_runs(both: Both) -> None:
    assert both.names["epochs"] == both.lesson.epochs
    assert both.snapshots[0].epochs == both.lesson.epochs


@pytest.mark.parametrize("lesson", LESSONS, ids=NAMES)
def test_every_lesson_says_what_it_is(lesson: Lesson) -> None:
    assert lesson.title.strip()
    assert lesson.summary.strip()
    assert lesson.epochs % lesson.epochs_per_fast_line == 0


def test_every_lesson_file_is_in_the_table() -> None:
    folder = LESSONS[0].path.parent
    assert {path.stem for path in folder.glob("[a-z]*.py")} == set(NAMES)


def test_an_unknown_lesson_is_answered_with_the_nearest_names() -> None:
    with pytest.raises(InputError, match=r"no lesson 'circle'; did you mean 'circles'\?"):
        find_lesson("circle")
    with pytest.raises(InputError, match="there are: straight_line, circles"):
        find_lesson("xyz")


def test_the_published_table_comes_out(line: Both) -> None:
    last = line.snapshots[-1]
    assert len(line.lesson.published) == 10
    for epoch, train, test in line.lesson.published:
        assert close(last.train_series.value[epoch], train)
        assert close(last.test_series.value[epoch], test)
    rows = [f"{epoch}: {train} {test}" for epoch, train, test in line.lesson.published]
    assert not EXACT or line.printed == rows


def test_the_published_table_is_the_books() -> None:
    """Eight digits of each row of learnpytorch.io, chapter 1, copied by hand."""
    assert [(e, f"{a:.8f}", f"{b:.8f}") for e, a, b in find_lesson("straight_line").published] == [
        (0, "0.31288138", "0.48106518"),
        (10, "0.19767132", "0.34635520"),
        (20, "0.08908726", "0.21729660"),
        (30, "0.05314853", "0.14464018"),
        (40, "0.04543797", "0.11360953"),
        (50, "0.04167863", "0.09919948"),
        (60, "0.03818933", "0.08886633"),
        (70, "0.03476090", "0.08059376"),
        (80, "0.03132383", "0.07232123"),
        (90, "0.02788740", "0.06473556"),
    ]


def test_the_straight_line_ends_at_the_books_weights(line: Both) -> None:
    assert close(line.names["model"].weights.item(), 0.5784404277801514)
    assert close(line.names["model"].bias.item(), 0.3513098657131195)


def test_the_straight_lines_first_epoch_has_the_books_numbers(line: Both) -> None:
    setup = line.after(Operation.SETUP)
    weights, bias = setup.params
    assert (weights.name, bias.name) == ("weights", "bias")
    assert close(weights.value.item(), 0.33669036626815796)
    assert close(bias.value.item(), 0.12880940735340118)
    assert [p.grad for p in line.after(Operation.ZERO_GRAD).params] == [None, None]
    for operation in (Operation.BACKWARD, Operation.STEP, Operation.TEST_LOSS):
        grads = [p.grad.item() for p in line.after(operation).params if p.grad is not None]
        assert len(grads) == 2
        assert close(grads[0], -0.39000001549720764)
        assert close(grads[1], -1.0)
    moved = [(p.value - p.previous).item() for p in line.after(Operation.STEP).params]
    assert moved == pytest.approx([0.0039, 0.01], abs=1e-6)
    again = line.after(Operation.ZERO_GRAD, verse=1)
    assert [p.grad for p in again.params] == [None, None]
    assert line.after(Operation.LOSS, verse=1).params[0].grad is not None


CIRCLES = {
    0: ".69295 50.00 | .69319 50.00",
    100: ".69115 52.88 | .69102 52.50",
    500: ".68102 52.75 | .67941 56.50",
    800: ".65160 64.00 | .64757 67.50",
    900: ".62362 74.00 | .62145 79.00",
}
"""Train loss and accuracy | test loss and accuracy: learnpytorch.io, chapter 2, model V2."""


def test_the_circles_have_the_books_figures(circles: Both) -> None:
    rows = {int(row.split(":")[0]): row for row in circles.printed}
    for epoch, expected in CIRCLES.items():
        assert rows[epoch].replace("%", "").replace(" 0.", " .") == f"{epoch}: {expected}"


def test_the_blobs_are_told_apart(tmp_path: Path) -> None:
    lesson = find_lesson("blobs")
    stepper = Stepper(read_listing(lesson.path), tmp_path, lesson.epochs_per_fast_line)
    last = sing(stepper, (Operation.SETUP, Operation.REMAINING))[-1]
    stepper.close()
    assert last.test is not None
    assert last.test.predictions is not None
    assert (last.test.predictions.argmax(axis=1) == last.test.targets).mean() > 0.99


def test_the_digits_are_ten_and_as_often_in_each_set_and_all_different(digits: Both) -> None:
    for half, count in (("train", 400), ("test", 200)):
        X, y = digits.names[f"X_{half}"], digits.names[f"y_{half}"]
        assert X.shape == (count, 1, 12, 12)
        assert y.bincount().tolist() == [count // 10] * 10
    pictures = torch.cat([digits.names["X_train"], digits.names["X_test"]]).flatten(1)
    assert len(pictures.unique(dim=0)) == 600


def test_the_digits_are_read(digits: Both) -> None:
    first, last = digits.after(Operation.TEST_LOSS), digits.snapshots[-1]
    for snapshot, least, most in ((first, 0.0, 0.3), (last, 0.9, 1.0)):
        assert snapshot.test is not None
        assert snapshot.test.best is not None
        assert least <= (snapshot.test.best == snapshot.test.targets).mean() <= most
    assert digits.printed[0].startswith("0: 2.30")
    assert len(digits.printed) == 6


def test_the_gpt_has_a_million_weights_and_learns_to_spell(gpt: Both) -> None:
    assert 0.9e6 < sum(p.numel() for p in gpt.names["model"].parameters()) < 1.1e6
    last = gpt.snapshots[-1]
    assert last.train_series.value[0] > 3
    assert last.train_series.value[-10:].mean() < 1
    assert last.test_series.value[-10:].mean() < 1
    assert last.test is not None
    assert last.test.text is not None
    assert last.test.text.wrong < 0.3 * last.test.text.total
    words = set("".join(gpt.names["sentences"]).replace(".", "").split())
    written = gpt.printed[-1].split(" ", 3)[3]
    assert len(written) == 28
    assert len(words & set(written.replace(".", "").split())) >= 3


def test_the_gpt_is_tested_on_sentences_that_it_has_not_read(gpt: Both) -> None:
    signs = gpt.names["characters"]
    train, test = (
        {sentence.strip() for sentence in "".join(signs[i] for i in gpt.names[name]).split(".")} - {""}
        for name in ("train_text", "test_text")
    )
    assert (len(train), len(test), train & test) == (200, 16, set())


def test_the_gpt_looks_only_back(gpt: Both) -> None:
    model, X = gpt.names["model"].eval(), gpt.names["X_test"]
    changed = X.clone()
    changed[:, 10:] = (changed[:, 10:] + 1) % 24
    with torch.inference_mode():
        before, after = model(X), model(changed)
    assert torch.equal(before[:, :, :10], after[:, :, :10])
    assert not torch.allclose(before[:, :, 10:], after[:, :, 10:])
    assert before.shape == (8, 24, 24)


def test_the_gpts_attention_is_in_view_in_both_halves(gpt: Both) -> None:
    forward, test = gpt.after(Operation.FORWARD).forward, gpt.after(Operation.TEST_LOSS).test_forward
    for seen in (gpt.after(Operation.SETUP).outline, forward, test):
        assert seen is not None
        attention = [layer for layer in seen.layers if layer.kind == "Softmax"]
        assert [layer.maps.shape for layer in attention if layer.maps is not None] == [(4, 16, 16)] * 2


DIGESTS = {
    "circles": "80d9ec58575c7e9b49ff8057d367b47ca43f6e6c123861971d8f9bd4557c5628",
    "blobs": "6d6fa0c5359b80ba43433650f2235201cc7ca4aba4e3a2eeb0c3d31b71399ab3",
}
"""sha256 of scikit-learn's X_train, X_test, y_train, y_test as little-endian float32, computed from 1.9."""


def data_of(name: str, folder: Path) -> list[Any]:
    lesson = find_lesson(name)
    stepper = Stepper(read_listing(lesson.path), folder, lesson.epochs_per_fast_line)
    stepper.perform(0, Operation.SETUP)
    found = [stepper._run.names[key].float().numpy() for key in ("X_train", "X_test", "y_train", "y_test")]
    stepper.close()
    return found


@pytest.mark.parametrize("name", DIGESTS)
def test_the_data_sets_have_the_digest_of_scikit_learns(name: str, tmp_path: Path) -> None:
    data = b"".join(array.astype("<f4").tobytes() for array in data_of(name, tmp_path))
    assert hashlib.sha256(data).hexdigest() == DIGESTS[name]


@pytest.mark.parametrize("name", DIGESTS)
def test_the_data_sets_are_scikit_learns(name: str, tmp_path: Path) -> None:
    datasets = pytest.importorskip("sklearn.datasets")
    selection = pytest.importorskip("sklearn.model_selection")
    X, y = {
        "circles": lambda: datasets.make_circles(1000, noise=0.03, random_state=42),
        "blobs": lambda: datasets.make_blobs(1000, n_features=2, centers=4, cluster_std=1.5, random_state=42),
    }[name]()
    expected = selection.train_test_split(X, y, test_size=0.2, random_state=42)
    for mine, theirs in zip(data_of(name, tmp_path), expected, strict=True):
        assert np.array_equal(mine, theirs.astype(np.float32))
