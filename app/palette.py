"""The 256 colours of a GIF: chosen from pictures of the whole song, then the nearest one for each pixel."""

from collections.abc import Iterable, Iterator
from fractions import Fraction

import av
from av.filter import Graph
from av.filter.context import FilterContext

TICK = Fraction(1, 100)
"""The unit of time of the pictures that go through, which keeps none of it."""


def find_palette(pictures: Iterable[av.VideoFrame]) -> av.VideoFrame:
    """The colours that are nearest to those of all pictures, as a picture of 16 x 16."""
    graph = Graph()
    generator, sink = graph.add("palettegen", "reserve_transparent=0"), graph.add("buffersink")
    source = None
    for number, picture in enumerate(pictures):
        if source is None:
            source = _source(graph, (picture.width, picture.height), picture.format.name)
            graph.link_nodes(source, generator, sink).configure()
        picture.pts, picture.time_base = number, TICK
        source.push(picture)
    if source is None:
        raise ValueError("no picture to take colours from")
    source.push(None)
    palette = sink.pull()
    assert isinstance(palette, av.VideoFrame)
    return palette


class Painter:
    """Pictures in the colours of a palette, undithered: what stands still is stored once."""

    def __init__(self, palette: av.VideoFrame, size: tuple[int, int], pixels: str) -> None:
        """pixels: the layout of the pictures to come."""
        graph = Graph()
        self._source = _source(graph, size, pixels)
        colours = _source(graph, (palette.width, palette.height), palette.format.name)
        use, self._sink = graph.add("paletteuse", "dither=none"), graph.add("buffersink")
        self._source.link_to(use, 0, 0)
        colours.link_to(use, 0, 1)
        use.link_to(self._sink)
        graph.configure()
        palette.pts, palette.time_base = 0, TICK
        colours.push(palette)
        colours.push(None)
        self._graph = graph

    def paint(self, picture: av.VideoFrame | None) -> Iterator[av.VideoFrame]:
        """The painted pictures that this one, or the end (None), brings forth."""
        self._source.push(picture)
        while True:
            try:
                painted = self._sink.pull()
            except (av.BlockingIOError, av.EOFError):
                return
            assert isinstance(painted, av.VideoFrame)
            yield painted


def _source(graph: Graph, size: tuple[int, int], pixels: str) -> FilterContext:
    width, height = size
    return graph.add_buffer(width=width, height=height, format=av.VideoFormat(pixels), time_base=TICK)
