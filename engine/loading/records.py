"""What loading returns: the Dataset with a report of every row, and the preview of a file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from engine.dataset import Dataset

ROLES = ("user", "item", "rating", "time", "event", "count")
"""What a column of an interaction log can be; a count says how many such events the row stands for."""

DEFAULT_EVENT_WEIGHTS: Mapping[str, float] = {
    "view": 1.0,
    "click": 1.0,
    "add_to_cart": 3.0,
    "purchase": 5.0,
    "rating": 4.0,
}
"""What one event is worth when feedback is implicit; an event of another name is worth what `usual_weight` says."""

_ALSO_CALLED: Mapping[str, tuple[str, ...]] = {
    "add_to_cart": ("addtocart", "cart", "addtobasket", "basket", "addtobag", "atc"),
    "purchase": ("purchased", "buy", "bought", "transaction", "order", "ordered", "checkout", "sale", "sold"),
}
_TAKEN_BACK = ("removefromcart", "removefrombasket", "removefromwishlist", "unlike", "dislike", "refund", "return")


def usual_weight(event: str) -> float:
    """Return what one event of this name is worth unless told otherwise; what takes something back is worth 0."""
    plain = re.sub(r"[^a-z]", "", event.lower())
    if plain in _TAKEN_BACK:
        return 0.0
    called = next((name for name, others in _ALSO_CALLED.items() if plain in others), event.lower())
    return DEFAULT_EVENT_WEIGHTS.get(called, 1.0)


NO_CONSENT = "user did not consent"
"""The reason given for the rows of users who are left out for want of consent."""


LEFT_OUT = "Users who were deleted are left out, and their rows are not counted."
"""What is said of data from which somebody was deleted."""


def rows_in_words(read: int, kept: int) -> str:
    """Return the first sentence of every report."""
    return f"{read:,} rows read, {kept:,} kept, {read - kept:,} refused."


def withheld_in_words(users: int, rows: int) -> str:
    """Return the sentence about users who did not consent."""
    return f"Users who did not consent: {users:,}. They are left out, and their {rows:,} rows count as refused."


@dataclass(frozen=True)
class LoadReport:
    """What became of every row; ``rows_read == rows_kept + rows_refused`` always.

    Attributes:
        source: the file and its format in words.
        mapping: role -> column, as used.
        rows_read: rows of the log, without its header and blank lines.
        rows_kept: rows that are interactions of the Dataset.
        rows_refused: rows that are not, also those of users who did not consent.
        refused: one row a refused row, in the file's order. Columns: ``line`` (int64; the line in a text
            file, the header counted; the row in a Parquet file), ``reason``, ``column`` and ``value``
            (str; column and value are missing where the whole row is at fault).
        withheld_users: users left out because they did not consent.
        withheld_rows: their rows, counted in ``rows_refused`` too.
        sentences: what a reader should know, in plain words.
    """

    source: str
    mapping: Mapping[str, str]
    rows_read: int
    rows_kept: int
    rows_refused: int
    refused: pd.DataFrame
    withheld_users: int = 0
    withheld_rows: int = 0
    sentences: tuple[str, ...] = ()

    @property
    def reasons(self) -> dict[str, int]:
        """How many rows were refused for each reason, the commonest first."""
        return {str(reason): int(count) for reason, count in self.refused["reason"].value_counts().items()}


@dataclass(frozen=True)
class Loaded:
    """A Dataset and the report of how it was read."""

    dataset: Dataset
    report: LoadReport


@dataclass(frozen=True)
class Preview:
    """The start of a file and what its columns seem to be.

    Attributes:
        columns: the file's columns in order; ``column_1``, ``column_2``, ... where it has no header.
        mapping: role -> column as guessed; a role nothing fits is left out.
        rows: the first 20 rows as text, a missing cell where the file has none.
        format: the format in words, for instance "Comma-separated text, UTF-8, with a header row".
    """

    columns: tuple[str, ...]
    mapping: Mapping[str, str]
    rows: pd.DataFrame
    format: str
