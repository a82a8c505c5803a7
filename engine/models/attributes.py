"""What is known of the items, as one sparse row an item."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from engine.categories import names_of
from engine.errors import ModelError
from engine.preferences import Preferences

TEXTS = ("title", "text", "description")
_RANGES = 6
_FEWEST = 2


@dataclass(frozen=True)
class Attributes:
    """Items by attributes.

    Attributes:
        names: what each column says, for instance ``category=Shoes`` or ``text: leather``.
        matrix: shape (items, columns); 1 where an item has an attribute, TF-IDF weights where it has a word.
        written: which columns are words, shape (columns,).
    """

    names: tuple[str, ...]
    matrix: sparse.csr_array
    written: NDArray[np.bool_]


def has_attributes(train: Preferences) -> bool:
    """Return whether any attribute but titles and descriptions is known of the items."""
    return train.items is not None and len(train.items) > 1 and any(True for _ in _parts(train.items, texts=False))


def attributes(train: Preferences, *, texts: bool = False) -> Attributes:
    """Return the attributes of every item of the catalogue, those that at least two items share.

    Named attributes (``category``, ``brand``, ``Action|Comedy``) become one column a name, numbers one of six
    equally filled ranges, and the words of titles and descriptions TF-IDF weights (scikit-learn's
    ``TfidfVectorizer``, each text of length 1).

    Args:
        train: preferences whose ``items`` table is read.
        texts: whether titles and descriptions count too.

    Raises:
        ModelError: where nothing is known of the items.
    """
    if train.n_items == 1:
        raise ModelError(
            "The catalogue has one item, which is like no other. Load a catalogue of several, or choose a model that "
            "learns from behaviour alone."
        )
    parts = list(_parts(train.items, texts=texts)) if train.items is not None else []
    if not parts:
        raise ModelError(
            "Nothing is known of the items but their ids. Load an item table with a category, a text or another "
            "attribute, or choose a model that learns from behaviour alone."
        )
    return Attributes(
        names=tuple(name for part in parts for name in part.names),
        matrix=sparse.csr_array(sparse.hstack([part.matrix for part in parts], format="csr")),
        written=np.concatenate([part.written for part in parts]),
    )


def _parts(items: pd.DataFrame, *, texts: bool) -> Iterator[Attributes]:
    """Yield one part a column that says anything about more than one item."""
    for column in items.columns.drop("item_id"):
        values = items[column]
        found, written = None, column in TEXTS
        if written:
            found = _words(str(column), values) if texts else None
        elif pd.api.types.is_bool_dtype(values) or not pd.api.types.is_numeric_dtype(values):
            found = _named(str(column), values)
        elif len(values.dropna().unique()) > 1:
            found = _ranges(str(column), values.to_numpy(np.float64))
        if found is not None and found[0]:
            yield Attributes(tuple(found[0]), found[1], np.full(len(found[0]), written))


def _named(column: str, values: pd.Series) -> tuple[list[str], sparse.csr_array] | None:
    names, matrix = names_of(values)
    return _shared([f"{column}={name}" for name in names], matrix) if names else None


def _ranges(column: str, values: NDArray[np.float64]) -> tuple[list[str], sparse.csr_array]:
    there = np.isfinite(values)
    edges = np.unique(np.quantile(values[there], np.linspace(0, 1, _RANGES + 1)))
    place = np.clip(np.searchsorted(edges, values[there], side="right") - 1, 0, len(edges) - 2)
    matrix = sparse.csr_array(
        (np.ones(len(place)), (np.flatnonzero(there), place)), shape=(len(values), len(edges) - 1)
    )
    return [f"{column} {low:g} to {high:g}" for low, high in pairwise(edges)], matrix


def _words(column: str, values: pd.Series) -> tuple[list[str], sparse.csr_array] | None:
    text = values.astype(object).where(values.notna(), "").astype(str)
    writer = TfidfVectorizer(min_df=_FEWEST, stop_words="english", sublinear_tf=True)
    try:
        matrix = sparse.csr_array(writer.fit_transform(text))
    except ValueError:  # no word is left, or none is shared
        return None
    return [f"{column}: {word}" for word in writer.get_feature_names_out()], matrix


def _shared(names: list[str], matrix: sparse.csr_array) -> tuple[list[str], sparse.csr_array]:
    """Keep the columns that at least two items have: what one item alone has relates it to no other."""
    kept = np.flatnonzero(np.bincount(matrix.indices, minlength=matrix.shape[1]) >= _FEWEST)
    return [names[place] for place in kept], matrix[:, kept]
