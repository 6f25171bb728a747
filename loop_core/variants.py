"""Wrong training loops, and right ones that look otherwise: edits of a lesson that are really run."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from loop_core.edits import (
    UnfitError,
    in_order,
    moved,
    recorded,
    twice,
    unrecorded,
    with_flat_target,
    with_learning_rate,
    without,
)
from loop_core.listing import Listing
from loop_core.operations import Operation
from loop_core.outcomes import Trial
from loop_core.words import Words


@dataclass(frozen=True, slots=True)
class Variant:
    """One edit: what it is called, how its symptom comes about, and how it is made.

    edit: from a lesson to the edited source; raises UnfitError with the reason where there is no such edit.
    objection: why it makes no sense in a lesson that has been run, None where it does.
    """

    name: str
    title: Words
    explanation: Words
    edit: Callable[[Listing], str]
    objection: Callable[[Trial], Words | None] = lambda trial: None


SIGNS = "123456789acdeghijk"
"""The key of each variant of a list, in its order; letters that mean nothing else there."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A variant for one lesson: its source, or why there is none."""

    variant: Variant
    source: str | None
    reason: Words | None


def entries_for(listing: Listing, right: Trial) -> tuple[Entry, ...]:
    """Every variant for a lesson; right: the lesson's own run."""
    return tuple(_entry(variant, listing, right) for variant in VARIANTS)


def _entry(variant: Variant, listing: Listing, right: Trial) -> Entry:
    if not listing.standalone:
        return Entry(variant, None, Words("This loop is given its objects.", "这个循环用的是现成的对象。"))
    try:
        source = variant.edit(listing)
    except UnfitError as error:
        return Entry(variant, None, error.words)
    if source == listing.source:
        return Entry(variant, None, Words("This loop has it so already.", "这个循环已经是这样了。"))
    reason = variant.objection(right)
    return Entry(variant, None if reason else source, reason)


def _flat_already(trial: Trial) -> Words | None:
    shape = trial.shapes[1]
    if shape is not None and len(shape) == 2 and shape[1] == 1:
        return None
    return Words(f"The targets are {shape} already.", f"目标值本来就是 {shape}。")


_ANYWHERE = Words(
    "zero_grad may stand anywhere between one step and the next backward.",
    "zero_grad 放在一次 step 之后、下一次 backward 之前的任何地方都行。",
)

VARIANTS = (
    Variant(
        "no_zero_grad",
        Words("Leave out zero_grad", "去掉 zero_grad"),
        Words(
            "Each backward adds to the old gradients: the steps grow, and run on past the lowest loss.",
            "每次 backward 都加到旧梯度上：步子越走越大，冲过了损失的最低点。",
        ),
        partial(without, operation=Operation.ZERO_GRAD),
    ),
    Variant(
        "no_backward",
        Words("Leave out backward", "去掉 backward"),
        Words(
            "Without backward every .grad stays None, and step skips parameters without a gradient.",
            "没有 backward，每个 .grad 都是 None，step 会跳过没有梯度的参数。",
        ),
        partial(without, operation=Operation.BACKWARD),
    ),
    Variant(
        "no_step",
        Words("Leave out step", "去掉 step"),
        Words(
            "The gradients are calculated and thrown away: only step changes the weights.",
            "梯度算出来又被扔掉：只有 step 才会更新权重。",
        ),
        partial(without, operation=Operation.STEP),
    ),
    Variant(
        "zero_grad_before_step",
        Words("backward, zero_grad, step", "backward、zero_grad、step"),
        Words(
            "zero_grad clears what backward has just calculated, and step finds no gradient.",
            "zero_grad 把 backward 刚算出的梯度清掉了，step 找不到梯度。",
        ),
        partial(in_order, operations=(Operation.BACKWARD, Operation.ZERO_GRAD, Operation.STEP)),
    ),
    Variant(
        "step_before_backward",
        Words("step, zero_grad, backward", "step、zero_grad、backward"),
        Words(
            "step uses the gradients of the epoch before, and changes weights that backward may still need.",
            "step 用的是上一轮的梯度，还会改动 backward 可能要用的权重。",
        ),
        partial(in_order, operations=(Operation.STEP, Operation.ZERO_GRAD, Operation.BACKWARD)),
    ),
    Variant(
        "step_twice",
        Words("step twice", "step 两次"),
        Words(
            "Both steps use the same gradients: with plain SGD that is twice the learning rate.",
            "两次 step 用的是同一份梯度：对普通的 SGD 来说等于学习率加倍。",
        ),
        partial(twice, operation=Operation.STEP),
    ),
    Variant(
        "backward_twice",
        Words("backward twice", "backward 两次"),
        Words(
            "The first backward frees the graph that the second one needs.",
            "第一次 backward 之后计算图就释放了，第二次无图可用。",
        ),
        partial(twice, operation=Operation.BACKWARD),
    ),
    Variant(
        "no_train",
        Words("Leave out model.train()", "去掉 model.train()"),
        Words(
            "After its first test the model stays in eval mode. Only layers like dropout or batch norm care.",
            "第一次测试之后模型一直留在评估模式；只有 dropout、batch norm 这样的层才在意。",
        ),
        partial(without, operation=Operation.TRAIN),
    ),
    Variant(
        "no_eval",
        Words("Leave out model.eval()", "去掉 model.eval()"),
        Words(
            "The test runs in train mode. Only layers like dropout or batch norm care.",
            "测试时还在训练模式；只有 dropout、batch norm 这样的层才在意。",
        ),
        partial(without, operation=Operation.EVAL),
    ),
    Variant(
        "no_inference_mode",
        Words("Leave out inference_mode", "去掉 inference_mode"),
        Words(
            "The test pass records a graph that nobody uses: it costs time and memory and changes no number.",
            "测试时白白记录了一张没人用的计算图：费时间、费内存，数值不变。",
        ),
        recorded,
    ),
    Variant(
        "rate_times_100",
        Words("The learning rate × 100", "学习率乘以 100"),
        Words(
            "Steps this long jump over the valley of the loss to its other side.",
            "步子太大，会从损失的谷底上方跳到对面去。",
        ),
        partial(with_learning_rate, factor=100),
    ),
    Variant(
        "rate_times_10",
        Words("The learning rate × 10", "学习率乘以 10"),
        Words(
            "Longer steps learn faster as long as they do not jump over the valley of the loss.",
            "步子大学得快，只要不越过损失的谷底。",
        ),
        partial(with_learning_rate, factor=10),
    ),
    Variant(
        "rate_tenth",
        Words("The learning rate ÷ 10", "学习率除以 10"),
        Words(
            "Shorter steps go the same way, and need many more epochs for it.",
            "步子小，走的还是同一条路，但需要多得多的轮数。",
        ),
        partial(with_learning_rate, factor=0.1),
    ),
    Variant(
        "flat_target",
        Words("Targets (n,) for predictions (n, 1)", "预测是 (n, 1)，目标却是 (n,)"),
        Words(
            "Broadcasting compares every prediction with every target: the model learns their middle.",
            "广播让每个预测都和所有目标比较：模型只学到目标的中间值。",
        ),
        with_flat_target,
        _flat_already,
    ),
    Variant(
        "forward_in_inference_mode",
        Words("The forward pass in inference_mode", "在 inference_mode 里前向传播"),
        Words(
            "In inference mode nothing is recorded, so backward has no way back to the weights.",
            "推理模式不记录计算过程，backward 就回不到权重。",
        ),
        partial(unrecorded, operation=Operation.FORWARD),
    ),
    Variant(
        "zero_grad_first",
        Words("zero_grad before the forward pass", "zero_grad 放在前向传播之前"),
        _ANYWHERE,
        partial(moved, operation=Operation.ZERO_GRAD, to=Operation.FORWARD),
    ),
    Variant(
        "zero_grad_before_loss",
        Words("zero_grad before the loss", "zero_grad 放在计算损失之前"),
        _ANYWHERE,
        partial(moved, operation=Operation.ZERO_GRAD, to=Operation.LOSS),
    ),
    Variant(
        "zero_grad_last",
        Words("zero_grad after step", "zero_grad 放在 step 之后"),
        _ANYWHERE,
        partial(moved, operation=Operation.ZERO_GRAD, to=Operation.STEP, after=True),
    ),
)
"""The mistakes first, the commonest at the top; the last three are no mistakes."""
