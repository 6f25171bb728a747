"""Fill the gap: words vanish, a key picks them, and the rhythm is told."""

import os

os.environ["SDL_VIDEODRIVER"] = "dummy"

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pygame
import pytest
from builders import small_song
from harness import Rig

from app.draw import reported
from app.learning.progress import load_progress
from app.speech import SpeakLog
from app.stage import Stage
from assets import SONGS
from loop_core.cloze import BLANK, Cloze
from loop_core.frame import Frame
from loop_core.song import load_song

pytestmark = pytest.mark.usefixtures("fonts")


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(load_song(SONGS / "optimization_loop"), tmp_path)
    rig.show.open()
    rig.press(pygame.K_SPACE, pygame.K_w)
    yield rig
    rig.show.close()


def next_gap(rig: Rig) -> Frame:
    """Play until the next gap is open."""
    for _ in range(400):
        frame = rig.run(0.1)
        if frame.cloze is not None and not frame.cloze.filled:
            return frame
    raise AssertionError("no gap")


def right_key(cloze: Cloze) -> int:
    return pygame.K_1 + cloze.gap.right


def wrong_key(cloze: Cloze) -> int:
    return pygame.K_1 + (cloze.gap.right + 1) % len(cloze.gap.choices)


def after_picking(rig: Rig, *keys: int) -> Cloze:
    frame = rig.press(*keys)
    assert frame.cloze is not None
    return frame.cloze


def test_the_music_does_not_wait(rig: Rig) -> None:
    next_gap(rig)
    assert rig.run(3).controls.playing


def test_the_right_word_fills_the_gap_and_its_timing_is_told(rig: Rig) -> None:
    cloze = next_gap(rig).cloze
    assert cloze is not None
    while rig.show.tick().now < cloze.gap.start - 0.05:
        rig.run(0.1)
    filled = after_picking(rig, right_key(cloze))
    assert filled.timing in ("perfect", "great", "good", "close")
    assert (filled.right, filled.asked) == (1, 1)


def test_a_wrong_word_may_be_tried_again_without_a_limit(rig: Rig) -> None:
    cloze = next_gap(rig).cloze
    assert cloze is not None
    tried = after_picking(rig, wrong_key(cloze))
    assert not tried.filled
    assert len(tried.wrong) == 1
    filled = after_picking(rig, right_key(cloze))
    assert filled.filled
    assert (filled.right, filled.asked) == (0, 1)


@pytest.mark.parametrize(("wrong", "right"), [(0, 1), (1, 1), (2, 0)])
def test_the_last_word_that_is_left_is_not_known(rig: Rig, tmp_path: Path, wrong: int, right: int) -> None:
    cloze = next_gap(rig).cloze
    assert cloze is not None
    keys = [pygame.K_1 + (cloze.gap.right + step) % len(cloze.gap.choices) for step in (1, 2)]
    assert after_picking(rig, *keys[:wrong], right_key(cloze)).done == 1
    rig.press(pygame.K_v)  # which keeps what was answered
    (card,) = load_progress(tmp_path / "progress.json")[0].cards.values()
    assert (card.attempts, card.right) == (1, right)


def test_an_early_key_is_called_early(rig: Rig) -> None:
    frame = next_gap(rig)
    assert frame.cloze is not None
    assert frame.now < frame.cloze.gap.start - 0.2
    assert after_picking(rig, right_key(frame.cloze)).timing == "early"


def test_a_gap_left_open_is_not_known_and_kept_so(rig: Rig, tmp_path: Path) -> None:
    frame = next_gap(rig)
    assert frame.cloze is not None
    text = rig.song.lines[frame.cloze.gap.line].text
    rig.run(8)
    rig.press(pygame.K_v)
    cards = load_progress(tmp_path / "progress.json")[0].cards
    assert (cards["cloze", text].attempts, cards["cloze", text].right) == (1, 0)


def test_the_word_is_nowhere_on_the_stage_until_it_is_picked(rig: Rig) -> None:
    """Neither in the line nor in the next one's place before it; the choices have it in lower case."""
    surface = pygame.Surface((960, 540))
    for _ in range(100):
        frame = rig.run(0.3)
        with reported() as boxes:
            Stage((960, 540)).draw(surface, frame)
        shown = [box.words for box in boxes]
        for gap in (*frame.missing, *(frame.cloze.open if frame.cloze else ())):
            assert rig.song.lines[gap.line].text not in shown
        if frame.cloze is not None and not frame.cloze.filled:
            line = rig.song.lines[frame.cloze.gap.line].text
            assert any(BLANK in words and len(words) == len(line) for words in shown)


def test_a_learner_who_does_not_look_hears_the_gap_and_what_fills_it(rig: Rig) -> None:
    said: list[str] = []
    log = SpeakLog(said.append)
    frame = next_gap(rig)
    assert frame.cloze is not None
    log.tell(frame)
    log.tell(rig.press(right_key(frame.cloze)))
    line = rig.song.lines[frame.cloze.gap.line].text
    assert any(words.split(" ", 1)[1].startswith("gap: ") and ": 1 " in words for words in said)
    assert any(words.split(" ", 1)[1] == f"filled: {line}, early" for words in said)


def test_a_learner_who_does_not_look_hears_what_was_missed(rig: Rig) -> None:
    said: list[str] = []
    log = SpeakLog(said.append)
    frame = next_gap(rig)
    assert frame.cloze is not None
    log.tell(frame)
    line = frame.cloze.gap.line
    while frame.cloze is not None and frame.cloze.gap.line == line:
        frame = rig.run(0.1)
        log.tell(frame)
    missed = [words.split(" ", 1)[1] for words in said if " missed: " in words]
    assert missed == [f"missed: {rig.song.lines[line].text}"]


def test_each_exercise_greets_and_leaves_in_the_language_that_is_set(rig: Rig) -> None:
    rig.press(pygame.K_l)
    said = [rig.press(key).controls.message for key in (pygame.K_w, pygame.K_ESCAPE, pygame.K_v, pygame.K_w)]
    assert said == [
        "单词消失：打出来，Esc 结束",
        "练习结束",
        "每句之前：它会做什么？",
        "单词消失：按 1 到 3 选",
    ]


def test_one_exercise_takes_the_place_of_the_other(rig: Rig) -> None:
    next_gap(rig)
    frame = rig.press(pygame.K_v)
    assert frame.cloze is None
    rig.press(pygame.K_w, pygame.K_w, pygame.K_ESCAPE)
    assert rig.run(1).cloze is None
    assert not rig.show.quit


def test_a_song_of_short_words_has_no_gaps_and_plays(tmp_path: Path) -> None:
    rig = Rig(small_song(tmp_path / "song"), tmp_path)
    rig.show.open()
    rig.press(pygame.K_SPACE, pygame.K_w)
    assert rig.run(4).controls.playing
    rig.show.close()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_choices_and_timing_are_whole_and_apart(rig: Rig, language: str) -> None:
    frames = []
    for _ in range(5):
        frame = next_gap(rig)
        assert frame.cloze is not None
        frames += [frame, rig.press(wrong_key(frame.cloze)), rig.press(right_key(frame.cloze))]
    for size in ((1280, 720), (1024, 768)):
        stage, surface = Stage(size), pygame.Surface(size)
        for frame in frames:
            with reported() as boxes:
                controls = replace(frame.controls, language=language, message="", still=True)
                stage.draw(surface, replace(frame, controls=controls))
            for box in boxes:
                assert box.whole, box
                assert surface.get_rect().contains(box.rect), box
            for a, b in combinations(boxes, 2):
                assert not a.rect.inflate(0, -a.rect.height // 3).colliderect(
                    b.rect.inflate(0, -b.rect.height // 3)
                ), (a, b)


def test_the_name_vanishes_from_the_code_too_until_the_word_is_picked(rig: Rig) -> None:
    for _ in range(20):
        frame = next_gap(rig)
        assert frame.cloze is not None
        if frame.cloze.gap.code == "zero_grad":
            break
        rig.press(right_key(frame.cloze))
        rig.run(2)
    rig.run(1)
    stage, surface = Stage((1280, 720)), pygame.Surface((1280, 720))
    shown = []
    for keys in ((), (right_key(frame.cloze),)):
        with reported() as boxes:
            stage.draw(surface, rig.press(*keys))
        shown.append([box.words for box in boxes])
    assert f"{BLANK * len('optimizer')}.zero_grad()" in shown[0]
    assert "optimizer.zero_grad()" not in shown[0]
    assert "optimizer.zero_grad()" in shown[1]


def typed(word: str) -> list[int]:
    return [ord(letter) for letter in word.lower() if letter != "'"]


@pytest.fixture
def typing(rig: Rig) -> Rig:
    """The same show, with words to type."""
    rig.press(pygame.K_w)
    return rig


def test_the_letters_of_the_word_fill_the_gap_one_by_one(typing: Rig) -> None:
    cloze = next_gap(typing).cloze
    assert cloze is not None
    gap = cloze.gap
    word = typing.song.lines[gap.line].text[gap.first : gap.last]
    keys = typed(word)
    for count, key in enumerate(keys[:-1], 1):
        cloze = after_picking(typing, key)
        assert not cloze.filled
        assert cloze.typed is not None
        assert cloze.typed.replace("'", "") == word.replace("'", "")[:count]
    cloze = after_picking(typing, keys[-1])
    assert cloze.filled
    assert (cloze.right, cloze.asked) == (1, 1)


def test_a_wrong_letter_is_told_and_not_taken(typing: Rig) -> None:
    cloze = next_gap(typing).cloze
    assert cloze is not None
    gap = cloze.gap
    keys = typed(typing.song.lines[gap.line].text[gap.first : gap.last])
    wrong = next(key for key in range(pygame.K_a, pygame.K_z) if key != keys[0])
    tried = after_picking(typing, wrong)
    assert (tried.typed, tried.wrong) == ("", {wrong})
    cloze = after_picking(typing, *keys)
    assert cloze.filled
    assert (cloze.right, cloze.asked) == (0, 1)


@pytest.mark.parametrize(("most", "right"), [(0, 1), (1, 1), (26, 0)])
def test_a_word_found_by_trying_all_letters_is_not_known(
    typing: Rig, tmp_path: Path, most: int, right: int
) -> None:
    cloze = next_gap(typing).cloze
    assert cloze is not None
    keys = typed(cloze.gap.choices[cloze.gap.right])
    wrong = [key for key in range(pygame.K_a, pygame.K_z + 1) if key != keys[0]][:most]
    assert after_picking(typing, *wrong, *keys).done == 1
    typing.press(pygame.K_ESCAPE)  # which keeps what was answered
    (card,) = load_progress(tmp_path / "progress.json")[0].cards.values()
    assert (card.attempts, card.right) == (1, right)


def test_while_words_are_typed_no_letter_is_a_command(typing: Rig) -> None:
    before = typing.show.tick().controls
    frame = typing.press(*range(pygame.K_a, pygame.K_z + 1))
    assert replace(frame.controls, message="", pointer=None) == replace(before, message="", pointer=None)
    assert not typing.show.quit
    typing.press(pygame.K_ESCAPE, pygame.K_h)
    assert typing.show.tick().controls.help


def test_the_first_letter_counts_for_the_rhythm(typing: Rig) -> None:
    cloze = next_gap(typing).cloze
    assert cloze is not None
    gap = cloze.gap
    keys = typed(typing.song.lines[gap.line].text[gap.first : gap.last])
    while typing.show.tick().now < gap.start - 0.05:
        typing.run(0.1)
    typing.press(keys[0])
    typing.run(0.3)
    assert after_picking(typing, *keys[1:]).timing in ("perfect", "great", "good", "close")


def test_when_the_song_is_sung_again_more_words_are_missing(rig: Rig) -> None:
    first = next_gap(rig).cloze
    assert first is not None
    rig.press(pygame.K_r, pygame.K_r)
    lacking = []
    for _ in range(6):
        frame = next_gap(rig)
        assert frame.cloze is not None
        lacking.append(len(frame.cloze.gaps))
        for gap in frame.cloze.gaps:
            rig.press(pygame.K_1 + gap.right)
    assert len(first.gaps) == 1
    assert max(lacking) == 2


def test_in_a_loop_each_repetition_has_its_gap(rig: Rig) -> None:
    frame = next_gap(rig)
    assert frame.cloze is not None
    line = frame.cloze.gap.line
    while rig.show.tick().now < rig.song.lines[line].start + 0.2:
        rig.run(0.1)
    rig.press(pygame.K_u)
    for _ in range(2):
        cloze = after_picking(rig, right_key(frame.cloze))
        assert cloze.filled
        frame = next_gap(rig)
        assert frame.cloze is not None
        assert frame.cloze.gap.line == line
