"""Dropout: units that sit out, in train mode only."""

import torch
from torch import nn

torch.manual_seed(42)
X = torch.linspace(-1, 1, 60).unsqueeze(dim=1)
y = torch.sin(3 * X) + 0.1 * torch.randn(60, 1)
chosen = torch.randperm(60)
X_train, y_train = X[chosen[:45]], y[chosen[:45]]
X_test, y_test = X[chosen[45:]], y[chosen[45:]]

torch.manual_seed(42)
model = nn.Sequential(
    nn.Linear(1, 16),
    nn.ReLU(),
    nn.Dropout(p=0.5),
    nn.Linear(16, 1),
)
loss_fn = nn.MSELoss()
optimizer = torch.optim.SGD(
    model.parameters(), lr=0.05
)

epochs = 500
for epoch in range(epochs):
    model.train()
    y_pred = model(X_train)
    loss = loss_fn(y_pred, y_train)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

    # Testing
    model.eval()
    with torch.inference_mode():
        test_pred = model(X_test)
        test_loss = loss_fn(test_pred, y_test)

    if epoch % 50 == 0:
        print(f"{epoch}: {loss:.5f} {test_loss:.5f}")

torch.save(model.state_dict(), "dropout.pt")
