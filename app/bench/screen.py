"""Where there is no screen SDL draws into memory, so that the figures exist everywhere."""

import os
import sys


def environment() -> dict[str, str]:
    """This process's environment, with what SDL needs to open a window in it."""
    quiet = {"PYGAME_HIDE_SUPPORT_PROMPT": "1"}
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        quiet |= {"SDL_VIDEODRIVER": "dummy"}
    return {**os.environ, **quiet}
