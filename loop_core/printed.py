"""What a script prints, kept within bounds however much it is."""

from collections import deque
from collections.abc import Iterable, Iterator

MOST_LINES = 1000
"""Lines that are kept between two looks, the last ones."""
MOST_LETTERS = 2000
"""Of a line, the first ones."""


class Printed:
    """The last lines, and how many there were."""

    def __init__(self) -> None:
        self._lines: deque[str] = deque(maxlen=MOST_LINES)
        self._count = 0

    def add(self, text: str) -> list[str]:
        """Take what one call prints; its lines as they are kept."""
        lines = [_shortened(line) for line in text.splitlines() or [""]]
        self._count += len(lines)
        self._lines.extend(lines)
        return lines

    def extend(self, lines: Iterable[str]) -> None:
        """Take lines that have been kept before."""
        for line in lines:
            self._count += 1
            self._lines.append(line)

    def __iter__(self) -> Iterator[str]:
        """The lines; where some are left out, the last says how many there were."""
        yield from self._lines
        if self._count > MOST_LINES:
            yield f"({self._count} lines, of which the last {MOST_LINES} are kept)"


def _shortened(line: str) -> str:
    return line if len(line) <= MOST_LETTERS else f"{line[:MOST_LETTERS]}… ({len(line)} letters)"
