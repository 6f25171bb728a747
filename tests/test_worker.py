"""The lesson's thread can be interrupted inside the lesson and nowhere else, and left behind."""

import threading
from concurrent.futures import Future, wait

import pytest

from loop_core.worker import Interrupted, Worker


def inside(worker: Worker, work: object) -> Future[None]:
    """Begin something in the lesson's name, and wait until it has begun."""
    begun = threading.Event()

    def run() -> None:
        with worker.interruptible(None, 0.0):
            begun.set()
            work()  # type: ignore[operator]

    job = worker.submit(run)
    assert begun.wait(60)
    return job


def endless() -> None:
    while True:
        pass


def test_an_endless_loop_is_interrupted_and_the_worker_goes_on() -> None:
    worker = Worker()
    job = inside(worker, endless)
    assert worker.interrupt()
    with pytest.raises(Interrupted):
        job.result(60)
    assert worker.doing is None
    assert worker.submit(lambda: 1).result(60) == 1
    assert worker.close(lambda: None)


def test_outside_a_lesson_nothing_is_interrupted() -> None:
    worker = Worker()
    assert not worker.interrupt()
    assert worker.submit(sum, range(100_000)).result(60) == 4_999_950_000
    assert worker.close(lambda: None)


def test_closing_interrupts_what_does_not_end() -> None:
    worker, closed = Worker(), threading.Event()
    job = inside(worker, endless)
    assert worker.close(closed.set)
    assert closed.is_set()
    assert isinstance(job.exception(), Interrupted)


def test_what_does_not_give_way_is_left_behind() -> None:
    worker, held, closed = Worker(), threading.Event(), threading.Event()
    job = inside(worker, held.wait)
    assert not worker.close(closed.set)
    assert not job.done()
    held.set()
    wait([job], timeout=60)
    assert not closed.is_set()
