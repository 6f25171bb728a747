"""What autograd has recorded: the functions that lead from the weights to a tensor."""

from typing import Any

import torch

from loop_core.snapshot import Tape

MOST_NODES = 16
MOST_WALKED = 4096
"""Nodes after which the walk through a large graph ends; the total then says so many."""
LEAF = "AccumulateGrad"
"""The end of a name of a node that stands for a parameter."""


def tape_of(tensor: object) -> Tape | None:
    """The tape that ends at a tensor, without transposed weights; None when it is linked to nothing."""
    if not isinstance(tensor, torch.Tensor) or tensor.grad_fn is None:
        return None
    nodes = _walked(tensor.grad_fn)
    functions = [node for node in nodes if not node.name().endswith(LEAF) and not _is_transpose(node)]
    names = tuple(node.name() for node in functions[-MOST_NODES:])
    leaves = sum(node.name().endswith(LEAF) for node in nodes)
    return Tape(names, len(functions), leaves, _used(functions))


def made_from(tensor: object, other: object) -> bool:
    """Whether autograd has recorded that a tensor was calculated from the other one."""
    if not isinstance(tensor, torch.Tensor) or not isinstance(other, torch.Tensor):
        return False
    return tensor.grad_fn is not None and other.grad_fn in _walked(tensor.grad_fn)


def _is_transpose(node: Any) -> bool:
    """Whether it is the transpose of a parameter, as every ``nn.Linear`` makes one: it says nothing."""
    made_from = [n for n, _ in node.next_functions if n is not None]
    return node.name() == "TBackward0" and all(n.name().endswith(LEAF) for n in made_from)


def _walked(last: Any) -> list[Any]:
    """All nodes behind ``last``, each after those that it was made from."""
    order: list[Any] = []
    seen = {last}
    stack = [(last, iter(last.next_functions))]
    while stack:
        node, rest = stack[-1]
        following = next((n for n, _ in rest if n is not None and n not in seen), None)
        if following is None or len(seen) >= MOST_WALKED:
            order.append(node)
            stack.pop()
        else:
            seen.add(following)
            stack.append((following, iter(following.next_functions)))
    return order


def _used(functions: list[Any]) -> bool:
    """Whether a backward pass has freed what the functions keep: torch says so when asked for it."""
    for node in reversed(functions):
        for name in dir(node):
            if not name.startswith("_saved_"):
                continue
            try:
                kept = getattr(node, name)
            except RuntimeError as error:
                return "freed" in str(error)
            if isinstance(kept, torch.Tensor):
                return False
    return False
