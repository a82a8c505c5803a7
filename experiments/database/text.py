"""Text as both databases take it, find it and put it in."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, Session

from experiments.database.schema import Table


def storable(text: str) -> str:
    """Return ``text`` without what PostgreSQL cannot hold: NUL and halves of characters."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def folded(*texts: str) -> str:
    """Return ``texts`` as a search compares them: one line, case folded."""
    return " ".join(storable(" ".join(texts)).casefold().split())


def matches(words: InstrumentedAttribute[str], search: str) -> list[ColumnElement[bool]]:
    """Return the conditions that a column of ``folded`` text holds every word of ``search``."""
    return [words.contains(word, autoescape=True) for word in folded(search).split()]


def insert(session: Session, table: type[Table]) -> postgresql.Insert | sqlite.Insert | Any:
    """Return an INSERT that can say what happens where the row is there already."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    return dialect.insert(table)
