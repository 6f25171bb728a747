"""Wrong loops are really run: their figures, their errors, and what they leave alone."""

import random
from pathlib import Path

import numpy as np
import pytest
import torch
from builders import EPOCH, edited, open_stepper, small_song
from test_conductor import facts
from test_lessons import EXACT

from loop_core.conductor import Conductor
from loop_core.edits import marked, twice, without
from loop_core.lessons import LESSONS, Lesson, find_lesson
from loop_core.listing import Listing, read_listing
from loop_core.operations import Operation
from loop_core.outcomes import SAID, Outcome, Trial, outcome_of
from loop_core.snapshot import Series
from loop_core.trials import run_trial
from loop_core.variants import VARIANTS, Entry, entries_for

SAME = ".3129/.4811 .1977/.3464 .0417/.0992 .0248/.0569"
NOTHING = ".3129/.4945 .3129/.4945 .3129/.4945 .3129/.4945"
TABLE = {
    "no_zero_grad": ".3129/.4811 .2060/.1700 .0558/.0431 .2866/.4763",
    "zero_grad_before_step": NOTHING,
    "no_step": NOTHING,
    "no_backward": NOTHING,
    "step_before_backward": ".3129/.4945 .2092/.3598 .0422/.0994 .0254/.0591",
    "step_twice": ".3129/.4676 .0883/.2054 .0246/.0559 .0090/.0217",
    "no_train": SAME,
    "zero_grad_first": SAME,
    "zero_grad_before_loss": SAME,
    "zero_grad_last": SAME,
}
"""Training and test loss of the straight line at epochs 0, 10, 50 and 99, from loops made by hand."""


NONE = Series(np.zeros(0), np.zeros(0))
UNKNOWN = Trial(NONE, NONE, "", "", "", (None, (3, 1)), (), None)
"""A run of a lesson that allows every edit."""


def listing_of(lesson: Lesson) -> Listing:
    return read_listing(lesson.path, lesson.name)


def lesson_from(source: str, folder: Path) -> Listing:
    path = folder / "lesson.py"
    path.write_text(source, encoding="utf-8")
    return read_listing(path)


def entry(listing: Listing, name: str) -> Entry:
    return next(each for each in entries_for(listing, UNKNOWN) if each.variant.name == name)


@pytest.fixture(scope="module")
def line() -> Listing:
    return listing_of(find_lesson("straight_line"))


@pytest.fixture(scope="module")
def right(line: Listing) -> Trial:
    return run_trial(line, line.source)


def trial_of(line: Listing, name: str) -> Trial:
    source = entry(line, name).source
    assert source is not None
    return run_trial(line, source)


def test_the_lesson_itself_has_the_published_figures(line: Listing, right: Trial) -> None:
    for epoch, train, test in find_lesson("straight_line").published:
        assert right.train.value[epoch] == pytest.approx(train, abs=0 if EXACT else 1e-6)
        assert right.test.value[epoch] == pytest.approx(test, abs=0 if EXACT else 1e-6)
    assert outcome_of(right, run_trial(line, line.source)) is Outcome.SAME


@pytest.mark.parametrize("name", TABLE)
def test_every_wrong_loop_has_the_figures_of_the_table(name: str, line: Listing) -> None:
    trial = trial_of(line, name)
    pairs = [(trial.train.value[epoch], trial.test.value[epoch]) for epoch in (0, 10, 50, 99)]
    assert " ".join(f"{a:.4f}/{b:.4f}" for a, b in pairs).replace("0.", ".") == TABLE[name]


def test_a_learning_rate_of_1_goes_round_between_two_losses_for_ever(line: Listing) -> None:
    trial = trial_of(line, "rate_times_100")
    assert {f"{loss:.4f}" for loss in trial.train.value} == {"0.3129", "0.8392"}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("backward_twice", "Trying to backward through the graph a second time"),
        ("forward_in_inference_mode", "element 0 of tensors does not require grad"),
    ],
)
def test_a_loud_loop_says_what_torch_says_and_where(
    name: str, words: str, line: Listing, right: Trial
) -> None:
    trial = trial_of(line, name)
    assert trial.error is not None
    assert 'File "straight_line.py", line' in trial.error
    assert "    loss.backward()\n" in trial.error
    assert trial.error.splitlines()[-1].startswith(f"RuntimeError: {words}")
    assert outcome_of(right, trial) is Outcome.LOUD


OUTCOMES = {
    "no_zero_grad": ("swings", "diverges", "diverges", "diverges", "diverges", "higher"),
    "no_backward": ("nothing",) * 6,
    "no_step": ("nothing",) * 6,
    "zero_grad_before_step": ("nothing",) * 6,
    "step_before_backward": ("late", "loud", "loud", "loud", "loud", "loud"),
    "step_twice": ("lower", "lower", "other", "lower", "other", "other"),
    "backward_twice": ("loud",) * 6,
    "no_train": ("same", "same", "same", "lower", "same", "same"),
    "no_eval": ("same", "same", "same", "higher", "same", "same"),
    "no_inference_mode": ("same",) * 6,
    "rate_times_100": ("diverges",) * 6,
    "rate_times_10": ("higher", "lower", "diverges", "higher", "other", "diverges"),
    "rate_tenth": ("higher",) * 6,
    "flat_target": ("higher", None, None, "higher", None, None),
    "forward_in_inference_mode": ("loud",) * 6,
    "zero_grad_first": ("same",) * 6,
    "zero_grad_before_loss": ("same",) * 6,
    "zero_grad_last": ("same",) * 6,
}
"""Of each variant in each bundled lesson, the last cut short; None where it says why it makes no sense."""


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_every_variant_of_every_lesson_runs_or_says_why_not(lesson: Lesson, tmp_path: Path) -> None:
    listing = listing_of(lesson)
    if lesson.name == "tiny_gpt":
        listing = lesson_from(edited(("epochs = 60", "epochs = 8"), source=listing.source), tmp_path)
    right = run_trial(listing, listing.source)
    found = {}
    for each in entries_for(listing, right):
        assert (each.source is None) == (each.reason is not None)
        trial = None if each.source is None else run_trial(listing, each.source)
        found[each.variant.name] = None if trial is None else outcome_of(right, trial)
    column = LESSONS.index(lesson)
    assert found == {name: outcomes[column] for name, outcomes in OUTCOMES.items()}


def test_every_variant_says_what_it_is_in_both_languages() -> None:
    for words in (*SAID.values(), *(w for v in VARIANTS for w in (v.title, v.explanation))):
        assert words.said("en").strip()
        assert words.said("zh") != words.said("en")
    assert set(SAID) == set(Outcome)


def test_an_edit_keeps_every_other_line_to_the_letter() -> None:
    for lesson in LESSONS:
        listing = listing_of(lesson)
        for each in entries_for(listing, UNKNOWN):
            if each.source is None:
                continue
            after = each.source.removesuffix("\n").split("\n")
            rows = marked(listing.lines, after)
            kept = [after[row.line - 1] for row in rows if row.sign != "−"]
            before = [row for row in rows if row.sign != "+"]
            assert kept == after
            assert len(before) == len(listing.lines)
            assert 0 < sum(row.sign != " " for row in rows) <= 6
            assert each.source.endswith("\n")


def test_the_changed_lines_are_marked(line: Listing) -> None:
    after = twice(line, Operation.STEP).splitlines()
    rows = [row for row in marked(line.lines, after) if row.sign != " "]
    assert [(row.sign, after[row.line - 1].strip()) for row in rows] == [("+", "optimizer.step()")]


@pytest.mark.parametrize(
    ("edit", "name", "reason"),
    [
        (("    optimizer.zero_grad()\n", ""), "no_zero_grad", "This loop has no zero_grad."),
        (("optimizer.zero_grad()\n    loss", "optimizer.zero_grad(); loss"), "no_zero_grad", "Line "),
        (("    optimizer.step()\n", "    if 1: optimizer.step()\n"), "no_step", "Line "),
        (("    optimizer.step()\n", "    if 1:\n        optimizer.step()\n"), "no_step", "The lines around"),
        (
            ("    optimizer.step()\n", "    if 1:\n        optimizer.step()\n"),
            "zero_grad_last",
            "These lines",
        ),
        (("    optimizer.step()\n", "    optimizer.step()\n" * 2), "step_twice", "step stands here more"),
        (("torch.inference_mode():", "torch.no_grad(), open('x'):"), "no_inference_mode", "This with does"),
        (("lr=0.01", "lr=torch.rand(1)"), "rate_tenth", "No single lr="),
        (("loss_fn(y_pred, y_train)", "loss_fn(y_pred, y[:40])"), "flat_target", "No target is named"),
        (("    optimizer.zero_grad()\n", ""), "zero_grad_first", "This loop has no zero_grad."),
    ],
)
def test_what_a_lesson_does_not_allow_is_said(
    edit: tuple[str, str], name: str, reason: str, tmp_path: Path
) -> None:
    found = entry(lesson_from(edited(edit), tmp_path), name)
    assert found.source is None
    assert found.reason is not None
    assert found.reason.en.startswith(reason)


def test_a_loop_that_already_is_so_is_not_offered(tmp_path: Path) -> None:
    source = edited(
        ("    optimizer.zero_grad()\n", ""), ("    loss = ", "    optimizer.zero_grad()\n    loss = ")
    )
    found = entry(lesson_from(source, tmp_path), "zero_grad_before_loss")
    assert found.reason is not None
    assert found.reason.en == "This loop has it so already."


def test_letters_of_every_kind_stand_before_an_edit(tmp_path: Path) -> None:
    source = edited(("    model.parameters(), lr=0.01", "    *[model.parameters(), '前向'][:1], lr=0.01"))
    found = entry(lesson_from(source, tmp_path), "rate_times_10")
    assert found.source == source.replace("lr=0.01", "lr=0.1")


def test_a_trial_ends_when_its_time_is_over(line: Listing) -> None:
    trial = run_trial(line, line.source, seconds=0.0)
    assert len(trial.train.value) == 1
    assert trial.stopped
    assert trial.error is None


def test_a_trial_that_is_not_wanted_any_more_ends_with_its_epoch(line: Listing) -> None:
    asked: list[None] = []

    def wanted() -> bool:
        asked.append(None)
        return len(asked) < 3

    trial = run_trial(line, line.source, wanted=wanted)
    assert len(trial.train.value) == 3


def test_loops_that_were_stopped_are_compared_as_far_as_both_went(line: Listing) -> None:
    whole, short = run_trial(line, line.source), run_trial(line, line.source, seconds=0.0)
    assert outcome_of(whole, short) is outcome_of(short, whole) is Outcome.SAME


def unseeded_dropout() -> str:
    """A short lesson that draws random numbers wherever it starts and in every epoch."""
    source = find_lesson("dropout").path.read_text(encoding="utf-8")
    return source.replace("torch.manual_seed(42)", "").replace("epochs = 500", "epochs = 30")


@pytest.mark.parametrize("until", range(1, len(EPOCH) + 1))
def test_a_trial_between_two_operations_changes_nothing_for_the_lesson(until: int, tmp_path: Path) -> None:
    source = unseeded_dropout()
    operations = (Operation.SETUP, *EPOCH, *EPOCH, Operation.EPOCHS, Operation.REMAINING)
    torch.manual_seed(7)
    undisturbed = open_stepper(source, tmp_path)
    expected = [facts(undisturbed.perform(n, each)[0]) for n, each in enumerate(operations)]
    undisturbed.close()
    torch.manual_seed(7)
    stepper = open_stepper(source, tmp_path)
    found = []
    for number, operation in enumerate(operations):
        found.append(facts(stepper.perform(number, operation)[0]))
        if number == until:
            before = torch.is_inference_mode_enabled(), torch.is_grad_enabled(), random.getstate()
            with stepper.aside():
                first = run_trial(stepper.listing, source)
            with stepper.aside():
                again = run_trial(stepper.listing, without(stepper.listing, Operation.TRAIN))
            assert before == (
                torch.is_inference_mode_enabled(),
                torch.is_grad_enabled(),
                random.getstate(),
            )
    stepper.close()
    assert first.train.value[0] == again.train.value[0] == found[4]["loss"]
    assert first.train.value.tolist() == found[-1]["train_series"]["value"]  # type: ignore[index]
    assert found == expected


def test_an_experiment_between_two_cues_leaves_the_rest_of_the_song_as_it_was(tmp_path: Path) -> None:
    song, lesson = small_song(tmp_path / "song"), find_lesson("dropout")
    listing = listing_of(lesson)
    heard = []
    for disturbed in (False, True):
        from loop_core.stepper import Stepper

        conductor = Conductor(song, lesson, listing, lambda: Stepper(listing, tmp_path, 50), None)
        for tick in range(round(song.length * 10)):
            conductor.tick(tick / 10)
            if disturbed and tick % 23 == 0:
                asked = conductor.ask(lambda: run_trial(listing, without(listing, Operation.EVAL), 0.02))
                assert asked.result(timeout=60).error is None
        conductor.close()
        heard.append([facts(record.snapshot) for record in conductor.records])
    assert len(heard[0]) == len(song.cues)
    assert heard[0] == heard[1]


def test_what_work_on_the_worker_raises_comes_to_the_one_who_asked(tmp_path: Path) -> None:
    song, lesson = small_song(tmp_path / "song"), LESSONS[0]
    listing = listing_of(lesson)

    def open_it():  # type: ignore[no-untyped-def]
        from loop_core.stepper import Stepper

        return Stepper(listing, tmp_path, 10)

    conductor = Conductor(song, lesson, listing, open_it, None)
    asked = conductor.ask(lambda: [][1])
    assert isinstance(asked.exception(timeout=60), IndexError)
    assert conductor.tick(6.0).snapshot is not None
    conductor.close()


def test_losses_that_are_no_numbers_diverge(line: Listing, right: Trial) -> None:
    trial = run_trial(line, line.source.replace("lr=0.01", "lr=float('nan')"))
    assert np.isnan(trial.train.value[-1])
    assert outcome_of(right, trial) is Outcome.DIVERGES
