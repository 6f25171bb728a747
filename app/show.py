"""What the keys change and what each tick shows, whatever window or test is around it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pygame

from app.activities import Activity
from app.activities.puzzle import PuzzleActivity
from app.activities.trials import Ask
from app.activities.wrong_loops import WrongLoopsActivity
from app.asking import Asking
from app.audio import Player, SilentPlayer
from app.exercise import Exercise, Results
from app.filling import Filling
from app.microphone import SilentSinger, Singer
from app.pace import MOST_SEMITONES, Pace, next_speed
from app.progress import load_progress, progress_path
from app.theme import THEMES
from app.transport import Transport
from loop_core.conductor import Conductor
from loop_core.errors import InputError
from loop_core.frame import Controls, Frame
from loop_core.lessons import LESSONS, Lesson
from loop_core.listing import Listing
from loop_core.pitch import NOTHING
from loop_core.scoring import Difficulty
from loop_core.singing import Singing, singing, taken
from loop_core.song import Song
from loop_core.timeline import line_loop, section_loop, sung_lines

OFFSET_STEP, VOLUME_STEP = 0.005, 0.1
MESSAGE_SECONDS = 2.0
CLICK = "click"
"""The backing that is nothing but the beat."""

OpenConductor = Callable[[Lesson], Conductor]
OpenPlayer = Callable[[str], Player]
OpenSinger = Callable[[], Singer]


class Show:
    """A song with a lesson, and the state of the keys; times come from ``real``."""

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
        exercise: str = "",
        open_singer: OpenSinger = SilentSinger,
        difficulty: Difficulty = Difficulty.MEDIUM,
        sing: bool = False,
    ) -> None:
        """open_player: called by `open` with the backing's name.  start: begin as soon as the lesson is warm.

        controls: how the show is set at first; without a backing it has the song's first.
        results: where what a learner answers is kept.  exercise: one of `EXERCISES` that is on at first.
        open_singer: opens the microphone; sing: at once, else when the key is pressed.
        """
        self.song = song
        self.lesson = lesson
        self.quit = False
        self.fullscreen_wanted = False
        self.picture_wanted = False
        self._open_conductor = open_conductor
        self._open_player = open_player
        self._real = real
        controls = controls or Controls()
        backing = controls.backing or next(iter(song.backings), "")
        self._controls = replace(controls, started=start, backing=backing)
        self._open_singer = open_singer
        self._difficulty = difficulty
        self._sing = sing
        self._singer: Singer | None = None
        self._voice = NOTHING
        self._message_until = 0.0
        self._conductor = open_conductor(lesson)
        self._transport = Transport(song, SilentPlayer(song.length, real, ""), real)
        self._transport.set_pace(Pace(controls.speed, controls.transpose))
        self._transport.count_in = controls.count_in
        self._begun = False  # the first note has been played
        self._dimmed = False  # the black screen has stopped the music
        self._activity: Activity | None = None
        self._interrupted = False  # the activity has stopped the music
        self._results = results
        self._exercise: Exercise | None = None
        self._with_click: dict[str, object] = {}  # what comes back after the click alone
        if exercise:
            EXERCISES[exercise](self)

    def open(self) -> None:
        """What must not delay the first picture: warm the lesson up, open the audio device."""
        self._conductor.open()
        player = self._open_player(self._controls.backing)
        self._transport.set_player(player)
        self._set(sound=player.description)
        self._apply_volume()
        if self._sing:
            self.sing()

    def tick(self) -> Frame:
        """One picture: what is played now, and everything the keys have set."""
        if self._controls.message and self._real() > self._message_until:
            self._set(message="")
        transport = self._transport
        self._take_up()
        now = transport.now()
        before = self._controls.playing
        self._follow()
        stopped = before and not self._controls.playing
        picture_time = min(max(now - self._controls.offset * transport.rate, 0.0), self.song.length)
        frame = self._conductor.tick(picture_time, transport.rate)
        self._set(activity=None if self._activity is None else self._activity.view())
        ready = frame.ready and transport.settled and self._activity is None
        if ready and self._controls.started and not self._begun:
            self._begun = True
            self._play()
        frame = replace(frame, controls=self._controls, singing=self._listen(now))
        if self._exercise is None:
            return frame
        waits = not stopped or transport.ended or self._exercise.waits(frame, now) or self._controls.hold
        if not waits:
            self._play()
        return self._exercise.show(frame)

    def press(self, key: int) -> None:
        """One key, as pygame numbers them; what is under the pointer is no longer explained."""
        self.point(None)
        if self._activity is not None and not self._controls.black and key not in EVERYWHERE:
            if not self._activity.press(key):
                self._end_activity()
            return
        if self._controls.choice is not None and self._choose(key):
            return
        reply = "not mine" if self._exercise is None else self._exercise.press(key, self._transport.now())
        if reply == "go on":
            self._play()
        if reply != "not mine":
            return
        action = KEYS.get(key)
        if action is not None:
            action(self)

    def close(self) -> None:
        """End the sound, the microphone and the worker; keep what was answered."""
        if self._activity is not None:
            self._activity.close()
        if self._exercise is not None:
            self._exercise.close()
        self._transport.player.close()
        if self._singer is not None:
            self._singer.close()
        self._conductor.close()

    def toggle(self) -> None:
        """Start, pause, go on; before the lesson is warm the wish is remembered."""
        if self._controls.black:
            self.black()
        elif self._activity is not None:
            return
        elif self._controls.help:
            self._set(help=False)
        elif not self._begun:
            self._set(started=not self._controls.started)
        elif self._controls.playing:
            self._transport.pause()
            self._set(playing=False)
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
        if self._controls.playing and self._begun:
            self._seek_line(1)
        else:
            self.toggle()

    def restart(self) -> None:
        """From the first note, with the same seed."""
        self._forget()
        if self._begun:
            self._transport.pause()
            self._transport.seek(0.0)
            self._play()

    def hold(self) -> None:
        """Stop after each line and wait for the key, or not."""
        self._transport.set_hold(not self._controls.hold)
        self._set(hold=not self._controls.hold)
        if not self._controls.hold:
            self.say("hold off")

    def predict(self) -> None:
        """Ask before each line what it will do, or no longer."""
        self._practise(Asking, "before each line: what will it do?", "questions off")

    def fill(self) -> None:
        """Let words vanish that the learner picks, or no longer."""
        self._practise(Filling, "words vanish: pick them with 1 to 3", "all words are back")

    def _practise(self, kind: "type[Asking] | type[Filling]", on: str, off: str) -> None:
        """Begin an exercise, or end it when it is under way."""
        before, self._exercise = self._exercise, None
        if before is not None:
            before.close()
        if isinstance(before, kind):
            self._transport.set_stops(())
            self.say(off)
            return
        progress, message = load_progress(self._results())
        self._exercise = kind(self.song, Results(progress, date.today, self.say))
        self._transport.set_stops(self._exercise.stops)
        self.say(message or on)

    def mute(self) -> None:
        """Voice off or on."""
        self._set(muted=not self._controls.muted)
        self._apply_volume()

    def sing_louder(self, steps: int) -> None:
        """The voice's own volume, by tenths."""
        self._set(voice=_tenths(self._controls.voice, steps))
        self._apply_volume()
        self.say(f"voice {self._controls.voice:.0%}")

    def accompany(self) -> None:
        """The backing on or off."""
        self._set(unaccompanied=not self._controls.unaccompanied)
        self._apply_volume()

    def only_click(self) -> None:
        """The click alone; the second time what was heard before."""
        names, controls = self.song.backings, self._controls
        if CLICK not in names:
            self.say("The song has no click")
        elif controls.backing == CLICK and controls.muted and not controls.unaccompanied:
            self._hear(**(self._with_click or {"backing": names[0], "muted": False}))
            self.say("with voice")
        else:
            now = {"backing": controls.backing, "muted": controls.muted}
            self._with_click = {**now, "unaccompanied": controls.unaccompanied}
            self._hear(backing=CLICK, muted=True, unaccompanied=False)
            self.say("click only")

    def faster(self, step: int) -> None:
        """The next faster (1) or slower (-1) speed, at the same pitch."""
        self._set(speed=next_speed(self._controls.speed, step))
        self._set_pace()
        self.say(f"speed {self._controls.speed}%")

    def transpose(self, step: int) -> None:
        """A semitone higher (1) or lower (-1), at the same speed."""
        semitones = self._controls.transpose + step
        self._set(transpose=min(MOST_SEMITONES, max(-MOST_SEMITONES, semitones)))
        self._set_pace()
        self.say(f"transposed {self._controls.transpose:+}".replace("+0", "0"))

    def next_loop(self) -> None:
        """Again and again this line, this section, or on to the song's end."""
        if not self._begun:
            return
        transport = self._transport
        now, loop = transport.now(), transport.loop
        if loop is None:
            transport.set_loop(line_loop(self.song, now))
        elif loop.kind == "line":
            transport.set_loop(section_loop(self.song, now))
        else:
            transport.set_loop(None)
        self._follow()

    def count_in(self) -> None:
        """A bar of ticks before the music starts, or not."""
        self._transport.count_in = not self._transport.count_in
        self._set(count_in=self._transport.count_in)
        self.say(f"count-in {'on' if self._transport.count_in else 'off'}")

    def next_backing(self) -> None:
        """The song's next backing, from the same moment on."""
        names = self.song.backings
        if len(names) < 2:
            self.say("Only one backing")
            return
        name = _after(names, self._controls.backing)
        self._transport.set_backing(name)
        self._set(backing=name)
        self.say(f"Backing: {name}")

    def click(self, x: float) -> None:
        """A click on the song's line, at ``x`` of its length, 0 to 1."""
        self._forget()
        if self._begun:
            self._transport.seek(x * self.song.length)

    def point(self, at: tuple[int, int] | None) -> None:
        """The mouse points there, or nowhere."""
        self._set(pointer=at)

    def go_to_line(self, line: int) -> None:
        """To where a line of the lesson's source is sung next, or for the first time."""
        listing = self._conductor.listing
        now = self._transport.now()
        times = [t for first, last, t, _ in sung_lines(self.song, listing) if first <= line <= last]
        self._forget()
        if times and self._begun:
            self._transport.seek(next((time for time in times if time > now), times[0]))

    def louder(self, steps: int) -> None:
        """Volume up or down by tenths."""
        self._set(volume=_tenths(self._controls.volume, steps))
        self._apply_volume()
        self.say(f"volume {self._controls.volume:.0%}")

    def shift(self, steps: int) -> None:
        """The picture later (positive) or earlier against the sound, by 5 ms each."""
        self._set(offset=round(self._controls.offset + steps * OFFSET_STEP, 3))
        self.say(f"picture {1000 * self._controls.offset:+.0f} ms".replace("+0 ", "0 "))

    def next_theme(self) -> None:
        """Light or dark."""
        self._set(theme=_after(tuple(THEMES), self._controls.theme))

    def next_language(self) -> None:
        """The next language that the song has subtitles in."""
        languages = tuple(dict.fromkeys(name for line in self.song.lines for name in line.subtitles))
        if len(languages) > 1:
            self._set(language=_after(languages, self._controls.language))
        else:
            self.say("Only one language")

    def sing(self) -> None:
        """Show the notes and listen to the microphone, or neither; what was sung so far is kept."""
        if self._singer is None:
            self._singer = self._open_singer()
        else:
            self._singer.close()
            self._singer = None

    def picture(self) -> None:
        """Keep what is shown now as a file; the window does it."""
        self.picture_wanted = True

    def fullscreen(self) -> None:
        """Full screen on or off; the window does it."""
        self.fullscreen_wanted = not self.fullscreen_wanted

    def black(self) -> None:
        """A black screen and silence; the second time both come back."""
        if not self._controls.black:
            self._dimmed = self._controls.playing
            if self._dimmed:
                self._transport.pause()
            self._set(black=True, playing=False)
        else:
            self._set(black=False)
            if self._dimmed:
                self._play()

    def help(self) -> None:
        """The keys, or the stage."""
        self._set(help=not self._controls.help)

    def lessons(self) -> None:
        """Open the list of lessons."""
        names = [lesson.name for lesson in LESSONS]
        self._set(choice=names.index(self.lesson.name) if self.lesson.name in names else 0)

    def wrong_loops(self) -> None:
        """Sing it wrong."""
        self._begin_activity(WrongLoopsActivity)

    def puzzle(self) -> None:
        """Build the loop."""
        self._begin_activity(PuzzleActivity)

    def choose(self, item: int) -> None:
        """A click on an item of the activity."""
        if self._activity is not None:
            self._activity.choose(item)

    def drop(self, item: int) -> None:
        """The mouse's button is let go over an item of the activity."""
        if self._activity is not None:
            self._activity.drop(item)

    def say(self, message: str) -> None:
        """Show a short word for a while."""
        self._message_until = self._real() + MESSAGE_SECONDS
        self._set(message=message)

    def leave(self) -> None:
        """Close what is open, else quit."""
        if self._controls.black:
            self.black()
        elif self._controls.help:
            self._set(help=False)
        elif self._singer is not None and self._singer.heard and self._transport.ended:
            self.sing()  # the results are open
        else:
            self.quit = True

    def _listen(self, now: float) -> Singing | None:
        """How the singing stands at song time ``now``, where somebody wants to sing."""
        singer = self._singer
        if singer is None:
            return None
        if self._controls.playing:
            new = singer.sing(now, self._transport.rate).higher(-self._transport.pace.semitones)
            self._voice = taken(self._voice, new, now)
        return singing(self.song, self._voice, self._difficulty, now, singer.description, singer.heard)

    def _choose(self, key: int) -> bool:
        """Keys of the open list; whether this was one."""
        choice = self._controls.choice or 0
        if key in (pygame.K_UP, pygame.K_DOWN):
            self._set(choice=(choice + (1 if key == pygame.K_DOWN else -1)) % len(LESSONS))
        elif key in (pygame.K_RETURN, pygame.K_KP_ENTER, pygame.K_SPACE):
            self._set(choice=None)
            self._change_lesson(LESSONS[choice])
        elif key in (pygame.K_d, pygame.K_ESCAPE):
            self._set(choice=None)
        else:
            return key != pygame.K_q
        return True

    def _change_lesson(self, lesson: Lesson) -> None:
        self._forget()
        self._transport.pause()
        self._transport.set_loop(None)
        self._transport.seek(0.0)
        self._conductor.close()
        self._conductor = self._open_conductor(lesson)
        self._conductor.open()
        self.lesson = lesson
        self._begun = False
        self._set(playing=False, started=False)

    def _begin_activity(self, open_activity: Callable[[Listing, Ask], Activity]) -> None:
        """The music pauses until the activity ends."""
        self._interrupted = self._controls.playing
        if self._interrupted:
            self._transport.pause()
            self._set(playing=False)
        self._activity = open_activity(self._conductor.listing, self._conductor.ask)

    def _end_activity(self) -> None:
        assert self._activity is not None
        self._activity.close()
        self._activity = None
        if self._interrupted:
            self._play()

    def _play(self) -> None:
        self._transport.play()
        self._set(playing=True)

    def _seek_line(self, step: int) -> None:
        self._forget()
        if self._begun:
            self._transport.seek_line(step)

    def _forget(self) -> None:
        """The song is moved: what was asked is no longer at hand."""
        if self._exercise is not None:
            self._exercise.forget()

    def _set_pace(self) -> None:
        self._transport.set_pace(Pace(self._controls.speed, self._controls.transpose))

    def _take_up(self) -> None:
        """Go over to the pace that is wanted, if it is there; keep the present one if it cannot be made."""
        try:
            self._transport.take_up()
        except InputError as error:
            pace = self._transport.pace
            self._set(speed=pace.speed, transpose=pace.semitones)
            self.say(str(error))

    def _follow(self) -> None:
        """Show what the transport does by itself."""
        transport, before = self._transport, self._controls
        self._set(
            playing=before.playing and transport.playing,
            loop=transport.loop,
            count=transport.count,
            preparing=not transport.settled,
        )
        if transport.loop != before.loop:
            self.say(f"loop: {transport.loop.kind}" if transport.loop is not None else "loop off")

    def _hear(self, **changes: object) -> None:
        """Another backing, and what of it all is heard."""
        self._set(**changes)
        self._transport.set_backing(self._controls.backing)
        self._apply_volume()

    def _apply_volume(self) -> None:
        controls = self._controls
        voice = 0.0 if controls.muted else controls.volume * controls.voice
        backing = 0.0 if controls.unaccompanied else controls.volume
        self._transport.player.set_volume(round(voice, 2), backing)

    def _set(self, **changes: object) -> None:
        self._controls = replace(self._controls, **changes)  # type: ignore[arg-type]


def _tenths(volume: float, steps: int) -> float:
    return round(min(1.0, max(0.0, volume + steps * VOLUME_STEP)), 2)


def _after(names: tuple[str, ...], name: str) -> str:
    """The next of several names, the first after the last one or after one that is not among them."""
    return names[(names.index(name) + 1) % len(names)] if name in names else names[0]


EXERCISES: dict[str, Callable[[Show], None]] = {"say": Show.predict, "gap": Show.fill}
"""By the name on the command line: before each line say what it will do; fill in the words that vanish."""

KEYS: dict[int, Callable[[Show], None]] = {
    pygame.K_SPACE: Show.toggle,
    pygame.K_PAGEDOWN: Show.advance,
    pygame.K_PAGEUP: Show.back,
    pygame.K_LEFT: Show.back,
    pygame.K_RIGHT: Show.on,
    pygame.K_r: Show.restart,
    pygame.K_o: Show.hold,
    pygame.K_v: Show.predict,
    pygame.K_w: Show.fill,
    pygame.K_m: Show.mute,
    pygame.K_j: lambda show: show.sing_louder(-1),
    pygame.K_k: lambda show: show.sing_louder(1),
    pygame.K_a: Show.accompany,
    pygame.K_n: Show.next_backing,
    pygame.K_z: Show.only_click,
    pygame.K_LEFTBRACKET: lambda show: show.faster(-1),
    pygame.K_RIGHTBRACKET: lambda show: show.faster(1),
    ord("{"): lambda show: show.transpose(-1),
    ord("}"): lambda show: show.transpose(1),
    pygame.K_u: Show.next_loop,
    pygame.K_c: Show.count_in,
    pygame.K_PLUS: lambda show: show.louder(1),
    pygame.K_EQUALS: lambda show: show.louder(1),
    pygame.K_KP_PLUS: lambda show: show.louder(1),
    pygame.K_MINUS: lambda show: show.louder(-1),
    pygame.K_KP_MINUS: lambda show: show.louder(-1),
    pygame.K_COMMA: lambda show: show.shift(-1),
    pygame.K_PERIOD: lambda show: show.shift(1),
    pygame.K_d: Show.lessons,
    pygame.K_x: Show.wrong_loops,
    pygame.K_y: Show.puzzle,
    pygame.K_t: Show.next_theme,
    pygame.K_l: Show.next_language,
    pygame.K_g: Show.sing,
    pygame.K_p: Show.picture,
    pygame.K_f: Show.fullscreen,
    pygame.K_F11: Show.fullscreen,
    pygame.K_b: Show.black,
    pygame.K_h: Show.help,
    pygame.K_ESCAPE: Show.leave,
    pygame.K_q: Show.leave,
}
EVERYWHERE = frozenset(
    key
    for key, action in KEYS.items()
    if action in (Show.next_theme, Show.next_language, Show.picture, Show.fullscreen, Show.black)
)
"""Keys that mean the same while an activity is open."""
