"""What is remembered is kept whole, and a damaged file is set aside, never lost."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import window
from app.settings import FILE, Settings, load_settings, settings_path

NAMES = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.dictionaries(NAMES, st.floats(-1, 1)))
def test_what_was_saved_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, kept: dict[str, float]
) -> None:
    settings = Settings(tmp_path_factory.mktemp("config") / "new" / FILE, {})
    for name, seconds in kept.items():
        settings = settings.with_latency(name, seconds)
    settings.save()
    assert load_settings(settings.path) == (settings, "")
    assert tomllib.loads(settings.path.read_text(encoding="utf-8")) == {"latencies": kept}


def test_a_microphone_that_was_not_measured_has_no_latency(tmp_path: Path) -> None:
    settings, message = load_settings(tmp_path / FILE)
    assert message == ""
    assert settings.latency("any") == 0.0
    assert settings.with_latency("one", 0.05).latency("one") == 0.05


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "latencies = 1",
        "[latencies]\na = true",
        "[latencies]\na = nan",
        "[latencies]\na = 'x'",
        "\0",
        "[a",
    ],
)
def test_a_damaged_file_is_set_aside_with_a_word(tmp_path: Path, text: str) -> None:
    path = tmp_path / FILE
    path.write_text(text, encoding="utf-8")
    settings, message = load_settings(path)
    assert settings.latencies == {}
    assert "kept as settings.damaged-1.toml" in message
    assert (tmp_path / "settings.damaged-1.toml").read_text(encoding="utf-8") == text


@given(st.binary(max_size=200))
def test_no_file_stops_the_show(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("config") / FILE
    path.write_bytes(data)
    settings, message = load_settings(path)
    assert settings.latencies == {} or message == ""


def test_it_is_kept_where_programs_keep_such_things(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert settings_path().name == FILE
    assert window.settings_path is settings_path
