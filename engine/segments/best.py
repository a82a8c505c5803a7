"""Which model is best for each segment, said only where the users of the segment bear it out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from engine.evaluation.pairwise import LEVEL, all_pairs
from engine.evaluation.record import Evaluation
from engine.multiplicity import holm
from engine.segments.quality import SMALL
from engine.segments.segmentation import Segmentation


def best_by_segment(
    evaluations: Sequence[Evaluation], segmentation: Segmentation, by: str, metric: str = "ndcg"
) -> pd.DataFrame:
    """Return the best models of each segment, by paired t-tests over its users.

    Columns: ``segment``, ``users`` (measured with every model), ``best`` (names: the model with the highest mean
    and all not told apart from it; more than one means nobody can tell, none that nobody was measured) and
    ``small`` (fewer than 30 users). Holm's correction is over all pairs of models in all segments together,
    because whoever looks through segments for a winner is misled by chance more often.

    Args:
        evaluations: models measured alike on the same Dataset.
        segmentation: its users' segments.
        by: which grouping.
        metric: the ranking metric.

    Raises:
        DataError: for an unknown grouping.
        ModelError: an unknown metric, or models that were not measured alike.
        ValueError: where the users are of different Datasets.
    """
    if evaluations[0].fingerprint != segmentation.fingerprint:
        raise ValueError("evaluations and segmentation belong to different datasets")
    column = segmentation.column(by)
    codes = column.cat.codes.to_numpy()
    names = [str(name) for name in column.cat.categories]
    standings = [
        all_pairs([_within(each, codes == code) for each in evaluations], metric) for code in range(len(names))
    ]
    tested = [pair.p_value for standing in standings for pair in standing.pairs if pair.p_value is not None]
    together = iter(holm(np.array(tested, dtype=np.float64)) < LEVEL)
    rows = []
    for name, standing in zip(names, standings, strict=True):
        told_apart = {
            (pair.first, pair.second): bool(next(together)) for pair in standing.pairs if pair.p_value is not None
        }
        first = standing.order[0]
        best = [each for each in standing.order if not told_apart.get((first, each), False)]
        rows.append((name, standing.users, tuple(best) if standing.users else (), standing.users < SMALL))
    return pd.DataFrame(rows, columns=["segment", "users", "best", "small"])


def _within(evaluation: Evaluation, chosen: np.ndarray) -> Evaluation:
    """Return the evaluation over the chosen users alone, by user code."""
    there = chosen[evaluation.per_user["user"].to_numpy()]
    return replace(evaluation, per_user=evaluation.per_user[there])
