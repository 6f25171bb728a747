"""Half precision by autocast, and a function that does not want gradients."""

import torch
from torch import nn


@torch.no_grad()
def evaluate(net, inputs, targets, loss_function):
    net.eval()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        output = net(inputs)
        value = loss_function(output.float(), targets)
    return value.item()


torch.manual_seed(13)
data, goal = torch.randn(40, 6), torch.randn(40, 2)
net = nn.Sequential(nn.Linear(6, 12), nn.GELU(), nn.Linear(12, 2))
mse = nn.MSELoss()
optimizer = torch.optim.NAdam(net.parameters(), lr=0.01)

for epoch in range(22):
    net.train()
    optimizer.zero_grad()
    with torch.autocast(device_type="cpu", dtype=torch.bfloat16):
        output = net(data[:30])
        loss = mse(output.float(), goal[:30])
    loss.backward()
    optimizer.step()
    print(epoch, loss.item(), evaluate(net, data[30:], goal[30:], mse))

torch.save(net.state_dict(), "result.pt")
