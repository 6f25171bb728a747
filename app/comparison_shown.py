"""What is printed of the comparison of two traces."""

from collections.abc import Iterator, Sequence

from app.trace_shown import plain
from loop_core.trace_compare import Comparison, Parting
from loop_core.trace_file import Trace


def comparison_lines(
    a: Trace, b: Trace, found: Comparison, untimed: bool, ignored: Sequence[str]
) -> Iterator[str]:
    """What a comparison has found, and what it has left out.

    untimed: times were not compared.  ignored: what else was not.
    """
    for name, one, other in (("song", a.song, b.song), ("lesson", a.lesson, b.lesson)):
        if one != other:
            yield f"{name}: A {one!r}, B {other!r}"
    differing, of = found.cues
    if found.first is None:
        epochs = f", {found.epochs[1]} epochs" if found.epochs[1] else ""
        yield f"the same: {of} cues{epochs}"
    else:
        yield from _parting_lines(found.first)
        epochs = f"the losses of {found.epochs[0]} of {found.epochs[1]} epochs"
        yield f"in all {differing} of {of} cues differ, and {epochs}"
    if untimed:
        real = " and ".join(name for name, trace in (("A", a), ("B", b)) if trace.real)
        why = f"{real} ran in real time" if real else f"A has {a.fps} pictures a second, B {b.fps}"
        yield f"not compared: times, because {why} (--times compares them)"
    if ignored:
        yield f"not compared: {', '.join(ignored)}"


def _parting_lines(first: Parting) -> Iterator[str]:
    epoch = "before the loop" if first.epoch is None else f"epoch {first.epoch}"
    where = f"cue {first.cue}, {plain(first.operation)}, {epoch}"
    yield f'they part at {where} ("{plain(first.lyric)}"): {first.field}'
    yield f"  A: {first.a}"
    yield f"  B: {first.b}"
    if first.also:
        yield f"  there also differ: {', '.join(first.also)}"
