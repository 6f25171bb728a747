"""Tapping along: what each key does to taps and recording, in a window or a test."""

from collections.abc import Callable

from app.board import after
from app.importing import Imported
from app.tapping.deck import Deck
from app.tapping.keeping import Keeper
from app.tapping.view import View, Work
from app.theme import THEMES
from loop_core.errors import InputError
from loop_core.kept_taps import dump
from loop_core.tapping import Tap, Tapping
from loop_core.timing import LINE, timed
from loop_core.words import LANGUAGES, Words

BACK = 3.0
"""Seconds before a tap that was taken back from which it goes on."""
LEAD = 1.5
"""Real seconds that are heard before the chosen tap."""

START = Words("Space starts the music, then Space where each line begins", "按空格播放，每句开始时再按空格")
START_SYLLABLES = Words(
    "Space starts the music, then Space where each syllable begins", "按空格播放，每个音节开始时再按空格"
)
BEFORE = Words(
    "The last tap is later; Delete forgets from the chosen tap on",
    "最后一次打点在后面；Delete 从选中处起删除",
)
DONE = Words("All is tapped; S saves the song", "全部完成；按 S 保存")
LACKING = Words("{} taps to go; what is there is kept", "还差 {} 次打点；已有的都已保留")
NOTHING = Words("Nothing to take back", "没有可撤销的")
SAVING = Words("Writing the song", "正在写入歌曲")
SAVED = Words("Saved: {}", "已保存：{}")
UNSAVED = Words(
    "The song is not saved, the taps are kept. Esc again leaves", "歌曲未保存，打点已保留。再按 Esc 离开"
)
PREPARING = Words("{}% is being prepared", "正在准备 {}%")
SPEED = Words("Speed {}%", "速度 {}%")


class Session:
    """One recording with its sheet, and the taps so far."""

    def __init__(
        self,
        work: Work,
        deck: Deck,
        keeper: Keeper,
        *,
        taps: tuple[Tap, ...] = (),
        word: Words | None = None,
        replace: bool = False,
        language: str = "en",
        theme: str = "dark",
        log: Callable[[str], None] = lambda line: None,
    ) -> None:
        """taps: those that go on.  word: to begin with.  replace: a song's folder that is there already.

        log: is told every tap and every word.
        """
        self.work = work
        self.deck = deck
        self.keeper = keeper
        self.tapping = Tapping(len(work.units), taps, len(taps) - 1)
        self.quit = False
        self.fullscreen_wanted = False
        self._replace = replace
        self.language, self.theme = language, theme
        self._log = log
        self._message = ""
        self._saved: tuple[Tap, ...] = ()
        self._saving: tuple[Tap, ...] = ()
        self._leaving = False
        if taps:
            deck.stop(taps[-1].start - BACK)
        self.say(word or (START if work.by == LINE else START_SYLLABLES))

    @property
    def imported(self) -> Imported | None:
        """The song that was written last."""
        return self.keeper.saved

    @property
    def saved(self) -> bool:
        """Whether the song on disk has these taps."""
        return self._saved == self.tapping.taps

    def tick(self) -> View:
        """What is to be shown now."""
        try:
            if self.deck.take_up(self._marks()):
                self.say(SPEED, self.deck.pace.speed)
            if self.keeper.look() is not None:
                self._saved = self._saving
                self.say(SAVED, self.keeper.target.folder)
        except InputError as error:
            self._tell(str(error))
        return View(
            work=self.work,
            tapping=self.tapping,
            now=self.deck.heard() if self.deck.playing else self.deck.now(),
            playing=self.deck.playing,
            speed=self.deck.pace.speed,
            wanted=self.deck.wanted.speed,
            saved=self.saved,
            busy=self.keeper.busy,
            message=self._message,
            language=self.language,
            theme=self.theme,
            sound=self.deck.player.description,
        )

    def strike(self) -> None:
        """While it plays: the next line or syllable begins. Else it goes on from where it stands."""
        self._quiet()
        if not self.deck.playing:
            self._go_on()
            return
        before = self.tapping
        self._change(before.strike(self.deck.heard()))
        if self.tapping is not before:
            index = len(self.tapping.taps) - 1
            tap, unit = self.tapping.taps[-1], self.work.units[index]
            self._log(f"tap {index + 1} of {self.tapping.total} at {tap.start:.3f} s: {unit.text.strip()}")
        if self.tapping.done:
            self.say(DONE)
        elif self.tapping is before:
            self.say(BEFORE)

    def rest(self) -> None:
        """What is sung ends here, before a pause."""
        self._quiet()
        if self.deck.playing:
            self._change(self.tapping.rest(self.deck.heard()))

    def undo(self) -> None:
        """Take back the last change; a tap that goes takes the recording back to before it."""
        self._quiet()
        taps = self.tapping.taps
        self._change(self.tapping.undo())
        if len(self.tapping.taps) < len(taps):
            self._to(taps[len(self.tapping.taps)].start - BACK)
        elif self.tapping.taps == taps:
            self.say(NOTHING)

    def nudge(self, seconds: float) -> None:
        """The chosen tap earlier or later; it is heard again at once where the recording plays."""
        self._quiet()
        self._change(self.tapping.nudge(seconds))
        self._hear()

    def choose(self, step: int) -> None:
        """The tap so many before or after."""
        self._quiet()
        self.tapping = self.tapping.choose(self.tapping.chosen + step)
        self._hear()

    def forget(self) -> None:
        """Tap anew from the chosen tap on."""
        self._quiet()
        tap = self.tapping.tap
        self._change(self.tapping.forget())
        if tap is not None:
            self._to(tap.start - BACK)

    def play(self) -> None:
        """Hear the chosen tap: from a little before it, with a tick on each tap."""
        self._quiet()
        self._play(self._before_chosen())

    def pause(self) -> None:
        """Stop, or go on."""
        self._quiet()
        if self.deck.playing:
            self.deck.stop()
        else:
            self._go_on()

    def seek(self, share: float) -> None:
        """To a place in the recording, from 0 to 1 of its length."""
        self._quiet()
        self._to(share * self.deck.length)

    def faster(self, step: int) -> None:
        """The next speed, up or down; the pitch stays."""
        self._quiet()
        speed = self.deck.faster(step)
        self.say(SPEED if self.deck.pace == self.deck.wanted else PREPARING, speed)

    def save(self) -> None:
        """Write the song's folder, where everything is tapped."""
        self._quiet()
        if not self.tapping.done:
            self.say(LACKING, self.tapping.total - len(self.tapping.taps))
        elif not self.keeper.busy:
            work, self._saving = self.work, self.tapping.taps
            voice = work.wave if work.alone else None
            lyrics = timed(work.sheet, work.units, self._saving, work.length, voice)
            self.keeper.save(lyrics, self._replace)
            self.say(SAVING)

    def leave(self) -> None:
        """End; where the song is not saved, only the second time."""
        if self._leaving or not self.tapping.taps or self.saved or self.keeper.busy:
            self.quit = True
            return
        self._quiet()
        self._leaving = True
        self.say(UNSAVED)

    def next_language(self) -> None:
        """English or Chinese."""
        self.language = after(LANGUAGES, self.language)

    def next_theme(self) -> None:
        """Dark or light."""
        self.theme = after(tuple(THEMES), self.theme)

    def fullscreen(self) -> None:
        """Full screen on or off; the window does it."""
        self.fullscreen_wanted = not self.fullscreen_wanted

    def say(self, words: Words, *values: object) -> None:
        """Show a short word until the next key."""
        self._tell(words.said(self.language).format(*values))

    def close(self) -> None:
        """Silence, and everything on disk."""
        self.deck.close()
        if self.keeper.close(self._log):
            self._saved = self._saving

    def _tell(self, message: str) -> None:
        self._message = message
        self._log(message)

    def _quiet(self) -> None:
        self._message, self._leaving = "", False

    def _marks(self) -> tuple[float, ...]:
        return tuple(tap.start for tap in self.tapping.taps)

    def _change(self, tapping: Tapping) -> None:
        changed = tapping.taps != self.tapping.taps
        self.tapping = tapping
        if changed:
            try:
                self.keeper.keep(dump(self.work.by, self.work.units, tapping.taps))
            except InputError as error:
                self._tell(str(error))

    def _before_chosen(self) -> float:
        tap = self.tapping.tap
        return 0.0 if tap is None else tap.start - LEAD * self.deck.pace.rate

    def _hear(self) -> None:
        """The chosen tap: heard where the recording plays, else shown."""
        if self.deck.playing:
            self._play(self._before_chosen())
        elif self.tapping.tap is not None:
            self.deck.stop(self.tapping.tap.start)

    def _go_on(self) -> None:
        now = self.deck.now()
        self._play(self._before_chosen() if now >= self.deck.length else now)

    def _to(self, at: float) -> None:
        if self.deck.playing:
            self._play(at)
        else:
            self.deck.stop(at)

    def _play(self, at: float) -> None:
        self.deck.play(at, self._marks())
