"""Which of several processes this is, as PyTorch's launcher says it in the environment."""

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Which of so many processes this is."""

    rank: int
    world: int


def place_here() -> Place | None:
    """What the launcher has said; None where it has started this process alone, or has not at all."""
    world = int(os.environ.get("WORLD_SIZE", "1"))
    return Place(int(os.environ.get("RANK", "0")), world) if world > 1 else None
