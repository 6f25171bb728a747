"""What the sound device and the display in use are called; SDL knows, and pygame does not say."""

import ctypes
import warnings
from functools import lru_cache
from pathlib import Path

import pygame

SPEC = 128
"""Bytes for an SDL_AudioSpec, which has fewer."""


def sound_device(driver: str) -> str:
    """The sound device that is opened by default; the driver where that does not say."""
    name, spec = ctypes.c_void_p(), ctypes.create_string_buffer(SPEC)
    sdl = _sdl()
    if sdl is None or sdl.SDL_GetDefaultAudioInfo(ctypes.byref(name), spec, 0) or not name.value:
        return driver
    found = ctypes.string_at(name.value).decode("utf-8", "replace")
    sdl.SDL_free(name)
    return found or driver


def display() -> str:
    """The display that the window is on, with its size: one monitor may be slower in another mode."""
    sdl, index = _sdl(), 0
    sizes = pygame.display.get_desktop_sizes()
    name = pygame.display.get_driver()
    if sdl is not None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a way to draw that is not used here
            window = sdl.SDL_GetWindowFromID(pygame.Window.from_display_module().id)
        index = max(0, sdl.SDL_GetWindowDisplayIndex(window))
        name = (sdl.SDL_GetDisplayName(index) or b"").decode("utf-8", "replace") or name
    width, height = sizes[min(index, len(sizes) - 1)]
    return f"{name}, {width} x {height}"


@lru_cache(maxsize=1)
def _sdl() -> ctypes.CDLL | None:
    """SDL as pygame has loaded it; None where it cannot be reached."""
    base = Path(pygame.base.__file__)
    library = base.with_name("SDL2.dll")  # on Windows; elsewhere what a module was linked to is found in it
    try:
        sdl = ctypes.CDLL(str(library if library.exists() else base))
        sdl.SDL_GetDefaultAudioInfo.argtypes = [
            ctypes.POINTER(ctypes.c_void_p),
            ctypes.c_char_p,
            ctypes.c_int,
        ]
        sdl.SDL_free.argtypes = [ctypes.c_void_p]
        sdl.SDL_GetWindowFromID.argtypes = [ctypes.c_uint32]
        sdl.SDL_GetWindowFromID.restype = ctypes.c_void_p
        sdl.SDL_GetWindowDisplayIndex.argtypes = [ctypes.c_void_p]
        sdl.SDL_GetDisplayName.argtypes = [ctypes.c_int]
        sdl.SDL_GetDisplayName.restype = ctypes.c_char_p
    except (OSError, AttributeError):
        return None
    return sdl
