"""The end of the process, which nothing that hangs holds up: no lesson's thread, no sound server."""

import os
import sys
import threading
import time

PATIENCE = 2.0
"""Seconds that threads have to end by themselves; what the show writes is written before."""


def end_soon(status: int) -> None:
    """Let the process end in the usual way, or after `PATIENCE` without what does not end."""
    threading.Thread(target=_end, args=(status,), name="end", daemon=True).start()


def _end(status: int) -> None:
    time.sleep(PATIENCE)
    own = (threading.main_thread(), threading.current_thread())
    left = [thread.name for thread in threading.enumerate() if thread not in own and not thread.daemon]
    what = f"threads that did not: {', '.join(left)}" if left else "what did not"
    print(f"torchaoke: ended, and with it {what}", file=sys.stderr, flush=True)
    if sys.stdout is not None:
        sys.stdout.flush()
    os._exit(status)
