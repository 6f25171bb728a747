"""The show as plain text, line by line at its time: for a screen reader, and for logs."""

from collections.abc import Callable
from functools import partial

from loop_core.frame import Frame
from loop_core.snapshot import Snapshot
from loop_core.timeline import line_at


class SpeakLog:
    """Says each line when it begins, and what its operation did when that is shown."""

    def __init__(self, say: Callable[[str], None]) -> None:
        """say: takes one line of text, without its end."""
        self._say = say
        self._line: int | None = None
        self._snapshot: Snapshot | None = None
        self._playing = False

    def tell(self, frame: Frame) -> None:
        """Say what is new since the last frame."""
        if frame.controls.playing != self._playing:
            self._playing = frame.controls.playing
            self._say(f"{clock(frame.now)} {'playing' if self._playing else 'paused'}")
        line = line_at(frame.song, frame.now)
        if line != self._line:
            self._line = line
            if line is not None:
                self._say(f"{clock(frame.now)} sung: {_with_reason(frame, line)}")
        if frame.snapshot is not self._snapshot:
            before, self._snapshot = self._snapshot, frame.snapshot
            if frame.snapshot is not None and not _goes_on(before, frame.snapshot):
                self._say(f"{clock(frame.now)} {done(frame.snapshot)}")
                for printed in frame.snapshot.printed:
                    self._say(f"{clock(frame.now)} printed: {printed}")


def done(snapshot: Snapshot) -> str:
    """What an operation did, and where the loop is."""
    where = "" if snapshot.epoch is None else f" in epoch {snapshot.epoch}"
    verdict = "" if snapshot.evidence.holds else "not proved: "
    return f"{snapshot.operation}{where}: {verdict}{snapshot.evidence.text}"


def clock(seconds: float) -> str:
    """Minutes and seconds of the song."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def _with_reason(frame: Frame, line: int) -> str:
    sung = frame.song.lines[line]
    reason = sung.subtitles.get(frame.controls.language, "")
    return f"{sung.text} ({reason})" if reason else sung.text


def _goes_on(before: Snapshot | None, after: Snapshot) -> bool:
    """Whether it is only a further part of the same fast line."""
    return before is not None and before.number == after.number


def speaking() -> Callable[[Frame], bool]:
    """Watches a show's frames and says them on standard output; never ends the show."""
    log = SpeakLog(partial(print, flush=True))

    def watch(frame: Frame) -> bool:
        log.tell(frame)
        return False

    return watch
