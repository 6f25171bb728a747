"""The model of the script beside it."""

from torch import nn


def build(hidden):
    return nn.Sequential(nn.Linear(2, hidden), nn.Tanh(), nn.Dropout(0.1), nn.Linear(hidden, 2))
