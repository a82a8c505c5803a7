"""A user who is deleted leaves no trace in kept experiments either; what they found stays."""

import sqlite3
from dataclasses import replace

import pandas as pd
import pytest

from engine import store
from engine.control import delete_user
from experiments import database, individual_files
from tests.engine.logs import random_log
from tests.pages.simulated import simulated

WHO = "zephyra-7731"


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_HOME", str(tmp_path))
    return tmp_path


def traces(home):
    """Files below the Lab's folder that hold the id, tables and the database read out."""
    found = set()
    for file in home.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            if file.suffix == ".parquet":
                content += pd.read_parquet(file).to_csv().encode()
            if file.suffix == ".db":
                content += "\n".join(sqlite3.connect(file).iterdump()).encode()
            if WHO.encode() in content:
                found.add(file.parent.name)
    return found


def test_a_simulated_experiment_keeps_its_sums_and_loses_the_id(home):
    log = random_log(2, n_users=60, n_rows=500, feedback="implicit")
    log = replace(log, users=log.users.assign(user_id=[WHO, *log.users["user_id"][1:]]))
    key = simulated(log, users=60, days=2)
    assert len(individual_files.kept(key))
    assert "individual" in traces(home)
    before = database.result(key).to_dict()
    delete_user(store.get(log.fingerprint), WHO)
    assert traces(home) == set()
    assert individual_files.kept(key) is None
    assert database.result(key).to_dict() == before
