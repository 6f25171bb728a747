"""The show: what each tick shows, and what the keys change, whatever window or test is around it."""

from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import pygame

from app.board import Board, after
from app.drawing.messages import HOLD_OFF, LEAVE, NO_SOUND, NOTHING_DUE, NOTHING_WEAK
from app.learning.learner import EXERCISES, Learner
from app.learning.progress import progress_path
from app.microphone import SilentSinger, Singer
from app.mix import Mix
from app.player import Player, SilentPlayer
from app.practice import Practice
from app.settings import NEW, Change, Settings
from app.sound_watch import OpenPlayer, SoundWatch
from app.sync import Sync
from app.theme import THEMES
from app.transport import Transport
from loop_core.conductor import Conductor
from loop_core.frame import Controls, Frame
from loop_core.lessons import LESSONS, Lesson
from loop_core.scoring import Difficulty
from loop_core.song import Song
from loop_core.timeline import Loop, sung_lines
from loop_core.words import LANGUAGES, Words

OpenConductor = Callable[[Lesson], Conductor]
OpenSinger = Callable[[], Singer]


class Show:
    """A song with a lesson, and the state of the keys; times come from ``real``.

    mix, practice, learner, sync: the keys of the sound, of practising, of learning, and , and .
    """

    def __init__(
        self,
        song: Song,
        lesson: Lesson,
        open_conductor: OpenConductor,
        open_player: OpenPlayer,
        real: Callable[[], float],
        *,
        start: bool = False,
        controls: Controls | None = None,
        results: Callable[[], Path] = progress_path,
        today: Callable[[], date] = date.today,
        exercise: str = "",
        due: bool = False,
        open_singer: OpenSinger = SilentSinger,
        difficulty: Difficulty = Difficulty.MEDIUM,
        sing: bool = False,
        settings: Settings = NEW,
        beside: Executor | None = None,
    ) -> None:
        """open_player: opens the sound, on ``beside``.  start: begin as soon as the lesson is warm.

        controls: how the show is set at first; without a backing it has the song's first.
        results: where what a learner answers is kept.  exercise: one of `EXERCISES` that is on at first.
        due: begin with the lines that are to be repeated today.
        open_singer: opens the microphone; sing: at once, else when the key is pressed.
        settings: what is known of sound devices and displays.
        beside: of one thread, a new one without it.
        """
        self.song = song
        self.lesson = lesson
        self.quit = False
        self.fullscreen_wanted = False
        self.picture_wanted = False
        self.calibration_wanted = False
        self._open_conductor = open_conductor
        controls = controls or Controls()
        backing = controls.backing or next(iter(song.backings), "")
        self._board = Board(replace(controls, started=start, backing=backing), real)
        self._sing = sing
        self._due = due
        self.conductor = open_conductor(lesson)
        self._transport = Transport(song, SilentPlayer(song.length, real, ""), real)
        self._transport.awaits = self._awaits
        self.sound = SoundWatch(
            song, open_player, self._board, self._transport, real, beside or ThreadPoolExecutor(1, "sound")
        )
        self.mix = Mix(song, self._board, self._transport)
        self.sync = Sync(self._board, settings)
        self.practice = Practice(song, self._board, self._transport)
        self.learner = Learner(
            song, self._board, self._transport, self._play, open_singer, difficulty, results, today
        )
        self._begun = False  # the first note has been played
        self._dimmed = False  # the black screen has stopped the music
        self._first = self._set()
        if exercise:
            self.learner.practise(EXERCISES[exercise])

    @property
    def black_screen(self) -> bool:
        """Whether nothing is to be seen."""
        return self._board.controls.black

    @property
    def player(self) -> Player:
        """What plays."""
        return self._transport.player

    def open(self) -> None:
        """What must not delay the first picture: warm the lesson up, open the audio device."""
        self.conductor.open()
        self.sound.open()
        if self._sing:
            self.learner.sing()

    def tick(self) -> Frame:
        """One picture: what is played now, and everything the keys have set."""
        board, transport = self._board, self._transport
        board.tick()
        if self.sound.tick():
            self.mix.apply()
        self.sync.follow(transport.player)
        self.practice.take_up()
        now = transport.now()
        before = board.controls.playing
        self.practice.follow()
        stopped = before and not board.controls.playing
        frame = self.conductor.tick(self._picture_time(now), transport.rate, board.controls.vamping)
        self.learner.look()
        ready = frame.ready and self.sound.opened and transport.settled and not self.learner.busy
        if ready and board.controls.started and not self._begun:
            self._begin()
        frame = replace(frame, controls=board.controls)
        return self.learner.show(frame, now, stopped)

    def close(self) -> bool:
        """End the sound, the microphone and the worker; keep what was answered.

        False where the sound device does not answer any more.
        """
        self.learner.close()
        self.conductor.close()
        return self.sound.close()

    def remember(self, settings: Settings) -> Settings:
        """With the lesson, and what the keys have changed; what the command line asked for is forgotten."""
        settings = settings.with_changes(self._first, self._set())
        if self.lesson in LESSONS:
            settings = replace(settings, lesson=self.lesson.name)
        return self.sync.remember(settings)

    def toggle(self) -> None:
        """Start, pause, go on; before the lesson is warm the wish is remembered."""
        if self._board.controls.black:
            self.black()
        elif self.learner.busy:
            return
        elif self._board.controls.help:
            self._board.set(help=False)
        elif not self._begun:
            self._board.set(started=not self._board.controls.started)
        elif self._board.controls.playing:
            self._transport.pause()
            self._board.set(playing=False)
        else:
            self._play()

    def back(self) -> None:
        """One line back."""
        self._seek_line(-1)

    def on(self) -> None:
        """One line on."""
        self._seek_line(1)

    def advance(self) -> None:
        """A presenter's remote: go on where the show stands still, else to the next line."""
        if self._board.controls.playing and self._begun:
            self._seek_line(1)
        else:
            self.toggle()

    def restart(self) -> None:
        """From the first note, with the same seed."""
        if self._begun:
            self._transport.pause()
            self._transport.seek(0.0)
            self.learner.again()
            self._play()

    def repeat(self) -> None:
        """Where the results are open: once more the lines that need work."""
        if self.learner.over:
            parts = self.learner.weak_parts()
            if parts:
                self._tour(parts)
            else:
                self.say(NOTHING_WEAK)

    def skip(self) -> None:
        """Wait no longer for an operation that takes overlong."""
        self.conductor.skip()

    def hold(self) -> None:
        """Stop after each line and wait for the key, or not."""
        hold = not self._board.controls.hold
        self._transport.set_hold(hold)
        self._board.set(hold=hold)
        if not hold:
            self.say(HOLD_OFF)

    def next_loop(self) -> None:
        """Again and again this line, this section, or on to the song's end."""
        if self._begun:
            self.practice.next_loop()

    def click(self, x: float) -> None:
        """A click on the song's line, at ``x`` of its length, 0 to 1."""
        self._seek(x * self.song.length)

    def point(self, at: tuple[int, int] | None) -> None:
        """The mouse points there, or nowhere."""
        self._board.set(pointer=at)

    def go_to_line(self, line: int) -> None:
        """To where a line of the lesson's source is sung next, or for the first time."""
        listing = self.conductor.listing
        now = self._transport.now()
        times = [t for first, last, t, _ in sung_lines(self.song, listing) if first <= line <= last]
        if times:
            self._seek(next((time for time in times if time > now), times[0]))

    def next_theme(self) -> None:
        """Light or dark."""
        self._board.set(theme=after(tuple(THEMES), self._board.controls.theme))

    def next_language(self) -> None:
        """The next language: of the window and the subtitles, or of these alone."""
        own = (name for line in self.song.lines for name in line.subtitles)
        languages = tuple(dict.fromkeys((*LANGUAGES, *own)))
        self._board.set(language=after(languages, self._board.controls.language))

    def picture(self) -> None:
        """Keep what is shown now as a file; the window does it."""
        self.picture_wanted = True

    def fullscreen(self) -> None:
        """Full screen on or off; the window does it."""
        self.fullscreen_wanted = not self.fullscreen_wanted

    def calibrate(self) -> None:
        """Measure by how much the picture must come later than the sound; the window does it."""
        if not self._transport.player.device:
            self.say(NO_SOUND)
            return
        self._transport.pause()
        self._board.set(playing=False)
        self.calibration_wanted = True

    def calibrated(self, theme: str, language: str, change: Change | None) -> None:
        """The song's own sound again, which was left for that; change: what was measured, if it was."""
        self._board.set(theme=theme, language=language)
        self.mix.apply()
        if change is not None:
            self.sync.measured(change)

    def black(self) -> None:
        """A black screen and silence; the second time both come back."""
        if not self._board.controls.black:
            self._dimmed = self._board.controls.playing
            if self._dimmed:
                self._transport.pause()
            self._board.set(black=True, playing=False)
        else:
            self._board.set(black=False)
            if self._dimmed:
                self._play()

    def help(self) -> None:
        """The keys, or the stage."""
        self._board.set(help=not self._board.controls.help)

    def lessons(self) -> None:
        """Open the list of lessons."""
        names = [lesson.name for lesson in LESSONS]
        self._board.set(choice=names.index(self.lesson.name) if self.lesson.name in names else 0)

    def choose_lesson(self, key: int) -> bool:
        """Keys of the list of lessons while it is open; whether this was one."""
        choice = self._board.controls.choice
        if choice is None:
            return False
        if key in (pygame.K_UP, pygame.K_DOWN):
            self._board.set(choice=(choice + (1 if key == pygame.K_DOWN else -1)) % len(LESSONS))
        elif key in (pygame.K_RETURN, pygame.K_KP_ENTER, pygame.K_SPACE):
            self._board.set(choice=None)
            self._change_lesson(LESSONS[choice])
        elif key in (pygame.K_d, pygame.K_ESCAPE):
            self._board.set(choice=None)
        else:
            return key != pygame.K_q
        return True

    def say(self, message: Words | str, *values: object) -> None:
        """Show a short word for a while."""
        self._board.say(message, *values)

    def leave(self) -> None:
        """Close what is open, else quit; once the song has begun, the second time."""
        if self._board.controls.black:
            self.black()
        elif self._board.controls.help:
            self._board.set(help=False)
        elif self.learner.over:
            self._transport.seek(0.0)
            self.learner.again()
        elif not self._begun or self._board.controls.message == LEAVE.said(self._board.controls.language):
            self.quit = True
        else:
            self.say(LEAVE)

    def end(self) -> None:
        """Quit, whatever is open."""
        self.quit = True

    def _set(self) -> dict[str, object]:
        """What the next show begins with, by its name in the settings."""
        controls = self._board.controls
        return {
            "theme": controls.theme,
            "language": controls.language,
            "volume": controls.volume,
            "voice": controls.voice,
            "backing": self.mix.backing,
            "difficulty": str(self.learner.along.difficulty),
        }

    def _picture_time(self, now: float) -> float:
        """The song time that is shown while ``now`` plays; after the end that is the end."""
        if self._transport.ended:
            return self.song.length
        return min(max(now - self._board.controls.offset * self._transport.rate, 0.0), self.song.length)

    def _awaits(self, now: float) -> float | None:
        """By how many seconds what is to be shown at ``now`` is expected late, where the music waits."""
        if not self._board.controls.vamp:
            return None
        return self.conductor.lateness(self._picture_time(now), self._transport.rate)

    def _change_lesson(self, lesson: Lesson) -> None:
        self.learner.forget()
        self._transport.pause()
        self._transport.set_loop(None)
        self._transport.seek(0.0)
        self.conductor.close()
        self.conductor = self._open_conductor(lesson)
        self.conductor.open()
        self.lesson = lesson
        self._begun = False
        self._board.set(playing=False, started=False)

    def _begin(self) -> None:
        """The first note, or what is due."""
        self._begun = True
        parts = self.learner.due_parts() if self._due else ()
        if parts:
            self._tour(parts)
            return
        if self._due:
            self.say(NOTHING_DUE)
        self._play()

    def _tour(self, parts: tuple[Loop, ...]) -> None:
        self._transport.set_tour(parts)
        self.learner.again(whole=False)
        self._play()

    def _play(self) -> None:
        if self._transport.ended:
            self.learner.again()
        self._transport.play()
        self._board.set(playing=True)

    def _seek_line(self, step: int) -> None:
        if self._begun:
            self._transport.seek_line(step)
            self.learner.forget()

    def _seek(self, to: float) -> None:
        if self._begun:
            self._transport.seek(to)
            self.learner.forget()
