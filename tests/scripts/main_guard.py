"""A main function with arguments, and a loss that is calculated by hand."""

import argparse

import torch


class Line(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(1))
        self.bias = torch.nn.Parameter(torch.zeros(1))

    def forward(self, x):
        return self.weight * x + self.bias


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=22)
    parser.add_argument("--lr", type=float, default=0.1)
    args = parser.parse_args()

    torch.manual_seed(1)
    x = torch.linspace(-1, 1, 20)
    y = 2 * x + 0.5 + 0.1 * torch.randn(20)
    net = Line()
    opt = torch.optim.SGD(net.parameters(), lr=args.lr)

    for epoch in range(1, args.epochs + 1):
        net.train()
        pred = net(x)
        loss = ((pred - y) ** 2).mean()
        opt.zero_grad(set_to_none=False)
        loss.backward()
        opt.step()
        if epoch % 10 == 0:
            print("epoch", epoch, "loss", loss.item())
    torch.save({"model": net.state_dict(), "epochs": args.epochs}, "result.pt")


if __name__ == "__main__":
    main()
