"""The schema's version: brought up to date by Alembic when a database is first opened."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from engine.errors import LabError
from experiments.database.address import shown

#: The newest migration in ``migrations/versions``; known here so that Alembic is imported only where one is missing.
HEAD = "0001"

_VERSION_TABLE = "alembic_version"
_LOCK = 7_024_831_102  # any number: whoever migrates a PostgreSQL database holds this lock


def upgrade(reader: Engine, writer: Engine) -> None:
    """Bring a database's schema to ``HEAD``; of several processes one does it and the others wait.

    Args:
        reader: engine of the database.
        writer: the same, whose transactions wait their turn to write.

    Raises:
        LabError: where a newer program has changed the schema.
    """
    with reader.begin() as connection:
        if _version(connection) == HEAD:
            return
    with writer.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        # Another process may have done it while this one waited.
        if (version := _version(connection)) != HEAD:
            _migrate(connection, version)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_VERSION_TABLE):
        return None
    return connection.execute(text(f"SELECT version_num FROM {_VERSION_TABLE}")).scalar()  # noqa: S608  # our own name


def _migrate(connection: Connection, version: str | None) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if version is not None and version not in known:
        raise LabError(
            f"The database {shown(connection.engine.url)} was made by a newer version of this program (its schema is "
            f"{version}, this one knows {HEAD}). Update the program, or name another database in LAB_DATABASE_URL."
        )
    command.upgrade(config, "head")
