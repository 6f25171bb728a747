"""The show in a window: keys in, frames out."""

import sys
import time
from collections.abc import Callable
from functools import partial

import pygame

from app.audio import open_player
from app.calibrating.window import calibrate_show
from app.camera import Camera, pictures_folder
from app.devices import display
from app.display import fill_screen, interruptible, key_of, open_window
from app.keys import press
from app.microphone import open_singer
from app.settings import NOTHING_KEPT, Kept, load_settings, settings_path
from app.show import OpenConductor, Show
from app.stage import Stage
from loop_core.clock import AwakeClock
from loop_core.frame import Controls, Frame
from loop_core.lessons import Lesson
from loop_core.scoring import Difficulty
from loop_core.song import Song

FPS = 60
INSTEAD = "; `torchaoke headless` runs the same loop without one"
UNCOVERED = frozenset({pygame.WINDOWEXPOSED, pygame.WINDOWRESTORED, pygame.WINDOWSHOWN})
"""What a window system without a picture of its own says when it wants all of the window again."""


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
    kept: Kept = NOTHING_KEPT,
) -> int:
    """Show the song with the lesson until the user quits; the exit status.

    controls: how the show is set at first.
    exercise: one of `app.learning.learner.EXERCISES` that is on then.
    due: begin with the lines that are to be repeated today.
    watch: is told of each picture when it is on screen; ends the show by answering True.
    difficulty: of singing along.  sing: begin with it.  latency: of the microphone, in seconds; None for
    what is kept of it, else the sound device's own.  kept: what is known from before, and where the next
    show finds it.
    Raises InputError when there is no display.
    """
    interval = sys.getswitchinterval()
    sys.setswitchinterval(0.0005)  # at the default 5 ms the worker wakes up to 5 ms late beside drawing
    real = AwakeClock(time.perf_counter)
    closed = True
    try:
        with interruptible() as interrupted:
            open_window(size, fullscreen, INSTEAD)
            player = partial(open_player, song.stems, song.length, real.now)
            show: Show

            def sung_late(microphone: str) -> float:
                """What is asked for, else what was measured, else what the sound alone is known to need."""
                known = kept.settings.latency(microphone) if latency is None else latency
                return show.player.latency if known is None else known

            show = Show(
                song,
                lesson,
                open_conductor,
                player,
                real.now,
                start=start,
                controls=controls,
                open_singer=lambda: open_singer(real.now, sung_late),
                difficulty=difficulty,
                sing=sing,
                exercise=exercise,
                due=due,
                settings=kept.settings,
            )
            show.sync.shown_on(display())
            if kept.message is not None:
                show.say(kept.message)
                print(f"torchaoke: {kept.message.en}", file=sys.stderr)
            camera = Camera(pictures_folder)
            try:
                _run(
                    show,
                    camera,
                    real,
                    fullscreen,
                    lambda frame: _over(frame, watch, interrupted),
                    partial(calibrate_show, show, kept, interrupted),
                )
            finally:
                pygame.display.quit()
                camera.close()
                closed = show.close()
                kept.keep_at_end(show.remember)
    finally:
        if closed:  # else it would wait for a sound device that does not answer
            pygame.quit()
        sys.setswitchinterval(interval)
    return 0


def show(song: Song, lesson: Lesson, open_conductor: OpenConductor) -> None:
    """What `loop_core.sing` opens: the song begins by itself, and ends when the window is closed."""
    from app.options import read_controls

    kept = load_settings(settings_path())
    controls = read_controls(song, None, None, None, kept.settings)
    size = (1280, 720)
    play(song, lesson, open_conductor, start=True, fullscreen=False, size=size, controls=controls, kept=kept)


def _over(frame: Frame, watch: Callable[[Frame], bool] | None, interrupted: list[int]) -> bool:
    return (watch is not None and watch(frame)) or bool(interrupted)


def _run(
    show: Show,
    camera: Camera,
    clock: AwakeClock,
    fullscreen: bool,
    watch: Callable[[Frame], bool],
    calibrate: Callable[[Controls, bool], bool],
) -> None:
    """The loop of the window: events, one frame, the next sixtieth of a second.

    calibrate: is told how the show is set and whether it fills the screen; whether it does afterwards.
    """
    pacer = pygame.time.Clock()
    stage: Stage | None = None
    uncovered = False
    opened = False
    show.fullscreen_wanted = fullscreen
    while not show.quit:
        clock.tick()
        for event in pygame.event.get():
            uncovered |= event.type in UNCOVERED
            _handle(show, event, stage)
        if show.fullscreen_wanted != fullscreen:
            fullscreen = show.fullscreen_wanted
            fill_screen(fullscreen)
        frame = show.tick()
        if show.calibration_wanted:
            show.calibration_wanted = False
            fullscreen = show.fullscreen_wanted = calibrate(frame.controls, fullscreen)
            stage = None
            continue
        surface = pygame.display.get_surface()
        assert surface is not None
        if stage is None or (stage.size, stage.theme_name) != (surface.get_size(), frame.controls.theme):
            stage = Stage(surface.get_size(), frame.controls.theme)
        changed = stage.draw(surface, frame)
        pygame.display.update([surface.get_rect()] if uncovered else changed)
        uncovered = False
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
    elif event.type == pygame.AUDIODEVICEREMOVED:
        if event.which and not event.iscapture:  # one that is open, and so ours
            show.sound.lost()
    elif event.type == pygame.KEYDOWN:
        press(show, key_of(event))
    elif event.type == pygame.WINDOWDISPLAYCHANGED:
        show.sync.shown_on(display())
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
