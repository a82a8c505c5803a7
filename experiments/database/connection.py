"""Opening the database, and what a reader is told where it cannot be opened.

SQLite runs in WAL mode, so that readers never wait for a writer, and with ``synchronous=FULL``: each commit is on the
disk before it is acknowledged. A killed process would lose nothing without it, but a machine that loses power would
lose the last commits; a registration is a promise and rare, and the few milliseconds buy it.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection as SQLiteConnection
from sqlite3 import OperationalError as SQLiteError
from typing import Any

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from engine.errors import LabError
from experiments.database.address import ENVIRONMENT, address, shown
from experiments.database.migrating import upgrade

_PATIENCE_SECONDS = 30  # for another process that writes
_KNOCK_SECONDS = 10  # for a server that does not answer
_WRITES = {"lab_writes": True}

_lock = threading.Lock()
#: By address, the file (its inode) or server whose schema this process has seen to be up to date.
_ready: dict[URL, int] = {}
_engines: dict[URL, Engine] = {}


def check() -> None:
    """Open the database and bring its schema up to date; work of minutes should not find out at its end.

    Raises:
        LabError: where it cannot be opened.
    """
    with reading():
        pass


@contextmanager
def reading() -> Iterator[Session]:
    """Yield a session that reads.

    Raises:
        LabError: where the database cannot be used.
    """
    with _session(writes=False) as session:
        yield session


@contextmanager
def writing() -> Iterator[Session]:
    """Yield a session that writes, all of it at the end or nothing.

    Raises:
        LabError: where the database cannot be used.
    """
    with _session(writes=True) as session:
        yield session


@contextmanager
def _session(*, writes: bool) -> Iterator[Session]:
    url = address()
    with _in_words(url):
        engine = _engine(url)
        _prepare(engine)
        with Session(engine.execution_options(**_WRITES) if writes else engine) as session, session.begin():
            yield session


def close() -> None:
    """Close every connection of this process; the next use opens new ones."""
    with _lock:
        _ready.clear()
        for engine in _engines.values():
            engine.dispose()
        _engines.clear()


def _engine(url: URL) -> Engine:
    with _lock:
        if url not in _engines:
            _engines[url] = _made(url)
        return _engines[url]


def _made(url: URL) -> Engine:
    if url.drivername == "sqlite":
        # A connection of its own for each session: it costs a millisecond, and a file that was replaced is noticed.
        engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": _PATIENCE_SECONDS})
        event.listen(engine, "connect", _begin_sqlite)
        event.listen(engine, "begin", _begin_transaction)
        return engine
    knock = {} if "connect_timeout" in url.query else {"connect_timeout": _KNOCK_SECONDS}
    return create_engine(url, connect_args=knock, pool_pre_ping=True, pool_size=2)


def _prepare(engine: Engine) -> None:
    """Bring the schema up to date, once for each database this process opens."""
    url, file = engine.url, _file(engine.url)
    with _lock:
        if url in _ready and (file is None or _ready[url] == _inode(file)):
            return
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
        upgrade(engine, engine.execution_options(**_WRITES))
        _ready[url] = 0 if file is None else _inode(file)


def _file(url: URL) -> Path | None:
    """Return the file of an SQLite database; None for a server, and for SQLite's own ``file:`` addresses."""
    if url.drivername != "sqlite" or not url.database or url.database.startswith("file:"):
        return None
    return Path(url.database)


def _inode(file: Path) -> int:
    return os.stat(file).st_ino if file.exists() else -1


def _begin_sqlite(connection: SQLiteConnection, _record: Any) -> None:
    # Transactions are begun by _begin_transaction alone: Python's driver would leave CREATE TABLE outside of them.
    connection.isolation_level = None
    connection.execute("PRAGMA synchronous=FULL")
    # The change to WAL does not wait its turn by itself where several processes open a new file at once.
    patience = time.monotonic() + _PATIENCE_SECONDS
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except SQLiteError as error:
            if "locked" not in str(error) or time.monotonic() > patience:
                raise
            time.sleep(0.01)


def _begin_transaction(connection: Connection) -> None:
    # A transaction that will write says so at once: it waits its turn, where one that began to read could only fail.
    writes = connection.get_execution_options().get("lab_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _in_words(url: URL) -> Iterator[None]:
    """Turn what the database, its driver or the disk says into a sentence without a password."""
    try:
        yield
    except DBAPIError as error:
        raise LabError(_sentence(url, str(error.orig))) from error
    except (SQLAlchemyError, OSError) as error:
        raise LabError(_sentence(url, getattr(error, "strerror", None) or str(error))) from error


def _sentence(url: URL, said: str) -> str:
    reason = (said.strip().splitlines() or ["no reason given"])[0].strip().rstrip(".")
    if url.password:
        reason = reason.replace(str(url.password), "***")
    if "readonly" in reason or "read-only" in reason:
        state, hint = "may only be read", f"Make it writable, or name another in {ENVIRONMENT}"
    elif "locked" in reason:
        state, hint = "is busy", "Another program is writing to it; try again"
    elif url.drivername == "sqlite":
        state, hint = "cannot be used", f"Make its folder writable, or name another in {ENVIRONMENT}"
    else:
        state, hint = "cannot be used", f"Check {ENVIRONMENT}, and that its server is running"
    return f"The database {shown(url)} {state}: {reason}. {hint}."
