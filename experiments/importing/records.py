"""What importing an experiment returns: its Log, and a report of every row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from experiments.health import Check
from experiments.log import Log
from experiments.metrics import Metric


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Which column of an export plays which part.

    Attributes:
        unit: who was randomised.
        variant: what the unit was given.
        day: the day or time of the row, or None where there is none.
        metrics: columns that hold what was measured, each with its metric kind; a ratio's are ``mean``.
        segments: columns that group units.
        cluster: what was randomised where it is coarser than the unit, or None.
        covariates: columns known before the experiment, by metric.
    """

    unit: str
    variant: str
    day: str | None = None
    metrics: Mapping[str, str] = field(default_factory=dict)
    segments: tuple[str, ...] = ()
    cluster: str | None = None
    covariates: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def known_before(self) -> tuple[str, ...]:
        """The columns of all covariates, each once."""
        return tuple(dict.fromkeys(column for several in self.covariates.values() for column in several))


@dataclass(frozen=True, kw_only=True)
class Preview:
    """The start of an export and what its columns seem to be.

    Attributes:
        columns: the file's columns in order.
        guess: the part each seems to play, or None where unit or variant is not found.
        kinds: the metric kind of every column of numbers, ``mean`` or ``proportion``.
        groups: columns of words that put units into a few groups.
        variants: the variants as guessed, the control first where one is called so.
        rows: the first 20 rows as text.
        format: the format in words.
    """

    columns: tuple[str, ...]
    guess: Columns | None
    kinds: Mapping[str, str]
    groups: tuple[str, ...]
    variants: tuple[str, ...]
    rows: pd.DataFrame
    format: str


@dataclass(frozen=True, kw_only=True)
class FileReport:
    """What became of every row of one file; ``rows_read == rows_kept + rows_refused`` always.

    Attributes:
        source: the file and its format in words.
        rows_read: rows, without the header and blank lines.
        rows_kept: rows the analysis rests on.
        refused: one row a refused row, in the file's order. Columns: ``line`` (int64; the line in a text
            file, the header counted; the row in a Parquet file), ``reason``, ``column`` and ``value``
            (str; column and value are missing where the whole row is at fault).
    """

    source: str
    rows_read: int
    rows_kept: int
    refused: pd.DataFrame

    @property
    def rows_refused(self) -> int:
        """Rows that were not kept."""
        return len(self.refused)

    @property
    def reasons(self) -> dict[str, int]:
        """How many rows were refused for each reason, the commonest first."""
        return {str(reason): int(count) for reason, count in self.refused["reason"].value_counts().items()}


@dataclass(frozen=True, kw_only=True, eq=False)
class Imported:
    """An experiment as it was found in an export.

    Attributes:
        name: what to call it.
        fingerprint: of the contents of its files.
        columns: the columns as used.
        log: the kept rows; its variants begin with the control.
        metrics: what was measured.
        checks: health checks on the rows, those that were refused too.
        files: one report a file: the export, then the file of metrics where there is one.
    """

    name: str
    fingerprint: str
    columns: Columns
    log: Log
    metrics: tuple[Metric, ...]
    checks: tuple[Check, ...]
    files: tuple[FileReport, ...]

    @property
    def first_day(self) -> str | None:
        """The first day as ISO 8601, or None where the export has no days."""
        return None if self.log.first_day is None else str(self.log.first_day)

    @property
    def rows_read(self) -> int:
        """Rows of all files."""
        return sum(file.rows_read for file in self.files)

    @property
    def rows_kept(self) -> int:
        """Rows of all files that were kept."""
        return sum(file.rows_kept for file in self.files)

    @property
    def rows_refused(self) -> int:
        """Rows of all files that were not kept."""
        return sum(file.rows_refused for file in self.files)
