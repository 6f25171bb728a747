"""What is counted of a data set and of what the model says of it; no drawing."""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from app.draw import eased, number
from app.pointing import Hint
from loop_core.snapshot import Array, Fit, Points, Task, Text
from loop_core.words import Words

Counts = npt.NDArray[np.integer]

FEW = 4
"""Numbers of a sample that a hint says before it leaves out the rest."""
WRONG, BROKEN = Words("wrong: {} of {}", "错误：{} / {}"), Words("NaN: {} of {}", "NaN：{} / {}")
FIRST, SAMPLES = Words("first {:,}", "前 {:,}"), Words("{:,} samples", "{:,} 个样本")
LETTERS, NUMBERS = (
    Words("{:,} × {:,} letters", "{:,} × {:,} 个字符"),
    Words("{:,} × {:,} numbers", "{:,} × {:,} 个数"),
)
LOSS, MEAN = Words("loss", "损失"), Words("mean {} = {}", "平均 {} = {}")
TRAINING, TEST = Words("training sample {}", "训练样本 {}"), Words("test sample {}", "测试样本 {}")
INPUT, OUTPUT = Words("input {}", "输入 {}"), Words("output {}", "输出 {}")
TARGET, ITS_LOSS = Words("target {}", "目标值 {}"), Words("its own loss {}", "自身损失 {}")
CLOSE = 1e-4
"""How far a loss may be, as a share of it, from what it is said to be."""


@dataclass(frozen=True, slots=True)
class View:
    """What is drawn of the data.

    loss: the value, while it is what has just been calculated.  progress: of the operation's own
    movement, in 40ths.
    """

    train: Points | None
    test: Points | None
    fit: Fit | None
    task: Task
    threshold: float
    testing: bool
    loss: float | None
    loss_name: str
    progress: int
    language: str = "en"

    @property
    def points(self) -> Points | None:
        """The set that counts."""
        return self.test if self.testing else self.train

    @property
    def grown(self) -> float:
        """How far the samples' errors have grown while a loss is calculated, 0 to 1."""
        return eased(self.progress / 20)

    @property
    def collapsed(self) -> float:
        """How far they have then become one number, 0 to 1."""
        return eased(self.progress / 20 - 1)


@dataclass(frozen=True, slots=True, eq=False)
class Confusion:
    """How often each class was taken for which: counts (rows, columns), a row per target.

    labels: of the rows; the last one may stand for several classes.  broken: samples of each row whose
    outputs are NaN, which are in no column.
    """

    labels: tuple[str, ...]
    counts: Counts
    broken: Counts


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """How often a class's outputs fell between two edges: counts (2, n), edges (n + 1,), no NaN among them.

    The threshold is one of the edges; an output on an edge counts below it.
    """

    counts: Counts
    edges: Array


def answers_of(points: Points, task: Task, threshold: float) -> Array | None:
    """The class that each sample is taken for, (n,), NaN where its output is; None when there is none."""
    if task == "multiclass":
        return points.best
    if task == "regression" or points.predictions is None:
        return None
    outputs = points.predictions[:, 0]
    return np.where(np.isnan(outputs), np.nan, outputs > threshold)


def targets_of(points: Points, task: Task) -> Array:
    """The class of each sample, (n,)."""
    return points.targets if task == "multiclass" else np.asarray(points.targets > 0.5, np.float32)


@lru_cache(maxsize=16)
def wrong_of(points: Points, task: Task, threshold: float) -> npt.NDArray[np.bool_] | None:
    """Whether each sample is taken for another class than its own, (n,); not those whose output is NaN."""
    answers = answers_of(points, task, threshold)
    if answers is None:
        return None
    wrong: npt.NDArray[np.bool_] = (answers != targets_of(points, task)) & ~np.isnan(answers)
    return wrong


def remark_of(points: Points, task: Task, threshold: float, language: str = "en") -> str:
    """How many samples there are; once the model has told their classes, how many it got wrong."""
    if points.text is not None:
        return _remark_of_text(points.text, points.total, language)
    known = len(points.targets)
    whole = f"{known:,}" if known == points.total else FIRST.said(language).format(known)
    if broken := broken_of(points):
        return BROKEN.said(language).format(broken, whole)
    wrong = wrong_of(points, task, threshold)
    if wrong is None:
        return SAMPLES.said(language).format(points.total)
    return WRONG.said(language).format(wrong.sum(), whole)


def _remark_of_text(shown: Text, total: int, language: str) -> str:
    if shown.guesses is None:
        return (LETTERS if shown.words else NUMBERS).said(language).format(total, shown.total // total)
    return WRONG.said(language).format(f"{shown.wrong:,}", f"{shown.total:,}")


def broken_of(points: Points) -> int:
    """How many samples have an output that is NaN."""
    return 0 if points.predictions is None else int(np.isnan(points.predictions).any(axis=1).sum())


def losses_said(view: View) -> tuple[str, ...]:
    """The loss in words, the longest first; what it is a mean of only where its samples' errors show that."""
    assert view.loss is not None
    said = number(view.loss)
    wordings = [f"{name} = {said}" for name in (view.loss_name, LOSS.said(view.language)) if name]
    points = view.points
    if points is None or points.errors is None or points.predictions is None:
        return tuple(wordings)
    if points.predictions.shape[1] == 1 and math.isclose(points.errors.mean(), view.loss, rel_tol=CLOSE):
        residuals = points.predictions[:, 0] - points.targets
        for name, parts in (("|y_pred − y|", np.abs(residuals)), ("(y_pred − y)²", residuals**2)):
            if np.allclose(points.errors, parts, rtol=CLOSE):
                return MEAN.said(view.language).format(name, said), *wordings[-1:]
    return tuple(wordings)


def confusion(targets: Array, answers: Array, classes: int, most: int) -> Confusion:
    """The confusion of whole classes (n,) from 0 to ``classes`` - 1; of more than ``most`` the rest is one.

    Answers may be NaN. A target outside of the classes counts as the nearest one.
    """
    shown = min(classes, most)
    rows = np.clip(targets, 0, shown - 1).astype(int)
    told = ~np.isnan(answers)
    columns = np.clip(answers[told], 0, shown - 1).astype(int)
    counts = np.zeros((shown, shown), dtype=int)
    np.add.at(counts, (rows[told], columns), 1)
    labels = [str(label) for label in range(shown)]
    if classes > shown:
        labels[-1] = f"{shown - 1}+"
    return Confusion(tuple(labels), counts, np.bincount(rows[~told], minlength=shown))


def histogram(outputs: Array, classes: Array, threshold: float, bins: int) -> Histogram:
    """How the outputs (n,) of class 0 and 1 are spread, in about ``bins`` bars; NaN is left out.

    The infinite ones count in the outermost bars.
    """
    finite = outputs[np.isfinite(outputs)].astype(np.float64)
    low, high = float(finite.min(initial=threshold)), float(finite.max(initial=threshold))
    wide = ((high - low) or 1.0) / bins
    below, above = max(1, math.ceil((threshold - low) / wide)), max(1, math.ceil((high - threshold) / wide))
    told = ~np.isnan(outputs)
    place = np.ceil((np.clip(outputs[told].astype(np.float64), low, high) - threshold) / wide).astype(int) - 1
    right = outputs[told] > threshold
    place = np.where(right, np.clip(place, 0, above - 1), np.clip(place, -below, -1))
    counts = np.zeros((2, below + above), dtype=int)
    np.add.at(counts, (classes[told].astype(int), place + below), 1)
    return Histogram(counts, threshold + wide * np.arange(-below, above + 1))


def sample_hint(view: View, index: int) -> Hint:
    """One sample: its name, numbers, target, what the model says, and its own part of the loss."""
    points, language = view.points, view.language
    assert points is not None
    rows = [(TEST if view.testing else TRAINING).said(language).format(index)]
    rows.append(INPUT.said(language).format(_numbers(points.inputs[index])))
    rows.append(TARGET.said(language).format(number(float(points.targets[index]))))
    if points.predictions is not None:
        rows.append(OUTPUT.said(language).format(_numbers(points.predictions[index])))
    if points.errors is not None:
        rows.append(ITS_LOSS.said(language).format(number(float(points.errors[index]))))
    return Hint(tuple(rows))


def _numbers(values: Array) -> str:
    said = [number(float(value)) for value in values[:FEW]]
    return ", ".join(said + ["…"] * (len(values) > FEW))
