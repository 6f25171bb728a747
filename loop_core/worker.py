"""The one thread that a lesson runs on: it can be interrupted, and left behind where it does not listen."""

import ctypes
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

from loop_core.operations import Operation

P = ParamSpec("P")
T = TypeVar("T")

PATIENCE = 1.0
"""Seconds that an operation under way may take to its end when the show is closed."""
GRACE = 0.5
"""Seconds in which what was interrupted has to give way."""
ATTEMPTS = 2
"""How often a lesson that catches everything is interrupted when the show is closed."""


class Interrupted(BaseException):
    """Raised in the middle of a lesson that nobody waits for any more."""

    __module__ = "builtins"  # so that a traceback names it without our module

    def __str__(self) -> str:
        return "it took too long"


class Worker:
    """One thread with a queue; what belongs to a lesson is created, run and closed on it.

    doing: the lesson's operation under way, None for something beside it, and the time since when.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="lesson")
        self._lock = threading.Lock()
        self._inside: int | None = None  # the thread, while it is in the lesson's own code
        self.doing: tuple[Operation | None, float] | None = None

    def submit(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run it after what has been submitted before."""
        return self._pool.submit(work, *args, **kwargs)

    @contextmanager
    def interruptible(self, doing: Operation | None, since: float) -> Iterator[None]:
        """On the worker: what runs inside can be interrupted, and nothing else."""
        with self._lock:
            self._inside, self.doing = threading.get_ident(), (doing, since)
        try:
            yield
        finally:
            with self._lock:
                self._inside = self.doing = None
                _raise_in(threading.get_ident(), None)

    def interrupt(self) -> bool:
        """Raise `Interrupted` in the lesson, whatever it does in Python; whether the worker is in one.

        What waits in a call of the system notices it when that returns.
        """
        with self._lock:
            if self._inside is not None:
                _raise_in(self._inside, Interrupted)
            return self._inside is not None

    def close(self, last: Callable[[], None]) -> bool:
        """Run this last of all; False where the lesson did not give way, and is left as it runs."""
        closing = self._pool.submit(last)
        wait([closing], timeout=PATIENCE)
        for _ in range(ATTEMPTS):
            if not closing.done() and self.interrupt():
                wait([closing], timeout=GRACE)
        with self._lock:
            left = self._inside is not None and not closing.done()
        self._pool.shutdown(wait=not left, cancel_futures=left)
        return not left

    def leave(self) -> None:
        """Let it run on alone, without anything to do after that."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def _raise_in(thread: int, error: type[BaseException] | None) -> None:
    """Raise it in a thread at its next instruction; None takes back what has not been raised yet."""
    raised = None if error is None else ctypes.py_object(error)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), raised)
