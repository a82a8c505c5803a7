"""The schema: made from nothing, the same as the tables the program reads, once, and never turned back."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from engine.errors import LabError
from experiments.database import connection, migrating
from experiments.database.schema import Table
from tests.conftest import ROOT
from tests.experiments.database import loop
from tests.experiments.plans import a_plan


def test_an_empty_database_becomes_what_the_program_reads(database):
    database.check()
    with connection.reading() as session:
        tables = session.connection()
        assert compare_metadata(MigrationContext.configure(tables), Table.metadata) == []
        assert set(inspect(tables).get_table_names()) == {*Table.metadata.tables, "alembic_version"}
        assert session.scalar(text("SELECT version_num FROM alembic_version")) == migrating.HEAD


def test_the_newest_migration_is_the_one_the_program_names():
    script = ScriptDirectory(str(ROOT / "experiments" / "database" / "migrations"))
    assert script.get_heads() == [migrating.HEAD]


def test_several_processes_may_open_an_empty_database_at_once(database, address, processes):
    barrier = processes.Barrier(4)
    children = [processes.Process(target=loop.open_with_others, args=(address, place, barrier)) for place in range(4)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    assert [child.exitcode for child in children] == [0, 0, 0, 0]
    assert len(database.registrations()) == 40


def test_a_database_of_a_newer_program_is_refused_and_left_alone(database):
    database.register(a_plan())
    with connection.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    connection.close()
    with pytest.raises(LabError) as error:
        database.registrations()
    assert "was made by a newer version of this program (its schema is 9999, this one knows 0001)" in str(error.value)
    assert "\n" not in str(error.value)
    with pytest.raises(LabError, match="newer version"):
        database.register(a_plan())


def test_a_file_that_was_removed_is_made_again(tmp_path, monkeypatch):
    from experiments import database

    monkeypatch.setenv("LAB_DATABASE_URL", f"sqlite:///{tmp_path / 'lab.db'}")
    database.register(a_plan())
    for file in tmp_path.glob("lab.db*"):
        file.unlink()
    assert database.registrations() == []
    database.register(a_plan())
    assert len(database.registrations()) == 1
