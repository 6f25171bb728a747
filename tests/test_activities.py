"""What can be done beside the song, driven by its keys and looked at in the sizes that people have."""

import ast
from collections.abc import Iterator
from concurrent.futures import wait
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pygame
import pytest
from builders import small_song
from harness import Rig
from test_conductor import facts
from test_panels import assert_apart

import app
import loop_core
from app import draw
from app.draw import TextBox, reported, wrapped
from app.drawing.edited import marked_rows
from app.learning.activities.puzzle import PuzzleActivity
from app.learning.activities.wrong_loops import WrongLoopsActivity
from app.learning.progress import load_progress
from app.learning.results import Results
from app.speech import SpeakLog
from app.stage import Stage, over_stage
from app.theme import THEMES, theme_for
from app.window import _handle
from loop_core.activity import Puzzle, WrongLoops
from loop_core.assembly import TRAINING, WHOLE
from loop_core.frame import Controls, Frame
from loop_core.lessons import LESSONS, Lesson
from loop_core.outcomes import SAID, Outcome
from loop_core.variants import SIGNS, VARIANTS

SIZES = ((1920, 1080), (1280, 720), (3840, 2160), (1024, 768), (2560, 1080), (960, 540))

pytestmark = pytest.mark.usefixtures("fonts")


def settled(rig: Rig) -> Frame:
    """The picture when all that was asked for has been run."""
    activity = rig.show.learner._activity
    assert isinstance(activity, WrongLoopsActivity | PuzzleActivity)
    wait([rig.conductors[-1].ask(lambda: None)], timeout=60)  # one after the other: all is done before it
    return rig.show.tick()


def opened(rig: Rig, key: int) -> Frame:
    """The picture of an activity that a key has opened, as soon as there is something to choose."""
    rig.press(key)
    return settled(rig)


def loops(frame: Frame) -> WrongLoops:
    assert isinstance(frame.controls.activity, WrongLoops)
    return frame.controls.activity


def table(frame: Frame) -> Puzzle:
    assert isinstance(frame.controls.activity, Puzzle)
    return frame.controls.activity


def order(frame: Frame) -> list[str]:
    return [card.operation.value for card in table(frame).cards]


def put_in_order(rig: Rig, wanted: list[str]) -> None:
    """Sort the cards with the keys alone: each is chosen, taken, carried up, put down."""
    for place, name in enumerate(wanted):
        frame = rig.show.tick()
        at = order(frame).index(name)
        while table(frame).choice != at:
            frame = rig.press(pygame.K_DOWN)
        rig.press(pygame.K_SPACE, *[pygame.K_UP] * (at - place), pygame.K_SPACE)


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(small_song(tmp_path / "song"), tmp_path)
    rig.show.open()
    yield rig
    rig.show.close()


def test_x_lists_the_wrong_loops_and_enter_runs_the_marked_one(rig: Rig) -> None:
    frame = opened(rig, pygame.K_x)
    assert [entry.variant for entry in loops(frame).entries] == list(VARIANTS)
    assert loops(frame).contest is None
    rig.press(pygame.K_DOWN, pygame.K_DOWN, pygame.K_UP, pygame.K_RETURN)
    shown = loops(settled(rig))
    assert shown.entries[shown.choice].variant.name == "no_backward"
    assert shown.contest is not None
    assert shown.contest.outcome is Outcome.NOTHING
    assert "loss.backward()" not in (shown.entries[shown.choice].source or "")
    assert shown.contest.right is not None
    assert f"{shown.contest.right.train.value[-1]:.4f}" == "0.0248"


def test_a_number_chooses_and_the_same_number_again_runs(rig: Rig) -> None:
    opened(rig, pygame.K_x)
    assert loops(rig.press(pygame.K_7)).choice == 6
    rig.press(pygame.K_7)
    shown = loops(settled(rig))
    assert shown.contest is not None
    assert shown.contest.outcome is Outcome.LOUD
    assert shown.contest.trial is not None
    assert "Trying to backward through the graph a second time" in (shown.contest.trial.error or "")


def test_while_one_is_shown_the_arrows_run_the_next_one(rig: Rig) -> None:
    opened(rig, pygame.K_x)
    rig.press(pygame.K_RETURN)
    settled(rig)
    rig.press(pygame.K_UP)
    shown = loops(settled(rig))
    assert shown.entries[shown.choice].variant is VARIANTS[-1]
    assert shown.contest is not None
    assert shown.contest.outcome is Outcome.SAME


@pytest.mark.parametrize("back", [pygame.K_x, pygame.K_ESCAPE])
def test_back_leads_from_the_run_to_the_list_and_from_the_list_to_the_song(rig: Rig, back: int) -> None:
    opened(rig, pygame.K_x)
    rig.press(pygame.K_RETURN)
    assert loops(settled(rig)).contest is not None
    assert loops(rig.press(back)).contest is None
    assert rig.press(back).controls.activity is None
    assert not rig.show.quit


def test_q_closes_the_activity_and_not_the_show(rig: Rig) -> None:
    for key in (pygame.K_x, pygame.K_y):
        opened(rig, key)
        rig.press(pygame.K_RETURN)
        assert rig.press(pygame.K_q).controls.activity is None
        assert not rig.show.quit


def test_what_makes_no_sense_in_a_lesson_is_passed_over(rig: Rig) -> None:
    rig.press(pygame.K_d, pygame.K_DOWN, pygame.K_RETURN, pygame.K_x)
    shown = loops(settled(rig))
    (flat,) = (index for index, entry in enumerate(shown.entries) if entry.source is None)
    assert shown.entries[flat].variant.name == "flat_target"
    seen = {loops(rig.press(pygame.K_DOWN)).choice for _ in shown.entries}
    assert seen == set(range(len(shown.entries))) - {flat}
    before = rig.show.tick().controls
    rig.show.learner.choose(flat)
    assert rig.show.tick().controls == before


@pytest.mark.parametrize("key", [pygame.K_x, pygame.K_y])
def test_the_music_pauses_while_an_activity_is_open_and_goes_on_after_it(rig: Rig, key: int) -> None:
    rig.press(pygame.K_SPACE)
    before = rig.run(2)
    assert not rig.press(key).controls.playing
    assert rig.run(3).now == pytest.approx(before.now)
    assert rig.players[-1].position() is None
    rig.show.toggle()
    assert not rig.show.tick().controls.playing
    frame = rig.press(pygame.K_ESCAPE)
    assert frame.controls.playing
    assert rig.run(1).now == pytest.approx(before.now + 1, abs=0.11)
    rig.press(pygame.K_SPACE, key)
    assert not rig.press(pygame.K_ESCAPE).controls.playing


def test_a_song_that_starts_by_itself_waits_for_the_activity_to_close(tmp_path: Path) -> None:
    rig = Rig(small_song(tmp_path / "song"), tmp_path, start=True)
    rig.press(pygame.K_y)
    rig.show.open()
    settled(rig)
    assert not rig.run(1).controls.playing
    rig.press(pygame.K_ESCAPE)
    assert rig.run(1).controls.playing
    rig.show.close()


def test_theme_language_and_black_work_while_an_activity_is_open(rig: Rig) -> None:
    frame = rig.press(pygame.K_x, pygame.K_t)
    assert frame.controls.theme == "light"
    panel, view = over_stage(rig.press(pygame.K_b))
    assert (panel and panel.name, view) == ("overlay", over_stage(rig.show.tick())[1])
    assert rig.press(pygame.K_SPACE).controls.black is False
    assert loops(rig.show.tick()).contest is None


def test_the_song_has_the_same_numbers_after_experiments(tmp_path: Path) -> None:
    heard = []
    for disturbed in (False, True):
        rig = Rig(small_song(tmp_path / "song"), tmp_path)
        rig.show.open()
        rig.press(pygame.K_SPACE)
        for moment in range(round(rig.song.length) + 2):
            rig.run(1)
            for key in (pygame.K_x, pygame.K_y) if disturbed and moment % 9 == 5 else ():
                opened(rig, key)
                rig.press(pygame.K_RETURN)
                settled(rig)
                rig.press(pygame.K_q)
        heard.append([facts(record.snapshot) for record in rig.conductors[0].records])
        rig.show.close()
    assert len(heard[0]) > 25
    assert heard[0] == heard[1]


def test_closing_the_show_in_the_middle_of_a_run_ends_the_worker(tmp_path: Path) -> None:
    import threading

    before = set(threading.enumerate())
    rig = Rig(small_song(tmp_path / "song"), tmp_path)
    rig.show.open()
    opened(rig, pygame.K_x)
    rig.press(pygame.K_RETURN, *[pygame.K_DOWN] * 9)
    rig.show.close()
    assert set(threading.enumerate()) == before


def test_y_deals_the_cards_in_a_wrong_order_and_the_right_one_is_right(rig: Rig) -> None:
    frame = opened(rig, pygame.K_y)
    assert sorted(order(frame)) == sorted(TRAINING)
    assert order(frame) != list(TRAINING)
    rig.press(pygame.K_RETURN)
    verdict = table(settled(rig)).verdict
    assert verdict is not None
    assert verdict.kind == "wrong"
    put_in_order(rig, list(TRAINING))
    assert order(rig.show.tick()) == list(TRAINING)
    assert table(rig.show.tick()).verdict is None
    rig.press(pygame.K_RETURN)
    verdict = table(settled(rig)).verdict
    assert verdict is not None
    assert (verdict.kind, verdict.outcome) == ("right", Outcome.SAME)


def test_the_cards_are_read_out_when_they_are_dealt_and_when_one_is_put_down(rig: Rig) -> None:
    said: list[str] = []
    log = SpeakLog(said.append)
    log.tell(opened(rig, pygame.K_y))
    log.tell(settled(rig))
    assert any("Space: take, put down; Enter: run" in words for words in said)
    for key in (pygame.K_SPACE, pygame.K_DOWN, pygame.K_SPACE):
        log.tell(rig.press(key))
    dealt, put_down = (words for words in said if words.startswith("order: 1 "))
    assert dealt != put_down
    assert sorted(dealt) == sorted(put_down)


def test_another_order_with_the_same_numbers_is_right_as_well(rig: Rig) -> None:
    opened(rig, pygame.K_y)
    put_in_order(rig, ["zero_grad", "train", "forward", "loss", "backward", "step"])
    rig.press(pygame.K_RETURN)
    verdict = table(settled(rig)).verdict
    assert verdict is not None
    assert verdict.kind == "equivalent"


def test_tab_adds_the_test_and_r_shuffles(rig: Rig) -> None:
    first = order(opened(rig, pygame.K_y))
    assert sorted(order(rig.press(pygame.K_TAB))) == sorted(WHOLE)
    assert order(rig.press(pygame.K_TAB)) == first
    shuffled = [order(rig.press(pygame.K_r)) for _ in range(5)]
    assert len({tuple(each) for each in (first, *shuffled)}) > 3
    assert all(sorted(each) == sorted(first) for each in shuffled)


def test_two_clicks_carry_a_card(rig: Rig) -> None:
    before = order(opened(rig, pygame.K_y))
    rig.show.learner.choose(4)
    assert table(rig.show.tick()).held
    rig.show.learner.choose(1)
    frame = rig.show.tick()
    assert not table(frame).held
    assert order(frame) == [before[0], before[4], before[1], before[2], before[3], before[5]]


def test_the_mouse_carries_a_card_from_where_it_is_pressed_to_where_it_is_let_go(rig: Rig) -> None:
    before = order(opened(rig, pygame.K_y))
    stage, surface = Stage((1280, 720)), pygame.Surface((1280, 720))
    stage.draw(surface, rig.show.tick())
    places = [(300, y) for y in range(720)]
    spots = {hint.item: at for at in places if (hint := stage.hint(at)) is not None}
    for kind, item in ((pygame.MOUSEBUTTONDOWN, 0), (pygame.MOUSEBUTTONUP, 0), (pygame.MOUSEBUTTONUP, 2)):
        _handle(rig.show, pygame.Event(kind, button=1, pos=spots[item]), stage)
    frame = rig.show.tick()
    assert order(frame) == [before[1], before[2], before[0], *before[3:]]
    assert not table(frame).held
    _handle(rig.show, pygame.Event(pygame.MOUSEBUTTONDOWN, button=1, pos=(5, 715)), stage)
    assert not rig.show.tick().controls.playing


def test_a_click_reaches_the_item_that_is_drawn_there(rig: Rig) -> None:
    for key, count in ((pygame.K_x, len(VARIANTS)), (pygame.K_y, len(TRAINING))):
        frame = opened(rig, key)
        stage, surface = Stage((1280, 720)), pygame.Surface((1280, 720))
        stage.draw(surface, frame)
        hints = [stage.hint((300, y)) for y in range(720)]
        items = [hint.item for hint in hints if hint is not None]
        assert sorted(set(items)) == list(range(count))
        assert items == sorted(items)
        assert all(stage.song_position((x, 715)) is None for x in range(0, 1280, 10))
        stage.draw(surface, rig.press(pygame.K_ESCAPE))
        assert all(hint is None or hint.item is None for hint in map(stage.hint, [(300, 300)]))


COSTLY = frozenset({"tiny_gpt"})


def shown_frames(rig: Rig, lesson: Lesson) -> Iterator[Frame]:
    """Every picture of both activities: lists, runs before and after, all outcomes, cards held and run.

    Of a lesson that takes seconds to run, fewer.
    """
    runs, orders = (2, 1) if lesson.name in COSTLY else (len(VARIANTS), 3)
    rig.show._change_lesson(lesson)
    rig.press(pygame.K_x)
    yield rig.show.tick()
    yield settled(rig)
    yield rig.press(pygame.K_RETURN)
    for _ in range(runs):
        rig.press(pygame.K_DOWN)
        yield settled(rig)
    rig.press(pygame.K_q)
    yield opened(rig, pygame.K_y)
    yield rig.press(pygame.K_SPACE, pygame.K_DOWN)
    for _ in range(orders):
        rig.press(pygame.K_RETURN)
        yield settled(rig)
        rig.press(pygame.K_r)
    rig.press(pygame.K_TAB)
    put_in_order(rig, list(WHOLE))
    yield rig.press(pygame.K_SPACE)
    rig.press(pygame.K_RETURN)
    yield settled(rig)
    rig.press(pygame.K_ESCAPE)


@pytest.fixture(scope="module", params=LESSONS, ids=lambda lesson: lesson.name)
def frames(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Frame]:
    folder = tmp_path_factory.mktemp("activities")
    rig = Rig(small_song(folder / "song"), folder)
    rig.show.open()
    found = list(shown_frames(rig, request.param))
    rig.show.close()
    return found


def texts_of(frame: Frame, size: tuple[int, int], theme: str = "dark") -> list[TextBox]:
    """The texts of what stands over the stage."""
    panel, view = over_stage(frame)
    assert panel is not None
    with reported() as boxes:
        panel.draw(pygame.Surface(size), view, theme_for(size, theme))
    return boxes


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("size", SIZES)
def test_no_text_is_cut_or_lies_over_another_or_is_too_small(
    frames: list[Frame], size: tuple[int, int], language: str
) -> None:
    for frame in frames:
        boxes = texts_of(replace(frame, controls=replace(frame.controls, language=language)), size)
        assert len(boxes) > 10
        for box in boxes:
            assert pygame.Rect((0, 0), size).contains(box.rect), box
            assert box.whole, box
            assert box.size >= 22, box
        assert_apart(boxes)


@pytest.mark.parametrize("theme", THEMES)
def test_a_run_is_drawn_with_its_figures_its_outcome_and_its_reason(frames: list[Frame], theme: str) -> None:
    seen = set()
    for frame in frames:
        activity = frame.controls.activity
        if not isinstance(activity, WrongLoops) or activity.contest is None or not activity.contest.outcome:
            continue
        boxes = texts_of(frame, (1920, 1080), theme)
        words = " ".join(box.words for box in boxes)
        assert SAID[activity.contest.outcome].en in words
        assert activity.entries[activity.choice].variant.explanation.en in words
        trial = activity.contest.trial
        assert trial is not None
        if trial.error is not None:
            assert trial.error.splitlines()[-1] in words
        elif len(trial.test.value):
            assert draw.number(float(trial.test.value[-1])) in words
        assert {"+", "−"} & {box.words for box in boxes}
        seen.add(activity.contest.outcome)
    costly = any(frame.lesson.name in COSTLY for frame in frames)
    usual = {Outcome.SAME, Outcome.LOUD, Outcome.NOTHING, Outcome.HIGHER}
    assert ({Outcome.NOTHING} if costly else usual) <= seen


def test_an_unchanged_activity_draws_nothing(frames: list[Frame]) -> None:
    stage, surface = Stage((1280, 720)), pygame.Surface((1280, 720))
    for frame in frames:
        stage.draw(surface, frame)
        pointed = replace(frame, controls=replace(frame.controls, pointer=(200, 300)))
        assert stage.draw(surface, pointed) == []


def test_a_line_taken_out_stands_above_what_was_put_in_for_it(frames: list[Frame]) -> None:
    for frame in frames:
        activity = frame.controls.activity
        if not isinstance(activity, WrongLoops) or activity.contest is None:
            continue
        source = activity.entries[activity.choice].source
        assert source is not None
        rows = marked_rows(activity.listing, source, 60)
        kept = [row.text for sign, row in rows if sign != "+"]
        now = [row.text for sign, row in rows if sign != "−"]
        assert kept != now
        assert "".join(now).replace(" ", "") == source.replace("\n", "").replace(" ", "")


def literals(node: ast.AST) -> Iterator[str]:
    """The texts that stand in a piece of source."""
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def words_of(path: Path) -> set[str]:
    """What a module has in its `Words`, and whatever else it says in Chinese."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    chinese = {text for text in literals(tree) if draw.face_for("words", text) == "chinese"}
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return chinese.union(*(literals(call) for call in calls if ast.unparse(call.func) == "Words"))


@pytest.mark.parametrize("package", [app, loop_core], ids=lambda package: package.__name__)
def test_every_word_has_its_characters_in_the_bundled_fonts(package: ModuleType) -> None:
    said = {path: words_of(path) for path in Path(package.__path__[0]).rglob("*.py")}
    assert sum(map(len, said.values())) > 50
    for path, texts in said.items():
        for text in texts:
            for face, piece in draw.pieces("words", text):
                missing = [sign for sign in piece if draw.font(face, 20).metrics(sign) == [None]]
                assert not missing, f"{path}: {text!r} has {missing}"


def test_signs_that_the_chinese_font_lacks_come_from_another_one() -> None:
    theme, words = theme_for((1920, 1080)), "目标 ↓  预测 →"
    assert draw.pieces("words", words) == (
        ("chinese", "目标 "),
        ("words", "↓"),
        ("chinese", "  预测 "),
        ("words", "→"),
    )
    picture = draw.rendered("words", theme.px(24), words, theme.text)
    assert picture.get_size() == (draw.width(theme, words, 24), draw.font("chinese", 24).get_height())
    assert draw.pieces("bold", "→ plain") == (("bold", "→ plain"),)


def test_chinese_is_broken_between_its_characters_and_never_before_a_comma() -> None:
    theme = theme_for((1920, 1080))
    words = "每次 backward 都加到旧梯度上：步子越走越大，冲过了损失的最低点。"
    for most in range(150, 700, 10):
        lines = wrapped(theme, words, 30, "words", most)
        assert "".join(lines).replace(" ", "") == words.replace(" ", "")
        assert not any(line[0] in "，。：" for line in lines)
    assert wrapped(theme, "plain  words as before", 30, "words", 10_000) == ("plain words as before",)


def test_a_loop_that_cannot_be_taken_apart_has_no_cards_and_says_why(tmp_path: Path) -> None:
    from builders import edited
    from test_variants import lesson_from

    listing = lesson_from(edited(("    loss.backward()\n", "    loss.backward(); x = 1\n")), tmp_path)
    rig = Rig(small_song(tmp_path / "song"), tmp_path)
    rig.show.open()
    activity = PuzzleActivity(listing, rig.conductors[0].ask, Results(lambda: tmp_path / "p.json", print))
    for key in (pygame.K_SPACE, pygame.K_RETURN, pygame.K_DOWN):
        assert activity.press(key)
    wait([rig.conductors[0].ask(lambda: None)], timeout=60)
    frame = replace(rig.show.tick(), controls=Controls(activity=activity.view()))
    boxes = texts_of(frame, (1280, 720))
    assert any(box.words.startswith("Line 37 holds more than") for box in boxes)
    rig.show.close()


def kept(rig: Rig) -> dict[tuple[str, str], tuple[int, int]]:
    cards = load_progress(rig.folder / "progress.json")[0].cards
    return {key: (card.right, card.attempts) for key, card in cards.items()}


def test_each_order_that_was_run_is_kept_as_right_or_not(rig: Rig) -> None:
    frame = opened(rig, pygame.K_y)
    rig.press(pygame.K_RETURN)
    settled(rig)
    put_in_order(rig, [operation.value for operation in TRAINING])
    for _ in range(2):  # the same order twice is one answer
        rig.press(pygame.K_RETURN)
        settled(rig)
    rig.press(pygame.K_ESCAPE)
    assert table(frame).cards
    assert kept(rig) == {("build", "straight_line: training"): (1, 2)}


def test_a_wrong_loop_that_was_run_is_kept_as_tried(rig: Rig) -> None:
    title = loops(opened(rig, pygame.K_x)).entries[0].variant.title.en
    rig.press(pygame.K_RETURN, pygame.K_ESCAPE, pygame.K_ESCAPE)
    assert kept(rig) == {("wrong loops", f"straight_line: {title}"): (0, 1)}
    (card,) = load_progress(rig.folder / "progress.json")[0].cards.values()
    assert card.due is None


def test_every_wrong_loop_has_a_key_of_its_own_that_means_nothing_else_there(rig: Rig) -> None:
    assert len(SIGNS) >= len(VARIANTS)
    assert len(set(SIGNS)) == len(SIGNS)
    opened(rig, pygame.K_x)
    for index, entry in enumerate(loops(rig.show.tick()).entries):
        frame = rig.press(ord(SIGNS[index]))
        assert (loops(frame).choice == index) == (entry.source is not None or index == 0)
        assert loops(frame).contest is None or index == 0
        if loops(frame).contest is not None:
            rig.press(pygame.K_ESCAPE)
