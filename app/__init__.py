"""The program: a window, a headless run, and what both of them draw."""

import os

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
