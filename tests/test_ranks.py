"""One lesson in two processes of PyTorch's own launcher; the referee is the same lesson in one."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pygame
import pytest
import torch
from commands import RUNNER
from pictures import check_picture

from app.cli import app

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="gloo finds its network elsewhere otherwise")

DIES = """import os

import torch

torch.manual_seed(0)
X, y = torch.randn(20, 2), torch.randn(20, 1)
model = torch.nn.Linear(2, 1)
loss_fn = torch.nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for epoch in range(30):
    if epoch == 3 and os.environ["RANK"] == "1":
        os._exit(9)
    pred = model(X)
    loss = loss_fn(pred, y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""

SHARES_ITSELF = """import os

import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel

dist.init_process_group("gloo")
rank = dist.get_rank()
torch.manual_seed(0)
X, y = torch.randn(20, 2) + rank, torch.randn(20, 1)
model = DistributedDataParallel(torch.nn.Linear(2, 1))
loss_fn = torch.nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for epoch in range(8):
    pred = model(X)
    loss = loss_fn(pred, y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if rank == 0:
        print(epoch)
    dist.barrier()
torch.save(model.module.state_dict(), f"{os.environ.get('OUT', 'sung')}{rank}.pt")
dist.destroy_process_group()
"""


def launched(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`torchaoke headless` in two processes."""
    return under_launcher(folder, "-m", "app", "headless", *arguments)


def under_launcher(folder: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Something in two processes."""
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    root = str(Path(__file__).parents[1])
    environment = {**os.environ, "GLOO_SOCKET_IFNAME": "lo", "PYTHONPATH": root, **variables}
    return subprocess.run(
        [*launcher, *command],
        capture_output=True,
        text=True,
        timeout=180,
        cwd=folder,
        env=environment,
    )


def cues(trace: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in trace.read_text(encoding="utf-8").splitlines()[1:]]


def test_two_ranks_have_the_gradients_of_one(tmp_path: Path, accept_pictures: bool) -> None:
    pictures = "--frames", "pictures", "--size", "960x540", "--fps", "2"
    run = launched(tmp_path, "--lesson", "digits", "--trace", "two.jsonl", *pictures)
    assert run.returncode == 0, run.stderr
    assert run.stdout.count("30 of 30 operations proved: digits is right.") == 1  # the first rank shows
    alone = RUNNER.invoke(app, ["headless", "--lesson", "digits", "--trace", str(tmp_path / "one.jsonl")])
    assert alone.exit_code == 0
    two, one = (cues(tmp_path / name) for name in ("two.jsonl", "one.jsonl"))
    backward = next(i for i, cue in enumerate(one) if cue["operation"] == "backward")
    assert two[backward]["grad_norm"] == pytest.approx(one[backward]["grad_norm"], rel=1e-4)
    assert "2 ranks: all-reduce: own norms " in two[backward]["evidence"]
    assert all(cue["evidence"].startswith("2 ranks: ") for cue in two)
    drawn = tmp_path / "pictures" / f"frame_{round(2 * two[backward]['time']) + 3:06}.png"
    check_picture(pygame.image.load(drawn), "stage/backward_two_ranks", tmp_path, accept_pictures)


def test_when_a_rank_dies_the_others_say_so_and_end(tmp_path: Path) -> None:
    (tmp_path / "dies.py").write_text(DIES, encoding="utf-8")
    run = launched(tmp_path, "dies.py")
    assert run.returncode != 0
    assert "another rank is gone" in run.stdout + run.stderr
    assert "operations proved" not in run.stdout or "FAILED" in run.stdout


def test_a_script_that_shares_its_model_itself_ends_with_the_same_bits(tmp_path: Path) -> None:
    (tmp_path / "shares.py").write_text(SHARES_ITSELF, encoding="utf-8")
    plain = under_launcher(tmp_path, "shares.py", OUT="plain")
    assert plain.returncode == 0, plain.stderr
    run = launched(tmp_path, "shares.py")
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.count("shares does what its lines say.") == 1
    for rank in "01":
        one, two = (
            torch.load(tmp_path / f"{name}{rank}.pt", weights_only=True) for name in ("plain", "sung")
        )
        assert all(torch.equal(one[name], two[name]) for name in one)
