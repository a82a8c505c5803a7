"""Finished results: kept whole or not at all, listed, searched, opened and deleted."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, delete, func, select

from engine.errors import ExperimentError
from experiments.database.connection import reading, writing
from experiments.database.schema import PlanRow, ResultRow
from experiments.database.text import folded, insert, matches, storable
from experiments.plan import Plan
from experiments.restoring import results_from
from experiments.results import Results
from experiments.verdict import Status
from experiments.wording import listed

_KEY = re.compile("[0-9a-f]{16}")
_NEAR = 500  # newest keys a mistyped one is compared with


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One result of the list.

    Attributes:
        key: what `result` opens it by.
        title: what a list calls it.
        hypothesis: of its plan.
        status: the verdict's.
        primary: name of the primary metric.
        units: units in the experiment.
        days: days run.
        simulated: whether its users are.
        dataset: name of its data.
        fingerprint: of its data.
        computed: when it was analysed, in UTC.
        plan_hash: of the plan it was made under; where it is held against one made before, of that.
        registered: when that plan was registered, in UTC, or None.
    """

    key: str
    title: str
    hypothesis: str
    status: Status
    primary: str
    units: int
    days: int
    simulated: bool
    dataset: str
    fingerprint: str
    computed: datetime
    plan_hash: str
    registered: datetime | None


@dataclass(frozen=True, kw_only=True)
class Source:
    """Data that kept results come from.

    Attributes:
        fingerprint: of the data.
        name: of the data, as the newest result calls it.
        results: how many results rest on it.
    """

    fingerprint: str
    name: str
    results: int


def keep(results: Results, key: str, *, title: str = "") -> None:
    """Write ``results`` down under ``key``, whole or not at all; what was there is replaced.

    Args:
        results: a finished analysis.
        key: sixteen hex digits, as ``engine.jobs.folder.key_of`` makes them.
        title: what a list calls it; written for you where empty.

    Raises:
        ExperimentError: where ``key`` is no key.
        LabError: where the database cannot be used.
    """
    plan, meta = results.plan, results.meta
    planned = results.adherence.plan_hash if results.adherence else plan.hash
    called = title.strip() or _title(plan)
    metrics = [metric.label for metric in plan.metrics]
    row: dict[str, Any] = {
        "key": _checked(key),
        "title": storable(called),
        "hypothesis": storable(plan.hypothesis),
        "verdict": results.verdict.status,
        "primary_metric": storable(plan.primary.name),
        "dataset": storable(meta.dataset),
        "fingerprint": meta.fingerprint,
        "simulated": meta.simulated,
        "units": meta.units,
        "days": meta.days,
        "plan_hash": planned,
        "words": folded(
            key, called, plan.hypothesis, meta.dataset, results.verdict.title, planned, *plan.variants, *metrics
        ),
        "computed": datetime.fromisoformat(meta.computed),
        "kept": datetime.now(UTC),
        "document": storable(json.dumps(results.to_dict(), allow_nan=False, ensure_ascii=False)),
    }
    with writing() as session:
        session.execute(insert(session, ResultRow).values(row).on_conflict_do_update(index_elements=["key"], set_=row))


def result(key: str) -> Results:
    """Return the result kept under ``key``.

    Raises:
        ExperimentError: where there is none, with the nearest key there is, or what is there is damaged.
        LabError: where the database cannot be used.
    """
    with reading() as session:
        document = session.scalar(select(ResultRow.document).where(ResultRow.key == _checked(key)))
        known = [] if document else list(session.scalars(_newest(select(ResultRow.key)).limit(_NEAR)))
    if document is None:
        near = get_close_matches(key, known, n=1)
        hint = f"Did you mean '{near[0]}'?" if near else "Look for it in the history, or run the experiment again."
        raise ExperimentError(f"No result '{key}' is kept here. {hint}")
    try:
        data = json.loads(document)
    except ValueError:
        raise ExperimentError(f"The result '{key}' is damaged in the database. Run the experiment again.") from None
    return results_from(data)


def entry(key: str) -> Kept | None:
    """Return the line that ``kept`` has for ``key``, or None where no such result is kept.

    Raises:
        ExperimentError: where ``key`` is no key.
        LabError: where the database cannot be used.
    """
    with reading() as session:
        row = session.execute(_listed().where(ResultRow.key == _checked(key))).one_or_none()
        return None if row is None else _kept(*row)


def kept(
    search: str = "",
    *,
    fingerprint: str | None = None,
    simulated: bool | None = None,
    status: Status | None = None,
    limit: int = 50,
    offset: int = 0,
) -> list[Kept]:
    """Return the kept results, the newest first.

    Args:
        search: words that key, title, hypothesis, data, verdict, variants or metrics must hold, all of them, in any
            case.
        fingerprint: of the data they must rest on.
        simulated: whether their users must be simulated, or must be real.
        status: the verdict they must have.
        limit: how many at most.
        offset: how many of the newest to leave out.

    Raises:
        LabError: where the database cannot be used.
    """
    query = _listed().where(*_conditions(search, fingerprint, simulated, status))
    with reading() as session:
        return [_kept(*row) for row in session.execute(_newest(query).limit(limit).offset(offset))]


def count(
    search: str = "",
    *,
    fingerprint: str | None = None,
    simulated: bool | None = None,
    status: Status | None = None,
) -> int:
    """Return how many results ``kept`` would list without a limit.

    Raises:
        LabError: where the database cannot be used.
    """
    conditions = _conditions(search, fingerprint, simulated, status)
    with reading() as session:
        return session.scalar(select(func.count()).select_from(ResultRow).where(*conditions)) or 0


def sources() -> list[Source]:
    """Return the data that kept results come from, those with the most results first.

    Raises:
        LabError: where the database cannot be used.
    """
    number = func.count()
    query = select(ResultRow.fingerprint, func.max(ResultRow.dataset), number).group_by(ResultRow.fingerprint)
    with reading() as session:
        rows = session.execute(query.order_by(number.desc(), ResultRow.fingerprint)).all()
    return [Source(fingerprint=fingerprint, name=name, results=results) for fingerprint, name, results in rows]


def forget(key: str) -> bool:
    """Delete the result kept under ``key`` and return whether there was one; its plan stays registered.

    Raises:
        ExperimentError: where ``key`` is no key.
        LabError: where the database cannot be used.
    """
    query = delete(ResultRow).where(ResultRow.key == _checked(key)).returning(ResultRow.key)
    with writing() as session:
        return session.scalar(query) is not None


def _checked(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise ExperimentError(f"'{key}' names no result. A result's name is sixteen hex digits; copy all of them.")
    return key


def _title(plan: Plan) -> str:
    control, *treatments = map(plan.title, plan.variants)
    return f"{listed(treatments)} against {control}: {plan.primary.label}"


def _listed() -> Select[ResultRow, datetime]:
    return select(ResultRow, PlanRow.registered).join(PlanRow, PlanRow.hash == ResultRow.plan_hash, isouter=True)


def _newest(query: Any) -> Any:
    return query.order_by(ResultRow.computed.desc(), ResultRow.key)


def _conditions(
    search: str, fingerprint: str | None, simulated: bool | None, status: Status | None
) -> list[ColumnElement[bool]]:
    wanted = matches(ResultRow.words, search)
    if fingerprint is not None:
        wanted.append(ResultRow.fingerprint == fingerprint)
    if simulated is not None:
        wanted.append(ResultRow.simulated.is_(simulated))
    if status is not None:
        wanted.append(ResultRow.verdict == status)
    return wanted


def _kept(row: ResultRow, registered: datetime | None) -> Kept:
    return Kept(
        key=row.key,
        title=row.title,
        hypothesis=row.hypothesis,
        status=cast(Status, row.verdict),
        primary=row.primary_metric,
        units=row.units,
        days=row.days,
        simulated=row.simulated,
        dataset=row.dataset,
        fingerprint=row.fingerprint,
        computed=row.computed,
        plan_hash=row.plan_hash,
        registered=registered,
    )
