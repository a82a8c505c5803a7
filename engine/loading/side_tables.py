"""User and item tables: the key column found, cells typed, well-known columns named the Dataset's way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.errors import DataError
from engine.loading.cells import ids as ids_of
from engine.loading.cells import numbers as numbers_of
from engine.loading.raw import RawTable, as_numbers
from engine.loading.roles import guess_key
from engine.loading.several import several
from engine.loading.times import parse_times

_KNOWN: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "name", "itemname", "productname", "prodname", "producttitle", "movietitle", "itemtitle",
              "booktitle", "headline"),
    "category": ("category", "categories", "genre", "genres", "maincategory", "itemcategory", "categoryname",
                 "producttypename", "categorycode", "department", "type", "maincat"),
    "price": ("price", "unitprice", "itemprice", "listprice", "productprice"),
    "text": ("text", "description", "desc", "summary", "itemdescription", "productdescription", "detaildesc",
             "overview", "abstract"),
    "brand": ("brand", "manufacturer", "maker", "vendor", "author", "authors", "bookauthor", "publisher"),
}  # fmt: skip
_CURRENCY = re.compile(r"^\s*(?:[$€£¥]|USD|EUR|GBP)\s*|\s*(?:[$€£¥]|USD|EUR|GBP)\s*$")
_SEEN_FIRST = 100
_CONSENT = ("consent", "consented", "hasconsent", "consentgiven", "gdprconsent", "optin", "optedin")
_YES, _NO = ("true", "yes", "y", "t"), ("false", "no", "n", "f")


@dataclass(frozen=True)
class SideTable:
    """A user or item table ready for a Dataset.

    Attributes:
        frame: the key column first (user_id or item_id, str, unique), then the attributes: number, truth,
            datetime64[s] or text.
        consents: for users, whether each row consents, shape (rows,); None where the table does not say.
        sentences: what a reader should know.
    """

    frame: pd.DataFrame
    consents: NDArray[np.bool_] | None
    sentences: tuple[str, ...]


def tidy(raw: RawTable, role: Literal["user", "item"], ids: pd.Series) -> SideTable:
    """Return the side table of ``role``; ``ids`` are the log's ids, which tell the key column by overlap.

    Consent is given only by yes, true, y, t or 1; an empty or any other cell is none.

    Raises:
        DataError: no column holds the ids.
    """
    frame, key = raw.frame, f"{role}_id"
    column = guess_key(frame, role, ids)
    if column is None:
        raise DataError(
            f"The {role} table has no column with the log's {role} ids. It has: {', '.join(map(str, frame.columns))}. "
            f"Name the right one {key}."
        )
    frame = frame.assign(**{column: ids_of(frame[column])})
    sentences = []
    bad = len(raw.malformed) + int(frame[column].isna().sum())
    if bad:
        sentences.append(f"Left out of the {role} table, without an id or unreadable: {_rows(bad)}.")
    frame = frame[frame[column].notna()]
    repeated = frame[column].duplicated()
    if repeated.any():
        sentences.append(f"Ids repeated in the {role} table, where the first row counts: {_rows(int(repeated.sum()))}.")
    frame = frame[~repeated].reset_index(drop=True)
    names = _new_names([str(other) for other in frame.columns if other != column], role, key)
    typed = {key: frame[column].astype("str")} | {new: _typed(frame[old], new) for old, new in names.items()}
    return SideTable(
        pd.DataFrame(typed), _consents(frame.drop(columns=column)) if role == "user" else None, tuple(sentences)
    )


def consent_column(frame: pd.DataFrame) -> str | None:
    """Return the column that says whether a user consents, if there is one."""
    return next((str(column) for column in frame.columns if _plain(str(column)) in _CONSENT), None)


def agrees(cells: pd.Series) -> NDArray[np.bool_]:
    """Say for each cell (text) whether it is a yes."""
    return cells.str.lower().isin((*_YES, "1", "1.0")).to_numpy(bool)


def _consents(frame: pd.DataFrame) -> NDArray[np.bool_] | None:
    column = consent_column(frame)
    return None if column is None else agrees(frame[column])


def _new_names(columns: list[str], role: str, key: str) -> dict[str, str]:
    """Return old -> new name of the attributes; an item's well-known ones get the Dataset's names."""
    names = {column: column for column in columns}
    if role == "item":
        for known, others in _KNOWN.items():
            fits = [c for other in others for c in columns if _plain(c) == other and names[c] == c]
            if fits:
                names[fits[0]] = known
    taken = {key}
    for column in columns:
        while names[column] in taken:
            names[column] += "_2"
        taken.add(names[column])
    return names


def _typed(cells: pd.Series, name: str) -> pd.Series:
    """Return the cells as truth values, numbers or times where every one of them is, else as text.

    A price loses its currency, and categories written as a list are parted by bars.
    """
    if name == "price":
        plain = cells.str.replace(_CURRENCY, "", regex=True)
        amounts = numbers_of(plain)
        if np.isfinite(amounts[cells.notna().to_numpy()]).all():
            return pd.Series(amounts, index=cells.index)
    if name in ("category", "genres"):
        cells = several(cells)
    present = cells.dropna()
    if not len(present):
        return cells.astype("str")
    if present.str.lower().isin((*_YES, *_NO)).all():
        truth = cells.str.lower().isin(_YES)
        return truth if len(present) == len(cells) else truth.astype("boolean").mask(cells.isna())
    # A leading zero marks a code (a postcode, an account), which is no number.
    first_are_numbers = np.isfinite(as_numbers(present.head(_SEEN_FIRST))).all()  # a long column of text costs seconds
    if first_are_numbers and not present.str.match(r"[-+]?0\d").any():
        numbers = pd.to_numeric(cells, errors="coerce")
        if numbers.notna().sum() == len(present) and np.isfinite(numbers.dropna()).all():
            return numbers
    if present.str.match(r"\d{4}-\d{2}-\d{2}").all():
        times = parse_times(cells)
        if int((~np.isnat(times)).sum()) == len(present):
            return pd.Series(times, index=cells.index)
    return cells.astype("str")


def _rows(count: int) -> str:
    return f"{count:,} row{'' if count == 1 else 's'}"


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
