"""Gradients of several batches added up before each step, with a functional loss."""

import torch
import torch.nn.functional as F

torch.manual_seed(11)
x = torch.randn(6, 10, 5)
y = torch.randint(0, 3, (6, 10))
model = torch.nn.Linear(5, 3)
optimizer = torch.optim.SGD(model.parameters(), lr=0.2, momentum=0.9)
every = 3

for epoch in range(21):
    model.train()
    for i in range(len(x)):
        logits = model(x[i])
        loss = F.cross_entropy(logits, y[i])
        loss = loss / every
        loss.backward()
        if (i + 1) % every == 0:
            optimizer.step()
            optimizer.zero_grad()
    print(epoch, loss.item())

torch.save(model.state_dict(), "result.pt")
