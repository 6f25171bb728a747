"""An optimizer that asks for the loss as often as it likes, by a closure."""

import torch
from torch import nn

torch.manual_seed(17)
X = torch.linspace(0, 3, 30).unsqueeze(1)
y = torch.sin(2 * X)
model = nn.Sequential(nn.Linear(1, 8), nn.Tanh(), nn.Linear(8, 1))
loss_fn = nn.MSELoss()
optimizer = torch.optim.LBFGS(model.parameters(), lr=0.5, max_iter=4)

for epoch in range(20):
    model.train()

    def closure():
        optimizer.zero_grad()
        prediction = model(X)
        loss = loss_fn(prediction, y)
        loss.backward()
        return loss

    value = optimizer.step(closure)
    model.eval()
    with torch.no_grad():
        test_prediction = model(X + 0.05)
        test_loss = loss_fn(test_prediction, torch.sin(2 * (X + 0.05)))
    print(epoch, value.item(), test_loss.item())

torch.save(model.state_dict(), "result.pt")
