"""What a training script is taken for, without running it: its lines with their operations, and a song's."""

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from loop_core.listing import Listing
from loop_core.operations import FAST, Operation
from loop_core.sites import IN_TEST, LIKELY, SETTLED, Site
from loop_core.song import Song
from loop_core.source import Source

UNSAID = frozenset({*FAST, Operation.SETUP})
"""Operations of many lines, which are not written beside each."""


def explain(console: Console, listing: Listing, song: Song) -> None:
    """Print each file line by line, then what each line of the song does with it."""
    for file, source in enumerate(listing.sources):
        if file == 0 or any(site.file == file for site in listing.sites):
            console.print(f"\n{source.path}", soft_wrap=True)
            console.print(_listing_table(listing, file, source))
    for note in _notes(listing):
        console.print(note, soft_wrap=True)
    console.print()
    console.print(_song_table(listing, song))


def _listing_table(listing: Listing, file: int, source: Source) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False)
    table.add_column(justify="right")
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, overflow="ignore")
    words = dict(_words(listing, file))
    for number, line in enumerate(source.lines, 1):
        table.add_row(str(number), words.get(number, ""), line)
    return table


def _words(listing: Listing, file: int) -> Iterator[tuple[int, str]]:
    """The lines that are operations, and what is written beside them."""
    found: dict[int, list[str]] = {}
    for site in listing.sites:
        if site.file == file and site.operation not in UNSAID:
            names = found.setdefault(site.line, [])
            word = _word(site, _serves_both(listing, site))
            if word not in names:
                names.append(word)
    for extra in listing.extras:
        if extra.file == file:
            found.setdefault(extra.line, []).append("with the line before")
    for line, names in found.items():
        unsure = any(name.endswith("?") for name in names)
        yield line, ", ".join(names) + (" (decided when it runs)" if unsure else "")


def _serves_both(listing: Listing, site: Site) -> bool:
    """Whether the same line is one operation in training and another one in testing."""
    halves = {*IN_TEST, *IN_TEST.values()}
    there = {s.operation for s in listing.sites if (s.file, s.line) == (site.file, site.line)}
    return site.operation in halves and any({plain, test} <= there for plain, test in IN_TEST.items())


def _word(site: Site, serves_both: bool) -> str:
    if site.sure == LIKELY or (serves_both and site.sure != SETTLED):
        return f"{site.operation}?"
    return f"{site.operation} (as the comment says)" if site.sure == SETTLED else str(site.operation)


def _notes(listing: Listing) -> Iterator[str]:
    """What else there is to know."""
    loop = listing.site(Operation.EPOCH)
    if loop is not None:
        where = f"{listing.sources[loop.file].path.name}, line {loop.line}"
        yield f"\nepochs: {listing.epochs or 'while'} ({where})"
    if any(probe.repeats for probe in listing.probes):
        yield "batches: the first batch of a sung epoch is sung, the others run fast"
    if listing.others:
        lines = ", ".join(map(str, listing.others))
        yield f"further loops that learn, at line {lines}, run as they are; --function chooses another one"


def _song_table(listing: Listing, song: Song) -> Table:
    table = Table("song", "operation", "code", box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for cue in song.cues:
        site = listing.site(cue.operation)
        table.add_row(song.lines[cue.line].text, str(cue.operation), _code(listing, site, cue.operation))
    return table


def _code(listing: Listing, site: Site | None, operation: Operation) -> str:
    if site is None:
        return "not in this loop: the line is sung, and nothing runs"
    source = listing.sources[site.file]
    name = "" if site.file == 0 else f"{source.path.name} "
    if operation in UNSAID:
        return f"{name}{site.line}-{site.end_line}"
    return f"{name}{site.line}: {source.lines[site.line - 1].strip()}"
