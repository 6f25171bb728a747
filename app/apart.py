"""Asks a Python of its own, so that neither a crash nor a hang of a driver reaches this one."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from assets import FOLDER

POLL = 0.1
"""Seconds after which it is asked again whether the answer is still wanted."""


class MissingError(Exception):
    """Something is not there; the text says how that was seen."""


def ask(code: str, *arguments: str, timeout: float = 60, wanted: Callable[[], bool] = lambda: True) -> Any:
    """What a Python of its own prints as JSON; wanted: whether anybody waits for it.

    Raises MissingError with the last line of its errors, or when it gives no answer in time.
    """
    command = [sys.executable, "-c", code, *arguments]
    deadline = time.monotonic() + timeout
    with subprocess.Popen(  # nosec B603  # this Python, with code from the caller
        command, cwd=FOLDER.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        while True:
            try:
                found, errors = run.communicate(timeout=POLL)
                break
            except subprocess.TimeoutExpired:
                if time.monotonic() > deadline or not wanted():
                    run.kill()
                    raise MissingError(f"no answer within {timeout:g} s") from None
    if run.returncode:
        lines = errors.strip().splitlines() or [f"ended with status {run.returncode}"]
        raise MissingError(lines[-1])
    return json.loads(found.splitlines()[-1])
