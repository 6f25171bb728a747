"""How the command line behaves as a whole: it plays without a command, and its errors are one line."""

import re
from typing import Any

import typer
from typer.core import TyperGroup

from loop_core.errors import InputError

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class _Plainly(TyperGroup):
    """A command group that plays when no command is given, and whose errors are one line."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, args if args or ctx.resilient_parsing else ["play"])

    def list_commands(self, ctx: Any) -> list[str]:
        """In the order in which they were added; those with commands of their own come last."""
        return sorted(self.commands, key=lambda name: isinstance(self.commands[name], TyperGroup))

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except InputError as error:
            typer.echo(f"torchaoke: {_plain(str(error))}", err=True)
            raise typer.Exit(2) from None
        except OSError as error:
            if error.filename is None:  # a pipe that was closed, for one
                raise
            typer.echo(f"torchaoke: {_plain(f'{error.filename}: {error.strerror}')}", err=True)
            raise typer.Exit(2) from None
        except ImportError as error:
            typer.echo(f"torchaoke: {error}; `torchaoke doctor` says what is missing", err=True)
            raise typer.Exit(1) from None
        except KeyboardInterrupt:
            typer.echo("interrupted", err=True)
            raise typer.Exit(130) from None


def _plain(message: str) -> str:
    """In one line, without what controls a terminal: it may quote a file of anybody's."""
    return CONTROL.sub(lambda found: repr(found[0])[1:-1], message)


def plain_app(closing: str) -> typer.Typer:
    """A command line without commands yet, whose help ends with ``closing``."""
    return typer.Typer(
        cls=_Plainly,
        epilog=closing,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
