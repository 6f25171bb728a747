"""Digits: convolutions learn to read numbers that are never drawn the same way twice."""

import torch
from torch import nn
from torch.nn import functional

drawn = """
.###. ..#.. .###. .###. ...#.
#...# .##.. #...# #...# ..##.
#...# ..#.. ....# ....# .#.#.
#...# ..#.. ...#. ..##. #..#.
#...# ..#.. ..#.. ....# #####
#...# ..#.. .#... #...# ...#.
.###. .###. ##### .###. ...#.

##### .###. ##### .###. .###.
#.... #...# ....# #...# #...#
#.... #.... ....# #...# #...#
####. ####. ...#. .###. .####
....# #...# ..#.. #...# ....#
#...# #...# ..#.. #...# #...#
.###. .###. ..#.. .###. .###.
"""
dots = [[dot == "#" for dot in row] for row in drawn.split()]
digits = torch.tensor(dots).float().view(2, 7, 5, 5)
digits = digits.transpose(1, 2).reshape(10, 1, 7, 5)

# 600 pictures of 12 x 12, each scaled, slanted and shifted
torch.manual_seed(42)
y = torch.arange(600) % 10
low = torch.tensor([1.1, -0.5, -0.4, -0.3, 1.1, -0.3])
high = torch.tensor([1.7, 0.5, 0.4, 0.3, 1.6, 0.3])
ways = low + (high - low) * torch.rand(600, 6)
grid = functional.affine_grid(
    ways.view(600, 2, 3), (600, 1, 12, 12), align_corners=False
)
X = functional.grid_sample(digits[y], grid, align_corners=False)
X = X * (0.6 + 0.6 * torch.rand(600, 1, 1, 1))
X = X + 0.1 * torch.randn(X.shape)
X_train, y_train = X[:400], y[:400]
X_test, y_test = X[400:], y[400:]


def accuracy(logits, targets):
    return 100 * (logits.argmax(dim=1) == targets).float().mean()


torch.manual_seed(42)
model = nn.Sequential(
    nn.Conv2d(1, 8, 3, padding=1),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Conv2d(8, 16, 3, padding=1),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Flatten(),
    nn.Linear(16 * 3 * 3, 10),
)
loss_fn = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(
    model.parameters(), lr=0.01
)

epochs = 60
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

torch.save(model.state_dict(), "digits.pt")
