"""Programs of the service that cannot start, or not yet: one line that names the cure, and nothing half begun."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from steno.cli.admin import admin
from steno.cli.starting import begin, check_port, check_work, unknown_settings
from steno.database import Database
from steno.errors import DatabaseAway, DatabaseUnusable, InvalidOption, MissingProgram, StenoError
from steno.states import Queue
from tests import hermetic
from tests.postgres import Postgres
from tests.redis_server import redis_server
from tests.service import free_port


@pytest.fixture(autouse=True)
def programs_begin_here() -> Iterator[None]:
    with hermetic.as_a_program_begins():
        yield


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens at."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield int(other.getsockname()[1])


def test_a_command_that_makes_the_database_makes_it_for_the_service_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("STENO_DATA_DIR", str(tmp_path))
    tmp_path.chmod(0o755)

    run = CliRunner().invoke(admin, ["users", "add", "bo@example.org"])

    assert run.exit_code == 0
    assert {oct(path.stat().st_mode & 0o777) for path in tmp_path.iterdir()} == {"0o600"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STENO_REDIS_URL", "localhost:6379"),
        ("STENO_PUBLIC_URL", "steno.example.org"),
        ("STENO_SMTP_URL", "mail.example.org"),
        ("STENO_WEBHOOK_SECRET", "secret"),
        ("STENO_WEBHOOK_ALLOW", "one two"),
        ("STENO_SCRATCH_DIR", "/proc/steno"),
        ("STENO_TEMPLATE", "nosuch"),
        ("STENO_MODEL", "nosuch"),
        ("STENO_FFMPEG", "/nosuch"),
    ],
)
def test_a_value_that_cannot_be_used_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str
) -> None:
    monkeypatch.setenv("STENO_DATA_DIR", str(tmp_path))
    monkeypatch.setenv(name, value)

    with pytest.raises(StenoError, match=name):
        check_work(begin(), list(Queue))


def test_passwords_in_addresses_are_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STENO_REDIS_URL", "redis:/:hunter2@localhost")

    with pytest.raises(InvalidOption, match="STENO_REDIS_URL") as said:
        begin()

    assert "hunter2" not in str(said.value)


def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("STENO_SMTP_URL", "STENO_LEASE", "STENO_REDIS_URL"):
        monkeypatch.setenv(name, "")

    settings = begin()

    assert (settings.smtp_url, settings.lease, settings.redis_url) == (None, 30.0, None)


@pytest.mark.parametrize("address", ["https://steno.example.org", "https://example.org/steno"])
def test_a_public_address_may_end_in_a_slash(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("STENO_PUBLIC_URL", f"{address}/")

    assert begin().public_url == address


def test_a_misspelt_variable_is_noticed() -> None:
    found = unknown_settings(["STENO_LEESE", "STENO_LEASE", "STENO_DEBUG", "STENO_UNHEARD_OF", "HOME"])

    assert found == {"STENO_LEESE": "STENO_LEASE", "STENO_UNHEARD_OF": None}


def test_a_port_that_is_taken_is_said_before_anything_begins(taken: int, tmp_path: Path) -> None:
    run = _steno(tmp_path / "data", "up", "--port", str(taken))

    assert run.returncode == 1
    assert run.stderr.startswith(f"error: Port {taken} of 127.0.0.1 is taken.")
    assert run.stdout == "", "no token was shown that nobody can use yet"
    assert not (tmp_path / "data").exists()


def test_an_address_that_is_not_ours_is_said() -> None:
    with pytest.raises(InvalidOption, match=r"--host 203\.0\.113\.1 is no address of this machine"):
        check_port("203.0.113.1", free_port())


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--queues", "gpu,printer"), "error: There is no queue 'printer'."),
        (("--slot", "gpu/1"), "error: 'gpu/1' cannot be a slot's name."),
    ],
)
def test_a_worker_without_a_proper_queue_or_name_is_refused(
    tmp_path: Path, options: tuple[str, str], says: str
) -> None:
    run = _steno(tmp_path / "data", "worker", *options)

    assert run.returncode == 1
    assert run.stderr.startswith(says)


def test_a_database_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'steno.sqlite'}")
    database.upgrade()
    with database.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(DatabaseUnusable, match="later version"):
        database.upgrade()


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: path.mkdir(parents=True), "Let Steno's user write to"),
        (lambda path: path.write_bytes(b"no database at all " * 500), "Restore it from a backup"),
    ],
)
def test_a_database_that_cannot_be_opened_is_said(tmp_path: Path, make: Callable[[Path], object], says: str) -> None:
    make(tmp_path / "steno.sqlite")

    run = _steno(tmp_path, "admin", "users", "list")

    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr.startswith("error: The database cannot be used: ")
    assert says in run.stderr


def test_a_postgresql_without_its_driver_or_server_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    address = f"postgresql://steno:hunter2@127.0.0.1:{free_port()}/steno"

    with pytest.raises(DatabaseAway, match="Start it, or correct STENO_DATABASE_URL") as away:
        Database(address).upgrade()
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingProgram, match=re.escape("steno[postgresql]")):
        Database(address)

    assert "hunter2" not in str(away.value)


def test_a_worker_waits_for_the_database_that_starts_after_it(tmp_path: Path) -> None:
    with Postgres() as postgres, redis_server() as redis:
        url = postgres.database()
        postgres.stop()
        environment = {"STENO_DATABASE_URL": url, "STENO_REDIS_URL": redis, "STENO_DATA_DIR": str(tmp_path / "data")}
        with (tmp_path / "said").open("wb") as said:
            worker = subprocess.Popen(
                [sys.executable, "-m", "steno", "worker", "--queues", "notify"],
                env={**os.environ, **environment},
                stderr=said,
            )
        try:
            _until(lambda: b"database.away" in (tmp_path / "said").read_bytes(), worker)
            postgres.start()
            _until(lambda: _workers(url) == 1, worker)  # its recovery loop runs
        finally:
            worker.terminate()
            worker.wait(60)


def test_a_worker_that_cannot_begin_ends(tmp_path: Path) -> None:
    (tmp_path / "steno.sqlite").mkdir()
    begins = (
        "from celery.signals import worker_init\n"
        "from steno.config import Settings\n"
        "from worker.service.app import make_app\n"
        f"app = make_app(Settings(data_dir={str(tmp_path)!r}, redis_url='redis://127.0.0.1:1/0'))\n"
        "worker_init.send(sender=app)\n"
    )

    run = subprocess.run([sys.executable, "-c", begins], capture_output=True, text=True, timeout=120, check=False)

    assert run.returncode == 1
    assert "worker.not-started" in run.stderr


def _steno(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "steno", *words],
        env={**os.environ, "STENO_DATA_DIR": str(data)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def _workers(url: str) -> int:
    database = Database(url)
    try:
        with database.reading() as session:
            return int(session.execute(text("SELECT count(*) FROM workers")).scalar_one())
    except Exception:  # not up yet, or without tables
        return 0
    finally:
        database.dispose()


def _until(condition: Callable[[], bool], worker: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + 90
    while not condition():
        assert worker.poll() is None, "the worker gave up"
        assert time.monotonic() < end
        time.sleep(0.1)
