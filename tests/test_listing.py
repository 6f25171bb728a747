"""Reading a lesson: what is recognised, and what is said about a file that is none."""

from collections.abc import Callable
from pathlib import Path

import pytest
from builders import STRAIGHT_LINE, edited
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loop_core.errors import InputError
from loop_core.lessons import LESSONS
from loop_core.listing import Listing, compile_listing, compile_plainly, read_listing
from loop_core.operations import Operation
from loop_core.source import MAX_BYTES


def read(source: str | bytes, folder: Path) -> Listing:
    path = folder / "lesson.py"
    path.write_bytes(source if isinstance(source, bytes) else source.encode())
    return read_listing(path)


def refusal(reading: Callable[[], object]) -> str:
    """What the InputError says; empty when there is none."""
    try:
        reading()
    except InputError as error:
        return str(error)
    return ""


def found(listing: Listing) -> list[tuple[Operation, str]]:
    return [(site.operation, listing.lines[site.line - 1].strip()) for site in listing.sites]


def test_every_operation_of_a_lesson_is_found_in_its_line() -> None:
    listing = read_listing(next(lesson.path for lesson in LESSONS if lesson.name == "straight_line"))
    sites = dict(found(listing))
    assert set(sites) == set(Operation)
    assert sites[Operation.TRAIN] == "model.train()"
    assert sites[Operation.FORWARD] == "y_pred = model(X_train)"
    assert sites[Operation.LOSS] == "loss = loss_fn(y_pred, y_train)"
    assert sites[Operation.ZERO_GRAD] == "optimizer.zero_grad()"
    assert sites[Operation.BACKWARD] == "loss.backward()"
    assert sites[Operation.STEP] == "optimizer.step()"
    assert sites[Operation.TEST] == "# Testing"
    assert sites[Operation.EVAL] == "model.eval()"
    assert sites[Operation.INFERENCE_MODE] == "with torch.inference_mode():"
    assert sites[Operation.TEST_FORWARD] == "test_pred = model(X_test)"
    assert sites[Operation.TEST_LOSS] == "test_loss = loss_fn(test_pred, y_test)"
    assert sites[Operation.PRINT].startswith("print(")
    assert sites[Operation.SAVE].startswith("torch.save(")


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_every_bundled_lesson_has_every_operation(lesson: object) -> None:
    listing = read_listing(lesson.path, lesson.name)  # type: ignore[attr-defined]
    assert {site.operation for site in listing.sites} == set(Operation)


def test_other_names_than_the_usual_ones_are_understood(tmp_path: Path) -> None:
    source = STRAIGHT_LINE
    for old, new in (("model", "net"), ("optimizer", "opt"), ("loss_fn", "criterion"), ("X_train", "a")):
        source = source.replace(old, new)
    assert {site.operation for site in read(source, tmp_path).sites} == set(Operation)


def test_an_annotated_assignment_is_read_like_a_plain_one(tmp_path: Path) -> None:
    source = edited(("    loss = loss_fn", "    loss: torch.Tensor = loss_fn"))
    site = read(source, tmp_path).site(Operation.LOSS)
    assert site is not None
    assert site.roles["result"] == "loss"


def test_the_kind_of_line_end_does_not_matter(tmp_path: Path) -> None:
    expected = found(read(STRAIGHT_LINE, tmp_path))
    for end in ("\r\n", "\r"):
        assert found(read(STRAIGHT_LINE.replace("\n", end), tmp_path)) == expected
    assert found(read(b"\xef\xbb\xbf" + STRAIGHT_LINE.encode(), tmp_path)) == expected


@pytest.mark.parametrize("character", ["\f", "\v", "\x1c", "\x85", "\u2028"])
def test_lines_are_counted_as_python_counts_them(character: str, tmp_path: Path) -> None:
    source = edited(("import torch\n", f'import torch\nnote = "a{character}b"\n'))
    listing = read(source, tmp_path)
    assert dict(found(listing))[Operation.BACKWARD] == "loss.backward()"


def test_the_code_that_is_compiled_keeps_its_file_and_lines(tmp_path: Path) -> None:
    listing = read(STRAIGHT_LINE, tmp_path)
    for code in (*compile_listing(listing), *compile_plainly(listing)):
        assert code.co_filename == str(tmp_path / "lesson.py")


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("for epoch in range(3):\n    model.train(\n", 2),
        ("import torch\nreturn 3\nfor e in range(3):\n    loss.backward()\n", 2),
        ("for e in range(3):\n    loss.backward()\nawait e\n", 3),
        ("for e in range(3):\n    loss.backward()\nbreak\n", 3),
        ("for e in range(3):\n  loss.backward()\n\tx = 1\n", 3),
    ],
)
def test_a_syntax_error_is_told_with_file_and_line(source: str, line: int, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="syntax error") as caught:
        read(source, tmp_path)
    assert caught.value.line == line
    assert str(caught.value).startswith(f"{tmp_path / 'lesson.py'}:{line}: ")


@pytest.mark.parametrize(
    "source",
    [
        "",
        "\n\n",
        "x = 1\n",
        "for i in range(3):\n    print(i)\n",
    ],
)
def test_a_file_without_a_training_loop_says_what_is_expected(source: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"lesson\.py: no training loop found; expected a 'for'"):
        read(source, tmp_path)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.py: cannot read it: No such file"):
        read_listing(tmp_path / "nowhere.py")
    with pytest.raises(InputError, match="this is no regular file; expected a training script"):
        read_listing(tmp_path)
    with pytest.raises(InputError, match="byte 2 is not UTF-8"):
        read(b"x \xff", tmp_path)
    text = b"# -*- coding: latin-1 -*-\n# \xe9t\xe9\n"
    with pytest.raises(InputError, match="no training loop found"):  # read as it says, as Python does
        read(text, tmp_path)
    with pytest.raises(InputError, match="more than 250,000 bytes; expected a training script"):
        read(b" " * (MAX_BYTES + 1), tmp_path)


@pytest.mark.parametrize(
    "expression",
    [
        "-" * 3000 + "1",
        "(" * 300 + ")" * 300,
        "x" + ".y" * 3000,
        "x" + "()" * 3000,
        "+".join(["1"] * 9000),
        "9" * 5000,
    ],
)
def test_a_monstrous_expression_is_refused_or_read(expression: str, tmp_path: Path) -> None:
    message = refusal(lambda: read(f"for e in z:\n    loss.backward()\n    x = {expression}\n", tmp_path))
    assert message.startswith(str(tmp_path / "lesson.py")) or compile_listing(
        read_listing(tmp_path / "lesson.py")
    )


@given(st.text())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_arbitrary_text_is_read_or_refused(tmp_path: Path, text: str) -> None:
    for source in (text, f"for e in x:\n    loss.backward()\n    {text}\n"):
        message = refusal(lambda source=source: read(source.encode("utf-8", "surrogatepass"), tmp_path))
        assert not message or message.startswith(str(tmp_path / "lesson.py"))


LINES = [
    "for e in range(3):",
    "loss.backward()",
    "model.train()",
    "with torch.no_grad():",
    "if e: continue",
    "x = 1",
    "else:",
    "def f():",
    "loss = model(x)",
    "return loss",
    "break",
    "torch.save(x)",
    "print(1)",
    "try:",
    "await x",
    "class A:",
    "for i in x:",
    "while e:",
]


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(LINES)), max_size=12))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_can_be_read_can_be_compiled(tmp_path: Path, lines: list[tuple[int, str]]) -> None:
    body = "".join(f"{'    ' * depth}{line}\n" for depth, line in lines)
    try:
        listing = read(f"for e in range(3):\n    loss.backward()\n{body}", tmp_path)
    except InputError:
        return
    compile_listing(listing)
    compile_plainly(listing)
    assert all(1 <= site.line <= site.end_line <= len(listing.lines) for site in listing.sites)
