"""Who may import whom, read from the source itself."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CORE = sorted((ROOT / "loop_core").rglob("*.py"))
APP = sorted((ROOT / "app").rglob("*.py"))
PANELS = sorted(path for path in (ROOT / "app" / "panels").glob("*.py") if path.stem != "__init__")

DRAWING = sorted(path for path in (ROOT / "app" / "drawing").glob("*.py") if path.stem != "__init__")
MEANS = frozenset({"draw", "drawing", "pointing", "theme"})
"""What of the app panels are drawn with."""


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever it stands: 'pkg.mod' and 'pkg.mod.name'."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imports_any(path: Path, *packages: str) -> set[str]:
    return {name for name in imports(path) for package in packages if f"{name}.".startswith(f"{package}.")}


def uses(path: Path, dotted: str) -> bool:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return any(isinstance(node, ast.Attribute) and ast.unparse(node) == dotted for node in ast.walk(tree))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", CORE, ids=name_of)
def test_the_core_knows_no_window_no_sound_and_no_app(path: Path) -> None:
    assert imports_any(path, "pygame", "pydub", "app", "typer", "rich") == set()


@pytest.mark.parametrize("path", APP, ids=name_of)
def test_the_app_sees_numpy_and_never_torch(path: Path) -> None:
    assert imports_any(path, "torch") == set()


@pytest.mark.parametrize("path", APP, ids=name_of)
def test_only_audio_touches_the_mixer_and_only_sounds_pydub(path: Path) -> None:
    if path != ROOT / "app" / "audio.py":
        assert imports_any(path, "pygame.mixer") == set()
        assert not uses(path, "pygame.mixer")
    if path != ROOT / "app" / "sounds.py":
        assert imports_any(path, "pydub") == set()


@pytest.mark.parametrize("path", PANELS + DRAWING, ids=name_of)
def test_a_panel_knows_drawing_and_data_types_only(path: Path) -> None:
    assert {name.split(".")[1] for name in imports_any(path, "app")} <= MEANS
    data = {"frame", "lessons", "listing", "operations", "cloze", "quiz", "snapshot", "song", "timeline"}
    data |= {"report", "scoring", "singing", "activity", "assembly", "edits", "outcomes", "variants", "words"}
    data |= {"vamping"}
    assert {name.split(".")[1] for name in imports_any(path, "loop_core")} <= data


@pytest.mark.parametrize("path", sorted((ROOT / "loop_core" / "lessons").glob("[a-z]*.py")), ids=name_of)
def test_a_lesson_is_plain_code_of_a_learner(path: Path) -> None:
    assert {name.split(".")[0] for name in imports(path)} <= {"torch", "numpy"}


def test_the_top_level_is_what_it_was_meant_to_be() -> None:
    entries = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    made = {"build", "dist", "venv", "__pycache__"}
    unknown = {name for name in entries - made if not name.endswith(".egg-info")}
    assert unknown <= {"README.md", "LICENSE", "pyproject.toml", "app", "assets", "loop_core", "tests"}


@pytest.mark.parametrize(
    "module", ["loop_core.conductor", "loop_core.song", "loop_core.lessons", "loop_core.trace"]
)
def test_what_the_window_imports_does_not_bring_torch(module: str) -> None:
    code = f"import sys, {module}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=60).returncode == 0


@pytest.mark.parametrize("name", ["draw", "pointing", "theme"])
def test_what_everything_is_drawn_with_knows_no_panel_and_no_driver(name: str) -> None:
    path = ROOT / "app" / f"{name}.py"
    assert {found.split(".")[1] for found in imports_any(path, "app")} <= MEANS - {name, "drawing"}
