"""Does a model serve every segment well?"""

from __future__ import annotations

import pandas as pd

from engine.evaluation.accumulate import RATIOS, estimates
from engine.evaluation.record import Evaluation
from engine.segments.segmentation import Segmentation

SMALL = 30
"""With fewer users a segment's figures are too uncertain to act on."""


def quality_by_segment(evaluation: Evaluation, segmentation: Segmentation, by: str) -> pd.DataFrame:
    """Return each metric of ``evaluation`` by segment, with 95% bootstrap intervals over its users.

    Columns: ``model``, ``segment``, ``metric`` (all that are means over users), ``value``, ``low``, ``high``
    (None where nothing can be measured), ``users`` (whom the metric concerns) and ``small`` (fewer than 30).

    Args:
        evaluation: a model measured on the same Dataset.
        segmentation: its users' segments.
        by: which grouping.

    Raises:
        DataError: for an unknown grouping.
        ValueError: where the two are of different Datasets.
    """
    if evaluation.fingerprint != segmentation.fingerprint:
        raise ValueError("evaluation and segmentation belong to different datasets")
    segment = segmentation.column(by).iloc[evaluation.per_user["user"].to_numpy()].reset_index(drop=True)
    rows = []
    for name, part in evaluation.per_user.groupby(segment, observed=True):
        figures = estimates(part, seed=evaluation.seed)
        for metric, (column, _) in RATIOS.items():
            users = int(part[column].notna().sum())
            figure = figures[metric]
            rows.append(
                {
                    "model": evaluation.model,
                    "segment": str(name),
                    "metric": metric,
                    "value": figure.value,
                    "low": figure.low,
                    "high": figure.high,
                    "users": users,
                    "small": users < SMALL,
                }
            )
    return pd.DataFrame(rows)
