"""What is remembered is kept whole, also what is not understood; a damaged file is set aside, never lost."""

import math
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from commands import RUNNER
from hypothesis import given
from hypothesis import strategies as st
from test_songs_commands import write_recording

from app import window
from app.cli import app
from app.player import SilentPlayer
from app.settings import (
    FILE,
    MOST_BYTES,
    NEW,
    NOTHING_KEPT,
    Kept,
    Settings,
    dump,
    load_settings,
    parse,
    read_settings,
    settings_path,
)
from app.show import OpenConductor
from app.tapping import opening
from app.tapping.keeping import Target
from loop_core.clock import VirtualClock
from loop_core.errors import InputError
from loop_core.formats import sheet
from loop_core.lessons import Lesson
from loop_core.song import Song

NAMES = st.text(st.characters(exclude_categories=["Cs"]))
SHARES = st.floats(0, 1)
SECONDS = st.floats(-1, 1)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | NAMES
    | st.datetimes()
    | st.dates()
    | st.times(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
KNOWN = {"theme", "language", "lesson", "backing", "difficulty", "volume", "voice"}
KNOWN |= {"latencies", "sounds", "pictures", "offsets"}
SETTINGS = st.builds(
    Settings,
    theme=st.none() | NAMES,
    language=st.none() | NAMES,
    lesson=st.none() | NAMES,
    backing=st.none() | NAMES,
    difficulty=st.none() | NAMES,
    volume=st.none() | SHARES,
    voice=st.none() | SHARES,
    latencies=st.dictionaries(NAMES, SECONDS, max_size=3),
    sounds=st.dictionaries(NAMES, SECONDS, max_size=3),
    pictures=st.dictionaries(NAMES, SECONDS, max_size=3),
    offsets=st.dictionaries(st.tuples(NAMES, NAMES), SECONDS, max_size=3),
    others=st.dictionaries(NAMES.filter(lambda name: name not in KNOWN), VALUES, max_size=3),
)


@given(SETTINGS)
def test_everything_that_is_kept_is_read_back_also_what_a_newer_version_keeps(settings: Settings) -> None:
    assert parse(dump(settings)) == settings


@given(SETTINGS)
def test_the_file_is_toml_with_what_is_kept_and_nothing_else(settings: Settings) -> None:
    found = tomllib.loads(dump(settings))
    assert {name: found[name] for name in settings.others} == settings.others
    assert found.get("theme") == settings.theme
    assert found.get("volume") == settings.volume
    assert found.get("latencies", {}) == settings.latencies


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "ignore")))
def test_no_bytes_stop_the_show_and_none_are_lost(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.mktemp("config") / FILE
    path.write_bytes(data)
    kept = load_settings(path)
    if kept.message is None:
        assert dump(kept.settings) == dump(parse(path.read_text(encoding="utf-8")))
        assert path.read_bytes() == data
    else:
        assert kept.settings == NEW
        assert path.with_name("settings.damaged-1.toml").read_bytes() == data


@given(st.sampled_from(sorted(KNOWN)), VALUES)
def test_a_known_name_has_a_value_that_can_be_or_the_file_is_damaged(name: str, value: Any) -> None:
    import tomli_w

    try:
        settings = parse(tomli_w.dumps({name: value}))
    except (ValueError, TypeError) as error:
        assert name in str(error)  # noqa: PT017
        return
    assert settings.volume is None or 0 <= settings.volume <= 1
    assert settings.theme is None or isinstance(settings.theme, str)
    for seconds in (*settings.sounds.values(), *settings.offsets.values(), *settings.latencies.values()):
        assert math.isfinite(seconds)
        assert abs(seconds) <= 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x", "end of document"),
        ("latencies = 1", "latencies is no table"),
        ("[latencies]\na = true", "latencies of 'a' is True; expected a number"),
        ("[latencies]\na = nan", "latencies of 'a' is nan"),
        ("[sounds]\na = 'x'", "sounds of 'a' is 'x'"),
        ("[pictures]\na = 1.5", "pictures of 'a' is 1.5; expected -1 to 1"),
        ("[offsets]\na = 1", "offsets of 'a' is no table"),
        ("volume = 7", "volume is 7; expected 0 to 1"),
        ("volume = inf", "volume is inf; expected 0 to 1"),
        ("volume = 1" + "0" * 400, "volume is 1000"),
        ("theme = 7", "theme is 7; expected a name"),
        ("x = " + "[" * 5000 + "]" * 5000, ""),
        ("x = 0x" + "f" * 5000, "digits"),
        ("#" * (MOST_BYTES + 1), "expected at most 1,000,000"),
        ("\0", ""),
    ],
)
def test_a_damaged_file_is_set_aside_and_told(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / FILE
    path.write_text(text, encoding="utf-8")
    kept = load_settings(path)
    assert kept.settings == NEW
    assert kept.message is not None
    assert told in kept.message.en
    for said in (kept.message.en, kept.message.zh):
        assert "settings.damaged-1.toml" in said
        assert len(said) < 400
    assert (tmp_path / "settings.damaged-1.toml").read_text(encoding="utf-8") == text
    assert load_settings(path) == Kept(path)


def test_names_that_this_version_does_not_know_are_kept_and_not_used(tmp_path: Path) -> None:
    from app.options import read_difficulty, read_language, read_lesson, read_theme

    text = 'theme = "sepia"\nlanguage = "eo"\nlesson = "gone"\ndifficulty = "grim"\n[new]\nkey = [1, 2]\n'
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    kept = load_settings(tmp_path / FILE)
    assert kept.message is None
    assert read_theme(None, kept.settings) == "dark"
    assert read_language(None, kept.settings) == "en"
    assert read_lesson(None, None, settings=kept.settings).name == "straight_line"
    assert read_difficulty(None, kept.settings) == "medium"
    kept.keep(lambda settings: settings.with_latency("a", 0.1))
    found = tomllib.loads((tmp_path / FILE).read_text(encoding="utf-8"))
    assert found == {**tomllib.loads(text), "latencies": {"a": 0.1}}


def test_the_command_line_wins_over_settings_and_settings_over_what_is_first(tmp_path: Path) -> None:
    from builders import small_song

    from app.options import read_controls, read_difficulty, read_language, read_lesson, read_theme

    last = Settings("light", "zh", "circles", "quiet", "hard", 0.5, 0.25)
    assert (read_theme(None), read_theme(None, last), read_theme("dark", last)) == ("dark", "light", "dark")
    assert (read_language(None), read_language(None, last), read_language("en", last)) == ("en", "zh", "en")
    lessons = read_lesson(None, None), read_lesson(None, None, settings=last)
    assert [lesson.name for lesson in lessons] == ["straight_line", "circles"]
    assert read_lesson("blobs", None, settings=last).name == "blobs"
    assert (read_difficulty(None), read_difficulty(None, last)) == ("medium", "hard")
    assert read_difficulty("easy", last) == "easy"
    song = small_song(tmp_path / "song", stems=("vocals", "backing", "quiet"))
    assert read_controls(song, None, None, None).backing == "backing"
    controls = read_controls(song, None, None, None, last)
    assert (controls.backing, controls.theme, controls.language) == ("quiet", "light", "zh")
    assert (controls.volume, controls.voice) == (0.5, 0.25)
    assert read_controls(song, "backing", None, None, last).backing == "backing"
    other = small_song(tmp_path / "other", stems=("vocals", "backing"))
    assert read_controls(other, None, None, None, last).backing == "backing"


def test_what_another_window_has_kept_meanwhile_stays(tmp_path: Path) -> None:
    one, other = load_settings(tmp_path / FILE), load_settings(tmp_path / FILE)
    one.keep(lambda settings: settings.with_latency("a", 0.1))
    other.keep(lambda settings: settings.with_changes({"theme": "dark"}, {"theme": "light"}))
    found = read_settings(tmp_path / FILE)
    assert (found.theme, found.latencies) == ("light", {"a": 0.1})


def test_only_what_has_changed_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "new" / FILE
    load_settings(path).keep(lambda settings: settings.with_changes({"theme": "dark"}, {"theme": "dark"}))
    assert not path.parent.exists()


def test_without_settings_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    NOTHING_KEPT.keep(lambda settings: settings.with_latency("a", 0.1))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_one_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    kept = load_settings(tmp_path / "file" / FILE)
    with pytest.raises(InputError, match="cannot write it"):
        kept.keep(lambda settings: settings.with_latency("a", 0.1))
    kept.keep_at_end(lambda settings: settings.with_latency("a", 0.1))
    path = tmp_path / "file" / FILE
    assert capsys.readouterr().err.startswith(f"torchaoke: settings are not kept: {path}: cannot write it: ")


def test_the_picture_comes_later_by_what_taps_to_the_sound_come_later_than_to_the_picture() -> None:
    settings = NEW.with_taps("phones", "wall", 0.180, 0.055)
    assert settings.offset("phones", "wall") == 0.125
    assert settings.offset("speaker", "wall") is settings.offset("phones", "other") is None
    settings = settings.with_taps("speaker", "other", 0.030, 0.080)
    assert settings.offset("speaker", "other") == -0.05
    assert settings.offset("speaker", "wall") == -0.025  # both are known, from different evenings


def test_what_is_set_by_hand_wins_for_its_devices_until_they_are_calibrated() -> None:
    settings = NEW.with_taps("phones", "wall", 0.180, 0.055).with_offset("phones", "wall", 0.1)
    settings = settings.with_offset("phones", "other", 0.02)
    assert (settings.offset("phones", "wall"), settings.offset("phones", "other")) == (0.1, 0.02)
    settings = settings.with_taps("phones", "wall", 0.2, 0.05)
    assert (settings.offset("phones", "wall"), settings.offset("phones", "other")) == (0.15, 0.02)


def test_a_microphone_that_was_not_measured_has_no_latency() -> None:
    assert NEW.latency("any") is None
    assert NEW.with_latency("one", 0.05).latency("one") == 0.05


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no variable says where settings go")
def test_they_are_kept_where_programs_keep_such_things(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert settings_path() == tmp_path / "torchaoke" / FILE


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="whom permissions do not stop")
def test_a_file_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    path = tmp_path / FILE
    path.write_text("theme = 'light'", encoding="utf-8")
    path.chmod(0)
    assert load_settings(path).message is not None


def test_settings_cost_no_torch_and_no_window() -> None:
    code = "import sys, app.settings; print([m for m in ('torch', 'numpy', 'pygame') if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert run.stdout.strip() == "[]"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """What commands ask the window for, by the lesson's name; it does not open."""
    asked: list[tuple[str, dict[str, Any]]] = []

    def play(song: Song, lesson: Lesson, open_conductor: OpenConductor, **options: Any) -> int:
        asked.append((lesson.name, options))
        return 0

    monkeypatch.setattr(window, "play", play)
    return asked


@pytest.fixture
def kept_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "torchaoke" / FILE
    path.parent.mkdir()
    kept = Settings("light", "zh", "circles", "quiet", "hard", 0.5, 0.25)
    path.write_text(dump(kept), encoding="utf-8")
    monkeypatch.setattr("app.options.settings_path", lambda: path)
    return path


@pytest.mark.parametrize("command", ["play", "karaoke", "sing"])
def test_every_show_begins_as_the_last_one_was_set(
    command: str, kept_file: Path, asked: list[tuple[str, dict[str, Any]]]
) -> None:
    assert RUNNER.invoke(app, [command]).exit_code == 0
    lesson, options = asked[0]
    controls = options["controls"]
    assert (lesson, controls.theme, controls.language) == ("circles", "light", "zh")
    assert (controls.backing, controls.volume, controls.voice) == ("quiet", 0.5, 0.25)
    assert (options["difficulty"], options["kept"].path) == ("hard", kept_file)


@pytest.mark.parametrize("command", ["play", "karaoke", "sing"])
def test_without_settings_it_begins_as_at_first_and_keeps_nothing(
    command: str, kept_file: Path, asked: list[tuple[str, dict[str, Any]]]
) -> None:
    assert RUNNER.invoke(app, [command, "--no-settings"]).exit_code == 0
    lesson, options = asked[0]
    controls = options["controls"]
    assert (lesson, controls.theme, controls.language) == ("straight_line", "dark", "en")
    assert (controls.volume, controls.voice, options["difficulty"]) == (1.0, 1.0, "medium")
    assert options["kept"] == NOTHING_KEPT


def test_what_the_command_line_asks_for_wins(
    kept_file: Path, asked: list[tuple[str, dict[str, Any]]]
) -> None:
    given = "play --lesson blobs --theme dark --language en --backing click"
    assert RUNNER.invoke(app, given.split()).exit_code == 0
    lesson, options = asked[0]
    controls = options["controls"]
    found = lesson, controls.theme, controls.language, controls.backing
    assert found == ("blobs", "dark", "en", "click")


@pytest.mark.parametrize("command", ["headless", "picture x.png --at 1"])
def test_what_is_not_shown_in_a_window_knows_no_settings(
    command: str, kept_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    kept_file.write_text("damaged", encoding="utf-8")
    assert RUNNER.invoke(app, command.split()).exit_code == 0
    assert kept_file.read_text(encoding="utf-8") == "damaged"


def test_tapping_along_goes_by_the_taps_to_the_sound_of_its_device(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    player = SilentPlayer(20.0, VirtualClock().now)
    player.device, player.latency = "phones", 0.02
    monkeypatch.setattr(opening, "open_player", lambda *arguments: player)
    write_recording(tmp_path / "rec.flac", 20.0)
    target = Target(tmp_path / "song", {"backing": tmp_path / "rec.flac"}, "song")
    known = Kept(settings=NEW.with_taps("phones", "wall", 0.2, 0.1))
    for latency, kept, expected in ((None, known, 0.2), (0.05, known, 0.05), (None, NOTHING_KEPT, 0.02)):
        wish = opening.Wish("line", target, False, latency, kept, "en", "dark", lambda line: None)
        with opening.ready(sheet.parse("La\nLa\n", "s"), wish, lambda name, seconds: None) as open_session:
            session = open_session(VirtualClock().now)
            assert session.deck.latency == expected
            session.close()
