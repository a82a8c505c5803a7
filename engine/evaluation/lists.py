"""What users' lists are like: what they find in them, how new, varied, surprising and true to them the lists are."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from engine.metrics.average_precision import average_precision
from engine.metrics.coverage import catalogue_coverage
from engine.metrics.entropy import entropy
from engine.metrics.gini import gini
from engine.metrics.hit_rate import hit_rate
from engine.metrics.intra_list_diversity import intra_list_diversity
from engine.metrics.lists import exposure
from engine.metrics.miscalibration import miscalibration_of_lists
from engine.metrics.ndcg import ndcg
from engine.metrics.novelty import novelty
from engine.metrics.personalisation import personalisation
from engine.metrics.popularity import average_recommendation_popularity
from engine.metrics.precision import precision
from engine.metrics.recall import recall
from engine.metrics.reciprocal_rank import reciprocal_rank
from engine.metrics.serendipity import serendipity
from engine.metrics.similarity import cooccurrence

RANKING = {
    "precision": precision,
    "recall": recall,
    "ndcg": ndcg,
    "map": average_precision,
    "mrr": reciprocal_rank,
    "hit_rate": hit_rate,
}
"""What each ranking metric is called, with the function that measures one list a row."""


def measure_lists(
    ranked: NDArray[np.integer],
    seen: sparse.csr_array,
    relevant: sparse.csr_array,
    categories: sparse.csr_array | None,
) -> pd.DataFrame:
    """Return the list metrics of every user of the Dataset, NaN where a metric does not concern the user.

    Args:
        ranked: item codes, shape (users, k).
        seen: what each user had, shape (users, items).
        relevant: what there is to find, shape (users, items).
        categories: each item's shares of categories, shape (items, categories); None where they have none.
    """
    n_had = np.diff(seen.indptr)
    known = np.flatnonzero(n_had > 0)
    lists, had, sought = ranked[known], seen[known], relevant[known]
    item_users = np.bincount(seen.indices, minlength=seen.shape[1])
    unit = cooccurrence(seen)
    columns = {name: metric(lists, sought) for name, metric in RANKING.items()}
    columns["novelty"] = novelty(lists, item_users, len(known))
    columns["intra_list_diversity"] = intra_list_diversity(lists, unit)
    finds = np.diff(sought.indptr) > 0
    columns["serendipity"] = np.where(finds, serendipity(lists, sought, had, unit), np.nan)
    columns["average_recommendation_popularity"] = average_recommendation_popularity(lists, item_users)
    columns["miscalibration"] = (
        np.full(len(known), np.nan) if categories is None else miscalibration_of_lists(lists, had, categories)
    )
    frame = pd.DataFrame(np.nan, index=range(len(n_had)), columns=["user", *columns])
    frame["user"] = np.arange(len(n_had), dtype=np.int32)
    frame.loc[known, list(columns)] = np.column_stack(list(columns.values()))
    return frame


def measure_together(ranked: NDArray[np.integer], n_items: int) -> dict[str, float]:
    """Return what the lists of all users together are like.

    Args:
        ranked: item codes of users with a row to learn from, shape (users, k).
        n_items: items in the catalogue.
    """
    shown = exposure(ranked, n_items)
    return {
        "coverage": catalogue_coverage(shown),
        "gini": gini(shown),
        "entropy": entropy(shown),
        "personalisation": personalisation(ranked, n_items),
    }
