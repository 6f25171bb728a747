"""Coverage-guided fuzzing of every song format, by hand.

`python tests/fuzz_formats.py [FORMAT...] [-- OPTIONS]`

Needs `pip install atheris` and is not collected by pytest. What it may find: any error that is no InputError,
a writer whose text cannot be read back, an input that takes long (libFuzzer's -timeout). Finds are kept as
cases in `tests/test_formats.py`. Options after ``--`` are libFuzzer's, for example ``-max_total_time=1800``.
"""

import sys
import tempfile
import tomllib
from pathlib import Path

import atheris

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent)]

with atheris.instrument_imports(include=["loop_core", "mido"]):
    from loop_core.errors import InputError
    from loop_core.folder import pages
    from loop_core.formats import ultrastar
    from loop_core.formats.table import FORMATS, WRITABLE, Format, lyrics_of

from format_samples import SAMPLES  # noqa: E402


def check(form: Format, data: bytes) -> None:
    """What must hold for every input of a format."""
    try:
        lyrics = lyrics_of(data, form, "fuzzed")
    except InputError:
        return
    made = pages(lyrics, "fuzzed", {"backing": "backing.flac"}, 0.0)
    entries = tomllib.loads(made.toml)["lines"]
    phrases = ultrastar.parse(made.chart, "strictly").phrases
    assert [entry["lyric"] for entry in entries] == [phrase.text for phrase in phrases]
    assert all(phrase.text for phrase in phrases)
    for other in WRITABLE:
        assert other.write is not None
        written = other.write(lyrics)
        again = lyrics_of(written.text.encode(), other, "written")
        assert len(again.lines) == len(lyrics.lines), (other.name, written.text)


def main() -> None:
    """Fuzz the formats that are named, or all of them: the first byte then says which."""
    at = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    names, options = sys.argv[1:at], sys.argv[at + 1 :]
    forms = [form for form in FORMATS if not names or form.name in names]

    def one(data: bytes) -> None:
        if len(forms) == 1:
            check(forms[0], data)
        elif data:
            check(forms[data[0] % len(forms)], data[1:])

    corpus = Path(tempfile.mkdtemp(prefix="torchaoke-fuzz-"))
    for index, form in enumerate(forms):
        for number, sample in enumerate(SAMPLES[form.name]):
            head = b"" if len(forms) == 1 else bytes([index])
            (corpus / f"{form.name}{number}").write_bytes(head + sample)
    atheris.Setup([sys.argv[0], *options, str(corpus)], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
