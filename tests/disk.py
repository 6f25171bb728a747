"""A small disk of a test's own, which can be full or read-only."""

import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

SIZE = 1 << 20
"""Of the disk, in bytes."""


class Disk:
    """A tmpfs in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self) -> None:
        """Leave no byte of it free."""
        with (self.folder / "filling").open("wb", buffering=0) as file, suppress(OSError):
            while file.write(bytes(4096)):
                pass

    def protect(self) -> None:
        """From now on it is read-only."""
        subprocess.run(["mount", "-o", "remount,ro", self.folder], check=True, timeout=30)

    def names(self) -> set[str]:
        """What is on it."""
        return {path.name for path in self.folder.iterdir()} - {"filling"}


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """Mounted; skipped where that is not allowed."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "none", str(folder)]
    try:
        done = subprocess.run(mount, capture_output=True, text=True, timeout=30)
    except FileNotFoundError:
        pytest.skip("needs the program mount")
    if done.returncode:
        pytest.skip(f"needs the right to mount a tmpfs: {done.stderr.strip()}")
    yield Disk(folder)
    subprocess.run(["umount", "--lazy", folder], check=True, timeout=30)
