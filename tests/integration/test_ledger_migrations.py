"""The migrations make what the tables say, on both databases, also where several processes run them at once."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from steno.config import Settings
from steno.database import Database
from steno.database.passages import is_declared
from steno.database.tables import Base
from tests.ledger import on_all, upgrade


def test_migrations_make_what_the_tables_say(new_database: str) -> None:
    database = Database(new_database)

    database.upgrade()

    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": is_declared})
        assert compare_metadata(context, Base.metadata) == []
    database.dispose()


def test_another_upgrade_changes_nothing(new_database: str) -> None:
    database = Database(new_database)
    database.upgrade()
    before = inspect(database.engine).get_table_names()

    database.upgrade()

    assert inspect(database.engine).get_table_names() == before
    assert database.answers()
    database.dispose()


def test_several_processes_upgrade_at_once(new_database: str) -> None:
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as processes:
        on_all(processes, upgrade, *[(new_database,)] * 4)

    database = Database(new_database)
    tables = {name for name in inspect(database.engine).get_table_names() if is_declared(name, "table", None)}
    assert tables == {*Base.metadata.tables, "alembic_version"}
    database.dispose()


def test_sqlite_stays_in_the_data_directory_whatever_its_name(tmp_path: Path) -> None:
    home = tmp_path / "50% of what? #1"

    database = Database.of(Settings(data_dir=home))
    database.upgrade()
    database.dispose()

    assert [entry.name for entry in tmp_path.iterdir()] == [home.name]
    assert (home / "steno.sqlite").is_file()
