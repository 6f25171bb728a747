"""A script whose model and whose steps stand in modules beside it."""

import engine
import torch
from model_builder import build

torch.manual_seed(5)
inputs = torch.rand(48, 2)
targets = torch.stack([inputs.sum(dim=1), inputs[:, 0] * inputs[:, 1]], dim=1)
train_set = [(inputs[i : i + 8], targets[i : i + 8]) for i in range(0, 32, 8)]
test_set = [(inputs[32:], targets[32:])]

model = build(hidden=10)
optimizer = torch.optim.RMSprop(model.parameters(), lr=0.005)
history = engine.train(model, train_set, test_set, optimizer, torch.nn.SmoothL1Loss(), epochs=23)
torch.save({"model": model.state_dict(), "history": torch.tensor(history)}, "result.pt")
