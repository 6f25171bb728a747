"""Scripts that nobody prepared, of many shapes: each ends as it does when Python alone runs it."""

import contextlib
import io
import random
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from builders import WHOLE_SONG

from loop_core.listing import Listing, read_listing
from loop_core.operations import Operation
from loop_core.outcomes import Outcome, outcome_of
from loop_core.snapshot import Snapshot
from loop_core.stepper import Stepper
from loop_core.trials import run_trial
from loop_core.variants import entries_for

SCRIPTS = sorted(
    path
    for path in (Path(__file__).with_name("scripts")).rglob("*.py")
    if path.parent.name == "scripts" or path.name == "train.py"
)


def name_of(path: Path) -> str:
    return path.stem if path.parent.name == "scripts" else path.parent.name


def run_plainly(path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """What Python makes of it, in a folder; what it prints."""
    out = io.StringIO()
    monkeypatch.setattr(sys, "argv", [str(path)])
    monkeypatch.syspath_prepend(path.parent)
    before = set(sys.modules)
    with contextlib.chdir(folder), contextlib.redirect_stdout(out):
        runpy.run_path(str(path), run_name="__main__")
    for name in set(sys.modules) - before:
        if Path(getattr(sys.modules[name], "__file__", None) or "/").parent == path.parent:
            del sys.modules[name]
    return out.getvalue()


def equal(a: object, b: object) -> bool:
    if isinstance(a, torch.Tensor) and isinstance(b, torch.Tensor):
        return a.dtype == b.dtype and torch.equal(a, b)
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(equal(a[key], b[key]) for key in a)
    return a == b


@pytest.fixture(params=SCRIPTS, ids=name_of)
def script(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def sung(listing: Listing, folder: Path) -> tuple[list[Snapshot], list[str]]:
    """The whole song to the script; its snapshots, and all that it printed."""
    stepper = Stepper(listing, folder, 10)
    snapshots = [stepper.perform(number, operation)[0] for number, operation in enumerate(WHOLE_SONG)]
    stepper.finish()
    printed = [line for snapshot in snapshots for line in snapshot.printed] + list(stepper.printed())
    stepper.close()
    return snapshots, printed


def test_the_sung_script_ends_with_the_same_bits(
    script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, stepped = tmp_path / "plain", tmp_path / "stepped"
    plain.mkdir()
    stepped.mkdir()
    torch.manual_seed(99)
    printed = run_plainly(script, plain, monkeypatch)
    torch.manual_seed(99)
    np.random.seed(0)
    random.seed(0)
    with contextlib.chdir(stepped):
        snapshots, said = sung(read_listing(script), stepped)
    assert snapshots[-1].error is None
    saved = [torch.load(folder / "result.pt", weights_only=True) for folder in (plain, stepped)]
    assert equal(*saved)
    assert said == printed.splitlines()


def test_what_the_loop_has_is_proved_and_what_it_lacks_is_said(script: Path, tmp_path: Path) -> None:
    listing = read_listing(script)
    with contextlib.chdir(tmp_path):
        snapshots, _ = sung(listing, tmp_path)
    for operation, snapshot in zip(WHOLE_SONG, snapshots, strict=True):
        evidence = snapshot.evidence
        assert evidence.holds or evidence.absent, (operation, evidence.text)
        missing = listing.site(operation) is None or "ended without it" in evidence.text
        assert evidence.absent == missing, (operation, evidence.text)
    proved = {snapshot.operation for snapshot in snapshots if snapshot.evidence.holds}
    assert proved >= {Operation.SETUP, Operation.EPOCH, Operation.FORWARD, Operation.LOSS, Operation.BACKWARD}
    assert proved >= {Operation.STEP, Operation.EPOCHS, Operation.REMAINING, Operation.SAVE}


@pytest.mark.parametrize("name", ["step_functions", "trainer_class", "with_modules/train", "module_loop"])
def test_an_edit_of_a_script_has_its_true_outcome(name: str) -> None:
    listing = read_listing(Path(__file__).with_name("scripts") / f"{name}.py")
    right = run_trial(listing, listing.source)
    assert right.error is None
    assert len(right.train.value) > 20
    assert right.start != right.end
    entry = next(entry for entry in entries_for(listing, right) if entry.variant.name == "no_step")
    if entry.source is None:
        assert entry.reason is not None
        return  # the step stands in a module beside the script
    wrong = run_trial(listing, entry.source)
    assert outcome_of(right, right) is Outcome.SAME
    assert outcome_of(right, wrong) is Outcome.NOTHING
