"""What became of an edited loop: two runs compared by their numbers."""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from loop_core.snapshot import Array, Series
from loop_core.words import Words

NOTABLE = 0.05
"""The share of what the lesson's losses came down by from which on a difference at the end is one."""
CLIMB = 0.5
"""The share of what a loss came down by that it climbs again when it swings."""
CLOSER = 2.0
"""How many times closer a late loss is to the lesson's loss of an epoch before than to that of its own."""


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """A loop that has been run to its end, or to its error.

    train, test: the losses at the end of each epoch.  start, end: digests of the parameters before the
    first epoch and after the last one; state: of all that the model would save.
    shapes: of predictions and targets of the training loss, None where there are none.
    warnings: what torch warned of.  error: the loop's own error with its traceback.
    stopped: it took too long, and there are fewer epochs.
    """

    train: Series
    test: Series
    start: str
    end: str
    state: str
    shapes: tuple[tuple[int, ...] | None, ...]
    warnings: tuple[str, ...]
    error: str | None
    stopped: bool = False


class Outcome(StrEnum):
    """What an edit did to the loop; all but the first two come without an error."""

    SAME = "same"  # all losses and the final state, to the bit
    LOUD = "loud"  # an error
    NOTHING = "nothing"  # the parameters end as they began
    DIVERGES = "diverges"  # the training loss ends no lower than it began, or is no number
    SWINGS = "swings"  # the losses come down and climb again by half of that
    LATE = "late"  # the losses are those of the epoch before
    HIGHER = "higher"  # the losses end higher than the lesson's
    LOWER = "lower"  # the losses end lower than the lesson's
    UNKNOWN = "unknown"  # neither losses nor a model could be seen
    OTHER = "other"  # other numbers, that end much the same


SAID = {
    Outcome.SAME: Words("The same numbers, to the bit.", "数值逐位相同。"),
    Outcome.LOUD: Words("Loud: it stops with an error.", "有报错：程序停下来了。"),
    Outcome.NOTHING: Words("Silent: it learns nothing.", "不报错，但什么也没学到。"),
    Outcome.DIVERGES: Words("Silent: the loss is no lower at the end.", "不报错，但损失最后没有降下来。"),
    Outcome.SWINGS: Words("Silent: the losses fall, then climb again.", "不报错，但损失先降后升。"),
    Outcome.LATE: Words("Silent: one epoch late.", "不报错，但总是晚一轮。"),
    Outcome.HIGHER: Words("Silent: the losses end higher.", "不报错，但损失最后更高。"),
    Outcome.LOWER: Words("Silent: here the losses end lower.", "不报错，这一次损失反而更低。"),
    Outcome.UNKNOWN: Words(
        "It ran; neither losses nor a model could be seen.", "运行了，但看不到损失和模型。"
    ),
    Outcome.OTHER: Words("Silent: other numbers, much the same result.", "不报错，数值不同，结果差不多。"),
}


def outcome_of(right: Trial, wrong: Trial) -> Outcome:
    """What the edit did: the first of these rules that holds.

    The end of a loss is the mean of its last tenth, so that neither a cycle nor dropout decides.
    """
    if wrong.error is not None:
        return Outcome.LOUD
    if not (len(right.train.value) or len(right.test.value)) and right.start == right.end:
        return Outcome.UNKNOWN
    stopped = right.stopped or wrong.stopped
    if stopped:
        right, wrong = _as_long(right, wrong), _as_long(wrong, right)
    losses_same = _same(right.train, wrong.train) and _same(right.test, wrong.test)
    if losses_same and (stopped or right.state == wrong.state):
        return Outcome.SAME
    if wrong.start == wrong.end:
        return Outcome.NOTHING
    losses = [(r.value, w.value) for r, w in ((right.train, wrong.train), (right.test, wrong.test))]
    losses = [(r, w) for r, w in losses if len(r) and len(w)]
    if not losses:
        return Outcome.OTHER
    train = losses[0][1]
    if not all(np.isfinite(_end(w)) for _, w in losses) or _end(train) >= train[0]:
        return Outcome.DIVERGES
    if all(_climbs(w) and not _climbs(r) for r, w in losses):
        return Outcome.SWINGS
    if _late(right, wrong):
        return Outcome.LATE
    gained = sum(abs(r[0] - _end(r)) for r, _ in losses)
    above = sum(_end(w) - _end(r) for r, w in losses)
    if abs(above) <= NOTABLE * gained:
        return Outcome.OTHER
    return Outcome.HIGHER if above > 0 else Outcome.LOWER


def _as_long(trial: Trial, other: Trial) -> Trial:
    """As many of its epochs as both have run."""
    train, test = (
        Series(mine.epoch[: len(theirs.epoch)], mine.value[: len(theirs.value)])
        for mine, theirs in ((trial.train, other.train), (trial.test, other.test))
    )
    return replace(trial, train=train, test=test)


def _same(a: Series, b: Series) -> bool:
    return a.value.tobytes() == b.value.tobytes()


def _end(losses: Array) -> float:
    """Where losses end: the mean of their last tenth."""
    return float(losses[-max(1, len(losses) // 10) :].mean())


def _climbs(losses: Array) -> bool:
    """Whether losses climb again, after their lowest, by a share of what they had come down by."""
    lowest = int(losses.argmin())
    return bool(losses[lowest:].max() - losses[lowest] > CLIMB * (losses[0] - losses[lowest]))


def _late(right: Trial, wrong: Trial) -> bool:
    """Whether a loss follows the lesson's an epoch later, and the other does too or is the same."""
    pairs = ((right.train, wrong.train), (right.test, wrong.test))
    behind = [_behind(r.value, w.value) for r, w in pairs]
    return any(behind) and all(b or _same(r, w) for b, (r, w) in zip(behind, pairs, strict=True))


def _behind(right: Array, wrong: Array) -> bool:
    count = min(len(right), len(wrong))
    if count < 2:
        return False
    now = np.abs(wrong[1:count] - right[1:count]).mean()
    before = np.abs(wrong[1:count] - right[: count - 1]).mean()
    return bool(CLOSER * before < now)
