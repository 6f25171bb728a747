"""Which line sings which operation: what the file says, what the words say, else the loop's order."""

import re
from pathlib import Path

import pytest
from builders import sing
from hypothesis import given, settings
from hypothesis import strategies as st

from assets import SONGS
from loop_core.casting import MOST_EPOCHS, cast, recognised
from loop_core.formats.lyrics import LyricLine, Note
from loop_core.lessons import LESSONS
from loop_core.listing import read_listing
from loop_core.operations import LOOP, Operation
from loop_core.song import load_song
from loop_core.stepper import Stepper


def lines(*texts: str) -> list[LyricLine]:
    """A line for each text; 'op:NAME' is one whose operation the file gives."""
    return [
        LyricLine((Note("la" if text.startswith("op:") else text, k, k + 1),), operation=text[3:])
        if text.startswith("op:")
        else LyricLine((Note(text, k, k + 1),))
        for k, text in enumerate(texts)
    ]


def sung(*texts: str) -> list[Operation | None]:
    return [part.operation for part in cast(lines(*texts))]


def test_the_bundled_song_s_words_alone_give_it_the_operations_that_it_has() -> None:
    song = load_song(SONGS / "optimization_loop")
    assert sung(*(line.text for line in song.lines)) == [cue.operation for cue in song.cues]


@pytest.mark.parametrize(
    ("lyric", "operation"),
    [
        ("optimizer.zero_grad()", Operation.ZERO_GRAD),
        ("Zero the gradients, please", Operation.ZERO_GRAD),
        ("loss.backward()", Operation.BACKWARD),
        ("LOSS BACKWARD, loss backward", Operation.BACKWARD),
        ("we backpropagate", Operation.BACKWARD),
        ("Optimizer step, step, step", Operation.STEP),
        ("optimiser dot step", Operation.STEP),
        ("model.train()", Operation.TRAIN),
        ("in training mode", Operation.TRAIN),
        ("model.eval()", Operation.EVAL),
        ("with torch.inference_mode():", Operation.INFERENCE_MODE),
        ("no_grad at all", Operation.INFERENCE_MODE),
        ("do the forward pass", Operation.FORWARD),
        ("calculate the loss", Operation.LOSS),
        ("another epoch", Operation.EPOCH),
        ("print it", Operation.PRINT),
        ("torch.save(model.state_dict())", Operation.SAVE),
        ("medieval evaluations", None),
        ("I printed nothing in the steppe", None),
        ("at a loss, a train, a model", None),
    ],
)
def test_words_of_the_api_are_recognised(lyric: str, operation: Operation | None) -> None:
    found = recognised(lyric)
    assert (found and found[0]) == operation


def test_a_song_that_names_nothing_sings_the_loop_in_its_order_and_ends_it() -> None:
    assert sung(*["la"] * 16) == [Operation.SETUP, *LOOP, Operation.REMAINING, Operation.SAVE]
    assert sung(*["la"] * 4) == [Operation.SETUP, *LOOP[:3]]
    long = sung(*["la"] * 33)
    assert long[14:17] == [Operation.EPOCHS, Operation.EPOCH, Operation.TRAIN]


def test_what_the_file_says_comes_first_and_none_is_none() -> None:
    found = sung("op:setup", "op:none", "loss backward", "op:epoch", "op:nonsense")
    assert found == [Operation.SETUP, None, Operation.BACKWARD, Operation.EPOCH, Operation.TRAIN]


def test_other_lines_lead_up_to_what_is_recognised_and_leave_it_to_that_line() -> None:
    assert sung("la", "la", "la", "la", "do the forward pass", "la", "loss backward") == [
        Operation.SETUP,
        Operation.EPOCH,
        Operation.TRAIN,
        None,
        Operation.FORWARD,
        Operation.LOSS,
        Operation.BACKWARD,
    ]


def test_in_the_testing_half_the_same_words_mean_the_test_data() -> None:
    chorus = ("forward pass", "calculate the loss", "loss backward", "optimizer step")
    once = [Operation.FORWARD, Operation.LOSS, Operation.BACKWARD, Operation.STEP]
    assert sung(*chorus, *chorus) == once * 2
    assert sung(*chorus, "model eval", *chorus[:2])[5:] == [Operation.TEST_FORWARD, Operation.TEST_LOSS]


def test_saving_in_the_middle_of_the_loop_is_left_out() -> None:
    assert sung("torch save", "loss backward") == [None, Operation.BACKWARD]
    assert sung("torch save", "torch save") == [Operation.SAVE, None]


WORDS = """la|la|la|zero grad|loss backward|optimizer step|model train|model eval|forward pass|print it
calculate the loss|inference mode|another epoch|torch save|la|la"""
PHRASES = st.sampled_from(re.split(r"[|\n]", WORDS))


@given(st.lists(PHRASES, min_size=1, max_size=60))
@settings(max_examples=40, deadline=None)
def test_whatever_is_sung_every_lesson_can_do_it(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    operations = [part.operation for part in cast(lines(*texts)) if part.operation]
    lesson = LESSONS[len(texts) % 2 * 2]
    folder: Path = tmp_path_factory.mktemp("saved")
    stepper = Stepper(read_listing(lesson.path, lesson.name), folder, lesson.epochs_per_fast_line)
    try:
        for snapshot in sing(stepper, operations):
            assert snapshot.evidence.holds, (operations, snapshot.number)
    finally:
        stepper.close()


def test_a_very_long_song_does_not_run_out_of_epochs() -> None:
    found = sung(*["loss backward"] * 300)
    assert found.count(Operation.BACKWARD) == MOST_EPOCHS + 1
    assert found[-1] is None
    assert sung(*["la"] * 1000)[-2:] == [Operation.REMAINING, Operation.SAVE]
