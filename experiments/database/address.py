"""Which database: the one ``LAB_DATABASE_URL`` names, else an SQLite file."""

from __future__ import annotations

import os

import platformdirs
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from engine.errors import LabError
from engine.store import home

ENVIRONMENT = "LAB_DATABASE_URL"
FILE = "lab.db"

_EXPECTED = f"{ENVIRONMENT} names no database that can be used; expected postgresql://user:password@host/name or sqlite:///path."
_DRIVERS = {
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
    "sqlite": "sqlite",
}


def address() -> URL:
    """Return the database's address, with the driver it is spoken to by.

    Raises:
        LabError: where ``LAB_DATABASE_URL`` is no address, or of a database other than PostgreSQL and SQLite. The
            sentence does not repeat what was given, for that may hold a password.
    """
    given = os.environ.get(ENVIRONMENT, "").strip()
    if not given:
        # Caches may be emptied by anybody; a registered plan must not go with one.
        place = home() if os.environ.get("LAB_HOME") else platformdirs.user_data_path("personalization-lab")
        return URL.create("sqlite", database=str(place / FILE))
    try:
        url = make_url(given)
    except (ArgumentError, ValueError):
        raise LabError(_EXPECTED) from None
    driver = _DRIVERS.get(url.drivername)
    if driver is None or (driver == "sqlite" and url.database in (None, "", ":memory:")):
        raise LabError(_EXPECTED)
    return url.set(drivername=driver)


def shown(url: URL) -> str:
    """Return ``url`` as a reader may see it: a file's path, or the address without its password."""
    if url.drivername == "sqlite":
        return str(url.database)
    return url.set(drivername="postgresql", password=None, query={}).render_as_string()
