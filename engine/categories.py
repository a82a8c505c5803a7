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
    named = items[column].astype(object)
    text = named.where(named.notna(), "").astype(str)
    if not any(_names(cell) for cell in text.unique()):
        return None
    counter = CountVectorizer(tokenizer=_names, token_pattern=None, lowercase=False, binary=True)
    counts = counter.fit_transform(text)
    shares = normalize(sparse.csr_array(counts, dtype=np.float64), norm="l1")
    return Categories(tuple(counter.get_feature_names_out()), shares)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(SEPARATOR) if name.strip()]
