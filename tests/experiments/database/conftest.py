"""Every test of what is kept runs on an empty SQLite file and on an empty PostgreSQL database."""

import multiprocessing

import pytest

from experiments.simulate import simulate
from tests.experiments.database.servers import fresh_database, running_postgres


@pytest.fixture(scope="session")
def postgres():
    """The address of a PostgreSQL server where databases can be made."""
    with running_postgres() as address:
        yield address


@pytest.fixture
def address_of_postgres(postgres):
    """The address of an empty PostgreSQL database."""
    with fresh_database(postgres) as made:
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request, tmp_path):
    """The address of an empty database, different for each test."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'lab.db'}"
    return request.getfixturevalue("address_of_postgres")


@pytest.fixture
def database(address, monkeypatch):
    """``experiments.database`` on an empty database."""
    monkeypatch.setenv("LAB_DATABASE_URL", address)
    from experiments import database

    return database


@pytest.fixture(scope="package")
def results(shop):
    """Popularity against luck, on 200 simulated users for two days."""
    return simulate(shop, control="popularity", treatments=["random"], users=200, days=2)


@pytest.fixture(scope="session")
def processes():
    """Processes that start quickly, for what they import is there already."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.experiments.database.loop"])
    return context
