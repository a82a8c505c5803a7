"""Alembic runs this file; it migrates the connection it is given, in the transaction that is open."""

from alembic import context

from experiments.database.schema import Table

context.configure(connection=context.config.attributes["connection"], target_metadata=Table.metadata)
with context.begin_transaction():
    context.run_migrations()
