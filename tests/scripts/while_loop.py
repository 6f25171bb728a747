"""A while loop, a loss for each sample, and gradients cleared by the model."""

import torch
from torch import nn

torch.manual_seed(19)
inputs, labels = torch.randn(24, 3), torch.randint(0, 2, (24,)).float()
classifier = nn.Linear(3, 1)
optim = torch.optim.Adagrad(classifier.parameters(), lr=0.1)
criterion = nn.BCEWithLogitsLoss(reduction="none")

step = 0
while step < 30:
    logits = classifier(inputs).squeeze(1)
    losses = criterion(logits, labels)
    classifier.zero_grad()
    losses.sum().backward()
    optim.step()
    step += 1
    if step % 10 == 0:
        print("step", step, losses.mean().item())

torch.save(classifier.state_dict(), "result.pt")
