"""Bytes of every encoding become text, and a guess is said to be one."""

import codecs
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop_core.errors import InputError
from loop_core.formats.decoding import LONGEST_ROW, MOST_ROWS, decode, encoding_named

GERMAN = "#TITLE:Grüße\n: 0 4 7 schön \n: 4 4 7 für \n"


@pytest.mark.parametrize(
    "data",
    [
        GERMAN.encode(),
        codecs.BOM_UTF8 + GERMAN.encode(),
        GERMAN.encode("utf-16"),
        codecs.BOM_UTF16_BE + GERMAN.encode("utf-16-be"),
        GERMAN.encode("utf-32"),
        GERMAN.replace("\n", "\r\n").encode(),
        GERMAN.replace("\n", "\r").encode(),
    ],
)
def test_marks_and_line_ends_do_not_matter_and_are_no_findings(data: bytes) -> None:
    assert decode(data, "x") == (GERMAN, ())


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (GERMAN, "cp1252"),
        ("El niño, mañana, garçon où êtes-vous\n", "cp1252"),
        ("Zażółć gęślą jaźń, więc uczymy się pętli\n", "cp1250"),
        ("Обучаем модель, потеря назад, шаг\n", "cp1251"),
        ("Обучаем модель, потеря назад, шаг\n", "koi8-r"),
        ("优化器向前一步\n损失反向传播\n我们训练模型\n", "gb18030"),
        ("[00:12.00]同一时间\n", "gb18030"),
        ("モデルを訓練する\n損失を逆伝播\n", "cp932"),
        ("모델을 훈련하자\n손실을 역전파\n", "cp949"),
        (GERMAN, "utf-16-le"),
        (GERMAN, "utf-16-be"),
    ],
)
def test_an_encoding_without_a_mark_is_guessed_and_said(text: str, encoding: str) -> None:
    found, findings = decode(text.encode(encoding), "x")
    assert found == text
    assert [finding.rule for finding in findings] == ["encoding"]


@pytest.mark.parametrize("encoding", ["CP1250", "cp-1250", "Windows 1252", "KOI8-R", "cp865"])
def test_what_the_file_says_is_followed_where_it_is_not_utf8(encoding: str) -> None:
    text = f"#ENCODING:{encoding}\n#TITLE:ö\n"
    codec = encoding_named(encoding)
    if codec != "koi8-r":
        assert decode(text.encode(codec), "x") == (text, ())
    assert decode(text.encode(), "x") == (text, ())


def test_an_encoding_that_is_asked_for_is_used() -> None:
    assert decode("żółć".encode("cp1250"), "x", "CP1250") == ("żółć", ())
    with pytest.raises(InputError, match="x:1: byte 0 is no utf-8; expected text in that encoding"):
        decode(b"\xff", "x", "utf8")
    with pytest.raises(InputError, match="no encoding 'idna'; expected one of: utf-8"):
        decode(b"", "x", "idna")


def test_control_characters_become_spaces_and_are_told() -> None:
    text, (finding,) = decode(b"a\n\0b\x1b\xe2\x80\xa8", "x")
    assert text == "a\n b  "
    assert (finding.line, finding.rule) == (2, "control")


def test_more_rows_or_longer_ones_than_any_song_has_are_refused() -> None:
    with pytest.raises(InputError, match="more than 300,000 lines; expected one song"):
        decode(b"\n" * (MOST_ROWS + 1), "x")
    with pytest.raises(InputError, match="x:2: 50,001 characters; expected at most 50,000"):
        decode(b"\n" + b"a" * (LONGEST_ROW + 1), "x")


@given(st.binary(max_size=400))
def test_any_bytes_are_text_or_refused_and_hold_no_control_characters(data: bytes) -> None:
    try:
        text, _ = decode(data, "x")
    except InputError:
        return
    assert not {c for c in text if (c < " " and c not in "\n\t") or "\x7f" <= c <= "\x9f"}
    text.encode()


def test_a_file_is_read_only_as_far_as_it_may_be(tmp_path: Path) -> None:
    from loop_core.formats.decoding import read_bytes

    (tmp_path / "a").write_bytes(b"abc")
    assert read_bytes(tmp_path / "a") == b"abc"
    with pytest.raises(InputError, match="this is no regular file; expected a file of words"):
        read_bytes(tmp_path)
