"""Calibrating: what each key does, in a window or a test."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from app.board import after
from app.calibrating.view import TASKS, Part, View
from app.drawing.messages import PICTURE
from app.player import Player
from app.settings import Change, Settings
from app.sync import moved
from app.tapping.deck import Deck
from app.theme import THEMES
from loop_core.beat_taps import APART, EARLY, Estimate, estimate, lag_of
from loop_core.errors import InputError
from loop_core.words import LANGUAGES, Words

FIRST = 1.0
"""Seconds until the first beat."""
TICK = 0.1
"""Seconds before a recording's end after which no beat begins."""

ENOUGH = Words("Steady enough. Enter goes on; more taps make it better", "够稳了。按回车继续；多敲更准")
UNFINISHED = Words("Not yet. {}", "还不行。{}")
AGAIN = Words("Once more from the first tap", "从头再来")
REFUSED = Words("Not kept: {}", "没有保存：{}")


@dataclass(frozen=True, slots=True)
class Look:
    """How it is shown.  still: without motion."""

    theme: str
    language: str
    still: bool


class Session:
    """Taps to clicks, taps to light, and both together."""

    def __init__(
        self,
        player: Player,
        length: float,
        display: str,
        real: Callable[[], float],
        keep: Callable[[Change], None],
        look: Look,
        *,
        volume: float = 1.0,
        log: Callable[[str], None] = lambda line: None,
    ) -> None:
        """length: seconds of what the player has, which is not heard.  display: where the window is.

        keep: takes what was measured into the settings; raises InputError where it cannot.
        volume: of the clicks, 0 to 1.  log: is told every tap and every word.
        """
        self.display = display
        self.sound = player.device
        self.look = look
        self.quit = False
        self.fullscreen_wanted = False
        self.change: Change | None = None
        self._deck = Deck(player, length, real, 0.0)
        self._real = real
        self._keep = keep
        self._log = log
        self._steps = 0
        self._message = ""
        player.hush(True)
        player.set_volume(volume, 0.0)
        count = max(1, int((length - FIRST - TICK) / APART))
        self._beats = tuple(FIRST + APART * beat for beat in range(count))
        self._found: dict[Part, Estimate] = {}
        self._lags: list[float] = []
        self._begin(Part.HEAR)

    @property
    def offset(self) -> float:
        """By how much the picture is to come later: how much later the sound was tapped to, and the keys."""
        heard, seen = self._found.get(Part.HEAR), self._found.get(Part.SEE)
        measured = 0.0 if heard is None or seen is None else heard.seconds - seen.seconds
        return moved(measured, self._steps)

    def tick(self) -> View:
        """What is to be shown now."""
        since = self._since()
        light = None if self._part is Part.HEAR else since - (self.offset if self._part is Part.BOTH else 0.0)
        return View(
            part=self._part,
            lags=tuple(self._lags),
            found=estimate(self._lags),
            heard=self._found.get(Part.HEAR),
            seen=self._found.get(Part.SEE),
            offset=self.offset,
            light=light,
            sound=self.sound,
            display=self.display,
            message=self._message,
            language=self.look.language,
            theme=self.look.theme,
            still=self.look.still,
        )

    def tap(self) -> None:
        """Now it was heard, or seen."""
        since = self._since()
        if self._part is Part.BOTH or since < -EARLY:
            return
        self._lags.append(lag_of(since))
        found = estimate(self._lags)
        lack = found.lack(self.look.language)
        self._message = lack or ENOUGH.said(self.look.language)
        self._log(f"tap {len(self._lags)}: {1000 * self._lags[-1]:+.0f} ms; {self._message}")

    def accept(self) -> None:
        """On to the next part, where this one is measured; at last it is kept."""
        if self._part is Part.BOTH:
            self._finish()
            return
        found = estimate(self._lags)
        if found.accepted:
            self._found[self._part] = found
            self._begin(Part(self._part + 1))
        else:
            self.say(UNFINISHED, found.lack(self.look.language))

    def again(self) -> None:
        """This part from its first tap; from the last part the first one."""
        part = Part.HEAR if self._part is Part.BOTH else self._part
        self._begin(part)
        self.say(AGAIN)

    def shift(self, steps: int) -> None:
        """The light later (positive) or earlier than the click, by 5 ms each, where both are there."""
        if self._part is Part.BOTH:
            self._steps += steps
            self.say(PICTURE, f"{1000 * self.offset:+.0f}")

    def next_theme(self) -> None:
        """Dark or light."""
        self.look = replace(self.look, theme=after(tuple(THEMES), self.look.theme))

    def next_language(self) -> None:
        """English or Chinese."""
        self.look = replace(self.look, language=after(LANGUAGES, self.look.language))
        self._message = ""

    def fullscreen(self) -> None:
        """Full screen on or off; the window does it."""
        self.fullscreen_wanted = not self.fullscreen_wanted

    def leave(self) -> None:
        """End without keeping anything."""
        self.quit = True

    def close(self) -> None:
        """Silence, and the player as it was."""
        self._deck.stop(0.0)
        self._deck.player.mark(())
        self._deck.player.hush(False)

    def say(self, words: Words, *values: object) -> None:
        """Show a short word until the next key."""
        self._message = words.said(self.look.language).format(*values)
        self._log(self._message)

    def _begin(self, part: Part) -> None:
        self._part, self._lags, self._steps = part, [], 0
        for later in Part:
            if later >= part:
                self._found.pop(later, None)
        self._deck.stop(0.0)
        self._began = self._real()
        if part is not Part.SEE:
            self._deck.play(0.0, self._beats)
        self._message = ""
        self._log(TASKS[part].said(self.look.language))

    def _since(self) -> float:
        """Seconds since the first beat."""
        if self._part is Part.SEE:
            return self._real() - self._began - FIRST
        now = self._deck.now()
        if not self._deck.playing:
            self._deck.play(0.0, self._beats)
            now = 0.0
        return now - FIRST

    def _finish(self) -> None:
        heard, seen = (round(self._found[part].seconds, 4) for part in (Part.HEAR, Part.SEE))
        sound, display, by_hand = self.sound, self.display, self.offset if self._steps else None

        def change(settings: Settings) -> Settings:
            known = settings.with_taps(sound, display, heard, seen)
            return known if by_hand is None else known.with_offset(sound, display, by_hand)

        try:
            self._keep(change)
        except InputError as error:
            self.say(REFUSED, error)
        else:
            self.change, self.quit = change, True
