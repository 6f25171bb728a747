"""Functions for a training and a testing step, as courses write them."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def accuracy_fn(y_true, y_pred):
    return (y_true == y_pred).float().mean().item()


def train_step(model, data_loader, loss_fn, optimizer, device):
    train_loss, train_acc = 0, 0
    model.to(device)
    model.train()
    for batch, (X, y) in enumerate(data_loader):
        X, y = X.to(device), y.to(device)
        y_pred = model(X)
        loss = loss_fn(y_pred, y)
        train_loss += loss.item()
        train_acc += accuracy_fn(y, y_pred.argmax(dim=1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return train_loss / len(data_loader), train_acc / len(data_loader)


def test_step(model, data_loader, loss_fn, device):
    test_loss = 0
    model.to(device)
    model.eval()
    with torch.inference_mode():
        for X, y in data_loader:
            X, y = X.to(device), y.to(device)
            test_pred = model(X)
            loss = loss_fn(test_pred, y)
            test_loss += loss.item()
    return test_loss / len(data_loader)


torch.manual_seed(42)
device = "cpu"
centres = torch.tensor([[-2.0, 0.0], [2.0, 0.0], [0.0, 2.0]])
labels = torch.arange(90) % 3
points = centres[labels] + 0.4 * torch.randn(90, 2)
train_data = DataLoader(TensorDataset(points[:60], labels[:60]), batch_size=20, shuffle=True)
test_data = DataLoader(TensorDataset(points[60:], labels[60:]), batch_size=15)

model_0 = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 3))
loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(params=model_0.parameters(), lr=0.1)

epochs = 24
results = {"train_loss": [], "test_loss": []}
for epoch in range(epochs):
    train_loss, train_acc = train_step(model_0, train_data, loss_fn, optimizer, device)
    test_loss = test_step(model_0, test_data, loss_fn, device)
    results["train_loss"].append(train_loss)
    results["test_loss"].append(test_loss)
    print(f"{epoch} | train {train_loss:.4f} {train_acc:.2f} | test {test_loss:.4f}")

torch.save(obj={**model_0.state_dict(), "losses": torch.tensor(results["train_loss"])}, f="result.pt")
