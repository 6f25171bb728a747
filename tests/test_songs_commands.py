"""`torchaoke songs`: files become songs and songs become files, whole or not at all."""

import re
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest
from commands import RUNNER, refused
from format_samples import ASS, DUET, LRC, ULTRASTAR, WEBVTT, karaoke_midi
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import sound_file
from app.cli import app
from app.sounds import decode
from assets import SONGS
from loop_core.formats.table import FORMATS, WRITABLE, read_lyrics
from loop_core.song import load_chart, load_song

ROOT = Path(__file__).parents[1]
KINDS = {
    ".mp3": "libmp3lame",
    ".m4a": "aac",
    ".flac": "flac",
    ".ogg": "libopus",
    ".opus": "libopus",
    ".wav": "pcm_s16le",
    ".mp4": "aac",
    ".mkv": "libopus",
    ".webm": "libopus",
}
"""An encoder for each kind of recording."""


def write_recording(path: Path, seconds: float = 6.0, rate: int = 48000, pitch: float = 440.0) -> Path:
    """A tone in a file of any kind."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(KINDS[path.suffix], rate=rate)
        wave = 8000 * np.sin(2 * np.pi * pitch * np.arange(round(seconds * rate)) / rate)
        resampler = av.AudioResampler(stream.format, stream.layout, rate, stream.frame_size or None)
        frame = av.AudioFrame.from_ndarray(wave.astype(np.int16)[None], "s16", "mono")
        frame.sample_rate, frame.pts = rate, 0
        for part in (*resampler.resample(frame), *resampler.resample(None)):
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return path


def run(*arguments: object, status: int = 0) -> str:
    result = RUNNER.invoke(app, ["songs", *map(str, arguments)])
    assert result.exit_code == status, result.output
    assert "Traceback" not in result.output
    return str(result.output)


@pytest.fixture
def wild(tmp_path: Path) -> Path:
    """A folder with a file of every format."""
    samples = {"us.txt": ULTRASTAR, "duet.txt": DUET, "l.lrc": LRC, "a.ass": ASS, "v.vtt": WEBVTT}
    for name, text in samples.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "k.kar").write_bytes(karaoke_midi())
    return tmp_path


def test_songs_alone_lists_the_songs() -> None:
    assert "optimization_loop  The Optimization Loop" in run()


def test_every_file_becomes_a_song_that_loads_and_says_what_it_sings(wild: Path) -> None:
    files = sorted(path for path in wild.iterdir() if path.is_file())
    output = run("import", *files, "--to", wild / "songs")
    for path in files:
        song = load_song(wild / "songs" / path.stem)
        assert len(song.lines) == len(read_lyrics(path).lines)
        assert not song.has_voice
        assert len(decode(song.stems["backing"])) / 1000 == pytest.approx(song.length, abs=0.01)
        assert f"{wild / 'songs' / path.stem}: {song.title!r} by {song.artist}" in output
    assert "recognised in 'loss backward'" in output
    assert "no recording: a click on each beat" in output
    assert "no recording: a click where each line begins" in output
    assert not list((wild / "songs").glob(".*"))


def test_the_choice_of_operations_is_text_that_can_be_changed(wild: Path) -> None:
    run("import", wild / "us.txt", "--to", wild / "songs")
    toml = wild / "songs" / "us" / "song.toml"
    text = toml.read_text(encoding="utf-8")
    assert "operation = \"backward\"  # recognised in 'loss backward'" in text
    assert "# none: a later line sings backward" in text
    toml.write_text(text.replace('"backward"', '"forward"'), encoding="utf-8")
    assert [str(cue.operation) for cue in load_song(toml.parent).cues] == ["zero_grad", "forward"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_recording_of_any_kind_is_the_backing_and_no_ffmpeg_program_is_asked(
    kind: str, wild: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(wild))
    audio = write_recording(wild / f"rec{kind}")
    output = run("import", wild / "us.txt", "--audio", audio, "--to", wild / "songs")
    song = load_song(wild / "songs" / "us")
    assert song.length == pytest.approx(6.0, abs=0.1)
    assert song.stems["backing"].suffix in (".flac", ".ogg")
    sound = np.frombuffer(decode(song.stems["backing"]).raw_data, np.int16).reshape(-1, 2)
    spectrum = np.abs(np.fft.rfft(sound[44100 : 3 * 44100, 0]))
    assert abs(np.argmax(spectrum) / 2 - 440) < 2
    assert "one recording of everything; it is the backing; the voice cannot be switched off" in output


def test_a_recording_of_the_same_name_is_found_beside_the_file(wild: Path) -> None:
    write_recording(wild / "l.mp3", 30)
    run("import", wild / "l.lrc", "--to", wild / "songs")
    assert load_song(wild / "songs" / "l").length == pytest.approx(30, abs=0.1)


def test_stems_that_the_file_names_are_used_if_they_are_in_its_folder(wild: Path) -> None:
    heads = "#VOCALS:stems\\v.flac\n#INSTRUMENTAL:stems/i.flac\n"
    (wild / "stems").mkdir()
    (wild / "us.txt").write_text(heads + ULTRASTAR, encoding="utf-8")
    missing = run("import", wild / "us.txt", "--to", wild / "none")
    assert "#VOCALS: file 'stems/v.flac' is missing" in missing
    for name in "vi":
        write_recording(wild / "stems" / f"{name}.flac", rate=44100)
    run("import", wild / "us.txt", "--to", wild / "both")
    song = load_song(wild / "both" / "us")
    assert (set(song.stems), song.has_voice, song.backings) == ({"backing", "vocals"}, True, ("backing",))
    chart = load_chart(wild / "both" / "us")
    assert (chart.header("VOCALS"), chart.header("INSTRUMENTAL")) == ("vocals.flac", "backing.flac")
    (wild / "stems" / "i.flac").unlink()
    alone = run("import", wild / "us.txt", "--to", wild / "one")
    assert "#VOCALS without an instrumental" in alone
    assert not load_song(wild / "one" / "us").has_voice


@pytest.mark.parametrize("name", ["../out.flac", "/etc/passwd", "..\\out.flac", "x" * 5000, "a\tb"])
def test_no_recording_outside_of_the_file_s_folder_is_used(name: str, wild: Path) -> None:
    inner = wild / "inner"
    inner.mkdir()
    write_recording(wild / "out.flac", rate=44100)
    (inner / "us.txt").write_text(ULTRASTAR.replace("warm.mp3", name), encoding="utf-8")
    assert "#MP3: " in run("import", inner / "us.txt", "--to", wild / "songs")
    assert "no recording" in run("import", inner / "us.txt", "--to", wild / "songs", "--replace")


def test_a_folder_that_is_there_is_only_replaced_when_asked(wild: Path) -> None:
    run("import", wild / "us.txt", "--to", wild / "songs")
    (wild / "songs" / "us" / "mine").touch()
    message = refused("songs", "import", str(wild / "us.txt"), "--to", str(wild / "songs"))
    assert "this is there already; expected a new one, or --replace" in message
    assert (wild / "songs" / "us" / "mine").exists()
    run("import", wild / "us.txt", "--to", wild / "songs", "--replace")
    assert not (wild / "songs" / "us" / "mine").exists()


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_an_import_that_is_cut_short_leaves_nothing(
    error: BaseException | type[BaseException], wild: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("app.importing.write", fail)
    result = RUNNER.invoke(app, ["songs", "import", str(wild / "us.txt"), "--to", str(wild / "songs")])
    assert result.exit_code == (130 if error is KeyboardInterrupt else 2), result.output
    assert list((wild / "songs").iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["us.txt", "--audio", "missing.mp3"], "missing.mp3: --audio: there is no such file"),
        (["us.txt", "--audio", "l.lrc"], "l.lrc: no sound that can be decoded"),
        (["us.txt", "l.lrc", "--audio", "x.mp3"], "with 2 files; expected one file with it"),
        (["us.txt", "--voice", "3"], "--voice '3'; expected one of: both, 1, 2"),
        (["us.txt", "--voice", "2"], "--voice 2; the song has: 1"),
        (["us.txt", "--encoding", "ebcdic"], "no encoding 'ebcdic'"),
        (["missing.txt"], "missing.txt: cannot read it: No such file or directory"),
        (["x.docx"], "x.docx: suffix '.docx' is no song format"),
    ],
)
def test_what_cannot_be_imported_is_one_line_and_exits_with_2(
    arguments: list[str], expected: str, wild: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(wild)
    message = refused("songs", "import", *arguments)
    assert message.startswith("torchaoke: ")
    assert message.count("\n") == 1
    assert expected in message


def test_a_recording_longer_than_any_song_is_refused(wild: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound_file, "LONGEST_SONG", 0)
    audio = write_recording(wild / "rec.wav")
    message = refused("songs", "import", str(wild / "us.txt"), "--audio", str(audio), "--to", str(wild / "s"))
    assert "longer than 30 minutes; expected one song" in message


def test_a_line_too_wide_for_the_stage_is_told(tmp_path: Path) -> None:
    path = tmp_path / "wide.lrc"
    path.write_text(f"[00:01.00]{'la ' * 20}\n[00:02.00]la\n", encoding="utf-8")
    output = run("import", path, "--to", tmp_path / "songs")
    assert (
        "- line 1: 'la la la la la la la la la la la la la la la la la la la la' has 59 letters; kept"
        in output
    )


@pytest.mark.parametrize("voice", ["1", "2"])
def test_one_voice_of_a_duet_can_be_chosen(voice: str, wild: Path) -> None:
    run("import", wild / "duet.txt", "--voice", voice, "--to", wild / "songs")
    texts = [line.text for line in load_song(wild / "songs" / "duet").lines]
    assert ("One" in texts, "Two" in texts) == (voice == "1", voice == "2")


@pytest.mark.parametrize("form", WRITABLE, ids=lambda form: form.name)
def test_the_bundled_song_is_the_same_after_export_and_import(
    form: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert form in WRITABLE
    name = form.name  # type: ignore[attr-defined]
    unit = {"ultrastar": 1e-9, "webvtt": 0.001, "lrc": 0.01, "ass": 0.01}[name]
    monkeypatch.chdir(tmp_path)
    target = form.suffixes[0]  # type: ignore[attr-defined]
    output = run("export", "optimization_loop", "--format", name)
    assert f"optimization_loop{target}: 30 lines\n" in output
    assert "not kept: subtitles\nnot kept: 8 sections\nnot kept: credits: idea, article, " in output
    again = ("export", "optimization_loop", "--format", name)
    assert "this is there already; expected another name" in refused("songs", *again)
    run(*again, "--replace")
    run("import", f"optimization_loop{target}", "--to", "songs")
    old, new = load_song(SONGS / "optimization_loop"), load_song(tmp_path / "songs" / "optimization_loop")
    assert (old.title, old.artist) == (new.title, new.artist)
    assert [line.text for line in old.lines] == [line.text for line in new.lines]
    assert [(cue.line, cue.operation) for cue in old.cues] == [(cue.line, cue.operation) for cue in new.cues]
    edges = [(a.start - b.start, a.end - b.end) for a, b in zip(old.lines, new.lines, strict=True)]
    assert np.abs(edges).max() <= unit / 2 + 1e-9
    if name == "ultrastar":
        assert [line.syllables for line in old.lines] == [line.syllables for line in new.lines]


def test_help_states_the_rounding_of_every_format() -> None:
    text = run("export", "--help")
    for form in WRITABLE:
        (row,) = re.findall(rf"^ +{form.name} .*$", text, re.MULTILINE)
        assert "exact" in row if form.name == "ultrastar" else form.rounding in row


def test_an_unknown_format_or_target_is_refused(tmp_path: Path) -> None:
    message = refused("songs", "export", "optimization_loop", "--format", "lcr")
    assert message == "torchaoke: --format 'lcr'; did you mean 'lrc'?\n"
    command = ("songs", "export", "optimization_loop", "--format", "lrc", "--to", str(tmp_path))
    assert "no regular file" in refused(*command)
    command = ("songs", "export", "optimisation_loop", "--format", "lrc")
    assert "did you mean 'optimization_loop'?" in refused(*command)


def test_check_names_file_line_rule_and_source_and_its_status_says_whether_there_is_any(wild: Path) -> None:
    output = run("check", wild / "us.txt", status=1)
    assert f"{wild / 'us.txt'}:14: a second number in '- 40 44' [second-number] dropped; nothing is" in output
    assert "(UltraStar 1.0.0: MUST NOT infer; USDX ignores it)" in output
    (wild / "good.lrc").write_text("[00:01.00]<00:01.00>La<00:02.00>\n", encoding="utf-8")
    assert run("check", wild / "good.lrc") == f"{wild / 'good.lrc'}: 1 lines, nothing to say\n"
    assert "30 lines, nothing to say" in run("check", SONGS / "optimization_loop")
    (wild / "bad.lrc").write_text("nothing\n", encoding="utf-8")
    mixed = run("check", wild / "bad.lrc", wild / "us.txt", wild / "good.lrc", status=2)
    assert "bad.lrc: no stamped line" in mixed
    assert "second-number" in mixed


def test_a_new_song_plays_every_operation(tmp_path: Path) -> None:
    run("new", tmp_path / "my_song")
    song = load_song(tmp_path / "my_song")
    assert (song.title, len(song.lines)) == ("my_song", 16)
    result = RUNNER.invoke(app, ["headless", "--song", str(tmp_path / "my_song")])
    assert result.exit_code == 0, result.output
    assert "16 of 16 operations proved" in result.output
    assert "this is there already" in refused("songs", "new", str(tmp_path / "my_song"))


@given(data=st.binary(max_size=200), suffix=st.sampled_from([s for form in FORMATS for s in form.suffixes]))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_file_holds_the_command_ends_with_words(data: bytes, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"given{suffix}"
    path.write_bytes(data)
    result = RUNNER.invoke(app, ["songs", "check", str(path)])
    assert result.exit_code in (0, 1, 2)
    assert result.exception is None or isinstance(result.exception, SystemExit)


def test_songs_starts_without_torch_pygame_and_sound() -> None:
    path = str(SONGS / "optimization_loop" / "song.txt")
    code = (
        "import sys, app.cli; from typer.testing import CliRunner; "
        f"assert CliRunner().invoke(app.cli.app, ['songs', 'check', {path!r}]).exit_code == 0; "
        "print([m for m in ('torch', 'numpy', 'pygame', 'av', 'pydub', 'mido') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_the_readme_s_own_song_runs_as_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = readme.split("## Your own song\n")[1].split("\n## ")[0]
    blocks = "".join(re.findall(r"```sh\n(.*?)```", section, re.DOTALL))
    inline = re.findall(r"`(torchaoke songs [^`]*)`", section)
    commands = [row.removeprefix(".venv/bin/") for row in blocks.splitlines()] + inline
    assert len(commands) == 7
    monkeypatch.chdir(tmp_path)
    write_recording(tmp_path / "my_song.mp3")
    (tmp_path / "my_song.lrc").write_text(
        "[00:01.00]Loss backward\n[op:step]\n[00:03.00]La\n", encoding="utf-8"
    )
    for command in commands:
        arguments = command.split()[1:]
        if "time" in arguments:  # needs hands: `test_songs_time` has some
            continue
        if arguments[0] == "play":
            arguments[0] = "headless"
        result = RUNNER.invoke(app, arguments)
        assert result.exit_code == ("check" in arguments), result.output
    cues = load_song(tmp_path / "songs" / "my_song").cues
    assert [str(cue.operation) for cue in cues] == ["backward", "step"]
    written = (tmp_path / "optimization_loop.lrc").read_text(encoding="utf-8")
    assert written.startswith("[ti:The Optimization Loop]\n")
