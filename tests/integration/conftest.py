"""What the ledger's tests share: both databases with the tables in place, and empty."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from steno.database import Database
from tests.ledger import Ledger, empty
from tests.postgres import Postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with Postgres() as server:
        yield server


@pytest.fixture(scope="session")
def upgraded_postgresql(postgres: Postgres) -> str:
    url = postgres.database()
    _upgrade(url)
    return url


@pytest.fixture(scope="session")
def upgraded_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("database") / "steno.sqlite"
    _upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without any table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new.sqlite'}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.database()


@pytest.fixture
def sqlite_ledger(upgraded_sqlite: Path, tmp_path: Path) -> Iterator[Ledger]:
    path = tmp_path / "steno.sqlite"
    shutil.copy(upgraded_sqlite, path)
    with Ledger(f"sqlite:///{path}") as ledger:
        yield ledger


@pytest.fixture
def postgresql_ledger(upgraded_postgresql: str) -> Iterator[Ledger]:
    with Ledger(upgraded_postgresql) as ledger:
        empty(ledger.database)
        yield ledger


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger(request: pytest.FixtureRequest) -> Ledger:
    """An empty ledger, on each of the databases."""
    found: Ledger = request.getfixturevalue(f"{request.param}_ledger")
    return found


def _upgrade(url: str) -> None:
    database = Database(url)
    database.upgrade()
    database.dispose()
