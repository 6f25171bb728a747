"""Four blobs: chapter 2 of learnpytorch.io."""

import numpy as np
import torch
from torch import nn

# 1000 points around four centres, shuffled
random = np.random.RandomState(42)
centers = random.uniform(-10, 10, size=(4, 2))
X = np.concatenate([random.normal(center, 1.5, size=(250, 2)) for center in centers])
y = np.repeat([0, 1, 2, 3], 250)
order = np.arange(1000)
random.shuffle(order)
X, y = torch.from_numpy(X[order]).float(), torch.from_numpy(y[order])

split = np.random.RandomState(42).permutation(1000)
X_train, y_train = X[split[200:]], y[split[200:]]
X_test, y_test = X[split[:200]], y[split[:200]]


def accuracy(logits, targets):
    return 100 * (logits.argmax(dim=1) == targets).float().mean()


torch.manual_seed(42)
model = nn.Sequential(
    nn.Linear(2, 8),
    nn.Linear(8, 8),
    nn.Linear(8, 4),
)
loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(
    model.parameters(), lr=0.1
)

epochs = 100
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
        acc = accuracy(logits, y_train)
        test_acc = accuracy(test_logits, y_test)
        print(
            f"{epoch}: {loss:.5f} {acc:.2f}%"
            f" | {test_loss:.5f} {test_acc:.2f}%"
        )

torch.save(model.state_dict(), "blobs.pt")
