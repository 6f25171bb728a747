"""Films, measured on the files themselves: what is heard and seen when, what stands beside them."""

import os
import re
import subprocess
import sys
import wave
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import av
import numpy as np
import pygame
import pytest
from builders import small_song
from commands import RUNNER, refused

from app.captions import webvtt
from app.cli import app
from app.parts import conductor_for
from app.soundtrack import soundtrack
from app.stage import layout
from app.video import FORMATS, render
from loop_core.conductor import Conductor
from loop_core.frame import Controls
from loop_core.lessons import find_lesson
from loop_core.operations import Operation
from loop_core.song import Section, Song

ROOT = Path(__file__).parents[1]
SIZE = (320, 180)
RATE = 44100
OPERATIONS = (Operation.SETUP, Operation.EPOCH, Operation.TRAIN)
HEARD = 0.0015
"""Seconds within which an encoded click is found again."""


def write_sound(path: Path, seconds: float, clicks: list[float], level: float = 0.6) -> None:
    """A WAV file that is silent but for bursts of 20 ms, at these times."""
    sound = np.zeros(round(seconds * RATE))
    burst = level * np.sin(2 * np.pi * 2000 * np.arange(RATE // 50) / RATE)
    for click in clicks:
        sound[round(click * RATE) :][: len(burst)] += burst
    with wave.open(str(path), "wb") as file:
        file.setparams((2, 2, RATE, 0, "NONE", ""))
        file.writeframes((32767 * np.repeat(sound, 2)).astype("<i2").tobytes())


def clicking_song(folder: Path, beats_per_line: int = 9) -> Song:
    """Three lines with a click where each begins, a backing 'quiet' with one click at 0.5 s, two sections.

    Of beats that last 1/8 s, so that lines begin between the pictures of most films.
    """
    song = small_song(folder, OPERATIONS, beats_per_line, ("vocals", "backing", "quiet"))
    write_sound(song.stems["vocals"], song.length, [line.start for line in song.lines])
    write_sound(song.stems["backing"], song.length, [])
    write_sound(song.stems["quiet"], song.length, [0.5])
    return replace(song, sections=(Section("Intro", 0), Section("Verse & more", song.lines[0].start)))


def opener(song: Song, folder: Path) -> Callable[[], Conductor]:
    return partial(conductor_for, song, folder, None, find_lesson("straight_line"))


def film(path: Path, song: Song, fps: int, **controls: Any) -> Path:
    options = Controls(**{"backing": "backing", **controls})
    render(path, opener(song, path.parent), options, SIZE, fps)
    return path


def heard(path: Path) -> np.ndarray[Any, Any]:
    """The sound of a film from time 0, as loudness by sample at `RATE`."""
    with av.open(str(path)) as container:
        resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
        sound = np.zeros(RATE * 60)
        for frame in container.decode(audio=0):
            start = frame.time
            for part in resampler.resample(frame):
                samples = np.abs(part.to_ndarray()[0])
                at = round(start * RATE)
                skipped = max(0, -at)
                sound[at + skipped :][: len(samples) - skipped] = samples[skipped:]
                start += len(samples) / RATE
    return sound


def seen(path: Path) -> tuple[list[float], list[np.ndarray[Any, Any]]]:
    """The times of a film's pictures, and their code panels."""
    rect = layout(SIZE)["code"]
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    grays = [frame.to_ndarray(format="gray").astype(float) for frame in frames]
    return [frame.time for frame in frames], [
        g[rect.top : rect.bottom, rect.left : rect.right] for g in grays
    ]


def first_change(path: Path, around: float) -> float:
    """When the code panel turns from what it showed a fifth of a second before to what it shows after."""
    times, panels = seen(path)
    near = [number for number, time in enumerate(times) if abs(time - around) <= 0.2]
    much = [float(np.abs(panels[number] - panels[near[0]]).mean()) for number in near]
    assert max(much) > 1
    return next(times[number] for number, one in zip(near, much, strict=True) if one > max(much) / 2)


@pytest.mark.parametrize(
    ("suffix", "fps"), [(".mp4", 60), (".mp4", 25), (".mp4", 24), (".webm", 30), (".webm", 60)]
)
def test_sound_and_picture_agree_within_half_a_picture(tmp_path: Path, suffix: str, fps: int) -> None:
    song = clicking_song(tmp_path / "song")
    path = film(tmp_path / f"film{suffix}", song, fps)
    sound = heard(path)
    for line in song.lines:
        start = round((line.start - 0.2) * RATE)
        click = (start + int(np.argmax(sound[start:] > 0.3))) / RATE
        assert abs(click - line.start) <= HEARD
        shown = first_change(path, line.start)
        assert abs(shown - line.start) <= 0.5 / fps + 1e-3  # WebM counts time in thousandths
        assert abs(shown - click) <= 0.5 / fps + HEARD


def test_a_film_is_as_long_as_its_song_and_says_what_it_is(tmp_path: Path) -> None:
    song = clicking_song(tmp_path / "song")
    for suffix, codecs in ((".mp4", {"h264", "aac"}), (".webm", {"vp9", "opus"}), (".gif", {"gif"})):
        with av.open(str(film(tmp_path / f"film{suffix}", song, 20))) as container:
            found = {s.codec_context.name for s in (*container.streams.video, *container.streams.audio)}
            assert {name.removeprefix("lib") for name in found} == codecs
            assert (container.streams.video[0].width, container.streams.video[0].height) == SIZE
            frames = list(container.decode(video=0))
            assert len(frames) == np.ceil(20 * song.length)
            assert container.duration / av.time_base == pytest.approx(song.length, abs=0.06)
            if suffix != ".gif":
                assert {key.lower(): value for key, value in container.metadata.items()}["title"] == "T"


@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
def test_the_song_s_sections_are_the_chapters(tmp_path: Path, suffix: str) -> None:
    song = clicking_song(tmp_path / "song")
    with av.open(str(film(tmp_path / f"film{suffix}", song, 10))) as container:
        chapters = [
            (c["metadata"]["title"], *(float(c[end] * c["time_base"]) for end in ("start", "end")))
            for c in container.chapters()
        ]
    first = song.lines[0].start
    assert [name for name, *_ in chapters] == ["Intro", "Verse & more"]
    assert np.allclose([times for _, *times in chapters], [[0, first], [first, song.length]], atol=0.1)


def test_a_song_without_sections_is_a_film_without_chapters(tmp_path: Path) -> None:
    song = replace(clicking_song(tmp_path / "song"), sections=())
    with av.open(str(film(tmp_path / "film.mp4", song, 10))) as container:
        assert not container.chapters()


def test_captions_stand_beside_a_film_with_a_cue_per_line(tmp_path: Path) -> None:
    song = clicking_song(tmp_path / "song")
    film(tmp_path / "film.mp4", song, 10)
    head, *cues = (tmp_path / "film.vtt").read_text(encoding="utf-8").split("\n\n")
    assert head == "WEBVTT"
    assert [cue.rstrip().split("\n")[1:] for cue in cues] == [[f"La{n}la", f"Line {n}"] for n in range(3)]
    for line, cue in zip(song.lines, cues, strict=True):
        times = re.fullmatch(r"00:00:(\d\d\.\d{3}) --> 00:00:(\d\d\.\d{3})", cue.split("\n")[0])
        assert times is not None
        assert [float(time) for time in times.groups()] == [line.start, line.end]


def test_captions_are_in_the_language_asked_for_and_escaped(tmp_path: Path) -> None:
    song = clicking_song(tmp_path / "song")
    line = replace(song.lines[0], text="a < b & c", subtitles={"zh": "训练"})
    text = webvtt(replace(song, lines=(line,)), "zh")
    assert text.endswith("\na &lt; b &amp; c\n训练\n")
    assert webvtt(replace(song, lines=(line,)), "en").endswith("\na &lt; b &amp; c\n")


def test_ffmpeg_reads_the_captions(tmp_path: Path) -> None:
    song = clicking_song(tmp_path / "song")
    (tmp_path / "film.vtt").write_text(webvtt(song, "en"), encoding="utf-8")
    with av.open(str(tmp_path / "film.vtt")) as container:
        starts = [packet.pts * packet.time_base for packet in container.demux() if packet.pts is not None]
    assert starts == [line.start for line in song.lines]


def test_the_sound_is_the_voice_with_the_backing_asked_for(tmp_path: Path) -> None:
    song = clicking_song(tmp_path / "song")
    at = round(0.5 * RATE)
    for backing, loud in (("backing", False), ("quiet", True)):
        sound = soundtrack(song.stems, backing, song.length)
        assert sound.shape == (round(song.length * RATE), 2)
        assert bool(np.abs(sound[at : at + 882]).max() > 0.3) == loud
        assert np.abs(sound).max() == pytest.approx(0.6, abs=0.01)


def test_stems_that_are_too_loud_together_are_turned_down_and_not_clipped(tmp_path: Path) -> None:
    song = clicking_song(tmp_path / "song")
    write_sound(song.stems["vocals"], song.length, [0.5], level=0.9)
    write_sound(song.stems["quiet"], song.length, [0.5, 1.0], level=0.9)
    sound = soundtrack(song.stems, "quiet", song.length)
    half_second, second = (np.abs(sound[round(at * RATE) :][:882]).max() for at in (0.5, 1.0))
    assert half_second == pytest.approx(1)
    assert second == pytest.approx(0.5, abs=0.01)


def test_theme_and_language_are_in_the_pictures(tmp_path: Path) -> None:
    song = clicking_song(tmp_path / "song")
    dark, light = (
        seen(film(tmp_path / f"{name}.mp4", song, 5, theme=name))[1][0] for name in ("dark", "light")
    )
    assert dark.mean() < 80 < 180 < light.mean()


def test_a_picture_is_what_the_film_shows_then(tmp_path: Path) -> None:
    song = clicking_song(tmp_path / "song")
    times, panels = seen(film(tmp_path / "film.gif", song, 10))
    command = ["picture", str(tmp_path / "moment.png"), "--at", "3", "--size", "320x180"]
    result = RUNNER.invoke(app, [*command, "--song", str(tmp_path / "song")])
    assert result.exit_code == 0, result.output
    surface = pygame.image.load(tmp_path / "moment.png")
    gray = pygame.surfarray.array3d(surface).transpose(1, 0, 2) @ [0.299, 0.587, 0.114]
    rect = layout(SIZE)["code"]
    panel = gray[rect.top : rect.bottom, rect.left : rect.right]
    different = [np.abs(panel - other).mean() for other in panels]
    assert min(different) == different[int(np.searchsorted(times, 2.999))]
    assert min(different) < 3 < max(different)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["video", "film.mov"], "'.mov'; expected a name that ends with one of: .mp4, .webm, .gif"),
        (["video", "film"], "''; expected a name that ends with one of"),
        (["video", "none/film.mp4"], "there is no such folder"),
        (["video", "film.mp4", "--size", "641x361"], "'641x361'; expected an even width and height"),
        (["video", "film.mp4", "--fps", "1000"], "whole number from 1 to 240"),
        (["video", "film.gif", "--fps", "60"], "whole number from 1 to 50"),
        (["video", "film.mp4", "--theme", "drak"], "did you mean 'dark'?"),
        (["video", "film.mp4", "--language", "fr"], "expected one of: en, zh"),
        (["video", "film.mp4", "--backing", "loud"], "optimization_loop has: backing"),
        (["video", "folder.mp4"], "no regular file"),
        (["picture", "a.jpg", "--at", "1"], "'.jpg'; expected a name that ends with one of: .png"),
        (["picture", "a.png", "--at", "-1"], "'-1'; expected seconds from 0 to 84.08"),
        (["picture", "a.png", "--at", "85"], "'85'; expected seconds from 0 to 84.08"),
        (["headless", "--frames", "frames", "--theme", "blue"], "expected one of: dark, light"),
    ],
)
def test_what_cannot_be_written_is_refused_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], expected: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.mp4").mkdir()
    assert expected in refused(*arguments)
    assert [path.name for path in tmp_path.iterdir()] == ["folder.mp4"]


def test_a_stem_that_is_no_sound_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    folder = small_song(tmp_path / "song", OPERATIONS).stems["vocals"].parent
    assert "vocals.ogg: no sound that can be decoded" in refused(
        "video", str(tmp_path / "film.mp4"), "--song", str(folder), "--size", "320x180"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["song"]


@pytest.mark.parametrize("suffix", FORMATS)
def test_ctrl_c_ends_with_130_and_leaves_what_was_there(tmp_path: Path, suffix: str) -> None:
    clicking_song(tmp_path / "song")
    path = tmp_path / f"film{suffix}"
    path.write_text("an older film", encoding="utf-8")
    code = f"""if True:
        import signal, sys
        from app import offscreen
        from app.__main__ import main
        draw, drawn = offscreen.OffScreen.draw, []
        def drawing(screen, frame):
            drawn.append(frame)
            if len(drawn) == 60:
                signal.raise_signal(signal.SIGINT)
            return draw(screen, frame)
        offscreen.OffScreen.draw = drawing
        sys.argv = ["torchaoke", "video", {str(path)!r}, "--song", {str(tmp_path / "song")!r}]
        main()"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, env={**os.environ}
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "interrupted\n")
    assert path.read_text(encoding="utf-8") == "an older film"
    assert sorted(p.name for p in tmp_path.iterdir()) == [path.name, "song"]
