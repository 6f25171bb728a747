"""One thread for torch, here and in processes that tests start; the switch that accepts pictures."""

import os

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")

import pygame
import pytest

os.environ["OMP_NUM_THREADS"] = "1"  # small models are slower on several


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--accept-pictures",
        action="store_true",
        help="keep the pictures that are drawn now as those to compare with (tests/golden)",
    )


@pytest.fixture(scope="session", autouse=True)
def own_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nobody's settings change a test, and no test changes anybody's."""
    os.environ["XDG_CONFIG_HOME"] = str(tmp_path_factory.mktemp("config"))


@pytest.fixture
def fonts() -> None:
    """Fonts can be drawn."""
    pygame.font.init()


@pytest.fixture
def accept_pictures(request: pytest.FixtureRequest) -> bool:
    """Whether pictures are accepted instead of compared."""
    return bool(request.config.getoption("--accept-pictures"))
