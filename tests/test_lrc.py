"""LRC: stamps of lines and of words, in both ways of writing them."""

import pytest

from loop_core.errors import InputError
from loop_core.formats.lrc import parse, write
from loop_core.formats.lyrics import LyricLine, Lyrics, Note
from loop_core.formats.table import FORMATS, lyrics_of

FORM = next(form for form in FORMATS if form.name == "lrc")


def notes(text: str) -> list[list[tuple[str, float, float]]]:
    lyrics = lyrics_of(text.encode(), FORM, "song.lrc")
    return [[(n.text, round(n.start, 3), round(n.end, 3)) for n in line.notes] for line in lyrics.lines]


def rules(text: str) -> set[tuple[int, str]]:
    return {(finding.line, finding.rule) for finding in lyrics_of(text.encode(), FORM, "x").findings}


def test_a_plain_line_lasts_to_the_next_stamp_and_eight_seconds_at_most() -> None:
    text = "[00:01.00]One\n[00:03]Two\n[00:05.5]\n[00:10.00]Three\n"
    assert notes(text) == [[("One", 1, 3)], [("Two", 3, 5.5)], [("Three", 10, 18)]]
    assert notes("[length:00:12]\n[00:10.00]Three\n") == [[("Three", 10, 12)]]


@pytest.mark.parametrize(
    ("stamp", "seconds"),
    [
        ("[01:02]", 62),
        ("[1:2.5]", 62.5),
        ("[01:02.34]", 62.34),
        ("[01:02.345]", 62.345),
        ("[01:02:34]", 62.34),
        ("[01:02,34]", 62.34),
        ("[ 01:02.34 ]", 62.34),
        ("[123:00.00]", 7380),
    ],
)
def test_stamps_are_read_as_people_write_them(stamp: str, seconds: float) -> None:
    assert notes(f"{stamp}La\n")[0][0][1] == seconds


def test_words_are_stamped_in_angle_or_in_square_brackets() -> None:
    angle = "[00:01.00]<00:01.00>Ze<00:01.50>ro <00:02.00>grad<00:03.00>\n"
    expected = [[("Ze", 1, 1.5), ("ro ", 1.5, 2), ("grad", 2, 3)]]
    assert notes(angle) == expected
    assert notes(angle.replace("<00:01.00>", "", 1)) == expected
    assert notes(angle.replace("<", "[").replace(">", "]")) == expected


def test_a_stamp_without_a_word_ends_the_one_ahead() -> None:
    assert notes("[00:01.00]Ze<00:01.40> <00:01.50>ro\n") == [[("Ze ", 1, 1.4), ("ro", 1.5, 3.5)]]


def test_a_line_with_several_stamps_is_sung_as_often_with_its_words_moved() -> None:
    assert notes("[00:20.00][00:01.00]La\n") == [[("La", 1, 9)], [("La", 20, 28)]]
    moved = notes("[00:01.00][00:21.00]<00:01.00>Ze<00:01.50>ro<00:02.00>\n")
    assert moved == [[("Ze", 1, 1.5), ("ro", 1.5, 2)], [("Ze", 21, 21.5), ("ro", 21.5, 22)]]


@pytest.mark.parametrize(("offset", "start"), [("+500", 0.5), ("500", 0.5), ("-500", 1.5), (" -3000 ", 4)])
def test_a_positive_offset_makes_words_come_earlier(offset: str, start: float) -> None:
    assert notes(f"[offset:{offset}]\n[00:01.00]La\n")[0][0][1] == start


def test_tags_are_headers_under_ultrastars_names_and_come_back() -> None:
    lyrics = parse("[ti:T: the song]\n[ar: A ]\n[x-y:kept]\n[00:01.00]La", "x")
    assert lyrics.headers == (("TITLE", "T: the song"), ("ARTIST", "A"), ("X-Y", "kept"))
    assert write(lyrics).text.startswith("[ti:T: the song]\n[ar:A]\n[x-y:kept]\n")


def test_an_operation_is_given_to_the_next_line() -> None:
    lyrics = parse("[op:backward]\n[00:01.00]La\n[00:02.00]la\n", "x")
    assert [line.operation for line in lyrics.lines] == ["backward", ""]
    assert "[op:backward]\n[00:01.00]" in write(lyrics).text


def test_another_text_at_the_same_time_is_a_translation() -> None:
    lyrics = lyrics_of("[00:01.00]One\n[00:01.00]一\n".encode(), FORM, "x")
    assert [(line.text, line.translation) for line in lyrics.lines] == [("One", "一")]


def test_a_third_text_at_the_same_time_is_left_out_and_told() -> None:
    assert (3, "third-text") in rules("[00:01.00]One\n[00:01.00]一\n[00:01.00]Eins\n[00:02.00]\n")


def test_what_is_left_out_or_decided_is_told_with_its_line() -> None:
    text = "[offset:soon]\n[00:02.00]<-1:00.00>odd\nno stamp\n[00:04.00]a<00:03.00>b<00:05.00>\n"
    assert rules(text) == {
        (1, "offset-none"),
        (2, "bad-stamp"),
        (2, "end-unknown"),
        (3, "no-stamp"),
        (4, "order"),
    }


def test_a_file_without_a_stamp_is_refused() -> None:
    with pytest.raises(
        InputError, match=r"song.lrc: no stamped line; expected lines like '\[00:12.50\]words'"
    ):
        notes("only\nwords\n")


def test_words_are_written_with_their_rests_and_rounded_with_the_carry() -> None:
    line = LyricLine((Note("Ze", 59.996, 60.2), Note("ro", 60.5, 61.004)))
    expected = "[01:00.00]<01:00.00>Ze<01:00.20><01:00.50>ro<01:01.00>"
    assert write(Lyrics((), (line,))).text.strip() == expected


def test_figures_in_brackets_are_written_so_that_they_are_no_stamps() -> None:
    written = write(Lyrics((), (LyricLine((Note("[00:01.00] <2:3>", 1, 2),)),)))
    assert written.lost == ("brackets around figures, which would be stamps",)
    assert len(notes(written.text)[0]) == 1
