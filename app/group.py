"""How the command line behaves as a whole: it plays without a command, and its errors are one line."""

from typing import Any

import typer
from typer.core import TyperGroup

from loop_core.errors import InputError


class _Plainly(TyperGroup):
    """A command group that plays when no command is given, and whose errors are one line."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, args or ["play"])

    def list_commands(self, ctx: Any) -> list[str]:
        """In the order in which they were added; those with commands of their own come last."""
        return sorted(self.commands, key=lambda name: isinstance(self.commands[name], TyperGroup))

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except InputError as error:
            typer.echo(f"torchaoke: {error}", err=True)
            raise typer.Exit(2) from None
        except ImportError as error:
            typer.echo(f"torchaoke: {error}; `torchaoke doctor` says what is missing", err=True)
            raise typer.Exit(1) from None
        except KeyboardInterrupt:
            typer.echo("interrupted", err=True)
            raise typer.Exit(130) from None


def plain_app() -> typer.Typer:
    """A command line without commands yet."""
    return typer.Typer(
        cls=_Plainly,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
