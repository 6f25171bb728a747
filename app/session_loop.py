"""A session in a window: keys in as soon as they come, a picture sixty times a second."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar

import pygame

from app.display import fill_screen, interruptible, open_window
from app.theme import Theme, theme_for

FPS = 60


class View(Protocol):
    """What a picture shows, frozen."""

    @property
    def theme(self) -> str:
        """The name of its colours."""


Shown = TypeVar("Shown", bound=View)
Seen = TypeVar("Seen", bound=View, covariant=True)


class Session(Protocol[Seen]):
    """What keys change and pictures show."""

    quit: bool
    fullscreen_wanted: bool

    def tick(self) -> Seen:
        """What is to be shown now."""


@contextmanager
def in_window(size: tuple[int, int], fullscreen: bool, instead: str = "") -> Iterator[list[int]]:
    """A window is open; the list fills at Ctrl-C.  instead: what the user can do without one.

    Raises InputError when there is no display.
    """
    interval = sys.getswitchinterval()
    sys.setswitchinterval(0.0005)  # no other thread shall keep a key waiting
    try:
        with interruptible() as interrupted:
            open_window(size, fullscreen, instead)
            yield interrupted
    finally:
        pygame.quit()
        sys.setswitchinterval(interval)


def run(
    session: Session[Shown],
    draw: Callable[[pygame.Surface, Theme, Shown], None],
    handle: Callable[[pygame.Event, Theme], None],
    fullscreen: bool,
    interrupted: list[int],
    *,
    real: Callable[[], float] = time.perf_counter,
    wait: Callable[[int], pygame.Event] = pygame.event.wait,
) -> None:
    """Until the session has ended, or something is in ``interrupted``.

    wait: an event, or pygame.NOEVENT when so many milliseconds are over.
    """
    session.fullscreen_wanted = fullscreen
    due = real()
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
        due = max(due + 1 / FPS, real() + 0.001)
        while not session.quit and (left := due - real()) > 0:
            handle(wait(max(1, round(1000 * left))), theme)
