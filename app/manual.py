"""What closes the help of every command, as on a page of a manual: exit status, files and environment."""

DATA = "your data folder (Linux: ~/.local/share/torchaoke)"
SETTINGS = "settings.toml in your config folder (Linux: ~/.config/torchaoke)"
SONG = "song.toml, its chart and its sound, in the song's folder"
SCRIPT = "a script of your own, and the modules beside it"

SDL = (
    ("SDL_VIDEODRIVER", "the driver of the window, as in x11 or wayland"),
    ("SDL_AUDIODRIVER", "the driver of the sound, as in pulseaudio or dummy"),
)
CONFIG = ("XDG_CONFIG_HOME", "on Linux: instead of ~/.config")
HOMES = (("XDG_DATA_HOME", "on Linux: instead of ~/.local/share"), CONFIG)
THREADS = (("OMP_NUM_THREADS", "torch's threads; where it is not set, 1 for a lesson"),)
RANKS = (("WORLD_SIZE, RANK", "set by torchrun: which of several processes this is"),)
TERMINAL = (("COLUMNS, NO_COLOR", "the width and the colours of tables in a terminal"),)


def manual(
    wrong: str,
    reads: tuple[str, ...] = (),
    writes: tuple[str, ...] = (),
    environment: tuple[tuple[str, str], ...] = (),
) -> str:
    """The closing of one command's help, laid out as it is.  wrong: what it exits with 1 for."""
    status = (
        ("0", "done"),
        ("1", wrong),
        ("2", "unusable input: one line says what was given and expected"),
        ("130", "ended by Ctrl-C"),
    )
    files = (*(("reads", file) for file in reads), *(("writes", file) for file in writes))
    return "\n\n".join(
        _section(title, rows or (("none", ""),))
        for title, rows in (("Exit status", status), ("Files", files), ("Environment", environment))
    )


def _section(title: str, rows: tuple[tuple[str, str], ...]) -> str:
    width = max(len(name) for name, _ in rows) + 2
    return "\n".join(["\b", f"{title}:", *(f"  {name:{width}}{text}".rstrip() for name, text in rows)])


NO_TORCH = "a library is missing: see `torchaoke doctor`"
WINDOW = (*SDL, *HOMES, *THREADS)
FILM = "the file that OUT names, whole or not at all"

MANUALS = {
    "play": manual(
        NO_TORCH,
        (SONG, SCRIPT, SETTINGS),
        (f"saved in {DATA}, or --save-to", SETTINGS, "P: a PNG among your pictures"),
        WINDOW,
    ),
    "karaoke": manual(
        NO_TORCH,
        (SONG, SCRIPT, SETTINGS, f"progress.json in {DATA}"),
        (f"progress.json and saved in {DATA}", SETTINGS, "P: a PNG among your pictures"),
        WINDOW,
    ),
    "sing": manual(
        "a library is missing, or --calibrate heard too little",
        (SONG, SCRIPT, SETTINGS, "the recording"),
        (SETTINGS, f"saved in {DATA}"),
        WINDOW,
    ),
    "calibrate": manual(
        NO_TORCH,
        (SETTINGS, "the bundled song's sound"),
        (SETTINGS,),
        (*SDL, CONFIG),
    ),
    "headless": manual(
        "an operation is not proved, or the losses are not those of the book",
        (SONG, SCRIPT),
        ("what --trace, --frames and --save-to name; nothing else that stays",),
        (*THREADS, *RANKS, *TERMINAL),
    ),
    "video": manual(NO_TORCH, (SONG, SCRIPT), (f"{FILM}, and captions beside it",), THREADS),
    "picture": manual(NO_TORCH, (SONG, SCRIPT), (FILM.replace("OUT", "OUT.png"),), THREADS),
    "explain": manual("a library is missing", (SONG, SCRIPT), (), TERMINAL),
    "lessons": manual("a library is missing", (), (), TERMINAL),
    "progress": manual(
        "nobody was there to answer the question of --reset",
        (f"progress.json in {DATA}",),
        ("--reset: deletes it",),
        (*HOMES, *TERMINAL),
    ),
    "doctor": manual(
        "the song cannot even run headless",
        (SETTINGS, "songs, fonts and lessons that come with Torchaoke"),
        (),
        (*SDL, *TERMINAL),
    ),
    "bench": manual("a measurement could not be made", (SONG,), (), (*THREADS, *TERMINAL)),
    "songs": manual("a library is missing", ("the songs that come with Torchaoke",), (), TERMINAL),
    "songs import": manual(
        "a library is missing",
        ("FILE..., and the recordings that it names or that lie beside it",),
        ("a folder for each, whole or not at all: song.txt, song.toml, sound",),
    ),
    "songs export": manual("a library is missing", (SONG,), ("the file of --to, whole or not at all",)),
    "songs check": manual("there is something to say of a file", ("FILE...",)),
    "songs new": manual(
        "a library is missing", (), ("FOLDER, whole or not at all: song.txt, song.toml, sound",)
    ),
    "songs time": manual(
        "a library is missing",
        ("AUDIO, LYRICS.txt, and the taps kept",),
        ("a song's folder, whole or not at all", "NAME.taps.json beside it: the taps, as they come"),
        SDL,
    ),
    "trace": manual("see each command", ("FILE.jsonl",), (), TERMINAL),
    "trace show": manual("a library is missing", ("FILE.jsonl",), (), TERMINAL),
    "trace csv": manual("a library is missing", ("FILE.jsonl",), ("OUT.csv, whole or not at all",)),
    "trace tensorboard": manual(
        "a library is missing: pip install tensorboard",
        ("FILE.jsonl",),
        ("the folder of --to, whole or not at all",),
    ),
    "trace compare": manual("something differs", ("A.jsonl, B.jsonl",)),
}
"""By the command's words."""

OVERVIEW = manual(
    "it went wrong: an operation is not proved, two runs differ, ...",
    (SONG, SETTINGS, f"progress.json in {DATA}"),
    (f"saved and progress.json in {DATA}", SETTINGS, "what options name"),
    (*SDL, *HOMES, *THREADS, *RANKS, *TERMINAL),
)
"""For the whole program."""
