"""The tables. A change here needs a migration beside it; a test compares the two."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import BigInteger, DateTime, Dialect, Index, MetaData, String, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

KEY_LENGTH = 16  # hex digits of a result's key and of a plan's hash


class Moment(TypeDecorator[datetime]):
    """A time in UTC; SQLite keeps no time zone, so it is put back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return what is written."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return what was read."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Table(DeclarativeBase):
    """Base of all tables; constraints have names, so that a migration can change them."""

    metadata = MetaData(naming_convention={"pk": "pk_%(table_name)s", "ix": "ix_%(table_name)s_%(column_0_name)s"})


class PlanRow(Table):
    """A registered plan.

    Attributes:
        hash: the plan's hash when it was registered.
        hypothesis: of the plan.
        words: what a search looks in, case folded.
        registered: when it was first registered.
        document: the whole plan as JSON.
    """

    __tablename__ = "plans"

    hash: Mapped[str] = mapped_column(String(KEY_LENGTH), primary_key=True)
    hypothesis: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text)
    registered: Mapped[datetime] = mapped_column(Moment, index=True)
    document: Mapped[str] = mapped_column(Text)


class ResultRow(Table):
    """A finished result: all of it as JSON, and beside it what a list shows and a search reads.

    Attributes:
        key: what it is opened by.
        title: what a list calls it.
        hypothesis: of its plan.
        verdict: the verdict's status.
        primary_metric: name of the metric that decided.
        dataset: name of its data.
        fingerprint: of its data.
        simulated: whether its users are.
        units: units in the experiment.
        days: days run.
        plan_hash: of its plan.
        words: what a search looks in, case folded.
        computed: when it was analysed.
        kept: when it was written here.
        document: the whole result as JSON text; text, for a database's own JSON would round its numbers.
    """

    __tablename__ = "results"

    key: Mapped[str] = mapped_column(String(KEY_LENGTH), primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    hypothesis: Mapped[str] = mapped_column(Text)
    verdict: Mapped[str] = mapped_column(String(32))
    primary_metric: Mapped[str] = mapped_column(Text)
    dataset: Mapped[str] = mapped_column(Text)
    fingerprint: Mapped[str] = mapped_column(String(64), index=True)
    simulated: Mapped[bool]
    units: Mapped[int] = mapped_column(BigInteger)
    days: Mapped[int]
    plan_hash: Mapped[str] = mapped_column(String(KEY_LENGTH), index=True)
    words: Mapped[str] = mapped_column(Text)
    computed: Mapped[datetime] = mapped_column(Moment)
    kept: Mapped[datetime] = mapped_column(Moment)
    document: Mapped[str] = mapped_column(Text, deferred=True)

    __table_args__ = (Index("ix_results_newest", "computed", "key"),)
