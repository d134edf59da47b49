"""`steno models`: which speech models and diarization pipelines there are, and bringing them to this machine."""

from typing import Annotated

import typer
from rich.table import Table

from steno.cli.console import shown, speaks_plainly, stderr, stdout
from steno.config import load_settings

models = typer.Typer(help="List, download and locate models.", no_args_is_help=True)
_BUNDLED = "bundled; only for demonstration"
Name = Annotated[str, typer.Argument(help="Name, Hugging Face id (owner/name) or directory.")]


@models.command("list")
@speaks_plainly
def list_() -> None:
    """Every known model, and whether it is on this machine."""
    from worker.diarization.models import KNOWN_PIPELINES, available_pipelines
    from worker.models import KNOWN_MODELS, available

    settings = load_settings()
    table = Table("model", "for", "source", "on this machine", box=None, pad_edge=False)
    for name, source in available(settings):
        here = f"yes, {source.size / 1e6:.0f} MB" if source else "no"
        table.add_row(name, "speech", KNOWN_MODELS.get(name, _BUNDLED), here)
    for name, pipeline in available_pipelines(settings):
        here = f"yes, {pipeline.size / 1e6:.0f} MB" if pipeline else "no"
        table.add_row(name, "speakers", KNOWN_PIPELINES.get(name, _BUNDLED), here)
    stdout.print(table)


@models.command()
@speaks_plainly
def pull(name: Name) -> None:
    """Download a model now, e.g. to prepare a machine without a network."""
    from worker.diarization.models import is_pipeline, pull_pipeline
    from worker.models import pull as download

    stderr.print(f"[dim]Downloading {shown(name)} ...[/]")
    source = (pull_pipeline if is_pipeline(name) else download)(name, load_settings())
    stdout.print(shown(f"{source.name} is ready in {source.path}"))


@models.command()
@speaks_plainly
def path(name: Name) -> None:
    """Print the directory of a model that is on this machine."""
    from worker.diarization.models import is_pipeline, resolve_pipeline
    from worker.models import choose_device, resolve

    settings = load_settings().model_copy(update={"offline": True})
    if is_pipeline(name):
        stdout.print(shown(str(resolve_pipeline(name, settings).path)))
        return
    stdout.print(shown(str(resolve(name, settings, device=choose_device("auto")).path)))
