"""Which database is opened, and the one sentence where it cannot be; a password is in none of them."""

import sqlite3

import pytest
from sqlalchemy import make_url, text

from engine.errors import LabError
from experiments import database
from experiments.database import connection
from experiments.database.address import address, shown
from tests.experiments.plans import a_plan


@pytest.fixture
def named(monkeypatch):
    def set_to(url):
        monkeypatch.setenv("LAB_DATABASE_URL", url)

    return set_to


def sentence_of(act):
    with pytest.raises(LabError) as error:
        act()
    said = str(error.value)
    assert "\n" not in said
    assert "sekrit" not in said
    return said


def test_without_a_name_it_is_a_file_at_home_that_readers_need_not_wait_for(tmp_path, monkeypatch):
    monkeypatch.delenv("LAB_DATABASE_URL", raising=False)
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "new" / "home"))
    database.register(a_plan())
    file = tmp_path / "new" / "home" / "lab.db"
    assert shown(address()) == str(file)
    with sqlite3.connect(file) as raw:
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert raw.execute("SELECT count(*) FROM plans").fetchone() == (1,)
    raw.close()
    with connection.reading() as session:
        assert session.scalar(text("PRAGMA synchronous")) == 2  # FULL: on the disk before it is acknowledged
        assert len(database.registrations()) == 1
        database.register(a_plan(days=3))  # a writer does not wait for that reader


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_way_to_name_postgresql(named, scheme):
    named(f" {scheme}://lab:sekrit@db.example:5433/lab?sslmode=require ")
    found = address()
    assert found.drivername == "postgresql+psycopg"
    assert found.query == {"sslmode": "require"}
    assert shown(found) == "postgresql://lab:***@db.example:5433/lab"


@pytest.mark.parametrize(
    "url",
    [
        "mysql://lab:sekrit@host/lab",
        "sekrit",
        "postgresql://lab:sekrit@host:port/lab",
        "sqlite://",
        "sqlite:///:memory:",
    ],
)
def test_what_names_no_database_is_one_sentence(named, url):
    named(url)
    assert "expected postgresql://user:password@host/name or sqlite:///path" in sentence_of(database.check)


def test_a_server_that_is_not_there_is_one_sentence(named):
    named("postgresql://lab:sekrit@127.0.0.1:1/lab")
    said = sentence_of(database.kept)
    assert said.startswith("The database postgresql://lab:***@127.0.0.1:1/lab cannot be used:")
    assert "refused" in said
    assert said.endswith("Check LAB_DATABASE_URL, and that its server is running.")


def test_a_database_that_is_not_there_is_one_sentence(named, postgres):
    named(make_url(postgres).set(database="nowhere").render_as_string(hide_password=False))
    assert '"nowhere" does not exist' in sentence_of(database.check)


def test_a_place_that_is_no_file_is_one_sentence(named, tmp_path):
    for place in (tmp_path, "/proc/nowhere/lab.db"):
        named(f"sqlite:///{place}")
        assert f"The database {place} cannot be used:" in sentence_of(database.check)


def test_a_file_another_program_holds_is_one_sentence(named, tmp_path, monkeypatch):
    monkeypatch.setattr(connection, "_PATIENCE_SECONDS", 0.1)
    named(f"sqlite:///{tmp_path / 'lab.db'}")
    database.check()
    with sqlite3.connect(tmp_path / "lab.db", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        connection.close()
        assert database.registrations() == []
        assert "is busy: database is locked. Another program" in sentence_of(lambda: database.register(a_plan()))
        other.execute("ROLLBACK")
    other.close()
    connection.close()


def test_a_file_that_is_no_database_is_one_sentence(named, tmp_path):
    (tmp_path / "lab.db").write_text("a letter, longer than a hundred bytes" * 10)
    named(f"sqlite:///{tmp_path / 'lab.db'}")
    assert "file is not a database" in sentence_of(database.check)


def test_a_file_that_may_only_be_read_can_be_read(named, tmp_path):
    file = tmp_path / "lab.db"
    named(f"sqlite:///{file}")
    database.register(a_plan())
    named(f"sqlite:///file:{file}?mode=ro&uri=true")
    assert len(database.registrations()) == 1
    assert "may only be read" in sentence_of(lambda: database.register(a_plan(days=3)))
    assert not list(tmp_path.glob("file:*"))


def test_a_server_that_may_only_be_read_can_be_read(address_of_postgres, named):
    named(address_of_postgres)
    database.register(a_plan())
    named(address_of_postgres + "?options=-c%20default_transaction_read_only%3Don")
    assert len(database.registrations()) == 1
    assert "may only be read" in sentence_of(lambda: database.register(a_plan(days=3)))
