"""The notes panel: every line, singer and size, without texts that are cut or lie over another."""

import os

os.environ["SDL_VIDEODRIVER"] = "dummy"

from dataclasses import replace
from pathlib import Path

import numpy as np
import pygame
import pytest
from builders import performance
from test_panels import CONTROLS, SIZES, assert_apart

from app.draw import reported
from app.panels import notes
from app.stage import Stage, layout, panels
from app.theme import theme_for
from assets import SONGS
from loop_core.conductor import Conductor
from loop_core.frame import Frame
from loop_core.lessons import LESSONS, Lesson
from loop_core.listing import read_listing
from loop_core.pitch import NOTHING, Track
from loop_core.scoring import Difficulty
from loop_core.singing import singing
from loop_core.song import load_song

pytestmark = pytest.mark.usefixtures("fonts")

SONG = load_song(SONGS / "optimization_loop")
VOICE = performance(SONG, np.random.default_rng(0).normal(0, 2, len(performance(SONG, frames=1))))
WHY = 'no microphone: it needs pip install ".[mic]"'


def sung(frame: Frame, voice: Track = VOICE, heard: bool = True) -> Frame:
    """The frame with somebody who has sung up to its time."""
    stands = singing(SONG, voice.part(0, frame.now), Difficulty.MEDIUM, frame.now, WHY, heard)
    return replace(frame, controls=CONTROLS, singing=stands)


@pytest.fixture(scope="module", params=LESSONS, ids=lambda lesson: lesson.name)
def frames(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Frame]:
    """A frame near the end of each line, and one after the song's end."""
    from loop_core.stepper import Stepper

    lesson: Lesson = request.param
    folder: Path = tmp_path_factory.mktemp("saved")
    listing = read_listing(lesson.path, lesson.name)
    conductor = Conductor(
        SONG, lesson, listing, lambda: Stepper(listing, folder, lesson.epochs_per_fast_line), None
    )
    frames = [conductor.tick(now) for now in (*(line.end - 0.1 for line in SONG.lines), SONG.length)]
    conductor.close()
    return frames


@pytest.mark.parametrize("size", SIZES)
def test_panels_share_the_window_while_somebody_sings(size: tuple[int, int]) -> None:
    rects = layout(size, singing=True)
    assert set(rects) == {panel.name for panel in panels(singing=True)}
    for name, rect in rects.items():
        assert pygame.Rect((0, 0), size).contains(rect)
        assert rect.collidelist([other for key, other in rects.items() if key != name]) == -1, name


@pytest.mark.parametrize("size", SIZES)
def test_no_text_is_cut_or_lies_over_another(frames: list[Frame], size: tuple[int, int]) -> None:
    stage, surface = Stage(size), pygame.Surface(size)
    for frame in frames[:-1]:
        for heard in (True, False):
            shown = sung(frame, heard=heard)
            with reported() as boxes:
                stage.draw(surface, replace(shown, controls=replace(shown.controls, still=True)))
            for box in boxes:
                assert surface.get_rect().contains(box.rect), box
                assert box.whole, box
                assert box.size >= 22
            assert_apart(boxes)


def test_the_stage_is_as_before_when_nobody_sings_any_more(frames: list[Frame]) -> None:
    stage, surface = Stage((1280, 720)), pygame.Surface((1280, 720))
    before = replace(frames[3], controls=CONTROLS)
    stage.draw(surface, before)
    picture = pygame.image.tobytes(surface, "RGB")
    stage.draw(surface, sung(frames[3]))
    assert pygame.image.tobytes(surface, "RGB") != picture
    stage.draw(surface, before)
    assert pygame.image.tobytes(surface, "RGB") == picture


def test_the_voice_is_drawn_on_its_note_in_whatever_octave(frames: list[Frame]) -> None:
    frame = frames[1]
    views = [notes.view(sung(frame, performance(SONG, 12.0 * octave))) for octave in (-2, 0, 3)]
    assert views[0] == views[1] == views[2]
    sung_notes = {pitch for stroke in views[0].strokes for _, pitch in stroke}
    assert sung_notes <= {float(bar.pitch) for bar in views[0].bars}


def test_golden_notes_differ_in_more_than_colour_and_other_kinds_too(frames: list[Frame]) -> None:
    theme, rect = theme_for((1920, 1080)), layout((1920, 1080), singing=True)["notes"]
    shown = notes.view(sung(frames[7], NOTHING))
    assert {bar.kind for bar in shown.bars} == {"golden", "normal"}
    pictures, lines = set(), set()
    for kind in ("normal", "golden", "freestyle", "rap", "golden rap"):
        surface = pygame.Surface(rect.size)
        bars = tuple(replace(bar, kind=kind) for bar in shown.bars)
        notes.draw(surface, replace(shown, bars=bars), theme)
        pictures.add(pygame.image.tobytes(surface, "RGB"))
        if kind in ("normal", "golden"):
            lines.add((pygame.surfarray.array3d(surface).sum(axis=2) > 200).tobytes())
    assert len(pictures) == 5
    assert len(lines) == 2
