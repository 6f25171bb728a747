"""Rules of colour and type: everybody can tell the signs apart, and everything can be read."""

import os

os.environ["SDL_VIDEODRIVER"] = "dummy"

from itertools import combinations

import numpy as np
import pygame
import pytest

from app import draw
from app.theme import THEMES, Color, Theme
from assets import SONGS
from loop_core.song import load_song, song_folders

GROUNDS = ("ground", "panel")
TEXTS = ("text", "dim", "faint", "now", "negative", "positive", "train", "test", "comment", "failed")

# G. Machado et al., "A Physiologically-based Model for Simulation of Color Vision Deficiency" (2009),
# severity 1, for linear RGB.
DEFICIENCIES = {
    "none": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


@pytest.fixture(params=THEMES.values(), ids=THEMES)
def theme(request: pytest.FixtureRequest) -> Theme:
    found: Theme = request.param
    return found


def linear(color: Color) -> np.ndarray:
    share = np.array(color) / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def contrast(a: Color, b: Color) -> float:
    """The contrast ratio of WCAG 2.1."""
    low, high = sorted(float(linear(color) @ (0.2126, 0.7152, 0.0722)) for color in (a, b))
    return (high + 0.05) / (low + 0.05)


def seen(color: Color, deficiency: str) -> np.ndarray:
    """CIELAB, white D65, of a colour as it is seen."""
    rgb = np.clip(np.array(DEFICIENCIES[deficiency]) @ linear(color), 0, 1)
    to_xyz = [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.072175],
        [0.0193339, 0.119192, 0.9503041],
    ]
    xyz = np.array(to_xyz) @ rgb / (0.95047, 1, 1.08883)
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def difference(a: Color, b: Color, deficiency: str) -> float:
    """CIE 1976: 2.3 is just noticeable."""
    return float(np.linalg.norm(seen(a, deficiency) - seen(b, deficiency)))


@pytest.mark.parametrize("ground", GROUNDS)
def test_every_text_has_a_contrast_of_4_5(theme: Theme, ground: str) -> None:
    for name in TEXTS:
        assert contrast(getattr(theme, name), getattr(theme, ground)) >= 4.5, name


def test_the_sung_line_and_the_code_have_a_contrast_of_7(theme: Theme) -> None:
    for color, ground in (
        (theme.text, theme.ground),
        (theme.now, theme.ground),
        (theme.text, theme.panel),
        (theme.keyword, theme.panel),
        (theme.literal, theme.panel),
        (theme.text, theme.now_ground),
        (theme.now, theme.now_ground),
    ):
        assert contrast(color, ground) >= 7


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_what_is_told_apart_by_colour_is_so_for_everybody(theme: Theme, deficiency: str) -> None:
    pairs = [(theme.negative, theme.positive), (theme.train, theme.test), (theme.now, theme.text)]
    pairs += combinations(theme.classes, 2)
    for a, b in pairs:
        assert difference(a, b, deficiency) > 20, (a, b)


@pytest.mark.parametrize("folder", song_folders(SONGS), ids=lambda folder: folder.name)
def test_the_bundled_fonts_have_every_character_of_the_bundled_songs(folder: object) -> None:
    pygame.font.init()
    song = load_song(folder)  # type: ignore[arg-type]
    texts = [line.text for line in song.lines] + [
        text for line in song.lines for text in line.subtitles.values()
    ]
    for text in texts:
        metrics = draw.font(draw.face_for("words", text), 20).metrics(text)
        assert all(metrics), text


def test_chinese_is_set_in_the_chinese_font() -> None:
    assert draw.face_for("bold", "调用 model.train()，进入训练模式") == "chinese"
    assert draw.face_for("bold", "Call model dot train ← →") == "bold"
