"""Two models and two optimizers that learn against each other."""

import torch
from torch import nn

torch.manual_seed(7)
generator = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 1))
discriminator = nn.Sequential(nn.Linear(1, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1))
bce = nn.BCEWithLogitsLoss()
g_optimizer = torch.optim.Adam(generator.parameters(), lr=0.005)
d_optimizer = torch.optim.Adam(discriminator.parameters(), lr=0.005)
ones, zeros = torch.ones(32, 1), torch.zeros(32, 1)

for step in range(40):
    real = 3 + 0.5 * torch.randn(32, 1)
    noise = torch.randn(32, 2)
    fake = generator(noise)

    d_optimizer.zero_grad()
    d_loss = bce(discriminator(real), ones) + bce(discriminator(fake.detach()), zeros)
    d_loss.backward()
    d_optimizer.step()

    g_optimizer.zero_grad()
    g_loss = bce(discriminator(fake), ones)
    g_loss.backward()
    g_optimizer.step()
    if step % 10 == 0:
        print(step, round(d_loss.item(), 4), round(g_loss.item(), 4), round(fake.mean().item(), 3))

torch.save({"g": generator.state_dict(), "d": discriminator.state_dict()}, "result.pt")
