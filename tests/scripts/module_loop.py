"""Mini-batches at module level, with a scheduler and clipped gradients."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
X = torch.randn(96, 4)
y = (X.sum(dim=1, keepdim=True) > 0).float()
train_loader = DataLoader(TensorDataset(X[:64], y[:64]), batch_size=16, shuffle=True)
test_loader = DataLoader(TensorDataset(X[64:], y[64:]), batch_size=16)

model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=5, gamma=0.5)

for epoch in range(25):
    model.train()
    running = 0.0
    for inputs, targets in train_loader:
        optimizer.zero_grad()
        outputs = model(inputs)
        loss = criterion(outputs, targets)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        running += loss.item()
    scheduler.step()

    model.eval()
    with torch.no_grad():
        for inputs, targets in test_loader:
            outputs = model(inputs)
            test_loss = criterion(outputs, targets)
    if epoch % 5 == 0:
        print(f"epoch {epoch}: {running / len(train_loader):.4f} {test_loss:.4f}")

torch.save(model.state_dict(), "result.pt")
