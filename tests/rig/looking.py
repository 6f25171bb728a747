"""What is seen on the screen, and when: every picture, and how much of the sung line is lit in it."""

import select
import threading
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from Xlib import X, display
from Xlib.ext import damage

BAND = (0, 894, 1920, 50)
"""Left, top, width, height: where the capitals of the sung line stand on the stage of 1920 x 1080 pixels."""
WARM = 60
"""By so much the red of a lit pixel is above its blue; the words that are not sung yet are grey."""
PATIENCE = 0.2
"""Seconds after which it is looked whether to stop."""
STAMP = 0.0005
"""Seconds: the server's stamps are whole milliseconds, cut off."""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Pictures of the band, in their order.

    times: when each was on the screen, by the monotonic clock.  lit: how many of its pixels are lit, -1 where
    the next picture came before it was looked at.
    """

    times: NDArray[np.float64]
    lit: NDArray[np.int64]

    @property
    def onsets(self) -> NDArray[np.float64]:
        """When a line was first seen lit: nothing was before, or of another line much more."""
        looked = self.lit >= 0
        times, lit = self.times[looked], self.lit[looked]
        before = np.concatenate([[0], lit[:-1]])
        return times[(lit > 0) & ((before == 0) | (2 * lit < before))]


class Looker:
    """Looks at the screen until it is closed, on a thread of its own.

    The server reports each change when it is made, with the time; so no picture is missed between two looks,
    and a look that comes late does not change when the picture was there.
    """

    def __init__(self, name: str) -> None:
        """name: of the display."""
        self._display = display.Display(name)
        self._display.damage_query_version()
        self._root = self._display.screen().root
        self._root.damage_create(damage.DamageReportRawRectangles)
        self._display.sync()
        self._rows: list[tuple[float, int]] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def close(self) -> Seen:
        """What was seen."""
        self._over.set()
        self._thread.join(timeout=30)
        self._display.close()
        times, lit = zip(*self._rows, strict=True) if self._rows else ((), ())
        return Seen(np.array(times, float), np.array(lit, int))

    def _look(self) -> None:
        damaged = self._display.extension_event.DamageNotify
        while not self._over.is_set():
            changes = []
            while self._display.pending_events():
                event = self._display.next_event()
                if event.type == damaged and _in_band(event.area):
                    changes.append(self._time(event.timestamp))
            if changes:
                self._rows += [(change, -1) for change in changes[:-1]]
                self._rows.append((changes[-1], self._lit()))
            else:
                select.select([self._display.fileno()], [], [], PATIENCE)

    def _lit(self) -> int:
        left, top, width, height = BAND
        image = self._root.get_image(left, top, width, height, X.ZPixmap, 0xFFFFFFFF)
        pixels = np.frombuffer(image.data, np.uint8).reshape(height, width, 4).astype(np.int16)
        return int((pixels[..., 2] - pixels[..., 0] > WARM).sum())

    @staticmethod
    def _time(stamp: int) -> float:
        """A server's stamp, milliseconds in 32 bits, in seconds of the monotonic clock."""
        now = time.monotonic_ns() // 1_000_000
        return (now - (now - stamp) % (1 << 32)) / 1000 + STAMP


def _in_band(area: Any) -> bool:
    left, top, width, height = BAND
    return bool(
        area.x < left + width
        and left < area.x + area.width
        and area.y < top + height
        and top < area.y + area.height
    )
