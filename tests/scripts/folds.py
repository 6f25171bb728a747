"""Epochs in folds: the first fold is sung, the others run after it."""

import torch
from torch import nn

torch.manual_seed(41)
X, y = torch.randn(60, 3), torch.randn(60, 1)
losses = []
for fold in range(3):
    keep = torch.arange(60) % 3 != fold
    model = nn.Linear(3, 1)
    loss_fn = nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for epoch in range(12):
        model.train()
        for batch in X[keep].split(10):
            pred = model(batch)
            loss = loss_fn(pred, y[keep][: len(pred)])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(fold, epoch, loss.item())
    losses.append(loss.item())

torch.save({"losses": torch.tensor(losses), "model": model.state_dict()}, "result.pt")
