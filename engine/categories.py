"""Items' categories as a matrix of shares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.preprocessing import normalize

from engine.dataset import Dataset

SEPARATOR = "|"


@dataclass(frozen=True)
class Categories:
    """What kinds of items there are.

    Attributes:
        names: category names, sorted.
        shares: each item's categories, equal parts adding up to 1 (none where unknown), shape
            (items, categories).
    """

    names: tuple[str, ...]
    shares: sparse.csr_array


def categories_of(dataset: Dataset) -> Categories | None:
    """Return the categories of ``dataset``'s items, or None where the item table names none."""
    return named_categories(dataset.items)


def named_categories(items: pd.DataFrame) -> Categories | None:
    """Return the categories of ``items``, one row an item, or None where the table names none.

    Taken from the column ``genres`` where there is one, since it names all of an item's categories, otherwise
    from ``category``. An item with several, written ``Action|Comedy``, belongs to each in equal parts.
    """
    column = next((name for name in ("genres", "category") if name in items), None)
    if column is None:
        return None
    names, counts = names_of(items[column])
    return Categories(names, normalize(counts, norm="l1")) if names else None


def names_of(values: pd.Series) -> tuple[tuple[str, ...], sparse.csr_array]:
    """Return the distinct names in ``values``, sorted, and which cells hold each, ones of shape (cells, names).

    A cell may hold several, written ``Action|Comedy``. Each distinct cell is read once, however often it comes.
    """
    text = values.astype(object).where(values.notna(), "").astype(str)
    place, distinct = pd.factorize(text)
    if not any(_names(cell) for cell in distinct):
        return (), sparse.csr_array((len(values), 0))
    counter = CountVectorizer(tokenizer=_names, token_pattern=None, lowercase=False, binary=True, dtype=np.float64)
    counts = sparse.csr_array(counter.fit_transform(distinct))
    return tuple(counter.get_feature_names_out()), counts[place]


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(SEPARATOR) if name.strip()]
