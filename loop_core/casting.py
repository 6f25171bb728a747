"""Which line of a song sings which operation of the loop.

In this order: what the file says of the line; words of torch's API in its lyric; and for the other lines
the next operations in the loop's order, one a line, as far as they come before the next one that is known.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from loop_core.formats.lyrics import NO_OPERATION, LyricLine
from loop_core.operations import LOOP, TESTING, Operation

WORDS = (
    (Operation.ZERO_GRAD, r"zero[ _-]?grads?|zero (?:the |out |all )*(?:the )?gradients?"),
    (Operation.BACKWARD, r"(?:loss|losses)[ .,]+(?:dot )?backwards?|back ?prop(?:agat\w+)?|backward pass"),
    (Operation.STEP, r"optimi[sz]er[ .,]+(?:dot )?step|take a step"),
    (Operation.TRAIN, r"model[ .,]+(?:dot )?train|train(?:ing)? mode"),
    (Operation.EVAL, r"model[ .,]+(?:dot )?eval|eval(?:uation)? mode|eval"),
    (Operation.INFERENCE_MODE, r"inference[ _-]?mode|no[ _-]?grad"),
    (Operation.TEST_LOSS, r"test(?:ing)? loss"),
    (Operation.TEST_FORWARD, r"test forward|forward pass on the test \w+|test pred\w*"),
    (Operation.FORWARD, r"forward pass|model of x"),
    (Operation.LOSS, r"(?:calculate|compute|work out|find|get) (?:the |a |our )?loss|loss function|loss fn"),
    (Operation.EPOCH, r"(?:an?|another|next|one|each|every) epoch|epoch in (?:a )?range"),
    (Operation.TEST, r"test(?:ing)? time|time to test"),
    (Operation.PRINT, r"print"),
    (Operation.SAVE, r"torch[ .,]+(?:dot )?save|save (?:the |your |our )?(?:model|weights)|state dict"),
)
"""What is recognised in a lyric, the longer words first."""

_WORDS = tuple((operation, re.compile(rf"\b(?:{words})\b")) for operation, words in WORDS)
_IN_TEST = {Operation.FORWARD: Operation.TEST_FORWARD, Operation.LOSS: Operation.TEST_LOSS}
_PASS = (*LOOP, Operation.EPOCHS)
MOST_EPOCHS = 98
"""Epochs that a song steps through before its end: each lesson has at least a hundred."""
FAST_EPOCHS = 10
"""Epochs that a fast line may run, of as many."""


@dataclass(frozen=True, slots=True)
class Part:
    """A line's operation, None for none, and why it is that one, in a few words."""

    operation: Operation | None
    why: str


def cast(lines: Sequence[LyricLine]) -> tuple[Part, ...]:
    """A part for each line; the last two end the loop where there are lines enough for a whole one.

    Every operation comes where the loop can still reach it, so any lesson can be stepped through by the
    song: none comes after the loop is over, and `print` only in an epoch in which a lesson prints.
    """
    given = _given_parts(lines)
    place = _Place()
    parts: list[Part] = []
    for part, following in zip(given, _following(given), strict=True):
        if part is None:
            part = place.next_part(following)
        elif part.operation is not None:
            part = place.placed(part)
        parts.append(part)
        if part.operation is not None:
            place.move_to(part.operation)
    return tuple(parts)


def recognised(lyric: str) -> tuple[Operation, str] | None:
    """The operation that a lyric names, and the words that do; None where there are none."""
    text = re.sub(r"[^a-z0-9_.,-]+", " ", lyric[:1000].lower())
    for operation, pattern in _WORDS:
        if match := pattern.search(text):
            return operation, match[0]
    return None


def _following(given: Sequence[Part | None]) -> list[Operation | None]:
    """Of each line the operation that is known to be sung next after it."""
    found: list[Operation | None] = []
    known: Operation | None = None
    for part in reversed(given):
        found.append(known)
        known = (part and part.operation) or known
    return found[::-1]


def _given_parts(lines: Sequence[LyricLine]) -> list[Part | None]:
    given = [_given(line) for line in lines]
    still_sung = False
    for index in reversed(range(len(lines))):
        part = given[index]
        if part is None or part.operation is None:
            continue
        if part.operation not in _ENDING:
            still_sung = True
        elif still_sung and not lines[index].operation:
            given[index] = Part(None, "saving ends the loop, which is still sung")
    if len(lines) > len(LOOP) + len(_ENDING):
        last = given[-1]
        if given[-2] is None and (last is None or last.operation is Operation.SAVE):
            given[-2] = Part(Operation.REMAINING, "the end of the loop")
            given[-1] = last or Part(Operation.SAVE, "the end of the loop")
    return given


_ENDING = (Operation.REMAINING, Operation.SAVE)


@dataclass(slots=True)
class _Place:
    """How far the loop has been sung: index in the pass (-2 before the setup), epoch, and whether it is over.

    prints: whether a lesson prints in this epoch: in the first, and after each fast line.  saved: the
    weights were saved, which is done once.  testing: the last operation was of the testing half.
    """

    index: int = -2
    epoch: int = 0
    prints: bool = True
    over: bool = False
    saved: bool = False
    testing: bool = False

    def next_part(self, following: Operation | None) -> Part:
        """The next operation in the loop's order, unless a later line sings that one."""
        if self.over:
            return Part(None, "the loop is over")
        if self.index == -2:
            return Part(Operation.SETUP, "the loop's order")
        index = (self.index + 1) % len(_PASS)
        operation = _PASS[index]
        if operation is Operation.PRINT and not self.prints:
            operation = Operation.EPOCHS
        later = {following, _IN_TEST.get(following)} if following else set()
        if operation in later:
            return Part(None, f"a later line sings {operation}")
        return self.placed(Part(operation, "the loop's order"))

    def placed(self, part: Part) -> Part:
        """The part, of the testing half where the song is in it, or none where the loop cannot reach it."""
        operation = part.operation
        assert operation is not None
        if part.why == AS_GIVEN:
            return part
        if self.testing:
            operation = _IN_TEST.get(operation, operation)
        if self.over and (operation is not Operation.SAVE or self.saved):
            return Part(None, "the loop is over")
        if operation in _ENDING or operation is Operation.SETUP:
            return Part(operation, part.why)
        wraps = _PASS.index(operation) <= self.index
        epoch = self.epoch + wraps
        if operation is Operation.EPOCHS:
            epoch = (epoch // FAST_EPOCHS + 1) * FAST_EPOCHS
        prints = self.prints if not wraps else self.index == len(LOOP)
        if operation is Operation.PRINT and not prints:
            return Part(None, "nothing is printed in this epoch")
        if epoch > MOST_EPOCHS:
            return Part(None, "the last epochs are left for the end")
        return Part(operation, part.why)

    def move_to(self, operation: Operation) -> None:
        """This operation is sung."""
        if operation in _ENDING:
            self.over, self.saved = True, operation is Operation.SAVE
        elif operation is Operation.SETUP:
            self.index = max(self.index, -1)
        else:
            index = _PASS.index(operation)
            if index <= self.index:
                self.epoch += 1
                self.prints = self.index == len(LOOP)
            if operation is Operation.EPOCHS:
                self.epoch = (self.epoch // FAST_EPOCHS + 1) * FAST_EPOCHS - 1
            self.index = index
            self.testing = operation in TESTING


AS_GIVEN = "as the file says"


def _given(line: LyricLine) -> Part | None:
    if line.operation == NO_OPERATION:
        return Part(None, AS_GIVEN)
    if line.operation in list(Operation):
        return Part(Operation(line.operation), AS_GIVEN)
    if found := recognised(line.text):
        return Part(found[0], f"recognised in {found[1]!r}")
    return None
