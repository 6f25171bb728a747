"""Tapping along in a window: keys in as soon as they come, a picture sixty times a second."""

import sys
import time
from collections.abc import Callable

import pygame

from app.display import fill_screen, interruptible, key_of, open_window
from app.tapping.keys import press
from app.tapping.picture import draw, overview_rect
from app.tapping.session import Session
from app.theme import Theme, theme_for

FPS = 60


def tap_along(
    open_session: Callable[[Callable[[], float]], Session],
    *,
    fullscreen: bool,
    size: tuple[int, int],
) -> Session:
    """Tap until the user leaves; the session as it ended, with everything on disk.

    open_session: is told the clock, once the window is there.  Raises InputError when there is no display.
    """
    interval = sys.getswitchinterval()
    sys.setswitchinterval(0.0005)  # the thread that writes shall not keep a key waiting
    try:
        with interruptible() as interrupted:
            open_window(size, fullscreen, "")
            session = open_session(time.perf_counter)
            try:
                _run(session, fullscreen, interrupted)
            finally:
                pygame.display.quit()
                session.close()
    finally:
        pygame.quit()
        sys.setswitchinterval(interval)
    return session


def _run(session: Session, fullscreen: bool, interrupted: list[int]) -> None:
    session.fullscreen_wanted = fullscreen
    due = time.perf_counter()
    while not session.quit and not interrupted:
        if session.fullscreen_wanted != fullscreen:
            fullscreen = session.fullscreen_wanted
            fill_screen(fullscreen)
        surface = pygame.display.get_surface()
        assert surface is not None
        view = session.tick()
        theme = theme_for(surface.get_size(), view.theme)
        draw(surface, theme, view)
        pygame.display.flip()
        due = max(due + 1 / FPS, time.perf_counter() + 0.001)
        while (left := due - time.perf_counter()) > 0:
            event = pygame.event.wait(max(1, round(1000 * left)))
            _handle(session, event, surface.get_size(), theme)


def _handle(session: Session, event: pygame.Event, size: tuple[int, int], theme: Theme) -> None:
    if event.type == pygame.QUIT:
        session.leave()
    elif event.type == pygame.KEYDOWN:
        press(session, key_of(event), bool(event.mod & pygame.KMOD_SHIFT))
    elif event.type == pygame.MOUSEBUTTONDOWN and event.button == 1:
        around = overview_rect(size, theme)
        if around.collidepoint(event.pos):
            session.seek((event.pos[0] - around.left) / around.width)
