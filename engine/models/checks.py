"""What data must hold before a model can learn from it, and what a model must hold afterwards."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.errors import ModelError
from engine.preferences import Preferences


def require_pairs(train: Preferences) -> None:
    """Raise ModelError where there is nothing to learn from, or a value is no number."""
    if len(train) == 0:
        kind = "ratings" if train.explicit else "weighted events"
        raise ModelError(
            f"There are no {kind} to learn from. Load data that has some, or give training a larger share."
        )
    if not np.isfinite(train.value).all():
        raise ModelError("A rating or strength to learn from is not a finite number. Remove such rows first.")


def require_catalogue(new: Preferences, n_items: int) -> None:
    """Raise ModelError where histories given after training are about another catalogue than its ``n_items``."""
    if new.n_items != n_items:
        raise ModelError(
            f"These histories are about {new.n_items:,} items; the model was trained on {n_items:,}. "
            "Give histories of the same catalogue."
        )


def require_finite(title: str, *arrays: NDArray[np.float64]) -> None:
    """Raise ModelError where training ran away to infinity."""
    if not all(np.isfinite(array).all() for array in arrays):
        raise ModelError(f"{title} did not converge: its numbers grew without bound. Lower the learning rate.")
