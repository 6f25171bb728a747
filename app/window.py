"""The show in a window: keys in, frames out."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pygame

from app.audio import open_player
from app.camera import Camera, pictures_folder
from app.keys import press
from app.microphone import open_singer
from app.settings import load_settings, settings_path
from app.show import OpenConductor, Show
from app.stage import Stage
from loop_core.errors import InputError
from loop_core.frame import Controls, Frame
from loop_core.lessons import Lesson
from loop_core.scoring import Difficulty
from loop_core.song import Song

FPS = 60
UNSEEN = frozenset({"offscreen", "dummy", "evdev"})
"""SDL's video drivers that show nothing to anybody; used only when asked for."""
SIGNS = frozenset("+-,.[]{}")
"""What is typed with different keys on different keyboards; pygame numbers a key after its sign."""
MINIMUM = (960, 540)
"""The smallest window that the stage is drawn for, in pixels."""


def play(
    song: Song,
    lesson: Lesson,
    open_conductor: OpenConductor,
    *,
    start: bool,
    fullscreen: bool,
    size: tuple[int, int],
    controls: Controls | None = None,
    watch: Callable[[Frame], bool] | None = None,
    exercise: str = "",
    due: bool = False,
    difficulty: Difficulty = Difficulty.MEDIUM,
    sing: bool = False,
    latency: float | None = None,
    settings: Callable[[], Path] = settings_path,
) -> int:
    """Show the song with the lesson until the user quits; the exit status.

    controls: how the show is set at first.
    exercise: one of `app.learning.learner.EXERCISES` that is on then.
    due: begin with the lines that are to be repeated today.
    watch: is told of each picture when it is on screen; ends the show by answering True.
    difficulty: of singing along.  sing: begin with it.  latency: of the microphone, in seconds;
    None for what is kept of it.  settings: the file of what is kept.
    Raises InputError when there is no display.
    """
    interval = sys.getswitchinterval()
    sys.setswitchinterval(0.0005)  # at the default 5 ms the worker wakes up to 5 ms late beside drawing
    real = time.perf_counter
    try:
        with _interruptible() as interrupted:
            _open_window(size, fullscreen)
            known, message = load_settings(settings())
            player = partial(open_player, song.stems, song.length, real)
            show = Show(
                song,
                lesson,
                open_conductor,
                player,
                real,
                start=start,
                controls=controls,
                open_singer=partial(
                    open_singer, real, known.latency if latency is None else lambda name: latency
                ),
                difficulty=difficulty,
                sing=sing,
                exercise=exercise,
                due=due,
            )
            if message:
                show.say(message)
            camera = Camera(pictures_folder)
            try:
                _run(show, camera, size, fullscreen, lambda frame: _over(frame, watch, interrupted))
            finally:
                pygame.display.quit()
                show.close()
                camera.close()
    finally:
        pygame.quit()
        sys.setswitchinterval(interval)
    return 0


def show(song: Song, lesson: Lesson, open_conductor: OpenConductor) -> None:
    """What `loop_core.sing` opens: the song begins by itself, and ends when the window is closed."""
    play(song, lesson, open_conductor, start=True, fullscreen=False, size=(1280, 720))


def _over(frame: Frame, watch: Callable[[Frame], bool] | None, interrupted: list[int]) -> bool:
    return (watch is not None and watch(frame)) or bool(interrupted)


@contextmanager
def _interruptible() -> Iterator[list[int]]:
    """Ctrl-C only fills the list; KeyboardInterrupt is raised at the end.

    Raised in the middle of an import it can leave the import's lock behind, and the worker, which
    imports torch at the same time, would wait for that lock for ever.
    """
    interrupted: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: interrupted.append(number))
    try:
        yield interrupted
    finally:
        signal.signal(signal.SIGINT, before)
    if interrupted:
        raise KeyboardInterrupt


def _run(
    show: Show, camera: Camera, size: tuple[int, int], fullscreen: bool, watch: Callable[[Frame], bool]
) -> None:
    """The loop of the window: events, one frame, the next sixtieth of a second."""
    pacer = pygame.time.Clock()
    stage: Stage | None = None
    opened = False
    show.fullscreen_wanted = fullscreen
    while not show.quit:
        for event in pygame.event.get():
            _handle(show, event, stage)
        if show.fullscreen_wanted != fullscreen:
            fullscreen = show.fullscreen_wanted
            _set_mode(size, fullscreen)
            stage = None
        surface = pygame.display.get_surface()
        assert surface is not None
        frame = show.tick()
        if stage is None or (stage.size, stage.theme_name) != (surface.get_size(), frame.controls.theme):
            stage = Stage(surface.get_size(), frame.controls.theme)
        pygame.display.update(stage.draw(surface, frame))
        if show.picture_wanted:
            show.picture_wanted = False
            camera.take(surface, frame)
        for notice in camera.notices():
            show.say(notice)
        show.quit |= watch(frame)
        if not opened and not show.quit:
            opened = True
            show.open()
        pacer.tick(FPS)


def _handle(show: Show, event: pygame.Event, stage: Stage | None) -> None:
    if event.type == pygame.QUIT:
        show.quit = True
    elif event.type == pygame.KEYDOWN:
        press(show, _key(event))
    elif event.type == pygame.MOUSEMOTION:
        show.point(event.pos)
    elif event.type == pygame.WINDOWLEAVE:
        show.point(None)
    elif event.type == pygame.MOUSEBUTTONDOWN and event.button == 1:
        share = None if stage is None else stage.song_position(event.pos)
        hint = None if stage is None else stage.hint(event.pos)
        if share is not None:
            show.click(share)
        elif hint is not None and hint.item is not None:
            show.learner.choose(hint.item)
        elif hint is not None and hint.key is not None:
            press(show, hint.key)
        elif hint is not None and hint.line is not None:
            show.go_to_line(hint.line)
        else:
            show.toggle()
    elif event.type == pygame.MOUSEBUTTONUP and event.button == 1 and stage is not None:
        hint = stage.hint(event.pos)
        if hint is not None and hint.item is not None:
            show.learner.drop(hint.item)


def _key(event: pygame.Event) -> int:
    """The key, or the sign that it types."""
    typed: str = event.unicode
    return ord(typed) if typed in SIGNS else int(event.key)


def _open_window(size: tuple[int, int], fullscreen: bool) -> None:
    # A stage drawn by the processor goes to X11 through shared memory in 0.5 ms. Through OpenGL, which SDL
    # would choose, it took 9 ms without a graphics card, with Python's lock held.
    os.environ.setdefault("SDL_FRAMEBUFFER_ACCELERATION", "0")
    try:
        pygame.display.init()
        if pygame.display.get_driver() in UNSEEN and "SDL_VIDEODRIVER" not in os.environ:
            raise pygame.error(f"SDL found only its driver {pygame.display.get_driver()!r}")
        pygame.font.init()
        _set_mode(size, fullscreen)
    except pygame.error as error:
        raise InputError(
            f"no display: {error}; `torchaoke headless` runs the same loop without one"
        ) from None
    pygame.display.set_caption("Torchaoke")
    pygame.mouse.set_visible(True)


def _set_mode(size: tuple[int, int], fullscreen: bool) -> None:
    if fullscreen:
        pygame.display.set_mode((0, 0), pygame.FULLSCREEN)
    else:
        pygame.display.set_mode(size, pygame.RESIZABLE)
        pygame.Window.from_display_module().minimum_size = MINIMUM
