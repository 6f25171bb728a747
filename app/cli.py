"""The command line: reads what was asked for, builds the parts and joins them."""

import tempfile
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from app.group import plain_app
from app.options import (
    BackingOption,
    LanguageOption,
    LessonOption,
    SaveOption,
    SongOption,
    SpeakOption,
    ThemeOption,
    check_output,
    check_target,
    own_folder,
    read_controls,
    read_difficulty,
    read_fps,
    read_latency,
    read_moment,
    read_name,
    read_names,
    read_size,
    read_speed,
    read_transpose,
    saving_to,
)
from app.parts import conductor_for, console, saved_folder, version
from assets import SONGS
from loop_core.errors import InputError
from loop_core.lessons import LESSONS, Lesson, find_lesson
from loop_core.song import find_song, load_song

app = plain_app()


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"torchaoke {version()}")
        raise typer.Exit


@app.callback()
def torchaoke(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Sing the PyTorch training loop while a real one runs to the music. Without a command: play.

    \b
    torchaoke                              the show, in a window
    torchaoke play --lesson circles        another training loop to the same song
    torchaoke sing                         with a microphone: notes and points
    torchaoke headless --lesson all        every operation proved, without window and sound
    torchaoke video show.mp4               the show as a film
    torchaoke doctor                       what this machine has
    """


@app.command()
def play(
    lesson: LessonOption = "straight_line",
    song: SongOption = "optimization_loop",
    backing: BackingOption = None,
    start: Annotated[
        bool, typer.Option("--start", help="Begin the music by itself, without waiting for Space.")
    ] = False,
    fullscreen: Annotated[bool, typer.Option("--fullscreen", help="Fill the screen.")] = False,
    size: Annotated[
        str, typer.Option(metavar="WIDTHxHEIGHT", help="The window's size in pixels.")
    ] = "1280x720",
    theme: ThemeOption = "dark",
    language: LanguageOption = None,
    speed: Annotated[
        str, typer.Option(metavar="PERCENT", help="To practise slower or faster, at the same pitch.")
    ] = "100",
    transpose: Annotated[
        str, typer.Option(metavar="SEMITONES", help="To practise higher or lower, at the same speed.")
    ] = "0",
    still: Annotated[
        bool, typer.Option("--still", help="Reduced motion: what an operation changes is there at once.")
    ] = False,
    speak_log: SpeakOption = False,
    save_to: SaveOption = None,
) -> None:
    """Play the song in a window while the lesson runs to it.

    \b
    torchaoke play --start --fullscreen
    torchaoke play --lesson dropout --size 1920x1080
    torchaoke play --backing quiet --theme light --language zh
    torchaoke play --speed 70 --transpose -2
    """
    found, chosen, pixels = load_song(find_song(song, SONGS)), find_lesson(lesson), read_size(size)
    controls = replace(
        read_controls(found, backing, theme, language),
        still=still,
        speed=read_speed(speed),
        transpose=read_transpose(transpose),
    )
    saved = own_folder(save_to, "--save-to") if save_to is not None else saved_folder()

    from app import window
    from app.speech import speaking

    open_conductor = partial(conductor_for, found, saved, time.perf_counter)
    status = window.play(
        found,
        chosen,
        open_conductor,
        start=start,
        fullscreen=fullscreen,
        size=pixels,
        controls=controls,
        watch=speaking() if speak_log else None,
    )
    raise typer.Exit(status)


@app.command()
def karaoke(
    lesson: LessonOption = "straight_line",
    song: SongOption = "optimization_loop",
    exercise: Annotated[
        str, typer.Option(metavar="say|gap", help="What to do while it plays; V and W change it.")
    ] = "say",
    backing: BackingOption = None,
    fullscreen: Annotated[bool, typer.Option("--fullscreen", help="Fill the screen.")] = False,
    theme: ThemeOption = "dark",
    language: LanguageOption = None,
    speak_log: SpeakOption = False,
) -> None:
    """Learn the loop by heart: the show, and something to answer at each line.

    With `say` the music waits before a line and asks what it will really do; with `gap` words vanish from
    lyric and code, more in each verse. What you answer is kept; see `torchaoke progress`.

    \b
    torchaoke karaoke
    torchaoke karaoke --exercise gap --lesson circles --language zh
    """
    found, chosen = load_song(find_song(song, SONGS)), find_lesson(lesson)
    controls = read_controls(found, backing, theme, language)

    from app import window
    from app.show import EXERCISES
    from app.speech import speaking

    status = window.play(
        found,
        chosen,
        partial(conductor_for, found, saved_folder(), time.perf_counter),
        start=False,
        fullscreen=fullscreen,
        size=read_size("1280x720"),
        controls=controls,
        watch=speaking() if speak_log else None,
        exercise=read_name("--exercise", exercise, EXERCISES),
    )
    raise typer.Exit(status)


@app.command()
def sing(
    lesson: LessonOption = "straight_line",
    song: SongOption = "optimization_loop",
    difficulty: Annotated[
        str,
        typer.Option(metavar="easy|medium|hard", help="How near a pitch must be: by 2, 1 or 0 semitones."),
    ] = "medium",
    recording: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Score this recording, which begins with the song; no window."),
    ] = None,
    latency: Annotated[
        str,
        typer.Option(metavar="MS", help="How much later the microphone hears than you sing, from -1000."),
    ] = "0",
    calibrate: Annotated[
        bool, typer.Option("--calibrate", help="Play clicks, and say what --latency is here; no window.")
    ] = False,
    backing: BackingOption = None,
    fullscreen: Annotated[bool, typer.Option("--fullscreen", help="Fill the screen.")] = False,
) -> None:
    """Sing along: the notes, your voice over them, and points by the rules of UltraStar.

    In a window the microphone is listened to; it needs `pip install ".[mic]"`. Wear headphones.

    \b
    torchaoke sing
    torchaoke sing --difficulty easy --latency 60
    torchaoke sing --recording me.ogg
    torchaoke sing --calibrate
    """
    if calibrate:
        from app.calibration import calibrate as measure

        raise typer.Exit(0 if measure(console()) else 1)
    found, chosen = load_song(find_song(song, SONGS)), find_lesson(lesson)
    level, late = read_difficulty(difficulty), read_latency(latency)
    controls = read_controls(found, backing, "dark", None)
    if recording is not None:
        from app.lists import show_score
        from app.microphone import hear_recording
        from loop_core.scoring import score

        voice = hear_recording(recording).later(-late)
        show_score(console(), found, score(found, voice, level), level)
        return

    from app import window

    open_conductor = partial(conductor_for, found, saved_folder(), time.perf_counter)
    status = window.play(
        found,
        chosen,
        open_conductor,
        start=False,
        fullscreen=fullscreen,
        size=read_size("1280x720"),
        controls=controls,
        difficulty=level,
        sing=True,
        latency=late,
    )
    raise typer.Exit(status)


@app.command()
def headless(
    lesson: Annotated[
        str, typer.Option(metavar="NAME|all", help="The training loop that runs, or all of them in turn.")
    ] = "straight_line",
    song: SongOption = "optimization_loop",
    fps: Annotated[str, typer.Option(metavar="NUMBER", help="Pictures per second of the song.")] = "60",
    trace: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.jsonl",
            help="Write what happened as JSON lines; with `--lesson all` one file each, FILE.LESSON.jsonl.",
        ),
    ] = None,
    frames: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Draw every picture as frame_NNNNNN.png; with `--lesson all` in a folder per lesson.",
        ),
    ] = None,
    size: Annotated[
        str, typer.Option(metavar="WIDTHxHEIGHT", help="The size of those pictures.")
    ] = "1920x1080",
    theme: ThemeOption = "dark",
    language: LanguageOption = None,
    realtime: Annotated[
        bool, typer.Option("--realtime", help="Take the time that the song takes, and measure lateness.")
    ] = False,
    save_to: SaveOption = None,
) -> None:
    """Run the song without window and sound, and print the proof of each operation.

    Exits with 0 when every operation is proved, with 1 when one is not, with 2 for unusable input.

    \b
    torchaoke headless
    torchaoke headless --lesson all --trace run.jsonl
    torchaoke headless --realtime
    torchaoke headless --frames pictures --size 1280x720 --fps 30
    """
    pictures_per_second, pixels = read_fps(fps), read_size(size)
    if realtime and frames is not None:
        raise InputError("--frames takes longer than the song; expected it without --realtime")
    found = load_song(find_song(song, SONGS))
    controls = read_controls(found, None, theme, language)
    chosen = LESSONS if lesson == "all" else (find_lesson(lesson),)
    if trace is not None:
        check_target(trace, "--trace")
    if frames is not None:
        own_folder(frames, "--frames")

    from app.headless import run_headless

    several = len(chosen) > 1
    with saving_to(save_to) as saved:
        right = [
            run_headless(
                one,
                partial(conductor_for, found, saved),
                console(),
                fps=pictures_per_second,
                realtime=realtime,
                trace=_of_lesson(trace, one) if trace is not None and several else trace,
                frames=frames / one.name if frames is not None and several else frames,
                size=pixels,
                controls=controls,
            )
            for one in chosen
        ]
    raise typer.Exit(0 if all(right) else 1)


@app.command()
def video(
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="The film: a name that ends with .mp4, .webm or .gif.")
    ],
    lesson: LessonOption = "straight_line",
    song: SongOption = "optimization_loop",
    backing: BackingOption = None,
    size: Annotated[
        str | None,
        typer.Option(
            metavar="WIDTHxHEIGHT", help="Default: 1920x1080, of a .gif 960x540.", show_default=False
        ),
    ] = None,
    fps: Annotated[
        str | None,
        typer.Option(
            metavar="NUMBER", help="Pictures per second. Default: 60, of a .gif 10.", show_default=False
        ),
    ] = None,
    theme: ThemeOption = "dark",
    language: LanguageOption = None,
) -> None:
    """Write the show as a film, with its sound, chapters and, beside it, captions (.vtt).

    The suffix decides: .mp4 has H.264 and AAC, .webm VP9 and Opus, .gif no sound.

    \b
    torchaoke video show.mp4
    torchaoke video show.mp4 --lesson circles --theme light --language zh
    torchaoke video clip.webm --backing quiet --size 1280x720 --fps 30
    torchaoke video loop.gif --size 640x360
    """
    from app import video as films

    check_output(out, films.FORMATS)
    check_target(out.with_suffix(".vtt"), "captions")
    form = films.FORMATS[out.suffix.lower()]
    pixels, rate = read_size(size or form.size), read_fps(fps or str(form.fps), form.most_fps)
    films.check_size(pixels, form)
    found, chosen = load_song(find_song(song, SONGS)), find_lesson(lesson)
    controls = read_controls(found, backing, theme, language)
    with saving_to(None) as saved:
        written = films.render(
            out, partial(conductor_for, found, saved, None, chosen), controls, pixels, rate
        )
    for path in written:
        typer.echo(f"{path}: {path.stat().st_size / 1e6:.1f} MB")


@app.command()
def picture(
    out: Annotated[Path, typer.Argument(metavar="OUT.png", help="The picture's file.")],
    at: Annotated[str, typer.Option(metavar="SECONDS", help="The moment of the song.")],
    lesson: LessonOption = "straight_line",
    song: SongOption = "optimization_loop",
    backing: BackingOption = None,
    size: Annotated[str, typer.Option(metavar="WIDTHxHEIGHT", help="The picture's size.")] = "1920x1080",
    theme: ThemeOption = "dark",
    language: LanguageOption = None,
) -> None:
    """Write what the window shows at one moment of the song.

    \b
    torchaoke picture backward.png --at 23.5
    torchaoke picture backward.png --at 23.5 --lesson circles --theme light --size 3840x2160
    """
    check_output(out, [".png"])
    found, chosen, pixels = load_song(find_song(song, SONGS)), find_lesson(lesson), read_size(size)
    moment, controls = read_moment(at, found.length), read_controls(found, backing, theme, language)

    from app.offscreen import draw_moment

    with saving_to(None) as saved:
        draw_moment(out, partial(conductor_for, found, saved, None, chosen), moment, pixels, controls)


@app.command()
def lessons() -> None:
    """List the training loops that can run to a song.

    \b
    torchaoke lessons
    """
    from app.lists import show_lessons

    show_lessons(console())


@app.command()
def songs() -> None:
    """List the songs that come with Torchaoke.

    \b
    torchaoke songs
    """
    from app.lists import show_songs

    show_songs(console(), SONGS)


@app.command()
def progress(
    reset: Annotated[bool, typer.Option("--reset", help="Forget all results; asks before it does.")] = False,
) -> None:
    """Print what you have answered, line by line, and what to repeat when.

    \b
    torchaoke progress
    torchaoke progress --reset
    """
    from datetime import date

    from app import progress as learning

    path = learning.progress_path()
    if reset:
        if typer.confirm(f"Delete all results in {path}?"):
            typer.echo("deleted" if learning.reset(path) else "there were none")
        return
    found, message = learning.load_progress(path)
    if message:
        typer.echo(message, err=True)
    learning.show_progress(console(), found, date.today())


@app.command()
def doctor() -> None:
    """Say what this machine has, and what is used instead of what is missing.

    Exits with 0 when the song can run at least headless, with 1 when it cannot.

    \b
    torchaoke doctor
    """
    from app import doctor as checks

    raise typer.Exit(0 if checks.show(console(), checks.findings(SONGS, saved_folder())) else 1)


@app.command()
def bench(
    song: SongOption = "optimization_loop",
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Only these of the parts above, one by one or with commas."),
    ] = None,
) -> None:
    """Measure this machine: each figure beside a reference from the same run, and beside its target.

    \b
    start      seconds to the first picture
    loop       stepping through the lessons, against the same loops run plainly
    drawing    every picture of the song
    realtime   how late operations and pictures are
    memory     what is still held after a hundred songs
    film       making a film, and its pictures against those of matplotlib's FuncAnimation
    model      a model of 98 million parameters against a small one

    \b
    torchaoke bench
    torchaoke bench --only start,loop
    torchaoke bench --only film --song optimization_loop
    """
    from app.bench.run import PARTS
    from app.bench.run import bench as measure

    names = read_names("--only", only, PARTS)
    found = load_song(find_song(song, SONGS))
    with tempfile.TemporaryDirectory(prefix="torchaoke-") as saved:
        measure(found, partial(conductor_for, found, Path(saved)), console(), names)


def _of_lesson(path: Path, lesson: Lesson) -> Path:
    return path.with_name(f"{path.stem}.{lesson.name}{path.suffix}")
