"""How a step makes a weight's new number of the old one, with the numbers in place."""

from collections.abc import Sequence

from app.draw import number

CLOSE = 1e-5
"""How far a plain step may be, as a share of the value, from what the optimizer made of it."""


def step_sums(
    old: float, rate: float | None, grad: float, new: float, digits: Sequence[int] = (4, 2, 0)
) -> list[str]:
    """Wordings of a step, longest first: w − lr · grad where the optimizer did just that, else old → new."""
    if rate is not None and abs(old - rate * grad - new) <= CLOSE * max(abs(new), 1e-3):
        return [f"{number(old, d)} − {rate:g} · ({number(grad, d)}) = {number(new, d)}" for d in digits]
    return [f"{number(old, d)} → {number(new, d)}" for d in digits]
