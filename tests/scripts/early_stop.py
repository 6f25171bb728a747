"""Batches passed over, an end before the last epoch, and the best state saved and loaded again."""

import torch
from torch import nn

torch.manual_seed(23)
x = torch.randn(60, 4)
y = x @ torch.tensor([[1.0], [-2.0], [0.5], [3.0]]) + 0.05 * torch.randn(60, 1)
model = nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
loss_fn = nn.HuberLoss()
best, patience = float("inf"), 0

for epoch in range(200):
    if epoch % 7 == 6:
        continue
    model.train()
    for start in range(0, 40, 10):
        if start == 20:
            continue
        batch, target = x[start : start + 10], y[start : start + 10]
        loss = loss_fn(model(batch), target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        valid = loss_fn(model(x[40:]), y[40:])
    if valid < best - 1e-3:
        best, patience = valid.item(), 0
        torch.save({"epoch": epoch, "model": model.state_dict()}, "best.pt")
    else:
        patience += 1
    print(epoch, loss.item(), valid.item())
    if patience >= 5:
        print("stopped")
        break

torch.save({"model": model.state_dict(), "best": best}, "result.pt")
