"""What people see stays as it was accepted: every panel at every operation of every lesson, and the stage."""

import os

os.environ["SDL_VIDEODRIVER"] = "dummy"

import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pygame
import pytest
from pictures import FEW, check_picture, differing, pixels_of, sheet

from app.stage import PANELS, Stage
from assets import SONGS
from loop_core.conductor import Conductor
from loop_core.frame import Controls, Frame
from loop_core.lessons import LESSONS, Lesson, find_lesson
from loop_core.listing import read_listing
from loop_core.operations import Operation
from loop_core.song import Song, load_song

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="fonts are smoothed otherwise elsewhere"),
    pytest.mark.usefixtures("fonts"),
]

SIZE = (960, 540)
PLAYING = Controls(started=True, playing=True)
SAME_FOR_ALL = frozenset({"karaoke", "timeline"})
"""Panels that show the song and nothing of the lesson."""
INTO = 0.45
"""Seconds into an operation: in the middle of its movement."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A picture of the whole stage: seconds of the song, and how the show is set."""

    name: str
    lesson: str
    at: float
    size: tuple[int, int] = SIZE
    controls: Controls = PLAYING


MOMENTS = (
    Moment("title", "straight_line", 0.0, controls=Controls()),
    Moment("setup", "straight_line", 5.4),
    Moment("step", "straight_line", 21.9, (1280, 720)),
    Moment("loss_light", "circles", 14.4, controls=replace(PLAYING, theme="light")),
    Moment("backward_chinese", "blobs", 19.2, controls=replace(PLAYING, language="zh")),
    Moment("inference_mode_4x3", "dropout", 28.6, (800, 600)),
    Moment("fast_epochs_ultrawide", "circles", 40.0, (1280, 540)),
    Moment("saved", "dropout", 82.0),
)


@pytest.fixture(scope="module")
def song() -> Song:
    return load_song(SONGS / "optimization_loop")


def frames_at(song: Song, lesson: Lesson, times: list[float], folder: Path) -> list[Frame]:
    from loop_core.stepper import Stepper

    listing = read_listing(lesson.path, lesson.name)
    conductor = Conductor(
        song, lesson, listing, lambda: Stepper(listing, folder, lesson.epochs_per_fast_line), None
    )
    frames = [replace(conductor.tick(now), controls=PLAYING) for now in times]
    conductor.close()
    return frames


@pytest.fixture(scope="module", params=LESSONS, ids=lambda lesson: lesson.name)
def played(
    request: pytest.FixtureRequest, song: Song, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Lesson, list[Frame]]:
    """A lesson, and a frame of each operation where it is sung first."""
    first = {cue.operation: cue.time + INTO for cue in reversed(song.cues)}
    assert set(first) == set(Operation)
    folder = tmp_path_factory.mktemp("saved")
    return request.param, frames_at(song, request.param, sorted(first.values()), folder)


@pytest.mark.parametrize("panel", [panel.name for panel in PANELS])
def test_every_panel_looks_as_accepted_at_every_operation(
    panel: str, played: tuple[Lesson, list[Frame]], tmp_path: Path, accept_pictures: bool
) -> None:
    lesson, frames = played
    stage, surface = Stage(SIZE), pygame.Surface(SIZE)
    pictures = []
    for frame in frames:
        stage.draw(surface, frame)
        pictures.append(surface.subsurface(stage.rects[panel]).copy())
    kept = LESSONS[0].name if panel in SAME_FOR_ALL else lesson.name
    check_picture(sheet(pictures), f"{kept}/{panel}", tmp_path, accept_pictures)


@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: moment.name)
def test_the_whole_stage_looks_as_accepted(
    moment: Moment, song: Song, tmp_path: Path, accept_pictures: bool
) -> None:
    frame = frames_at(song, find_lesson(moment.lesson), [moment.at], tmp_path)[0]
    surface = pygame.Surface(moment.size)
    Stage(moment.size, moment.controls.theme).draw(surface, replace(frame, controls=moment.controls))
    check_picture(surface, f"stage/{moment.name}", tmp_path, accept_pictures)


def test_a_picture_that_differs_is_found_and_shown(tmp_path: Path) -> None:
    folder = Path(__file__).with_name("golden") / "stage"
    changed = pygame.image.load(folder / "saved.png")
    pygame.draw.rect(changed, (255, 255, 255), (300, 200, 40, 40))
    with pytest.raises(AssertionError, match="differ"):
        check_picture(changed, "stage/saved", tmp_path, accept=False)
    assert len(list(tmp_path.glob("*.png"))) == 1


def test_a_digit_of_one_number_may_differ_and_a_word_may_not() -> None:
    picture = pygame.image.load(Path(__file__).with_name("golden") / "stage" / "saved.png")
    digit, word = picture.copy(), picture.copy()
    pygame.draw.rect(digit, (255, 255, 255), (300, 200, 7, 10))
    pygame.draw.rect(word, (255, 255, 255), (300, 200, 60, 12))
    shares = [differing(pixels_of(picture), pixels_of(other)).mean() for other in (digit, word)]
    assert 0 < shares[0] <= FEW < shares[1]
