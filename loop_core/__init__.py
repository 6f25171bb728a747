"""Reading a training loop, stepping it, and keeping it with the music: no window, no sound."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from loop_core.given import sing

__all__ = ["sing"]


def __getattr__(name: str) -> Any:
    """`sing` brings torch with it, which nothing else here needs to wait for."""
    if name == "sing":
        from loop_core.given import sing

        return sing
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
