"""Which key does what while calibrating."""

from collections.abc import Callable

import pygame

from app.calibrating.session import Session

KEYS: dict[int, Callable[[Session], None]] = {
    pygame.K_SPACE: Session.tap,
    pygame.K_RETURN: Session.accept,
    pygame.K_KP_ENTER: Session.accept,
    pygame.K_BACKSPACE: Session.again,
    pygame.K_COMMA: lambda session: session.shift(-1),
    pygame.K_PERIOD: lambda session: session.shift(1),
    pygame.K_t: Session.next_theme,
    pygame.K_l: Session.next_language,
    pygame.K_f: Session.fullscreen,
    pygame.K_F11: Session.fullscreen,
    pygame.K_ESCAPE: Session.leave,
    pygame.K_q: Session.leave,
}


def press(session: Session, key: int) -> None:
    """One key, as pygame numbers them."""
    action = KEYS.get(key)
    if action is not None:
        action(session)
