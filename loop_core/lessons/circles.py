"""Two circles: chapter 2 of learnpytorch.io."""

import numpy as np
import torch
from torch import nn

# 1000 points: an outer circle (class 0) and an inner one (class 1), shuffled, with noise
random = np.random.RandomState(42)
angle = np.linspace(0, 2 * np.pi, 500, endpoint=False)
ring = np.column_stack([np.cos(angle), np.sin(angle)])
X, y = np.vstack([ring, 0.8 * ring]), np.repeat([0, 1], 500)
order = np.arange(1000)
random.shuffle(order)
X, y = X[order], y[order]
X += random.normal(scale=0.03, size=X.shape)
X, y = torch.from_numpy(X).float(), torch.from_numpy(y).float()

split = np.random.RandomState(42).permutation(1000)
X_train, y_train = X[split[200:]], y[split[200:]]
X_test, y_test = X[split[:200]], y[split[:200]]


def accuracy(logits, targets):
    return 100 * ((logits > 0) == targets).float().mean()


torch.manual_seed(42)
model = nn.Sequential(
    nn.Linear(2, 10),
    nn.ReLU(),
    nn.Linear(10, 10),
    nn.ReLU(),
    nn.Linear(10, 1),
)
loss_fn = nn.BCEWithLogitsLoss()
optimizer = torch.optim.SGD(
    model.parameters(), lr=0.1
)

epochs = 1000
for epoch in range(epochs):
    model.train()
    logits = model(X_train).squeeze()
    loss = loss_fn(logits, y_train)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

    # Testing
    model.eval()
    with torch.inference_mode():
        test_logits = model(X_test).squeeze()
        test_loss = loss_fn(test_logits, y_test)

    if epoch % 100 == 0:
        acc = accuracy(logits, y_train)
        test_acc = accuracy(test_logits, y_test)
        print(
            f"{epoch}: {loss:.5f} {acc:.2f}%"
            f" | {test_loss:.5f} {test_acc:.2f}%"
        )

torch.save(model.state_dict(), "circles.pt")
