"""A sheet of words: lines, syllables, sections, and what is refused."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop_core.errors import InputError
from loop_core.formats.sheet import Sheet, parse, read_sheet


def syllables(row: str) -> list[str]:
    return list(parse(row, "s").lines[0].syllables)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("For an ep|och", ["For ", "an ", "ep", "och"]),
        ("Loss backward!", ["Loss ", "backward!"]),
        ("a well-known range - yes", ["a ", "well-known ", "range - ", "yes"]),
        ("step |step| step", ["step ", "step ", "step"]),
        ("|a||b|", ["a", "b"]),
        ("  a\u3000 b\t", ["a ", "b"]),
        ("模型train，好。", ["模", "型", "train，", "好。"]),
        ("きょう", ["きょ", "う"]),
        ("* hi", ["* ", "hi"]),
    ],
)
def test_words_bars_and_characters_part_syllables(row: str, expected: list[str]) -> None:
    assert syllables(row) == expected


def test_empty_lines_and_headings_part_sections() -> None:
    sheet = parse("[Verse]\na\nb\n\n\nc\n[Chorus]\nd\n", "s")
    assert sheet.sections == ((0, "Verse"), (2, "Part 2"), (3, "Chorus"))
    assert [line.text for line in sheet.lines] == ["a", "b", "c", "d"]
    assert [finding.line for finding in sheet.findings] == [1, 7]
    assert parse("a\nb\n", "s").sections == ()


def test_tags_are_those_of_lrc() -> None:
    sheet = parse("[ti:T]\n[AR: A ]\n[op:step]\na\nb", "s")
    assert sheet.headers == (("TITLE", "T"), ("ARTIST", "A"))
    assert [line.operation for line in sheet.lines] == ["step", ""]


@pytest.mark.parametrize("text", ["", "\n \n", "...\n- -\n", "[Chorus]\n"])
def test_a_sheet_without_words_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"s: no words; expected a line of the song on each line"):
        parse(text, "s")


def test_a_text_in_one_line_is_refused_with_its_number() -> None:
    with pytest.raises(InputError, match=r"s:2: 400 syllables; expected at most 300"):
        parse("a\n" + "la " * 400, "s")


def test_a_sheet_may_have_any_encoding(tmp_path: Path) -> None:
    path = tmp_path / "s.txt"
    path.write_bytes("训练循环\n损失".encode("utf-16"))
    assert [line.text for line in read_sheet(path).lines] == ["训练循环", "损失"]
    path.write_bytes("Größe".encode("cp1252"))
    sheet = read_sheet(path)
    assert (sheet.lines[0].text, sheet.findings[0].rule) == ("Größe", "encoding")


@given(st.text(alphabet=st.sampled_from("ab|- \t[]:!模きゃ。\n~é\u3000"), max_size=60))
def test_every_text_is_read_or_refused_and_no_letter_is_lost(text: str) -> None:
    try:
        sheet = parse(text, "s")
    except InputError:
        return
    assert isinstance(sheet, Sheet)
    rows = text.split("\n")
    for line in sheet.lines:
        assert all(syllable.strip() for syllable in line.syllables)
        kept = [letter for letter in rows[line.number - 1] if not letter.isspace() and letter != "|"]
        assert [letter for letter in line.text if not letter.isspace()] == kept
