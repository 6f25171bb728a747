"""Pictures of the window: files named after the moment, and a word about each."""

from pathlib import Path

import pygame
from builders import small_song

from app.camera import Camera
from loop_core.frame import Frame
from loop_core.lessons import find_lesson
from loop_core.listing import read_listing
from loop_core.operations import Operation


def frame_at(now: float, folder: Path) -> Frame:
    song, lesson = small_song(folder / "song", (Operation.SETUP,)), find_lesson("circles")
    return Frame(now, song, lesson, read_listing(lesson.path), None, None, 0.0, True, False)


def test_a_picture_is_what_was_shown_and_says_its_name(tmp_path: Path) -> None:
    surface, camera = pygame.Surface((40, 30), depth=32), Camera(lambda: tmp_path / "made" / "when needed")
    for color in ("red", "blue"):
        surface.fill(color)
        camera.take(surface, frame_at(23.456, tmp_path))
    surface.fill("white")
    camera.close()
    assert list(camera.notices()) == ["Picture: circles_23.46s.png", "Picture: circles_23.46s_2.png"]
    assert list(camera.notices()) == []
    first, second = sorted((tmp_path / "made" / "when needed").iterdir(), key=lambda path: len(path.name))
    assert pygame.image.load(first).get_at((20, 15)) == pygame.Color("red")
    assert pygame.image.load(second).get_at((20, 15)) == pygame.Color("blue")


def test_a_folder_that_cannot_be_written_to_is_a_notice(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    camera = Camera(lambda: tmp_path / "file" / "folder")
    camera.take(pygame.Surface((40, 30), depth=32), frame_at(1, tmp_path))
    camera.close()
    (notice,) = camera.notices()
    assert notice.startswith("No picture: ")
    assert "\n" not in notice
