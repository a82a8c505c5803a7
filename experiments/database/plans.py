"""Registered plans: what was meant, and since when, so that nobody can say later it was otherwise."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select

from experiments.database.connection import reading, writing
from experiments.database.schema import PlanRow, ResultRow
from experiments.database.text import folded, insert, matches, storable
from experiments.plan import Plan
from experiments.restoring import plan_from


@dataclass(frozen=True, kw_only=True)
class Registered:
    """A registered plan.

    Attributes:
        plan: what was meant.
        hash: its hash when it was registered.
        registered: when that first was, in UTC.
    """

    plan: Plan
    hash: str
    registered: datetime


def register(plan: Plan) -> Registered:
    """Write ``plan`` down and return it with the time that was first done; a second time changes nothing.

    Raises:
        LabError: where the database cannot be used.
    """
    named = [metric.label for metric in plan.metrics]
    row = {
        "hash": plan.hash,
        "hypothesis": storable(plan.hypothesis),
        "words": folded(plan.hash, plan.hypothesis, *plan.variants, *named),
        "registered": datetime.now(UTC),
        "document": storable(json.dumps(plan.to_dict(), ensure_ascii=False)),
    }
    with writing() as session:
        session.execute(insert(session, PlanRow).values(row).on_conflict_do_nothing(index_elements=["hash"]))
        return _registered(session.get_one(PlanRow, plan.hash))


def registered(hash: str) -> Registered | None:
    """Return the plan registered under ``hash``, or None where there is none.

    Raises:
        LabError: where the database cannot be used.
    """
    with reading() as session:
        row = session.get(PlanRow, storable(hash))
        return None if row is None else _registered(row)


def registrations(search: str = "") -> list[Registered]:
    """Return the registered plans, the newest first.

    Args:
        search: words that hash, hypothesis, variants or metrics must hold, all of them, in any case.

    Raises:
        LabError: where the database cannot be used.
    """
    query = select(PlanRow).where(*matches(PlanRow.words, search))
    with reading() as session:
        return [_registered(row) for row in session.scalars(query.order_by(PlanRow.registered.desc(), PlanRow.hash))]


def uses() -> dict[str, int]:
    """Return how many kept results were made under each plan, by its hash; plans without any are left out.

    Raises:
        LabError: where the database cannot be used.
    """
    query = select(ResultRow.plan_hash, func.count()).group_by(ResultRow.plan_hash)
    with reading() as session:
        return dict(session.execute(query).all())


def _registered(row: PlanRow) -> Registered:
    return Registered(plan=plan_from(json.loads(row.document)), hash=row.hash, registered=row.registered)
