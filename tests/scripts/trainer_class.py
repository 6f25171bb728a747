"""A class whose methods train and test, with one method for both kinds of batches."""

import torch
import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def __init__(self, hidden=12):
        super().__init__()
        self.first = nn.Linear(3, hidden)
        self.last = nn.Linear(hidden, 1)

    def forward(self, x):
        return self.last(torch.tanh(self.first(x)))


class Trainer:
    def __init__(self, model, optimizer, scheduler):
        self.model = model
        self.optimizer = optimizer
        self.scheduler = scheduler
        self.history = []

    def shared_step(self, x, y):
        prediction = self.model(x)
        return F.mse_loss(prediction, y)

    def train_epoch(self, batches):
        self.model.train()
        for x, y in batches:
            self.optimizer.zero_grad()
            loss = self.shared_step(x, y)
            loss.backward()
            self.optimizer.step()
        self.scheduler.step()
        return loss.item()

    @torch.no_grad()
    def evaluate(self, batches):
        self.model.eval()
        return sum(self.shared_step(x, y).item() for x, y in batches) / len(batches)

    def fit(self, train, test, epochs):
        for epoch in range(epochs):
            train_loss = self.train_epoch(train)
            test_loss = self.evaluate(test)
            self.history.append((train_loss, test_loss))
            print(f"[{epoch}] {train_loss:.5f} {test_loss:.5f}")


def batches_of(count):
    x = torch.randn(count, 16, 3)
    y = x.prod(dim=2, keepdim=True)
    return list(zip(x, y))


if __name__ == "__main__":
    torch.manual_seed(3)
    train, test = batches_of(4), batches_of(2)
    net = Net()
    adam = torch.optim.AdamW(net.parameters(), lr=0.01)
    trainer = Trainer(net, adam, torch.optim.lr_scheduler.ExponentialLR(adam, 0.95))
    trainer.fit(train, test, epochs=25)
    torch.save({"net": net.state_dict(), "history": torch.tensor(trainer.history)}, "result.pt")
