"""The data and what the model says of it: the picture that fits to its features and its task."""

import pygame

from app.draw import text, title
from app.drawing.answers import draw_confusion, draw_scatter, draw_strips
from app.drawing.cloud import draw_line, draw_map
from app.drawing.gallery import draw_gallery
from app.drawing.passages import NO_GUESSES, draw_passages
from app.drawing.plots import SIZE, caption
from app.drawing.samples import SAMPLES, View, answers_of, remark_of
from app.theme import Theme
from loop_core.frame import Frame
from loop_core.operations import TESTING, Operation
from loop_core.words import Words

TRAINING, TEST = Words("training set", "训练集"), Words("test set", "测试集")
NO_DATA = Words("no data yet", "还没有数据")
NOT_ONE = Words("not one class for each sample", "不是每个样本一个类别")
REVEAL = 0.9
"""Seconds over which a forward pass draws its line, and over which errors grow and become the loss."""


def view(frame: Frame) -> View:
    """The frame's part in it."""
    snapshot = frame.snapshot
    if snapshot is None:
        return View(None, None, None, "regression", 0.0, False, None, "", 40, frame.controls.language)
    operation, train = snapshot.operation, snapshot.train
    only_test = train is None and snapshot.test is not None  # training batches are mostly drawn in the loop
    losses = {Operation.LOSS: snapshot.loss, Operation.TEST_LOSS: snapshot.test_loss}
    line = train is not None and train.inputs.shape[1] == 1
    moving = operation in losses or (line and operation in (Operation.FORWARD, Operation.TEST_FORWARD))
    progress = 40
    if moving and not frame.controls.still:
        progress = min(40, max(0, round(40 * (frame.now - frame.shown) / REVEAL)))
    return View(
        train,
        snapshot.test,
        snapshot.fit,
        snapshot.task,
        snapshot.threshold or 0.0,
        operation in TESTING or only_test,
        losses.get(operation),
        snapshot.loss_name,
        progress,
        frame.controls.language,
    )


def draw(surface: pygame.Surface, view: View, theme: Theme) -> None:
    """Choose the picture by the number of features and by the task."""
    points = view.points
    language = view.language
    name = (TEST if view.testing else TRAINING).said(language)
    features = 0 if points is None else points.inputs.shape[1]
    mapped = features == 2 and view.task != "regression" and view.train is not None
    aside = "" if points is None else SAMPLES.said(language).format(points.total)
    if points is not None and not mapped:
        aside = remark_of(points, view.task, view.threshold, language)
    title(surface, theme, name, aside)
    if points is None:
        _say(surface, theme, NO_DATA.said(language))
    elif features == 1 and view.task == "regression":
        draw_line(surface, theme, view)
    elif mapped:
        draw_map(surface, theme, view)
    elif points.text is not None:
        draw_passages(surface, theme, view, points.text)
    elif points.predictions is None and points.images is not None:
        draw_gallery(surface, theme, view, points.images)
        caption(surface, theme, view, NO_GUESSES.said(language))
    elif points.predictions is None or not points.predictions.size:
        _say(surface, theme, NO_GUESSES.said(language))
    elif view.task == "regression":
        draw_scatter(surface, theme, view, points, points.predictions)
    elif view.task == "binary":
        draw_strips(surface, theme, view, points, points.predictions[:, 0])
    elif (answers := answers_of(points, view.task, view.threshold)) is not None:
        draw_confusion(surface, theme, view, points, answers)
    else:
        _say(surface, theme, NOT_ONE.said(language))
        caption(surface, theme, view, "")


def _say(surface: pygame.Surface, theme: Theme, words: str) -> None:
    text(surface, theme, words, surface.get_rect().center, SIZE, theme.faint, anchor="center")
