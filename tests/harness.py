"""A show without a window, whose clock the test moves."""

import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, wait
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from builders import performance

from app.keys import press
from app.microphone import FileSinger, Singer
from app.player import SilentPlayer
from app.settings import NEW, Settings
from app.show import Show
from loop_core.clock import VirtualClock
from loop_core.conductor import Conductor
from loop_core.frame import Controls, Frame
from loop_core.lessons import Lesson, find_lesson
from loop_core.listing import read_listing
from loop_core.operations import Operation
from loop_core.snapshot import Snapshot
from loop_core.song import Song

if TYPE_CHECKING:
    from loop_core.stepper import Stepper


class Gate:
    """Where the worker waits before an operation while the test has it closed."""

    def __init__(self, operation: Operation) -> None:
        self._operation = operation
        self._open, self._reached = threading.Event(), threading.Event()
        self._open.set()

    def close(self) -> None:
        self._reached.clear()
        self._open.clear()

    def open(self) -> None:
        self._open.set()

    def guard(self, stepper: "Stepper") -> None:
        perform = stepper.perform

        def gated(
            number: int, operation: Operation, share: float = 1.0, budget: float | None = None
        ) -> tuple[Snapshot, bool]:
            if operation is self._operation and number >= 0:
                self._reached.set()
                assert self._open.wait(60)
            return perform(number, operation, share, budget)

        stepper.perform = gated  # type: ignore[method-assign]

    def settle(self, conductor: Conductor) -> None:
        """Wait for the worker, unless it waits here."""
        job = conductor._job
        while job is not None and not job.done() and (self._open.is_set() or not self._reached.is_set()):
            wait([job], timeout=0.005)


class AtOnce(Executor):
    """Runs what is submitted before it answers."""

    def submit(self, work: Callable[..., Any], /, *arguments: Any, **options: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(work(*arguments, **options))
        return done


class Rig:
    """A show whose time the test moves."""

    def __init__(
        self,
        song: Song,
        folder: Path,
        *,
        start: bool = False,
        backing: str | None = None,
        speed: int = 100,
        exercise: str = "",
        due: bool = False,
        today: date = date(2026, 3, 1),
        gate: Gate | None = None,
        controls: Controls | None = None,
        settings: Settings = NEW,
        device: str = "a loudspeaker",
    ) -> None:
        """device: the sound device of its players, '' while there is none.

        gate: what the worker waits at; then operations take real time, which the test moves.
        """
        self.song = song
        self.gate = gate
        self.real = VirtualClock(50.0)
        self.players: list[SilentPlayer] = []
        self.volumes: list[tuple[float, float]] = []
        self.backings: list[str] = []
        self.conductors: list[Conductor] = []
        self.singers: list[Singer] = []
        self.sung: Callable[[], Singer] = lambda: FileSinger(performance(song))
        self.folder = folder
        self.device = device
        self.show = Show(
            song,
            find_lesson("straight_line"),
            self.open_conductor,
            self.open_player,
            self.real.now,
            start=start,
            controls=controls or Controls(backing=backing or "", speed=speed),
            results=lambda: folder / "progress.json",
            today=lambda: today,
            exercise=exercise,
            due=due,
            open_singer=self.open_singer,
            settings=settings,
            beside=AtOnce(),
        )

    def open_singer(self) -> Singer:
        self.singers.append(self.sung())
        return self.singers[-1]

    def open_conductor(self, lesson: Lesson) -> Conductor:
        from loop_core.stepper import Stepper

        listing = read_listing(lesson.path)

        def open_stepper() -> Stepper:
            stepper = Stepper(listing, self.folder, lesson.epochs_per_fast_line)
            if self.gate is not None:
                self.gate.guard(stepper)
            return stepper

        real = None if self.gate is None else self.real.now
        opened = Conductor(self.song, lesson, listing, open_stepper, real)
        self.conductors.append(opened)
        return opened

    def open_player(self, backing: str, wanted: Callable[[], bool]) -> SilentPlayer:
        self.backings.append(backing)
        player = SilentPlayer(self.song.length, self.real.now)
        player.device = self.device
        player.set_volume = lambda voice, backing: self.volumes.append((voice, backing))  # type: ignore[method-assign]
        self.players.append(player)
        return player

    def run(self, seconds: float) -> Frame:
        """Let real time pass at ten pictures a second, or with a gate at fifty, lest more be late."""
        pictures = 10 if self.gate is None else 50
        for _ in range(round(seconds * pictures)):
            self.real.advance(1 / pictures)
            frame = self.show.tick()
            if self.gate is not None:
                self.gate.settle(self.show.conductor)
        return frame

    def press(self, *keys: int) -> Frame:
        for key in keys:
            press(self.show, key)
        return self.show.tick()
