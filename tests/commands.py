"""Runs the command line in this process."""

from typer.testing import CliRunner

from app.cli import app

RUNNER = CliRunner()


def refused(*arguments: str) -> str:
    """The message of a command line that must be refused as unusable."""
    result = RUNNER.invoke(app, arguments)
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.output
    return str(result.output)
