"""Which key does what while a song is tapped."""

from collections.abc import Callable

import pygame

from app.tapping.session import Session
from loop_core.tapping import COARSE, FINE

KEYS: dict[int, Callable[[Session], None]] = {
    pygame.K_SPACE: Session.strike,
    pygame.K_j: Session.strike,
    pygame.K_k: Session.strike,
    pygame.K_PERIOD: Session.rest,
    pygame.K_BACKSPACE: Session.undo,
    pygame.K_DELETE: Session.forget,
    pygame.K_LEFT: lambda session: session.nudge(-FINE),
    pygame.K_RIGHT: lambda session: session.nudge(FINE),
    pygame.K_UP: lambda session: session.choose(-1),
    pygame.K_DOWN: lambda session: session.choose(1),
    pygame.K_HOME: lambda session: session.choose(-session.tapping.total),
    pygame.K_END: lambda session: session.choose(session.tapping.total),
    pygame.K_RETURN: Session.play,
    pygame.K_KP_ENTER: Session.play,
    pygame.K_p: Session.pause,
    pygame.K_LEFTBRACKET: lambda session: session.faster(-1),
    pygame.K_RIGHTBRACKET: lambda session: session.faster(1),
    pygame.K_s: Session.save,
    pygame.K_l: Session.next_language,
    pygame.K_t: Session.next_theme,
    pygame.K_F11: Session.fullscreen,
    pygame.K_ESCAPE: Session.leave,
}
SHIFTED: dict[int, Callable[[Session], None]] = {
    pygame.K_LEFT: lambda session: session.nudge(-COARSE),
    pygame.K_RIGHT: lambda session: session.nudge(COARSE),
}
"""With the Shift key."""


def press(session: Session, key: int, shift: bool = False) -> None:
    """One key, as pygame numbers them."""
    action = (SHIFTED.get(key) if shift else None) or KEYS.get(key)
    if action is not None:
        action(session)
