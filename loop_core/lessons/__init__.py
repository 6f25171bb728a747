"""The bundled lessons: plain training loops, one file each, and the table that names them."""

import ast
import difflib
import textwrap
from dataclasses import dataclass
from pathlib import Path

from loop_core.errors import InputError
from loop_core.source import read_source
from loop_core.words import Words


@dataclass(frozen=True, slots=True)
class Script:
    """A training script of the user's own; function: whose loop is meant; arguments: of its command line."""

    path: Path
    function: str = ""
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson: the file ``NAME.py`` beside this one, and what the file cannot say of itself.

    epochs_per_fast_line: a fast line runs up to the next multiple of it, where the lesson prints a row; None:
    of a quarter of the epochs.
    chinese: title and summary, where the lesson has them.
    published: rows (epoch, train loss, test loss) that a book has printed, to compare with.
    script: the user's own, which is no bundled lesson.
    """

    name: str
    title: str
    summary: str
    epochs: int
    epochs_per_fast_line: int | None
    published: tuple[tuple[int, float, float], ...] = ()
    script: Script | None = None
    chinese: tuple[str, str] | None = None

    @property
    def titles(self) -> Words:
        """The title in every language; a script's own is in one."""
        return Words(self.title, self.chinese[0] if self.chinese else self.title)

    @property
    def summaries(self) -> Words:
        """The summary in every language."""
        return Words(self.summary, self.chinese[1] if self.chinese else self.summary)

    @property
    def path(self) -> Path:
        """The lesson's file."""
        return self.script.path if self.script is not None else Path(__file__).with_name(f"{self.name}.py")


LESSONS = (
    Lesson(
        "straight_line",
        "A straight line",
        "Two parameters learn y = 0.7 x + 0.3, with every number in view.",
        chinese=("一条直线", "两个参数学习 y = 0.7 x + 0.3，每个数都看得见。"),
        epochs=100,
        epochs_per_fast_line=10,
        published=(  # learnpytorch.io, chapter 1: MAE loss on the training and the test set
            (0, 0.31288138031959534, 0.48106518387794495),
            (10, 0.1976713240146637, 0.3463551998138428),
            (20, 0.08908725529909134, 0.21729660034179688),
            (30, 0.053148526698350906, 0.14464017748832703),
            (40, 0.04543796554207802, 0.11360953003168106),
            (50, 0.04167863354086876, 0.09919948130846024),
            (60, 0.03818932920694351, 0.08886633068323135),
            (70, 0.03476089984178543, 0.0805937647819519),
            (80, 0.03132382780313492, 0.07232122868299484),
            (90, 0.02788739837706089, 0.06473556160926819),
        ),
    ),
    Lesson(
        "circles",
        "Two circles",
        "A network with ReLU begins to bend its boundary around the inner circle.",
        chinese=("两个圆", "带 ReLU 的网络开始把边界弯到内圆周围。"),
        epochs=1000,
        epochs_per_fast_line=100,
    ),
    Lesson(
        "blobs",
        "Four blobs",
        "Four classes, one output each; the largest output wins.",
        chinese=("四簇点", "四个类别，各有一个输出，最大的输出获胜。"),
        epochs=100,
        epochs_per_fast_line=10,
    ),
    Lesson(
        "dropout",
        "Dropout",
        "Half of the hidden units sit out each training pass, and none in eval mode.",
        chinese=("Dropout", "每次训练的前向传播丢弃一半隐藏单元，评估模式下一个也不丢。"),
        epochs=500,
        epochs_per_fast_line=50,
    ),
    Lesson(
        "digits",
        "Digits",
        "Two convolutions learn to read numbers that are never drawn the same way twice.",
        chinese=("数字识别", "两层卷积学着认数字，没有两个数字画得一样。"),
        epochs=60,
        epochs_per_fast_line=30,
    ),
    Lesson(
        "tiny_gpt",
        "A tiny GPT",
        "A million weights learn which character comes next, and write what they have learned.",
        chinese=("迷你 GPT", "一百万个权重学着预测下一个字符，再写出学到的东西。"),
        epochs=60,
        epochs_per_fast_line=30,
    ),
)


LONGEST_TITLE = 40
"""Characters of a script's first line that are its title."""
UNKNOWN_EPOCHS = 10
"""How long the axis of the losses is until a script has said how many epochs there will be."""


def lesson_of(script: Script) -> Lesson:
    """A script of the user's own as a lesson; InputError where it cannot be read."""
    tree = read_source(script.path).tree()
    first = (ast.get_docstring(tree) or script.path.stem).strip().splitlines()[0]
    title = textwrap.shorten(first.rstrip("."), LONGEST_TITLE, placeholder=" …")
    return Lesson(script.path.stem, title, "", UNKNOWN_EPOCHS, None, script=script)


def find_lesson(name: str) -> Lesson:
    """The lesson called ``name``; InputError with the nearest names when there is none."""
    lessons = {lesson.name: lesson for lesson in LESSONS}
    if name in lessons:
        return lessons[name]
    near = difflib.get_close_matches(name, lessons, n=2, cutoff=0.4)
    hint = f"did you mean {' or '.join(map(repr, near))}?" if near else f"there are: {', '.join(lessons)}"
    raise InputError(f"no lesson {name!r}; {hint}")
