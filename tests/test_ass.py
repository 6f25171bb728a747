r"""ASS karaoke: ``\k`` and its kin; pysubs2 is the referee of what is written."""

import pysubs2
import pytest
from format_samples import ASS

from loop_core.errors import InputError
from loop_core.formats.ass import parse, write
from loop_core.formats.lyrics import LyricLine, Lyrics, Note

HEAD = "[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"


def notes(text: str) -> list[tuple[str, float, float]]:
    lyrics = parse(f"{HEAD}Dialogue: 0,0:00:01.00,0:00:05.00,Default,,0,0,0,,{text}\n", "song.ass")
    return [(n.text, round(n.start, 4), round(n.end, 4)) for line in lyrics.lines for n in line.notes]


@pytest.mark.parametrize("tag", ["k", "K", "kf", "ko"])
def test_a_syllable_begins_where_the_hundredths_before_it_end(tag: str) -> None:
    text = rf"{{\{tag}50}}Ze{{\{tag}25}}ro, {{\{tag}30}}{{\{tag}100}}grad"
    assert notes(text) == [("Ze", 1, 1.5), ("ro, ", 1.5, 1.75), ("grad", 2.05, 3.05)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"{\k20}{\k50}La", [("La", 1.2, 1.7)]),
        (r"{\k20\k50}La", [("La", 1.2, 1.7)]),
        (r"{\k12.5}La{\k12.5}la", [("La", 1, 1.125), ("la", 1.125, 1.25)]),
        (r"{\kt100\k50}La{\k50}la", [("La", 2, 2.5), ("la", 2.5, 3)]),
        (r"{\k50}L{\i1}a{\i0}la", [("Lala", 1, 1.5)]),
        (r"{\k50\pos(1,2)}La{\p1}m 0 0 l 1 1{\p0} la", [("La la", 1, 1.5)]),
        (r"{\k50}La\Nla\hlu", [("La la lu", 1, 1.5)]),
        (r"{\k50}\{La\}", [("{La}", 1, 1.5)]),
        ("no codes", [("no codes", 1, 5)]),
        (r"{\k-5}La{\k}la", [("Lala", 1, 1)]),
        ("La, la, la", [("La, la, la", 1, 5)]),
    ],
)
def test_override_blocks_are_read_as_libass_reads_them(text: str, expected: list[object]) -> None:
    assert notes(text) == expected


def test_the_fields_are_where_the_format_line_says() -> None:
    head = "[Events]\nFormat: Text2, Start, End, Name, Text\n"
    text = head + "Dialogue: x,0:00:01.00,0:00:02.00,op:loss,{\\k9}La, la\n"
    (line,) = parse(text, "x").lines
    assert (line.text, line.operation, line.start, line.number) == ("La, la", "loss", 1, 3)


def test_of_karaoke_templates_the_source_is_read() -> None:
    rows = (
        "Comment: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,karaoke,{\\k50}La{\\k50}la\n"
        "Dialogue: 0,0:00:00.80,0:00:01.10,Default,,0,0,0,fx,{\\pos(3,4)}La\n"
    )
    lyrics = parse(HEAD + rows, "x")
    assert [line.text for line in lyrics.lines] == ["Lala"]
    assert [finding.rule for finding in lyrics.findings] == ["comment"]


def test_what_is_left_out_is_told_with_its_line() -> None:
    found = {(finding.line, finding.rule) for finding in parse(ASS, "x").findings}
    assert found == {(0, "comment"), (13, "override"), (14, "kt"), (14, "override")}


def test_a_file_without_words_is_refused() -> None:
    with pytest.raises(InputError, match=r"song.ass: no event with words; expected lines like"):
        notes(r"{\k50}")


def test_another_program_reads_what_is_written() -> None:
    lines = (
        LyricLine((Note("Ze", 1, 1.5), Note("ro {x} \\N", 1.75, 2.126))),
        LyricLine((Note("grad", 3, 4),), operation="zero_grad"),
    )
    written = write(Lyrics((("TITLE", "T"), ("GENRE", "loops")), lines))
    assert written.lost == ()
    found = pysubs2.SSAFile.from_string(written.text)
    assert [(event.start, event.end, event.name) for event in found] == [
        (1000, 2130, ""),
        (3000, 4000, "op:zero_grad"),
    ]
    assert found[1].plaintext == "grad"
    assert found.info["Title"] == "T"
    assert [note.text for note in parse(written.text, "x").lines[0].notes] == ["Ze", "ro {x} \\N"]
    again = parse(found.to_string("ass"), "x")
    assert [line.text for line in again.lines] == [line.text for line in lines]


def test_the_hundredths_of_a_line_add_up_to_its_length() -> None:
    notes = tuple(Note("x", 1 + k / 3, 1 + (k + 1) / 3) for k in range(30))
    text = write(Lyrics((), (LyricLine(notes),))).text
    row = text.strip().splitlines()[-1]
    assert row.startswith("Dialogue: 0,0:00:01.00,0:00:11.00")
    assert sum(int(part.split("}")[0]) for part in row.split("\\kf")[1:]) == 1000
