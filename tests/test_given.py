"""`loop_core.sing`: objects of one's own, trained to a song; the referee is the same loop without us."""

from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from loop_core import sing
from loop_core.errors import InputError
from loop_core.operations import Operation

Data = tuple[torch.Tensor, torch.Tensor]


def objects(seed: int = 0) -> tuple[nn.Module, nn.Module, torch.optim.Optimizer, Data, Data]:
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1))
    x = torch.randn(40, 2)
    y = x[:, :1] * x[:, 1:]
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    return model, nn.MSELoss(), optimizer, (x[:30], y[:30]), (x[30:], y[30:])


def trained_plainly(batches: Any, epochs: int) -> dict[str, torch.Tensor]:
    model, loss_fn, optimizer, _, _ = objects()
    for _ in range(epochs):
        model.train()
        for x, y in batches:
            optimizer.zero_grad()
            loss_fn(model(x), y).backward()
            optimizer.step()
    return model.state_dict()


def same(a: dict[str, torch.Tensor], b: dict[str, torch.Tensor]) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[key], b[key]) for key in a)


def test_the_model_is_trained_in_place_with_the_bits_of_the_plain_loop() -> None:
    model, loss_fn, optimizer, train, test = objects()
    snapshots = sing(model, loss_fn, optimizer, train, test, epochs=12, window=False)
    assert same(model.state_dict(), trained_plainly([train], 12))
    proved = {snapshot.operation for snapshot in snapshots if snapshot.evidence.holds}
    assert proved == set(Operation) - {Operation.SAVE}
    assert snapshots[-1].loss is not None
    assert len(snapshots[-2].train_series.value) == 12


def test_batches_of_a_loader_are_gone_through() -> None:
    model, loss_fn, optimizer, train, test = objects()
    loader = DataLoader(TensorDataset(*train), batch_size=10)
    sing(model, loss_fn, optimizer, loader, DataLoader(TensorDataset(*test)), epochs=9, window=False)
    assert same(model.state_dict(), trained_plainly(list(loader), 9))


def test_each_song_begins_where_the_model_was_given() -> None:
    model, loss_fn, optimizer, train, test = objects()
    first = sing(model, loss_fn, optimizer, train, test, epochs=5, window=False)
    second = sing(model, loss_fn, optimizer, train, test, epochs=5, window=False)
    assert first[-1].loss is not None
    assert second[-1].loss is not None
    assert second[-1].loss < first[-1].loss


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"model": "net"}, "model is a str; expected a torch.nn.Module"),
        ({"loss_fn": 3}, "loss_fn is a int; expected a loss function"),
        ({"optimizer": None}, "optimizer is a NoneType; expected a torch.optim.Optimizer"),
        ({"epochs": 0}, "epochs is 0; expected a whole number from 1"),
        ({"train_data": (torch.ones(3, 2), torch.ones(2))}, r"inputs \(3, 2\) and targets \(2,\)"),
        ({"test_data": iter([])}, "test_data is a list_iterator; expected two tensors"),
        ({"model": nn.Linear(1, 1)}, "the optimizer holds no parameter of the model"),
        ({"song": "none such"}, "none such"),
    ],
)
def test_what_cannot_be_sung_is_said(change: dict[str, Any], words: str) -> None:
    names = ("model", "loss_fn", "optimizer", "train_data", "test_data")
    given = dict(zip(names, objects(), strict=True)) | {"epochs": 3, "window": False} | change
    with pytest.raises(InputError, match=words):
        sing(**given)


def test_an_error_of_the_model_is_raised_with_its_line() -> None:
    class Wrong(nn.Linear):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            raise ValueError("no such shape")

    model = Wrong(2, 1)
    _, loss_fn, _, train, test = objects()
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    with pytest.raises(RuntimeError, match="no such shape"):
        sing(model, loss_fn, optimizer, train, test, epochs=3, window=False)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
