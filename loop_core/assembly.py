"""The training loop as a puzzle: its operations as cards, put in an order that is really run."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from loop_core.edits import UnfitError, in_order, statement_of, text_of
from loop_core.listing import Listing
from loop_core.operations import Operation
from loop_core.outcomes import Outcome, Trial, outcome_of
from loop_core.words import Words

TRAINING = (
    Operation.TRAIN,
    Operation.FORWARD,
    Operation.LOSS,
    Operation.ZERO_GRAD,
    Operation.BACKWARD,
    Operation.STEP,
)
WHOLE = (*TRAINING, Operation.EVAL, Operation.INFERENCE_MODE)
"""With the testing half; all that stands inside of inference mode is one card."""

NEEDED = (Operation.FORWARD, Operation.LOSS, Operation.BACKWARD, Operation.STEP)

Order = tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """An operation and its lines of the source, without their indentation."""

    operation: Operation
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an order is worth; explanation: what it does, or why another one does the same."""

    kind: Literal["right", "equivalent", "wrong"]
    outcome: Outcome
    explanation: Words


def cards_of(listing: Listing, operations: Sequence[Operation]) -> tuple[Card, ...]:
    """The cards of the operations that the lesson has, in its own order.

    Raises UnfitError when its lines cannot change places.
    """
    present = [operation for operation in operations if listing.site(operation) is not None]
    missing = [operation for operation in NEEDED if operation not in present]
    if missing:
        raise UnfitError(Words(f"This loop has no {missing[0]}.", f"这个循环里没有 {missing[0]}。"))
    statements = {operation: statement_of(listing, operation) for operation in present}
    in_order(listing, present)
    ordered = sorted(present, key=lambda operation: statements[operation].lines[0])
    return tuple(Card(each, _outdented(text_of(listing, statements[each]))) for each in ordered)


def shuffled(right: Order, seed: int) -> Order:
    """Another order, the same for the same seed, that is wrong for every model."""
    generator = random.Random(seed)
    order = right
    while _first_broken(order, RULES) is None:
        order = tuple(generator.sample(right, len(right)))
    return order


def source_of(listing: Listing, order: Order) -> str:
    """The lesson with its operations in this order."""
    return in_order(listing, order)


def judge(order: Order, own: Order, right: Trial, trial: Trial) -> Verdict:
    """An order by what became of it; own: the lesson's order.  Every order with the same bits is right."""
    outcome = outcome_of(right, trial)
    if order == own:
        return Verdict("right", outcome, _RIGHT)
    rule = broken(order)
    if outcome is Outcome.SAME:
        return Verdict("equivalent", outcome, _EQUIVALENT if rule is None else _UNHEARD)
    return Verdict("wrong", outcome, _UNKNOWN if rule is None else rule.explanation)


@dataclass(frozen=True, slots=True)
class Rule:
    """Something that an order must not do: whether it does, by the places of its operations; and why not."""

    breaks: Callable[[dict[Operation, int]], bool]
    explanation: Words


def broken(order: Order) -> Rule | None:
    """The first rule that an order breaks."""
    return _first_broken(order, (*RULES, *MODE_RULES))


def _first_broken(order: Order, rules: Sequence[Rule]) -> Rule | None:
    at = {operation: place for place, operation in enumerate(order)}
    return next((rule for rule in rules if rule.breaks(at)), None)


def _after(first: Operation, second: Operation) -> Callable[[dict[Operation, int]], bool]:
    """Breaks when ``first`` comes after ``second``."""
    return lambda at: first in at and second in at and at[first] > at[second]


def _clears(at: dict[Operation, int]) -> bool:
    """Whether zero_grad comes between a backward and the step that follows it, maybe in the next epoch."""
    if not {Operation.BACKWARD, Operation.ZERO_GRAD, Operation.STEP} <= at.keys():
        return False
    backward, count = at[Operation.BACKWARD], len(at)
    zero_grad, step = ((at[each] - backward) % count for each in (Operation.ZERO_GRAD, Operation.STEP))
    return zero_grad < step


def _mode(at: dict[Operation, int], place: Operation) -> Operation | None:
    """Which of train and eval was the last before an operation, in this epoch or the one before."""
    modes = [mode for mode in (Operation.TRAIN, Operation.EVAL) if mode in at]
    if place not in at or not modes:
        return None
    return min(modes, key=lambda mode: (at[place] - at[mode]) % len(at))


def _trains_in_eval(at: dict[Operation, int]) -> bool:
    if Operation.EVAL not in at:  # it stands after all of these
        return _after(Operation.TRAIN, Operation.FORWARD)(at)
    return _mode(at, Operation.FORWARD) is Operation.EVAL


def _tests_in_train(at: dict[Operation, int]) -> bool:
    return Operation.EVAL in at and _mode(at, Operation.INFERENCE_MODE) is Operation.TRAIN


RULES = (
    Rule(
        _after(Operation.FORWARD, Operation.LOSS),
        Words(
            "The loss compares predictions, and the forward pass makes them: it comes first.",
            "损失要用预测值来算，预测值来自前向传播：前向传播在先。",
        ),
    ),
    Rule(
        _after(Operation.LOSS, Operation.BACKWARD),
        Words(
            "backward starts at the loss, which has not been calculated yet.",
            "backward 从损失出发，而这时损失还没有算出来。",
        ),
    ),
    Rule(
        _clears,
        Words(
            "zero_grad stands between backward and step: step finds no gradient.",
            "zero_grad 夹在 backward 和 step 之间：step 找不到梯度。",
        ),
    ),
    Rule(
        _after(Operation.BACKWARD, Operation.STEP),
        Words(
            "step comes before backward: it uses the gradients of the epoch before.",
            "step 在 backward 之前：用的是上一轮的梯度。",
        ),
    ),
    Rule(
        _after(Operation.STEP, Operation.INFERENCE_MODE),
        Words(
            "The test comes before the step: it measures the weights of the epoch before.",
            "测试在 step 之前：测的是上一轮的权重。",
        ),
    ),
)
"""What every model minds; the first one that is broken explains an order."""

MODE_RULES = (
    Rule(
        _trains_in_eval,
        Words(
            "train() comes after the forward pass, which runs in eval mode from the second epoch on.",
            "train() 在前向传播之后：从第二轮起，前向传播都在评估模式下进行。",
        ),
    ),
    Rule(
        _tests_in_train,
        Words(
            "eval() comes after the test, which then runs in train mode.",
            "eval() 在测试之后，测试还在训练模式下进行。",
        ),
    ),
)
"""What only models with layers like dropout or batch norm mind."""

_RIGHT = Words("This is the loop, as it is sung.", "这就是那首歌里的循环。")
_EQUIVALENT = Words(
    "The order is another one, the numbers are the same, to the bit.",
    "顺序不同，数值逐位相同。",
)
_UNHEARD = Words(
    "The same numbers, to the bit: no layer here listens to train() and eval(). Dropout would.",
    "数值逐位相同：这里没有哪一层理会 train() 和 eval()。换成 dropout 就不一样了。",
)
_UNKNOWN = Words("This order gives other numbers.", "这样的顺序得到别的数值。")


def _outdented(lines: tuple[str, ...]) -> tuple[str, ...]:
    shift = len(lines[0]) - len(lines[0].lstrip())
    return tuple(line[shift:] for line in lines)
