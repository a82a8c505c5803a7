"""What is kept: registered plans and finished results, in an SQLite file or in PostgreSQL.

Without further ado everything lies in ``lab.db`` in ``LAB_HOME``, else the user's data folder; the environment variable
``LAB_DATABASE_URL`` names another database. Its schema is brought up to date when it is first opened.
Every function is one transaction, raises ``LabError`` with one sentence where the database cannot be used, and
may be called by several processes at once.
"""

from experiments.database.connection import check
from experiments.database.plans import Registered, register, registered, registrations, uses
from experiments.database.results import Kept, Source, count, entry, forget, keep, kept, result, sources

__all__ = [
    "Kept",
    "Registered",
    "Source",
    "check",
    "count",
    "entry",
    "forget",
    "keep",
    "kept",
    "register",
    "registered",
    "registrations",
    "result",
    "sources",
    "uses",
]
