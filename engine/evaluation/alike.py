"""Models measured alike, and their users' figures side by side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.errors import ModelError
from engine.evaluation.record import Evaluation


def check_alike(evaluations: Sequence[Evaluation]) -> None:
    """Refuse models whose users or lists differ: their difference would say nothing about the models.

    Raises:
        ModelError: naming two models that were not measured on one dataset and split with one k.
    """
    first = evaluations[0]
    for each in evaluations[1:]:
        if (each.fingerprint, each.k) != (first.fingerprint, first.k) or not np.array_equal(
            each.split.test, first.split.test
        ):
            raise ModelError(
                f"{each.title} and {first.title} were not measured on the same dataset, split and k. "
                "Evaluate both in the same way."
            )


def aligned(evaluations: Sequence[Evaluation], metric: str) -> NDArray[np.float64]:
    """Return ``metric`` of each user by each model, shape (users, models)."""
    columns = [each.per_user.set_index("user")[metric] for each in evaluations]
    return np.column_stack([column.reindex(columns[0].index).to_numpy(np.float64) for column in columns])
