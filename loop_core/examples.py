"""Samples that are shown as what they are: pictures, and sequences with what is said to come next."""

from collections.abc import Mapping
from dataclasses import replace

import torch

from loop_core.pictures import SIDE, shrunk
from loop_core.snapshot import Images, Text, frozen

MOST_IMAGES, IMAGE_SIDE = 10, 32
MOST_ROWS = 3
"""Sequences that are kept, from the middle of the batch."""
MOST_WORDS = 100_000
LONGEST = 12
"""Characters of the longest word that a number may stand for."""


def images_of(inputs: torch.Tensor, targets: torch.Tensor) -> Images | None:
    """Of samples (n, channels, height, width) the first of each of the first ten classes, else the first."""
    if inputs.ndim != 4 or not inputs.numel() or targets.numel() != len(inputs):
        return None
    seen: dict[float, int] = {}
    for index, target in enumerate(targets.reshape(-1)[:1000].tolist()):
        seen.setdefault(target, index)
    chosen = [seen[target] for target in sorted(seen)][:MOST_IMAGES]
    pixels = shrunk(inputs.detach()[chosen, :3].float().mean(dim=1), IMAGE_SIDE)
    return Images(tuple(chosen), frozen(pixels.cpu().numpy()))


def text_of(
    inputs: torch.Tensor,
    targets: torch.Tensor,
    predictions: torch.Tensor | None,
    names: Mapping[str, object],
) -> Text | None:
    """Of sequences (n, places) of whole numbers, with as many targets, some in the middle.

    predictions: (n, outputs, places), logits or logarithms of chances.  names: the lesson's variables.
    """
    if inputs.ndim != 2 or inputs.shape != targets.shape or not inputs.numel():
        return None
    if inputs.is_floating_point() or targets.is_floating_point():
        return None
    if predictions is not None and (predictions.ndim, *predictions.shape[::2]) != (3, *inputs.shape):
        predictions = None
    first = max(0, min(len(inputs) // 2, len(inputs) - MOST_ROWS))
    rows = slice(first, first + MOST_ROWS)
    given, wanted = (part.detach()[rows, :SIDE].cpu() for part in (inputs, targets))
    largest = int(torch.maximum(inputs, targets).max())
    words = words_of(names, largest, None if predictions is None else predictions.shape[1])
    bare = Text(
        first, frozen(given.numpy()), frozen(wanted.numpy()), None, None, None, 0, targets.numel(), words
    )
    if predictions is None:
        return bare
    logits = predictions.detach()
    wrong = int((logits.argmax(dim=1) != targets).sum())
    chances = logits[rows, :, :SIDE].float().cpu().softmax(dim=1)
    sure, guesses = chances.max(dim=1)
    guessed = guesses.float().masked_fill(sure.isnan(), torch.nan)
    known = (wanted >= 0) & (wanted < logits.shape[1])  # others, such as -100, the loss leaves out
    right = chances.gather(1, wanted.long().where(known, 0)[:, None])[:, 0].masked_fill(~known, torch.nan)
    return replace(
        bare,
        guesses=frozen(guessed.numpy()),
        sure=frozen(sure.numpy()),
        right=frozen(right.numpy()),
        wrong=wrong,
    )


def words_of(names: Mapping[str, object], largest: int, count: int | None) -> tuple[str, ...]:
    """A table among a lesson's variables that says what whole numbers stand for; () without one.

    largest: of the numbers.  count: how many there are, None where that is not known yet.
    """
    for value in tuple(names.values()):
        if isinstance(value, dict) and set(value) == set(range(len(value))):
            value = [value[index] for index in range(len(value))]
        if isinstance(value, str | list | tuple) and largest < len(value) <= MOST_WORDS:
            words = tuple(value) if count in (None, len(value)) else ()
            short = all(isinstance(word, str) and len(word) <= LONGEST for word in words)
            if words and short and len(set(words)) == len(words):
                return words
    return ()
