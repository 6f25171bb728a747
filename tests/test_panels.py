"""Every panel at every operation of every lesson, at the sizes that people have."""

import os

os.environ["SDL_VIDEODRIVER"] = "dummy"

from dataclasses import replace
from pathlib import Path

import pygame
import pytest
from builders import edited

from app.draw import TextBox, reported
from app.drawing.keylist import KEY_GROUPS
from app.keys import KEYS
from app.panels import console, overlay
from app.panels.hint import draw as draw_hint
from app.pointing import Hint, collected, hint_at
from app.stage import PANELS, Stage, layout
from app.theme import THEMES, theme_for
from assets import SONGS
from loop_core.conductor import Conductor
from loop_core.frame import Controls, Frame
from loop_core.lessons import LESSONS, Lesson
from loop_core.listing import read_listing
from loop_core.operations import Operation
from loop_core.snapshot import Evidence
from loop_core.song import load_song
from loop_core.timeline import Loop, parts

SIZES = ((1280, 720), (1920, 1080), (3840, 2160), (1024, 768), (1440, 900), (2560, 1080), (960, 540))
CONTROLS = Controls(started=True, playing=True)


BROKEN = {
    "nan from the start": ("lr=0.01", 'lr=float("nan")'),
    "infinite": ("    loss.backward()", "    loss = loss * float('inf')\n    loss.backward()"),
    "raises in its second epoch": ("    model.train()", "    model.train()\n    assert epoch < 1, 'no more'"),
    "never calls backward": ("    loss.backward()\n", ""),
    "many inputs": ("X = torch.arange(0, 1, 0.02).unsqueeze(dim=1)", "X = torch.rand(50, 5)"),
    "no model at all": ("    model.train()\n", "    optimizer.step()\n    continue\n    model.train()\n"),
}
"""Lessons that are not as they should be: the straight line with one text replaced."""


def frames_of(lesson: Lesson, folder: Path, path: Path | None = None) -> list[Frame]:
    """A frame in the middle of each cue's movement, and in each part of the fast lines."""
    from loop_core.stepper import Stepper

    song = load_song(SONGS / "optimization_loop")
    listing = read_listing(path or lesson.path, lesson.name)
    conductor = Conductor(
        song, lesson, listing, lambda: Stepper(listing, folder, lesson.epochs_per_fast_line), None
    )
    times = [0.0, *sorted({part.time + 0.3 for part in parts(song)}), song.length]
    frames = [replace(conductor.tick(now), controls=CONTROLS) for now in times]
    conductor.close()
    return frames


@pytest.fixture(scope="module", params=LESSONS, ids=lambda lesson: lesson.name)
def frames(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Frame]:
    return frames_of(request.param, tmp_path_factory.mktemp("saved"))


pytestmark = pytest.mark.usefixtures("fonts")


def picture(frame: Frame, size: tuple[int, int]) -> bytes:
    surface = pygame.Surface(size)
    Stage(size).draw(surface, frame)
    return pygame.image.tobytes(surface, "RGB")


@pytest.mark.parametrize("size", SIZES)
def test_panels_share_the_window_without_overlap(size: tuple[int, int]) -> None:
    window = pygame.Rect((0, 0), size)
    rects = layout(size)
    assert set(rects) == {panel.name for panel in PANELS}
    for name, rect in rects.items():
        assert window.contains(rect), name
        others = [other for key, other in rects.items() if key != name]
        assert rect.collidelist(others) == -1, name


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.name)
def test_every_panel_shows_something_at_every_moment(panel, frames: list[Frame]) -> None:
    theme, rect = theme_for((1280, 720)), layout((1280, 720))[panel.name]
    for frame in frames[1:]:
        surface = pygame.Surface(rect.size)
        surface.fill(theme.panel)
        blank = pygame.image.tobytes(surface, "RGB")
        panel.draw(surface, panel.view(frame), theme)
        assert pygame.image.tobytes(surface, "RGB") != blank, frame.now


def test_keeping_what_has_not_changed_draws_the_same_picture(frames: list[Frame]) -> None:
    size = (1280, 720)
    stage, surface = Stage(size), pygame.Surface(size)
    for frame in frames:
        stage.draw(surface, frame)
        assert pygame.image.tobytes(surface, "RGB") == picture(frame, size), frame.now


def test_an_unchanged_frame_draws_nothing(frames: list[Frame]) -> None:
    stage, surface = Stage((1280, 720)), pygame.Surface((1280, 720))
    stage.draw(surface, frames[4])
    assert stage.draw(surface, frames[4]) == []


@pytest.mark.parametrize("edit", BROKEN.values(), ids=BROKEN)
def test_a_broken_lesson_leaves_no_dead_screen(edit: tuple[str, str], tmp_path: Path) -> None:
    path = tmp_path / "lesson.py"
    path.write_text(edited(edit), encoding="utf-8")
    stage, surface = Stage((1280, 720)), pygame.Surface((1280, 720))
    changed = [stage.draw(surface, frame) for frame in frames_of(LESSONS[0], tmp_path, path)]
    assert all(changed)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_stage_draws_at_every_size(size: tuple[int, int], frames: list[Frame]) -> None:
    for frame in (frames[0], frames[5], frames[-1]):
        assert len(set(picture(frame, size))) > 20


@pytest.mark.parametrize(
    "controls",
    [
        Controls(),
        Controls(help=True),
        Controls(choice=1),
        Controls(black=True),
        replace(CONTROLS, hold=True, muted=True, message="volume 90%", sound="no sound: none"),
        replace(CONTROLS, loop=Loop("line", 18.4, 20.6)),
        replace(CONTROLS, count=3),
    ],
    ids=["title", "keys", "lessons", "black", "notes", "loop", "count"],
)
def test_each_overlay_changes_the_picture_and_leaves_the_stage_as_it_was(
    controls: Controls, frames: list[Frame]
) -> None:
    size = (1280, 720)
    stage, surface = Stage(size), pygame.Surface(size)
    stage.draw(surface, frames[5])
    before = pygame.image.tobytes(surface, "RGB")
    stage.draw(surface, replace(frames[5], controls=controls))
    assert pygame.image.tobytes(surface, "RGB") != before
    stage.draw(surface, frames[5])
    assert pygame.image.tobytes(surface, "RGB") == before


def assert_apart(boxes: list[TextBox]) -> None:
    """No text lies over another; the blank of a line's height above and below its signs may."""
    inked = [box.rect.inflate(0, -box.rect.height // 3) for box in boxes]
    for index, rect in enumerate(inked):
        other = rect.collidelist(inked[index + 1 :])
        assert other == -1, (boxes[index], boxes[index + 1 + other])


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("size", SIZES)
def test_no_text_is_cut_or_lies_over_another(
    frames: list[Frame], size: tuple[int, int], language: str
) -> None:
    stage, surface = Stage(size), pygame.Surface(size)
    for frame in frames:
        controls = replace(CONTROLS, language=language, still=True)
        with reported() as boxes:
            stage.draw(surface, replace(frame, controls=controls))
        for box in boxes:
            assert surface.get_rect().contains(box.rect), box
            assert box.whole, box
        assert_apart(boxes)


def test_the_stage_speaks_the_language_that_is_set(frames: list[Frame]) -> None:
    stage, surface = Stage((1280, 720)), pygame.Surface((1280, 720))
    for language, sets, names in (
        ("en", {"training set", "test set"}, {"network", "loss", "train", "test"}),
        ("zh", {"训练集", "测试集"}, {"网络", "损失", "训练", "测试"}),
    ):
        with reported() as boxes:
            stage.draw(surface, replace(frames[5], controls=replace(CONTROLS, language=language)))
        said = {box.words for box in boxes}
        assert names <= said
        assert sets & said


PRACTISING = replace(
    CONTROLS,
    voice=0.5,
    unaccompanied=True,
    speed=70,
    transpose=-2,
    preparing=True,
    loop=Loop("section", 4.4, 23.2),
    count_in=True,
    count=2,
    message="speed 70%",
    still=True,
)


@pytest.mark.parametrize("size", SIZES)
def test_the_count_is_whole_and_apart_while_much_is_set(frames: list[Frame], size: tuple[int, int]) -> None:
    surface = pygame.Surface(size)
    for frame in (frames[0], frames[5]):
        with reported() as boxes:
            Stage(size).draw(surface, replace(frame, controls=PRACTISING))
        assert {"1", "2", "3", "4"} <= {box.words for box in boxes}
        assert all(surface.get_rect().contains(box.rect) for box in boxes)
        assert all(box.whole or box.words.startswith("speed 70%") for box in boxes)
        assert_apart(boxes)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_list_of_keys_is_whole_and_apart(size: tuple[int, int], language: str) -> None:
    surface = pygame.Surface(size)
    with reported() as boxes:
        overlay.draw(surface, overlay.View("keys", language=language), theme_for(size))
    assert len(boxes) == len(KEY_GROUPS) + 2 * sum(len(keys) for _, keys in KEY_GROUPS)
    assert all(surface.get_rect().contains(box.rect) and box.whole for box in boxes)
    assert_apart(boxes)


def test_the_list_of_keys_names_every_key_of_the_show() -> None:
    rows = [row for _, keys in KEY_GROUPS for row in keys]
    listed = " ".join(keys for keys, _ in rows).replace(", ", " ").split()
    for key in set(KEYS) & set(range(ord("!"), ord("~"))) - {pygame.K_EQUALS, pygame.K_COMMA}:
        assert chr(key).upper().replace("-", "−") in listed


@pytest.mark.parametrize("since", [0.02, 0.1, 0.2, 0.3])
def test_no_text_lies_over_another_while_the_code_moves(frames: list[Frame], since: float) -> None:
    stage, surface = Stage((1280, 720)), pygame.Surface((1280, 720))
    for frame in frames:
        cue = None if frame.cue is None else frame.song.cues[frame.cue]
        if cue is not None:
            with reported() as boxes:
                stage.draw(surface, replace(frame, now=cue.time + since))
            assert_apart(boxes)


def test_texts_are_large_enough_for_the_last_row(frames: list[Frame]) -> None:
    stage, surface = Stage((1920, 1080)), pygame.Surface((1920, 1080))
    for frame in frames:
        with reported() as boxes:
            stage.draw(surface, frame)
        assert all(box.size >= 22 for box in boxes)


def test_a_point_of_the_code_tells_when_its_line_is_sung(frames: list[Frame]) -> None:
    stage, surface = Stage((1280, 720)), pygame.Surface((1280, 720))
    frame = next(f for f in frames if f.snapshot and f.snapshot.operation is Operation.BACKWARD)
    stage.draw(surface, frame)
    rect = stage.rects["code"]
    hints = [stage.hint((rect.centerx, y)) for y in range(rect.top, rect.bottom, 4)]
    lines = {hint.line for hint in hints if hint is not None}
    backward = frame.listing.site(Operation.BACKWARD)
    assert backward is not None
    assert backward.line in lines
    told = next(hint for hint in hints if hint is not None and hint.line == backward.line)
    assert told.rows[0] == f"line {backward.line}: loss.backward()"
    assert told.rows[1:3] == ("0:18 Loss backward", "0:53 Loss backward")


def test_a_point_of_the_data_tells_the_sample_and_what_the_model_says(frames: list[Frame]) -> None:
    stage, surface = Stage((1280, 720)), pygame.Surface((1280, 720))
    stage.draw(surface, frames[-1])
    rect = stage.rects["data"]
    spots = ((x, y) for x in range(rect.left, rect.right, 6) for y in range(rect.top, rect.bottom, 6))
    hints = [hint for hint in map(stage.hint, spots) if hint is not None]
    snapshot = frames[-1].snapshot
    train = None if snapshot is None else snapshot.train
    if train is not None:
        told = {"input", "target", "output"} if train.text is None else {"after", "comes", "guess"}
        assert told <= {row.split()[0] for hint in hints for row in hint.rows[1:]}


def test_the_hint_is_drawn_inside_the_window_and_follows_the_pointer(frames: list[Frame]) -> None:
    stage, surface = Stage((1280, 720)), pygame.Surface((1280, 720))
    stage.draw(surface, frames[5])
    plain = surface.copy()
    rect = stage.rects["code"]
    spots = [(rect.centerx, y) for y in range(rect.top, rect.bottom, 6) if stage.hint((rect.centerx, y))]
    for spot in (spots[0], spots[-1]):
        with reported() as boxes:
            stage.draw(surface, replace(frames[5], controls=replace(CONTROLS, pointer=spot)))
        assert boxes
        assert all(surface.get_rect().contains(box.rect) for box in boxes)
    stage.draw(surface, replace(frames[5], controls=CONTROLS))
    assert pygame.image.tobytes(surface, "RGB") == pygame.image.tobytes(plain, "RGB")


def test_a_point_of_the_network_tells_the_unit_or_the_weight(frames: list[Frame]) -> None:
    stage, surface = Stage((1920, 1080)), pygame.Surface((1920, 1080))
    frame = next(f for f in frames if f.snapshot and f.snapshot.operation is Operation.STEP)
    stage.draw(surface, frame)
    assert frame.snapshot is not None
    rect = stage.rects["network"]
    spots = ((x, y) for x in range(rect.left, rect.right, 6) for y in range(rect.top, rect.bottom, 4))
    told = {hint.rows[0]: hint.rows for hint in map(stage.hint, spots) if hint is not None}
    assert any("unit 0 of" in name for name in told)
    params = frame.snapshot.params
    weight = next(param for param in params if param.value.size > 1 or len(params) == 2)
    rows = next(rows for name, rows in told.items() if name.startswith(weight.name))
    assert rows[1] == f"shape {' × '.join(map(str, weight.shape))}"
    assert rows[2].startswith("value ")
    assert "grad" in rows[3]


def hints_in(stage: Stage, name: str, step: int = 6) -> dict[tuple[int, int], Hint]:
    """What the points of a panel tell."""
    rect = stage.rects[name]
    spots = ((x, y) for x in range(rect.left, rect.right, step) for y in range(rect.top, rect.bottom, step))
    return {spot: hint for spot in spots if (hint := stage.hint(spot)) is not None}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", [(1920, 1080), (960, 540)], ids=["1080p", "smallest"])
def test_every_hint_is_whole_and_inside_the_window(
    frames: list[Frame], size: tuple[int, int], theme: str
) -> None:
    stage, surface = Stage(size, theme), pygame.Surface(size)
    frame = replace(frames[-1], controls=replace(CONTROLS, theme=theme))
    stage.draw(surface, frame)
    for name in ("header", "code", "network", "data", "loss", "timeline"):
        hints = hints_in(stage, name)
        assert hints, name
        ends = [spot for of in (min, max) for spot in (of(hints), of(hints, key=lambda spot: spot[::-1]))]
        for spot in set(ends):
            with reported() as boxes:
                stage.draw(surface, replace(frame, controls=replace(frame.controls, pointer=spot)))
            assert set(hints[spot].rows) <= {box.words for box in boxes}
            assert all(surface.get_rect().contains(box.rect) and box.whole for box in boxes)


def test_a_row_wider_than_the_window_goes_on_below_itself() -> None:
    theme, surface = theme_for((960, 540)), pygame.Surface((960, 540))
    words = "a row of many words " * 20 + "x" * 300
    with reported() as boxes:
        draw_hint(surface, Hint(("name", words)), (900, 500), theme)
    assert "".join(box.words for box in boxes[1:]).replace(" ", "") == words.replace(" ", "")
    assert all(surface.get_rect().contains(box.rect) and box.whole for box in boxes)
    assert_apart(boxes)


def test_the_header_explains_its_badges_and_the_count_of_epochs(frames: list[Frame]) -> None:
    stage, surface = Stage((1920, 1080)), pygame.Surface((1920, 1080))
    listening = "Dropout" if frames[0].lesson.name == "dropout" else "neither"
    for frame in frames:
        stage.draw(surface, replace(frame, controls=replace(CONTROLS, still=True)))
        told = {hint.rows[0]: hint.rows for hint in hints_in(stage, "header").values()}
        if frame.snapshot is None:
            assert told == {}
            continue
        snapshot = frame.snapshot
        assert f"model.training = {snapshot.training}" in told
        if snapshot.forward is not None:
            assert told[f"model.training = {snapshot.training}"][-1] == f"in the forward pass: {listening}"
        rows = {row for rows in told.values() for row in rows}
        assert ("torch.is_grad_enabled() = True" in rows) == (snapshot.grad_mode == "grad")
        assert ("torch.is_inference_mode_enabled() = True" in rows) == (snapshot.grad_mode == "inference")
        assert (snapshot.epoch is None) or f"epoch {snapshot.epoch} of {snapshot.epochs}" in told


def test_a_point_of_the_timeline_tells_the_line_that_a_click_leads_to(frames: list[Frame]) -> None:
    stage, surface = Stage((1920, 1080)), pygame.Surface((1920, 1080))
    stage.draw(surface, frames[5])
    y = stage.rects["timeline"].centery
    for index, line in enumerate(frames[5].song.lines):
        middle = (line.start + line.end) / 2
        x = next(
            x for x in range(1920) if (stage.song_position((x, y)) or 0) * frames[5].song.length >= middle
        )
        hint = stage.hint((x, y))
        assert hint is not None
        operation = next((cue.operation for cue in frames[5].song.cues if cue.line == index), "")
        assert hint.rows[0] == line.text
        time = f"{int(line.start) // 60}:{int(line.start) % 60:02}"
        assert hint.rows[1:] == (f"{time} {operation}".rstrip(), "click: go there")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("words", ["many words of a long proof " * 30, "x" * 900, "short"])
@pytest.mark.parametrize("printed", [0, 1, 9])
def test_a_long_proof_stays_inside_its_panel_and_off_what_is_printed(
    size: tuple[int, int], words: str, printed: int
) -> None:
    surface = pygame.Surface(layout(size)["console"].size)
    view = console.View(tuple(f"line {n}" for n in range(printed)), 1, Evidence(True, words))
    with reported() as boxes, collected() as areas:
        console.draw(surface, view, theme_for(size))
    assert all(surface.get_rect().contains(box.rect) for box in boxes)
    assert_apart(boxes)
    assert printed == 0 or boxes[-1].words.startswith("line ")
    if words != "short":
        assert hint_at(areas, surface.get_rect().center) == Hint(("proof", words))


def test_reduced_motion_shows_every_state_at_once(frames: list[Frame]) -> None:
    for frame in frames:
        if frame.snapshot is None:
            continue
        still = replace(frame, shown=frame.now, controls=replace(CONTROLS, still=True))
        later = replace(frame, shown=frame.now - 5, controls=replace(CONTROLS, still=True))
        for name in ("header", "code", "network", "data"):
            panel = next(panel for panel in PANELS if panel.name == name)
            assert panel.view(still) == panel.view(later)
