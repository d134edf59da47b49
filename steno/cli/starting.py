"""What a program of the service needs before it starts, said at once and with its cure: never found out job by job."""

import difflib
import errno
import fcntl
import logging
import os
import resource
import socket
import sys
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from steno.config import Settings, load_settings
from steno.errors import DatabaseAway, InvalidOption, StorageDenied, UnknownModel
from steno.states import Queue
from steno.storage import storage_errors

if TYPE_CHECKING:
    from steno.database import Database

_LOG = logging.getLogger("steno.start")
OURS = 0o077  # what is written is for the service's user alone
RELEASE = 5.0  # seconds until a port is free again whose last user was killed
_PATIENCE = 30.0  # seconds for a database that starts beside us
_PAUSE = 2.0


def begin() -> Settings:
    """The settings, checked, and the log opened. Raises InvalidOption."""
    # Decoded speech and the database lie in plain: whatever the rights of the data directory, nobody else reads them.
    os.umask(OURS)
    # A crash in native code would leave keys and speech in a core dump; so for whatever we start.
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    form = "%(asctime)s %(levelname).1s %(name)s %(message)s"
    logging.basicConfig(level=logging.INFO, format=form, stream=sys.stderr)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    settings = load_settings()
    for name, meant in unknown_settings().items():
        _LOG.warning("setting.unknown name=%s meant=%s", name, meant or "?")
    _check_messages(settings)
    return settings


def unknown_settings(names: Iterable[str] | None = None) -> dict[str, str | None]:
    """STENO_* variables that nothing reads, such as misspelt ones, each with the name that may have been meant."""
    known = {f"STENO_{name.upper()}" for name in Settings.model_fields} | {"STENO_DEBUG"}
    given = [name for name in (os.environ if names is None else names) if name.startswith("STENO_")]
    strange = sorted(name for name in given if name.upper() not in known)
    return {name: next(iter(difflib.get_close_matches(name.upper(), known, 1, 0.8)), None) for name in strange}


def with_redis(settings: Settings) -> Settings:
    """The settings, where they name a Redis. Raises InvalidOption."""
    if settings.redis_url is None:
        raise InvalidOption("STENO_REDIS_URL is not set", "Name your Redis, or run `steno up`, which brings its own.")
    return settings


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold a data directory: two services on one would take each other's work back.

    Raises InvalidOption, StorageDenied.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StorageDenied(f"{folder} cannot be made", "Set STENO_DATA_DIR.") from error
    with storage_errors(folder):
        lock = (folder / "up.lock").open("w")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InvalidOption(f"Steno is up on {folder} already", "Stop it, or set STENO_DATA_DIR.") from error
        yield


def opened(settings: Settings, *, patience: float = _PATIENCE) -> "Database":
    """The database with this version's tables; one that is away is waited for: it may be starting, too.

    Raises InvalidOption, StorageDenied, DatabaseAway, DatabaseUnusable.
    """
    from steno.database import Database

    database, end = Database.of(settings), time.monotonic() + patience
    while True:
        try:
            database.upgrade()
            return database
        except DatabaseAway as error:
            if time.monotonic() > end:
                raise
            _LOG.warning("database.away again_in=%ds %s", _PAUSE, error.message)
            time.sleep(_PAUSE)


def unlock(settings: Settings, database: "Database | None" = None) -> None:
    """Make the key that encrypts what is stored, on the first start. Raises KeyUnusable where it is lost or another."""
    from steno.ledger import wrapped_keys
    from steno.vault import Vault

    vault = Vault.of(settings)
    vault.keys.check()
    if database is not None:
        wrapped_keys.check(database, vault)
    if settings.encrypt:
        vault.keys.ensure()


def check_port(host: str, port: int, *, patience: float = 0.0) -> None:
    """Whether a web server can listen there. Raises InvalidOption."""
    end = time.monotonic() + patience
    while (trouble := _trouble(host, port)) is not None:
        if time.monotonic() >= end:
            raise trouble
        time.sleep(0.2)


def check_work(settings: Settings, queues: Collection[Queue]) -> None:
    """Whether a worker of these queues has what every one of its jobs needs; nothing is loaded or downloaded.

    Raises MissingProgram, InvalidOption, StorageDenied.
    """
    from worker.ffmpeg import find_ffmpeg
    from worker.models import check_name
    from worker.summarization.templates import load_template

    if {Queue.MEDIA, Queue.GPU} & set(queues):
        find_ffmpeg(settings.ffmpeg)
        scratch = settings.scratch_dir or settings.data_dir
        try:
            scratch.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise StorageDenied(f"STENO_SCRATCH_DIR={scratch} cannot be made", "Correct or unset it.") from error
    if Queue.GPU in queues:
        with _named("STENO_MODEL"):
            check_name(settings.model)
    if Queue.LLM in queues:
        with _named("STENO_TEMPLATE"):
            load_template(settings.template, settings.template_dir)


@contextmanager
def _named(variable: str) -> Iterator[None]:
    """Say which variable it is that is wrong."""
    try:
        yield
    except (InvalidOption, UnknownModel) as error:
        raise InvalidOption(f"{variable} cannot be used: {error.message}", error.cure) from error


def _check_messages(settings: Settings) -> None:
    """Settings of mails and webhooks, which else would be found wrong when the first is to be sent."""
    from steno.webhook_address import Allowed, webhook_keys
    from worker.notification.mail import check_mail_settings

    check_mail_settings(settings)
    Allowed.of(settings)
    if settings.webhook_secret is not None:
        webhook_keys(settings)


def _trouble(host: str, port: int) -> InvalidOption | None:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        return _said(host, port, error)
    return None


def _said(host: str, port: int, error: OSError) -> InvalidOption:
    if error.errno == errno.EADDRINUSE:
        return InvalidOption(
            f"Port {port} of {host} is taken", f"Stop what listens there, or choose another one: --port {port + 1}."
        )
    if error.errno in {errno.EACCES, errno.EPERM}:
        return InvalidOption(
            f"Port {port} is not for this user to open", "Choose one above 1023, and put a proxy before it."
        )
    if error.errno == errno.EADDRNOTAVAIL or isinstance(error, socket.gaierror):
        return InvalidOption(f"--host {host} is no address of this machine", "127.0.0.1 is itself, 0.0.0.0 everybody.")
    return InvalidOption(f"Nothing can listen at {host}:{port}: {os.strerror(error.errno or 0)}", "Choose another one.")
