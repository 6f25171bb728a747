"""What no reader can know, told by comments."""

import torch


class Learner:
    def __init__(self):
        self.weights = torch.zeros(3, requires_grad=True)

    def guess(self, x):
        return x @ self.weights

    def blame(self, error):
        error.backward()

    def improve(self, rate):
        with torch.no_grad():
            self.weights -= rate * self.weights.grad
            self.weights.grad = None


torch.manual_seed(37)
x = torch.randn(20, 3)
y = x @ torch.tensor([1.0, 2.0, 3.0])
learner = Learner()
for epoch in range(20):
    guesses = learner.guess(x)  # torchaoke: forward
    error = (guesses - y).square().mean()  # torchaoke: loss
    learner.blame(error)  # torchaoke: backward
    learner.improve(0.1)  # torchaoke: step
    print(epoch, error.item())
torch.save({"weights": learner.weights.detach()}, "result.pt")
