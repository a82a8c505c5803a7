"""A PostgreSQL server for the tests: the one that is named, else one of their own."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from experiments.database import connection


@contextmanager
def running_postgres():
    """Yield the address of ``LAB_TEST_POSTGRES_URL``, else of a cluster that is started now and removed after."""
    if named := os.environ.get("LAB_TEST_POSTGRES_URL"):
        yield named
        return
    programs = _programs()
    if programs is None:
        reason = (
            "PostgreSQL is not installed (Debian: apt-get install postgresql), and LAB_TEST_POSTGRES_URL names none"
        )
        if os.environ.get("LAB_REQUIRE_POSTGRES"):
            pytest.fail(f"PostgreSQL is required here: {reason}")
        pytest.skip(reason)
    folder = Path(tempfile.mkdtemp(prefix="lab-postgres-"))
    try:
        with _own_cluster(programs, folder) as address:
            yield address
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def fresh_database(server):
    """Yield the address of an empty database on ``server``; it is dropped after."""
    name = f"lab_{uuid.uuid4().hex}"
    _admin(server, f"CREATE DATABASE {name}")
    made = make_url(server).set(database=name)
    try:
        yield made.render_as_string(hide_password=False)
    finally:
        connection.close()
        _admin(server, f"DROP DATABASE {name} WITH (FORCE)")


def _programs():
    """Return the folder of Debian's newest PostgreSQL, or that of the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda each: int(each.parts[-3]))
    if found:
        return found[-1].parent
    there = shutil.which("initdb")
    return Path(there).parent if there else None


@contextmanager
def _own_cluster(programs, folder):
    owner = _as_nobody(folder)
    data = folder / "data"
    make = [programs / "initdb", "-D", data, "-U", "lab", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"]
    subprocess.run(make, check=True, capture_output=True, cwd=folder, **owner)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = ["listen_addresses=127.0.0.1", f"port={port}", "unix_socket_directories=", "fsync=off"]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, *(part for each in settings for part in ("-c", each))],
            stdout=log, stderr=log, cwd=folder, **owner,
        )  # fmt: skip
    address = f"postgresql://lab@127.0.0.1:{port}/postgres"
    try:
        _wait_for(address, folder / "log")
        yield address
    finally:
        connection.close()
        server.send_signal(signal.SIGINT)
        server.wait(30)


def _as_nobody(folder):
    """Return how a program is started that refuses to run as root."""
    if os.getuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            account = pwd.getpwnam(name)
            os.chown(folder, account.pw_uid, account.pw_gid)
            return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    pytest.fail("PostgreSQL does not run as root, and there is no account called postgres or nobody")


def _wait_for(address, log):
    for _ in range(300):
        try:
            _admin(address, "SELECT 1")
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("PostgreSQL did not start: " + log.read_text()[-2000:])


def _admin(address, command):
    with psycopg.connect(address, autocommit=True) as session:
        session.execute(command)
