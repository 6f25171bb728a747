"""Make the Chinese font: those glyphs of Noto Sans CJK that subtitles need, `python -m assets.fonts FONT`."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from loop_core.files import written_whole

BUNDLED = Path(__file__).with_name("NotoSansSC-Regular.otf")

FACE = 2
"""The simplified Chinese face of Debian's NotoSansCJK-Regular.ttc."""

LEVEL_1 = range(0xB0, 0xD8)
"""First bytes of the 3755 most common characters in GB 2312."""

PUNCTUATION = "，。、；：？！（）《》“”‘’…—·％＋－＝"

cli = typer.Typer(add_completion=False)


def characters() -> Iterator[str]:
    """ASCII, Chinese punctuation, and the first level of GB 2312."""
    yield from map(chr, range(0x20, 0x7F))
    yield from PUNCTUATION
    for first in LEVEL_1:
        for second in range(0xA1, 0xFF):
            try:
                yield bytes([first, second]).decode("gb2312")
            except UnicodeDecodeError:
                continue  # the level's last five places are empty


@cli.command()
def make(
    font: Annotated[Path, typer.Argument(help="NotoSansCJK-Regular.ttc of Debian's fonts-noto-cjk.")],
    to: Annotated[Path, typer.Option(help="The file to write.")] = BUNDLED,
) -> None:
    """Write the subset that is bundled."""
    try:
        from fontTools import subset
        from fontTools.ttLib import TTFont, TTLibError
    except ModuleNotFoundError as error:
        _stop(f"{error}. Install what it needs with: pip install 'torchaoke[studio]'")
    options = subset.Options(layout_features=[], hinting=False, name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14])
    try:
        whole = TTFont(font, fontNumber=FACE, lazy=True, recalcTimestamp=False)
    except (OSError, TTLibError) as error:
        _stop(f"{font}: {error}; expected a collection of OpenType fonts")
    subsetter = subset.Subsetter(options)
    subsetter.populate(text="".join(characters()))
    subsetter.subset(whole)
    with written_whole(to) as part:
        whole.save(part)
    print(f"Wrote {to}, {to.stat().st_size / 1e6:.1f} MB")


def _stop(message: str) -> None:
    print(message, file=sys.stderr)
    raise typer.Exit(2)


if __name__ == "__main__":
    cli()
