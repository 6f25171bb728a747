"""Models of all kinds: each is drawn at every operation, and no text lies over another."""

import os

os.environ["SDL_VIDEODRIVER"] = "dummy"

from itertools import combinations
from pathlib import Path

import pygame
import pytest
from builders import EPOCH, open_stepper, sing
from test_panels import frames_of

from app.draw import reported
from app.stage import Stage
from loop_core.lessons import LESSONS
from loop_core.operations import Operation

pytestmark = pytest.mark.usefixtures("fonts")

SCRIPT = """
import torch
from torch import nn

torch.manual_seed(0)
{inputs}
{targets}
X_train, y_train, X_test, y_test = X[:40], y[:40], X[40:], y[40:]

{model}

loss_fn = {loss}
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
epochs = 4
for epoch in range(epochs):
    model.train()
    logits = model(X_train)
    loss = loss_fn(logits, y_train)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

    # Testing
    model.eval()
    with torch.inference_mode():
        test_logits = model(X_test)
        test_loss = loss_fn(test_logits, y_test)
    if epoch % 10 == 0:
        print(f"{{epoch}}: {{loss:.5f}} {{test_loss:.5f}}")
torch.save(model.state_dict(), "model.pt")
"""

MODELS = {
    "wide": (
        "X = torch.randn(60, 64)",
        "y = X[:, :1]",
        "nn.MSELoss()",
        "model = nn.Sequential("
        "nn.Linear(64, 3000), nn.ReLU(), nn.Linear(3000, 3000), nn.ReLU(), nn.Linear(3000, 1))",
    ),
    "batch norm and dropout": (
        "X = torch.randn(60, 6)",
        "y = (X[:, :1] > 0).float()",
        "nn.BCEWithLogitsLoss()",
        "model = nn.Sequential("
        "nn.Linear(6, 12), nn.BatchNorm1d(12), nn.Tanh(), nn.Dropout(0.2), nn.Linear(12, 12, bias=False),"
        "nn.BatchNorm1d(12), nn.Tanh(), nn.Linear(12, 1))",
    ),
    "convolutions": (
        "X = torch.rand(60, 1, 12, 12)",
        "y = (X.mean(dim=(1, 2, 3)) * 40).long() % 4",
        "nn.CrossEntropyLoss()",
        "model = nn.Sequential("
        "nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 16, 3), nn.ReLU(),"
        "nn.Flatten(), nn.Linear(256, 32), nn.ReLU(), nn.Linear(32, 4))",
    ),
    "deep": (
        "X = torch.rand(60, 12)",
        "y = (X.mean(dim=1) * 40).long() % 4",
        "nn.CrossEntropyLoss()",
        """
class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(20, 20)
        self.norm = nn.LayerNorm(20)

    def forward(self, x):
        return x + torch.relu(self.linear(self.norm(x)))


blocks = [Block() for _ in range(20)]
model = nn.Sequential(nn.Linear(12, 300), nn.Linear(300, 20), *blocks, nn.Linear(20, 4))
""",
    ),
    "recurrent": (
        "X = torch.randn(60, 9, 3)",
        "y = X.sum(dim=(1, 2))[:, None]",
        "nn.MSELoss()",
        """
class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(3, 24, batch_first=True)
        self.head = nn.Linear(24, 1)

    def forward(self, x):
        return self.head(self.lstm(x)[0][:, -1])


model = Recurrent()
""",
    ),
    "a transformer": (
        "X = torch.randint(0, 30, (60, 16))",
        "y = X[:, 0] % 4",
        "nn.CrossEntropyLoss()",
        """
class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1 = nn.LayerNorm(32)
        self.attention = nn.MultiheadAttention(32, 4, batch_first=True)
        self.norm2 = nn.LayerNorm(32)
        self.mlp = nn.Sequential(nn.Linear(32, 128), nn.GELU(), nn.Linear(128, 32))

    def forward(self, x):
        n = self.norm1(x)
        x = x + self.attention(n, n, n, need_weights=False)[0]
        return x + self.mlp(self.norm2(x))


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(30, 32)
        self.position = nn.Parameter(torch.randn(1, 16, 32) * 0.1)
        self.blocks = nn.Sequential(*[Block() for _ in range(3)])
        self.head = nn.Linear(32, 4)

    def forward(self, x):
        return self.head(self.blocks(self.embedding(x) + self.position).mean(dim=1))


model = Transformer()
""",
    ),
}
"""Inputs, targets, loss function and model."""


def source_of(name: str) -> str:
    inputs, targets, loss, model = MODELS[name]
    return SCRIPT.format(inputs=inputs, targets=targets, loss=loss, model=model)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("size", [(1920, 1080), (1024, 768)], ids=str)
def test_it_is_drawn_and_its_texts_stand_apart(name: str, size: tuple[int, int], tmp_path: Path) -> None:
    path = tmp_path / "lesson.py"
    path.write_text(source_of(name), encoding="utf-8")
    stage, surface = Stage(size), pygame.Surface(size)
    for frame in frames_of(LESSONS[0], tmp_path, path)[:20]:
        with reported() as boxes:
            stage.draw(surface, frame)
        for box in boxes:
            assert surface.get_rect().contains(box.rect), box
        for a, b in combinations(boxes, 2):
            assert not a.rect.inflate(0, -a.rect.height // 3).colliderect(
                b.rect.inflate(0, -b.rect.height // 3)
            ), (a, b)


@pytest.mark.parametrize("name", MODELS)
def test_each_of_its_operations_is_proved(name: str, tmp_path: Path) -> None:
    stepper = open_stepper(source_of(name), tmp_path)
    snapshots = sing(stepper, (Operation.SETUP, *EPOCH))
    stepper.close()
    assert [(s.operation, s.evidence) for s in snapshots if not s.evidence.holds] == []
    assert (snapshots[0].outline is None) == (name == "wide")  # which is too large to be copied
    assert snapshots[-1].forward is not None
