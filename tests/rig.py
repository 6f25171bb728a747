"""A show without a window, whose clock the test moves."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from builders import performance

from app.audio import SilentPlayer
from app.keys import press
from app.microphone import FileSinger, Singer
from app.show import Show
from loop_core.clock import VirtualClock
from loop_core.conductor import Conductor
from loop_core.frame import Controls, Frame
from loop_core.lessons import Lesson, find_lesson
from loop_core.listing import read_listing
from loop_core.song import Song


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
    ) -> None:
        self.song = song
        self.real = VirtualClock(50.0)
        self.players: list[SilentPlayer] = []
        self.volumes: list[tuple[float, float]] = []
        self.backings: list[str] = []
        self.conductors: list[Conductor] = []
        self.singers: list[Singer] = []
        self.sung: Callable[[], Singer] = lambda: FileSinger(performance(song))
        self.folder = folder
        self.show = Show(
            song,
            find_lesson("straight_line"),
            self.open_conductor,
            self.open_player,
            self.real.now,
            start=start,
            controls=Controls(backing=backing or "", speed=speed),
            results=lambda: folder / "progress.json",
            today=lambda: today,
            exercise=exercise,
            due=due,
            open_singer=self.open_singer,
        )

    def open_singer(self) -> Singer:
        self.singers.append(self.sung())
        return self.singers[-1]

    def open_conductor(self, lesson: Lesson) -> Conductor:
        from loop_core.stepper import Stepper

        listing = read_listing(lesson.path)
        opened = Conductor(
            self.song,
            lesson,
            listing,
            lambda: Stepper(listing, self.folder, lesson.epochs_per_fast_line),
            None,
        )
        self.conductors.append(opened)
        return opened

    def open_player(self, backing: str) -> SilentPlayer:
        self.backings.append(backing)
        player = SilentPlayer(self.song.length, self.real.now)
        player.set_volume = lambda voice, backing: self.volumes.append((voice, backing))  # type: ignore[method-assign]
        self.players.append(player)
        return player

    def run(self, seconds: float) -> Frame:
        """Let real time pass at ten pictures a second."""
        for _ in range(round(seconds * 10)):
            self.real.advance(0.1)
            frame = self.show.tick()
        return frame

    def press(self, *keys: int) -> Frame:
        for key in keys:
            press(self.show, key)
        return self.show.tick()
