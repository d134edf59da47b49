"""What the tests of ledger and REST API share: both databases with the tables in place, and empty."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.identity_provider import IdentityProvider
from tests.ledger import Ledger, empty
from tests.outage import Outage
from tests.postgres import Postgres
from tests.rest import Person, Rest, make_rest


@pytest.fixture
def provider() -> Iterator[IdentityProvider]:
    """An identity provider that runs here."""
    with IdentityProvider() as one:
        yield one


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with Postgres() as server:
        yield server


# One engine for all tests: it remembers how it wrote each statement.
@pytest.fixture(scope="session")
def _postgresql(postgres: Postgres) -> Iterator[Ledger]:
    with Ledger(postgres.database()) as ledger:
        ledger.database.upgrade()
        yield ledger


@pytest.fixture(scope="session")
def _sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    with Ledger(f"sqlite:///{tmp_path_factory.mktemp('database') / 'steno.sqlite'}") as ledger:
        ledger.database.upgrade()
        yield ledger


@pytest.fixture(params=["sqlite", "postgresql"])
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without any table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'new.sqlite'}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.database()


@pytest.fixture
def sqlite_ledger(_sqlite: Ledger) -> Ledger:
    empty(_sqlite.database)
    return _sqlite


@pytest.fixture
def postgresql_ledger(_postgresql: Ledger) -> Ledger:
    empty(_postgresql.database)
    return _postgresql


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger(request: pytest.FixtureRequest) -> Ledger:
    """An empty ledger, on each of the databases."""
    found: Ledger = request.getfixturevalue(f"{request.param}_ledger")
    return found


@pytest.fixture
def outage(ledger: Ledger, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Outage]:
    """The ledger's database can go away; who writes then gives up at once, instead of after some seconds."""
    monkeypatch.setattr("steno.database._TRIES", 1)
    made = Outage(ledger, request.getfixturevalue("postgres") if ledger.is_postgresql else None)
    yield made
    made.end()


@pytest.fixture(params=["sqlite", "postgresql"])
def rest(request: pytest.FixtureRequest, tmp_path: Path) -> Rest:
    """A REST API with nobody there, on each of the databases."""
    if request.param == "sqlite":
        return make_rest(tmp_path)
    ledger: Ledger = request.getfixturevalue("postgresql_ledger")
    return make_rest(tmp_path, database=ledger.database)


@pytest.fixture
def ann(rest: Rest) -> Person:
    return rest.person()
