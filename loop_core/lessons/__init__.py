"""The bundled lessons: plain training loops, one file each, and the table that names them."""

import difflib
from dataclasses import dataclass
from pathlib import Path

from loop_core.errors import InputError


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson: the file ``NAME.py`` beside this one, and what the file cannot say of itself.

    epochs_per_fast_line: a fast line runs up to the next multiple of it, where the lesson prints a row.
    published: rows (epoch, train loss, test loss) that a book has printed, to compare with.
    """

    name: str
    title: str
    summary: str
    epochs: int
    epochs_per_fast_line: int
    published: tuple[tuple[int, float, float], ...] = ()

    @property
    def path(self) -> Path:
        """The lesson's file."""
        return Path(__file__).with_name(f"{self.name}.py")


LESSONS = (
    Lesson(
        "straight_line",
        "A straight line",
        "Two parameters learn y = 0.7 x + 0.3, with every number in view.",
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
        epochs=1000,
        epochs_per_fast_line=100,
    ),
    Lesson(
        "blobs",
        "Four blobs",
        "Four classes, one output each; the largest output wins.",
        epochs=100,
        epochs_per_fast_line=10,
    ),
    Lesson(
        "dropout",
        "Dropout",
        "Half of the hidden units sit out each training pass, and none in eval mode.",
        epochs=500,
        epochs_per_fast_line=50,
    ),
    Lesson(
        "digits",
        "Digits",
        "Two convolutions learn to read numbers that are never drawn the same way twice.",
        epochs=60,
        epochs_per_fast_line=30,
    ),
    Lesson(
        "tiny_gpt",
        "A tiny GPT",
        "A million weights learn which character comes next, and write what they have learned.",
        epochs=60,
        epochs_per_fast_line=30,
    ),
)


def find_lesson(name: str) -> Lesson:
    """The lesson called ``name``; InputError with the nearest names when there is none."""
    lessons = {lesson.name: lesson for lesson in LESSONS}
    if name in lessons:
        return lessons[name]
    near = difflib.get_close_matches(name, lessons, n=2, cutoff=0.4)
    hint = f"did you mean {' or '.join(map(repr, near))}?" if near else f"there are: {', '.join(lessons)}"
    raise InputError(f"no lesson {name!r}; {hint}")
