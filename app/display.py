"""The window that the show and other screens are drawn in: opened, its keys, and Ctrl-C."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pygame

from loop_core.errors import InputError

UNSEEN = frozenset({"offscreen", "dummy", "evdev"})
"""SDL's video drivers that show nothing to anybody; used only when asked for."""
SIGNS = frozenset("+-,.[]{}")
"""What is typed with different keys on different keyboards; pygame numbers a key after its sign."""
MINIMUM = (960, 540)
"""The smallest window that the stage is drawn for, in pixels."""


@contextmanager
def interruptible() -> Iterator[list[int]]:
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


def key_of(event: pygame.Event) -> int:
    """The key, or the sign that it types."""
    typed: str = event.unicode
    return ord(typed) if typed in SIGNS else int(event.key)


def open_window(size: tuple[int, int], fullscreen: bool, instead: str) -> None:
    """Open it; raises InputError when there is no display. instead: what the user can do without one."""
    # A stage drawn by the processor goes to X11 through shared memory in 0.5 ms. Through OpenGL, which SDL
    # would choose, it took 9 ms without a graphics card, with Python's lock held.
    os.environ.setdefault("SDL_FRAMEBUFFER_ACCELERATION", "0")
    try:
        pygame.display.init()
        if pygame.display.get_driver() in UNSEEN and "SDL_VIDEODRIVER" not in os.environ:
            raise pygame.error(f"SDL found only its driver {pygame.display.get_driver()!r}")
        pygame.font.init()
        pygame.display.set_mode(size, pygame.RESIZABLE)
        pygame.Window.from_display_module().minimum_size = MINIMUM
        fill_screen(fullscreen)
    except pygame.error as error:
        raise InputError(f"no display: {error}{instead}") from None
    pygame.display.set_caption("Torchaoke")
    pygame.mouse.set_visible(True)


def fill_screen(wanted: bool) -> None:
    """All of the screen that the window is on, or the window as it was before."""
    window = pygame.Window.from_display_module()
    if wanted:
        window.set_fullscreen(desktop=True)
    else:
        window.set_windowed()
