"""Tapping along in a window."""

import time
from collections.abc import Callable
from functools import partial

import pygame

from app.display import key_of
from app.session_loop import in_window, run
from app.tapping.keys import press
from app.tapping.picture import draw, overview_rect
from app.tapping.session import Session
from app.theme import Theme


def tap_along(
    open_session: Callable[[Callable[[], float]], Session],
    *,
    fullscreen: bool,
    size: tuple[int, int],
) -> Session:
    """Tap until the user leaves; the session as it ended, with everything on disk.

    open_session: is told the clock, once the window is there.  Raises InputError when there is no display.
    """
    with in_window(size, fullscreen) as interrupted:
        session = open_session(time.perf_counter)
        try:
            run(session, draw, partial(_handle, session), fullscreen, interrupted)
        finally:
            pygame.display.quit()
            session.close()
    return session


def _handle(session: Session, event: pygame.Event, theme: Theme) -> None:
    if event.type == pygame.QUIT:
        session.leave()
    elif event.type == pygame.KEYDOWN:
        press(session, key_of(event), bool(event.mod & pygame.KMOD_SHIFT))
    elif event.type == pygame.MOUSEBUTTONDOWN and event.button == 1:
        around = overview_rect(pygame.display.get_window_size(), theme)
        if around.collidepoint(event.pos):
            session.seek((event.pos[0] - around.left) / around.width)
