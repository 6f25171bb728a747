"""Questions about what an operation will really do, asked before it is shown and judged by what it left.

Predict first, then reveal: S. Sentance, J. Waite and M. Kallia, "Teaching computer programming with PRIMM"
(2019).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from loop_core.operations import Operation
from loop_core.snapshot import Array, Param, Series, Snapshot
from loop_core.words import Words


class Kind(StrEnum):
    """What is asked for."""

    CHANGE = "change"  # which of weights and gradients will be others
    GRAD = "grad"  # whether .grad is None, 0 or a number
    LOSS = "loss"  # whether the loss goes up or down
    HARDER = "harder"  # whether the test loss is above the training loss
    TAPE = "tape"  # whether autograd records the prediction


@dataclass(frozen=True, slots=True)
class Question:
    """One question; choices: in the order of their numbers."""

    kind: Kind
    operation: Operation
    text: Words
    choices: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """The right choice, by its index, and in one sentence what happened and why."""

    right: int
    why: Words


@dataclass(frozen=True, slots=True)
class Quiz:
    """A question as it stands: what was chosen (its index, -1: nothing), and the answer once it is known.

    line: of the song, that it is asked before.  right, asked: of all questions so far.
    """

    line: str
    question: Question
    chosen: int | None = None
    answer: Answer | None = None
    right: int = 0
    asked: int = 0


ASKED: Mapping[Operation, tuple[Kind, ...]] = {
    Operation.TRAIN: (Kind.CHANGE,),
    Operation.FORWARD: (Kind.TAPE, Kind.CHANGE),
    Operation.LOSS: (Kind.CHANGE, Kind.LOSS),
    Operation.ZERO_GRAD: (Kind.CHANGE, Kind.GRAD),
    Operation.BACKWARD: (Kind.GRAD, Kind.CHANGE),
    Operation.STEP: (Kind.CHANGE,),
    Operation.EVAL: (Kind.CHANGE,),
    Operation.TEST_FORWARD: (Kind.TAPE,),
    Operation.TEST_LOSS: (Kind.HARDER,),
    Operation.EPOCHS: (Kind.LOSS,),
    Operation.REMAINING: (Kind.LOSS,),
}
"""What is asked before an operation, verse by verse; after the last of them the first again."""

TEXTS: Mapping[Kind, Words] = {
    Kind.CHANGE: Words("Which numbers will change?", "哪些数会变？"),
    Kind.GRAD: Words("What will {name}.grad be?", "{name}.grad 会是什么？"),
    Kind.LOSS: Words("Where will the training loss go?", "训练损失会怎样？"),
    Kind.HARDER: Words("Where will the test loss be?", "测试损失会在哪里？"),
    Kind.TAPE: Words("Will autograd record this pass on its tape?", "这次前向传播会被自动求导记录吗？"),
}
CHOICES: Mapping[Kind, tuple[Words, ...]] = {
    Kind.CHANGE: (
        Words("weights", "权重"),
        Words("gradients", "梯度"),
        Words("both", "两者都变"),
        Words("neither", "都不变"),
    ),
    Kind.GRAD: (Words("None", "None"), Words("0", "0"), Words("a number", "一个数")),
    Kind.LOSS: (Words("up", "上升"), Words("down", "下降"), Words("it stays", "不变")),
    Kind.HARDER: (Words("above the training loss", "高于训练损失"), Words("below it", "低于训练损失")),
    Kind.TAPE: (Words("yes", "会"), Words("no", "不会")),
}

_WHY_CHANGE: Mapping[Operation, Words] = {
    Operation.TRAIN: Words(
        "train() only sets a flag that layers such as dropout read.",
        "train() 只改一个标志，供 dropout 等层读取。",
    ),
    Operation.EVAL: Words(
        "eval() only sets a flag that layers such as dropout read.",
        "eval() 只改一个标志，供 dropout 等层读取。",
    ),
    Operation.FORWARD: Words(
        "A forward pass only calculates predictions from the weights.", "前向传播只用权重算出预测值。"
    ),
    Operation.LOSS: Words(
        "The loss is only calculated; nothing learns before step().",
        "损失只是算出来，step() 之前什么也没学到。",
    ),
    Operation.BACKWARD: Words(
        "backward() fills the gradients; the weights wait for step().",
        "backward() 填上梯度，权重要等 step()。",
    ),
    Operation.STEP: Words(
        "step() moves the weights and leaves the gradients as they are.", "step() 移动权重，梯度保持原样。"
    ),
}
_CLEARED: Words = Words(
    "zero_grad() takes away the gradients of the epoch before.", "zero_grad() 清掉上一轮的梯度。"
)
_ALREADY: Words = Words(
    "The gradients were None already: no backward() has run yet.",
    "梯度本来就是 None：还没有运行过 backward()。",
)
_SURPRISE: Words = Words(
    "This loop does something else here than most: look at its code.",
    "这个循环在这里与众不同：看看它的代码。",
)
_EXPECTED = {Operation.BACKWARD: 1, Operation.STEP: 0}
"""Which of the choices of `Kind.CHANGE` these operations stand for; of all others the last one."""
_WHY_GRAD: Mapping[tuple[Operation, int], Words] = {
    (Operation.ZERO_GRAD, 0): Words(
        "zero_grad() sets .grad to None, and the memory is free again.",
        "zero_grad() 把 .grad 设为 None，内存也就释放了。",
    ),
    (Operation.ZERO_GRAD, 1): Words(
        "With set_to_none=False the gradients are kept and filled with zeros.",
        "set_to_none=False 时，梯度保留并填零。",
    ),
    (Operation.BACKWARD, 1): Words(
        "The loss does not change with this weight here: its slope is 0.", "损失在这里不随它变化：斜率为零。"
    ),
    (Operation.BACKWARD, 2): Words(
        "backward() has added the slope of the loss to .grad.", "backward() 把损失的斜率加进了 .grad。"
    ),
}
_WHY_LOSS: tuple[Words, ...] = (
    Words("The last steps went too far, or the data were harder.", "步子迈得太大，或者数据更难。"),
    Words("The steps against the gradients went downhill.", "逆着梯度走，就是在下坡。"),
    Words("No step has moved the weights in between.", "其间没有一步移动过权重。"),
)
_WHY_HARDER: tuple[Words, ...] = (
    Words("The model has never trained on the test data.", "模型没有在测试数据上训练过。"),
    Words(
        "It happens: after the step, in eval mode, these data were easier.",
        "也会这样：更新之后，在评估模式下，这些数据更容易。",
    ),
)
_WHY_TAPE: tuple[Words, ...] = (
    Words(
        "Autograd records each operation on the weights, for backward().",
        "自动求导记录对权重的每步运算，供 backward() 使用。",
    ),
    Words("In inference mode nothing is recorded.", "推理模式下什么都不记录。"),
)


def question_for(operation: Operation, verse: int, name: str = "weight") -> Question | None:
    """What is asked before an operation that is sung for the ``verse``-th time, from 0; None for nothing.

    name: of the parameter that a question about ``.grad`` speaks of.
    """
    kinds = ASKED.get(operation)
    if not kinds:
        return None
    kind = kinds[verse % len(kinds)]
    text = TEXTS[kind]
    return Question(kind, operation, text.filled(name=name), CHOICES[kind])


def subject_of(line: str, question: Question) -> str:
    """What the answers to a question before a line are kept under: the same for every model and language."""
    return line + _ASKED_OF[question.kind].en


def subject_in(language: str, subject: str) -> str:
    """Such a subject in a language; any other one as it is."""
    for words in _ASKED_OF.values():
        if subject.endswith(words.en):
            return subject.removesuffix(words.en) + words.said(language)
    return subject


_ASKED_OF: Mapping[Kind, Words] = {
    kind: Words(": " + text.en.format(name="weight"), "：" + text.zh.format(name="weight"))
    for kind, text in TEXTS.items()
}


def judge(question: Question, before: Snapshot, after: Snapshot) -> Answer | None:
    """The right answer, read from what stood before the operation and what it left; None if nothing shows it.

    before: the snapshot of the operation ahead of it.
    """
    return _JUDGES[question.kind](question.operation, before, after)


def _change(operation: Operation, before: Snapshot, after: Snapshot) -> Answer | None:
    if not after.params:
        return None
    weights = any(not _same(p.previous, p.value) for p in after.params)
    grads = _grads_changed(before.params, after.params)
    right = (3, 0, 1, 2)[weights + 2 * grads]
    if operation is Operation.ZERO_GRAD:
        return Answer(right, {1: _CLEARED, 3: _ALREADY}.get(right, _SURPRISE))
    expected = right == _EXPECTED.get(operation, 3)
    return Answer(right, _WHY_CHANGE.get(operation, _SURPRISE) if expected else _SURPRISE)


def _grads_changed(before: tuple[Param, ...], after: tuple[Param, ...]) -> bool:
    grads = {param.name: param.grad for param in before}
    return any(not _same(grads.get(param.name), param.grad) for param in after)


def _same(a: Array | None, b: Array | None) -> bool:
    if a is None or b is None:
        return a is b
    return np.array_equal(a, b, equal_nan=True)


def _grad(operation: Operation, before: Snapshot, after: Snapshot) -> Answer | None:
    if not after.params:
        return None
    grad = after.params[0].grad
    right = 0 if grad is None else 2 if grad.any() else 1
    return Answer(right, _WHY_GRAD.get((operation, right), _SURPRISE))


def _loss(operation: Operation, before: Snapshot, after: Snapshot) -> Answer | None:
    old, new = _last(before.train_series, after.train_series), after.loss
    if old is None or new is None or not np.isfinite([old, new]).all():
        return None
    right = 0 if new > old else 1 if new < old else 2
    return Answer(right, _WHY_LOSS[right])


def _last(before: Series, after: Series) -> float | None:
    """The last training loss that was there before; None when none has come since."""
    if not len(before.value) or len(after.value) == len(before.value):
        return None
    return float(before.value[-1])


def _harder(operation: Operation, before: Snapshot, after: Snapshot) -> Answer | None:
    if after.loss is None or after.test_loss is None or after.loss == after.test_loss:
        return None
    if not np.isfinite([after.loss, after.test_loss]).all():
        return None
    right = 0 if after.test_loss > after.loss else 1
    return Answer(right, _WHY_HARDER[right])


def _tape(operation: Operation, before: Snapshot, after: Snapshot) -> Answer | None:
    right = 1 if after.tape is None else 0
    return Answer(right, _WHY_TAPE[right] if right == 0 or after.grad_mode != "grad" else _SURPRISE)


_JUDGES = {
    Kind.CHANGE: _change,
    Kind.GRAD: _grad,
    Kind.LOSS: _loss,
    Kind.HARDER: _harder,
    Kind.TAPE: _tape,
}
