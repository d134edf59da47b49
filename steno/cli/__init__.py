"""The front door on the command line: `steno`. It alone may import the worker, and does so only when needed."""

import os

import typer

from steno import __version__
from steno.cli.admin import admin
from steno.cli.ask import ask
from steno.cli.doctor import doctor
from steno.cli.evaluate import evaluation
from steno.cli.minutes import minutes, templates
from steno.cli.models import models
from steno.cli.serve import recover, up, web, worker
from steno.cli.submit import jobs, submit
from steno.cli.transcribe import transcribe

app = typer.Typer(
    name="steno",
    help="Turn recordings into transcripts and minutes, on your own machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(transcribe)
app.command()(minutes)
app.command()(templates)
app.command()(ask)
app.add_typer(models, name="models")
app.add_typer(evaluation, name="eval")
app.command()(doctor)
app.add_typer(admin, name="admin", rich_help_panel="The service")
for command in (up, web, worker, recover, submit, jobs):
    app.command(rich_help_panel="The service")(command)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"steno {__version__}")
        raise typer.Exit


@app.callback()
def steno(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    """Turn recordings into transcripts and minutes, on your own machine."""


def main() -> None:
    """Entry point of the `steno` program."""
    # No library may report home; set before any of them is imported.
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("PYANNOTE_METRICS_ENABLED", "0")
    app()
