"""A progress bar around the batches and around the epochs."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

try:
    from tqdm import tqdm
except ImportError:

    def tqdm(values, **options):
        return values


def run(epochs: int = 20) -> nn.Module:
    torch.manual_seed(29)
    images = torch.rand(32, 1, 6, 6)
    labels = (images.mean(dim=(1, 2, 3)) > 0.5).long()
    loader = DataLoader(TensorDataset(images, labels), batch_size=8, shuffle=True)
    cnn = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(64, 2))
    optimizer = torch.optim.Adam(cnn.parameters(), lr=0.01)
    for epoch in tqdm(range(epochs), disable=True):
        cnn.train()
        for images, labels in tqdm(loader, disable=True):
            optimizer.zero_grad()
            loss = nn.CrossEntropyLoss()(cnn(images), labels)
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch} loss {loss.item():.6f}")
    return cnn


torch.save(run().state_dict(), "result.pt")
