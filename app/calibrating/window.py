"""Calibrating in a window of its own, or in that of the show."""

import time
from collections.abc import Callable
from functools import partial

import pygame

from app.calibrating.keys import press
from app.calibrating.picture import draw
from app.calibrating.session import Look, Session
from app.devices import display
from app.display import key_of
from app.player import Player
from app.session_loop import in_window, run
from app.settings import Kept
from app.show import Show
from app.theme import Theme
from loop_core.errors import InputError
from loop_core.frame import Controls


def calibrate(
    open_player: Callable[[Callable[[], float]], Player],
    length: float,
    kept: Kept,
    look: Look,
    *,
    fullscreen: bool,
    size: tuple[int, int],
    log: Callable[[str], None],
) -> Session:
    """Calibrate until the user leaves; the session as it ended.

    open_player: is told the clock; length: seconds of what it plays.
    Raises InputError when there is no display or no sound.
    """
    with in_window(size, fullscreen) as interrupted:
        player = open_player(time.perf_counter)
        try:
            if not player.device:
                raise InputError(f"{player.description}; expected a sound device")
            volume = kept.settings.volume or 1.0
            session = Session(
                player, length, display(), time.perf_counter, kept.keep, look, volume=volume, log=log
            )
            if kept.message is not None:
                session.say(kept.message)
            run(session, draw, partial(handle, session), fullscreen, interrupted)
        finally:
            pygame.display.quit()
            player.close()
    return session


def calibrate_show(
    show: Show,
    kept: Kept,
    interrupted: list[int],
    controls: Controls,
    fullscreen: bool,
) -> bool:
    """Calibrate with what plays in the show, which stands still; whether it fills the screen afterwards."""
    look = Look(controls.theme, controls.language, controls.still)
    session = Session(
        show.player,
        show.song.length,
        show.sync.display,
        time.perf_counter,
        kept.keep,
        look,
        volume=controls.volume or 1.0,
    )

    def handle_both(event: pygame.Event, theme: Theme) -> None:
        handle(session, event, theme)
        show.quit |= event.type == pygame.QUIT
        show.sync.shown_on(session.display)

    run(session, draw, handle_both, fullscreen, interrupted)
    session.close()
    show.calibrated(session.look.theme, session.look.language, session.change)
    return session.fullscreen_wanted


def handle(session: Session, event: pygame.Event, theme: Theme) -> None:
    """What an event does to the session."""
    if event.type == pygame.QUIT:
        session.leave()
    elif event.type == pygame.KEYDOWN:
        press(session, key_of(event))
    elif event.type == pygame.WINDOWDISPLAYCHANGED:
        session.display = display()
